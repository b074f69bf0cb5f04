//! How a run stands, as people and programs read it.

use serde::{Deserialize, Serialize};

use super::history::{Document, Record};
use crate::action::Verb;
use crate::ids::{Digest, RunId};
use crate::quickbooks::fault::explain;
use crate::sandbox::{Usage, printable};

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The document stands.
    Succeeded,
    /// Nothing was written, and the problems say why.
    Refused,
    /// Nothing was sent; the documents say what would be.
    Previewed,
    /// A person must act.
    Held,
    /// A person ended it before anything was written.
    Cancelled,
    /// It goes on by itself later. Not an end.
    Waiting,
}

impl Status {
    /// The word in tables, JSON and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Refused => "refused",
            Self::Previewed => "previewed",
            Self::Held => "held",
            Self::Cancelled => "cancelled",
            Self::Waiting => "waiting",
        }
    }
}

/// Why there is no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalKind {
    /// A person must mend something.
    Fix,
    /// There is nothing to do: a normal event, not an error.
    Skip,
}

/// What a person should know, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Problem {
    /// Stable.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What it concerns.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remedy: String,
}

/// One line of a run's timeline.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct CallLine {
    /// What it did.
    pub verb: Verb,
    /// To which entity.
    pub entity: String,
    /// The action's name for a write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// `ok`, or the fault's code; `unanswered` for an intent.
    pub result: String,
    /// How long QuickBooks took, in microseconds.
    pub duration_us: u64,
    /// What a fault's code means to a bookkeeper, and what to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
}

impl From<&Record> for CallLine {
    fn from(record: &Record) -> Self {
        Self {
            verb: record.call.verb,
            entity: printable(&record.call.entity),
            key: record.call.key.as_deref().map(printable),
            result: match &record.reply {
                Some(Ok(_)) => "ok".into(),
                Some(Err(fault)) => fault.code.clone(),
                None => "unanswered".into(),
            },
            duration_us: u64::try_from(record.took.as_micros()).unwrap_or(u64::MAX),
            explanation: match &record.reply {
                Some(Err(fault)) => explain(&fault.code).map(|known| format!("{} {}", known.sentence, known.remedy)),
                Some(Ok(_)) | None => None,
            },
        }
    }
}

/// A run as it stands: identity, how it ended, what stands because of it, and how it got there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct RunRecord {
    /// The run.
    pub run_id: RunId,
    /// The event that asked for it.
    pub event: String,
    /// The action's id.
    pub action: String,
    /// The action's version.
    pub version: String,
    /// The component's digest.
    pub digest: Digest,
    /// The enrolled object, such as `deal:789`.
    pub object: String,
    /// How it stands.
    pub status: Status,
    /// Of a refused run: whether a person must mend something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<RefusalKind>,
    /// Stable code: `created`, a problem's code, or the host's own.
    pub code: String,
    /// What happened, in one sentence.
    pub message: String,
    /// Why there is no document.
    pub problems: Vec<Problem>,
    /// Worth a look, although the run succeeded.
    pub warnings: Vec<Problem>,
    /// What stands in QuickBooks because of this run, or would.
    pub documents: Vec<Document>,
    /// The action's output fields.
    pub outputs: Vec<(String, String)>,
    /// A preview's identity: an approval covers exactly these documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_hash: Option<String>,
    /// The timeline.
    pub calls: Vec<CallLine>,
    /// Attempts, this one included.
    pub attempts: u32,
    /// What the last attempt used of each limit; absent when no guest code ran.
    pub limits: Option<Usage>,
    /// Log lines, standard output and standard error of the last attempt.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub log: String,
}
