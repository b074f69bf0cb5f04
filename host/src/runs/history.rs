//! The recorded calls of a run. What is recorded binds: a later attempt is answered from here, and
//! how a run ended is read from here, never from what the action says.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::action::Verb;
use crate::enrollment::Snapshot;
use crate::ids::RequestId;

/// One call as the action made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What it does.
    pub verb: Verb,
    /// QuickBooks' entity name, as the action wrote it.
    pub entity: String,
    /// The action's name for a write; reads have none.
    pub key: Option<String>,
    /// The bound statement, the id, or the body.
    pub text: String,
}

/// What the action was told.
pub type Reply = Result<String, Fault>;

/// A definite no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// QuickBooks' code, or one of the contract's words.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// QuickBooks' fault body, or empty.
    pub body: String,
}

impl Fault {
    /// A no of the host's own.
    pub fn own(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), body: String::new() }
    }
}

/// A call and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The call.
    pub call: Call,
    /// Under which it was sent; only writes that were sent have one.
    pub request_id: Option<RequestId>,
    /// `None` while a write's answer is not known: an intent.
    pub reply: Option<Reply>,
    /// How long QuickBooks took.
    pub took: Duration,
}

impl Record {
    /// A write that QuickBooks accepted.
    pub fn is_accepted_write(&self) -> bool {
        self.request_id.is_some() && matches!(self.reply, Some(Ok(_)))
    }

    /// A write whose answer is not known.
    pub fn is_unanswered(&self) -> bool {
        self.reply.is_none()
    }
}

/// Everything a run has recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The enrolled object, once it is recorded.
    pub snapshot: Option<Arc<Snapshot>>,
    /// Calls in the order in which the action made them. Shared: an answer of 100 KiB is held once,
    /// by the store and by the attempt.
    pub records: Vec<Arc<Record>>,
}

impl History {
    /// What stands in QuickBooks because of this run, in the order it was made.
    pub fn standing(&self) -> Vec<Standing> {
        self.records.iter().filter_map(|record| Standing::read(record)).collect()
    }

    /// Whether QuickBooks accepted any write.
    pub fn wrote(&self) -> bool {
        self.records.iter().any(|record| record.is_accepted_write())
    }
}

/// A document or list entry as QuickBooks answered it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Document {
    /// QuickBooks' entity name.
    pub entity: String,
    /// QuickBooks' id; `preview:1` in a preview.
    pub id: String,
    /// The number people see. QuickBooks gives it, so a preview has none.
    pub doc_number: Option<String>,
    /// `TotalAmt`, as decimal text; list entries have none.
    pub total: Option<String>,
    /// What a person calls it: the display name or name of a list entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In a preview: the members that QuickBooks will set itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set_by_quickbooks: Vec<&'static str>,
}

/// A document, and whether it is the one that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The document.
    pub document: Document,
    /// QuickBooks answered with one that it had made for an earlier request of the same id: its
    /// note is not the one that was sent. It is ours all the same, and worth a look.
    pub adopted: bool,
}

impl Standing {
    /// Reads an accepted create. Updates and the like change a document that stood before.
    fn read(record: &Record) -> Option<Self> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Answer {
            id: String,
            doc_number: Option<String>,
            total_amt: Option<serde_json::Number>,
            display_name: Option<String>,
            name: Option<String>,
            private_note: Option<String>,
        }
        if record.call.verb != Verb::Create || !record.is_accepted_write() {
            return None;
        }
        let Some(Ok(answer)) = &record.reply else { return None };
        let answer: Answer = serde_json::from_str(answer).ok()?;
        let document = Document {
            entity: record.call.entity.clone(),
            id: answer.id,
            doc_number: answer.doc_number,
            total: answer.total_amt.map(|total| two_places(&total.to_string())),
            name: answer.display_name.or(answer.name),
            set_by_quickbooks: Vec::new(),
        };
        Some(Self { document, adopted: !notes_agree(&record.call.text, answer.private_note.as_deref()) })
    }
}

/// Whether the answer carries the note that was sent, if one was.
fn notes_agree(sent: &str, answered: Option<&str>) -> bool {
    #[derive(Deserialize)]
    struct Sent {
        #[serde(rename = "PrivateNote")]
        private_note: Option<String>,
    }
    // Nearly always the note stands in the body letter by letter, and the body needs no parsing.
    if answered.is_some_and(|note| sent.contains(note)) {
        return true;
    }
    let sent = serde_json::from_str::<Sent>(sent).ok().and_then(|sent| sent.private_note);
    sent.is_none() || sent.as_deref() == answered
}

/// QuickBooks writes `100`, `100.0` and `100.00` alike; people read two places.
fn two_places(amount: &str) -> String {
    match amount.parse::<rust_decimal::Decimal>() {
        Ok(amount) if amount.scale() <= 2 => format!("{amount:.2}"),
        Ok(_) | Err(_) => amount.into(),
    }
}
