//! What a case says: the shape of `case.json`, read once.
//!
//! ```json
//! {
//!   "rules": [12, 13],
//!   "company": "craigs-design",
//!   "hubspot": { "deals": [ … ] },
//!   "quickbooks": { "preferences": { … }, "entities": [ { "Customer": { … } } ] },
//!   "object": "deal:1003",
//!   "accepted_at": "2026-02-03T18:00:00Z",
//!   "inputs": { "create_product": "yes" },
//!   "denied": ["item:create"],
//!   "expect": {
//!     "status": "refused",
//!     "problems": [ { "code": "product_not_found", "about": "line item 100303" } ]
//!   }
//! }
//! ```
//!
//! Only `rules`, `object` and `expect` are needed. An unknown member is an error, so that a
//! misspelt expectation can't pass for one that holds. Knows how a case is written, not how it is
//! run.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::Timestamp;
use qbo_simulator::quickbooks::{CRAIGS_DESIGN, CUSTOM_NUMBERS, MAPLE_LEAF, TWO_CURRENCIES};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::action::{Capability, ErrorKind};
use crate::enrollment::ObjectRef;
use crate::runs::Status;

/// The file of a case in its folder.
const FILE: &str = "case.json";

/// When an event was accepted unless a case says otherwise: a Tuesday morning in California, far
/// from any end of a month.
const ACCEPTED_AT: Timestamp = Timestamp::constant(1_770_141_600, 0);

/// One fact about an action.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The fact: the name of its folder.
    #[serde(skip)]
    pub name: String,
    /// Numbers of the rules it proves.
    pub rules: Vec<u8>,
    /// The QuickBooks company, one of the simulator's.
    #[serde(default)]
    pub(super) company: SampleCompany,
    /// Put into the seeded portal: a fixture of the HubSpot simulator.
    pub(super) hubspot: Option<Value>,
    /// Put into the company.
    #[serde(default)]
    pub(super) quickbooks: Prepared,
    /// The enrolled object, `deal:1003`.
    #[serde(deserialize_with = "from_text")]
    pub(super) object: ObjectRef,
    #[serde(default = "usual_acceptance", deserialize_with = "from_text")]
    pub(super) accepted_at: Timestamp,
    /// Inputs that differ from the definition's defaults. A value that is not text is passed as its
    /// JSON text, so that a filter can be written as it is.
    #[serde(default)]
    inputs: BTreeMap<String, Value>,
    /// Capabilities that were asked for and not approved.
    #[serde(default)]
    pub(super) denied: Vec<Capability>,
    /// What must come of it.
    pub(super) expect: Expected,
}

/// The companies that the simulator starts with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SampleCompany {
    /// Craig's Design and Landscaping Services: QuickBooks' own sample.
    #[default]
    CraigsDesign,
    /// Outside the United States.
    MapleLeaf,
    /// Numbers its documents itself.
    CustomNumbers,
    /// Has a customer in euros.
    TwoCurrencies,
}

/// What is put into the company before the run.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Prepared {
    /// Merged into the company's preferences after the entities are there.
    pub(super) preferences: Option<Value>,
    /// Created in this order; each is one entity under its name.
    pub(super) entities: Vec<BTreeMap<String, Value>>,
}

/// What must come of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expected {
    pub(super) status: ExpectedStatus,
    /// Needed where neither the status nor the first problem gives it.
    code: Option<String>,
    /// Of a refusal: what the definition says about its code. A person must mend most of them.
    #[serde(default = "usual_kind")]
    pub(super) kind: ErrorKind,
    /// All of them, in order.
    #[serde(default)]
    pub(super) problems: Vec<ExpectedProblem>,
    /// All of them, in order.
    #[serde(default)]
    pub(super) warnings: Vec<ExpectedProblem>,
    /// All that the run makes, list entries too, in order.
    #[serde(default)]
    pub(super) documents: Vec<ExpectedDocument>,
    /// Output fields that matter to the fact.
    #[serde(default)]
    pub(super) outputs: BTreeMap<String, String>,
    /// Accepted writes; as many as documents unless given.
    writes: Option<usize>,
    /// The most calls by capability, such as `item:query`.
    #[serde(default)]
    pub(super) calls_max: BTreeMap<Capability, usize>,
}

/// How the run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExpectedStatus {
    Succeeded,
    Refused,
    Held,
    Waiting,
}

/// A problem or a warning.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedProblem {
    pub(super) code: String,
    /// What it concerns. The kind and the id are enough: `line item 301` stands for
    /// `line item 301 "Seat"` too.
    #[serde(default)]
    pub(super) about: String,
}

/// A document, or a list entry that a document needs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpectedDocument {
    pub(super) entity: String,
    /// Decimal text; list entries have none.
    pub(super) total: Option<String>,
    /// Members that the stored entity must have; `null` stands for a member that it must not have.
    pub(super) stored: Option<Value>,
}

impl Case {
    /// Reads the case in `folder`.
    ///
    /// # Errors
    ///
    /// When there is no `case.json`, or it says something that a case can't say.
    pub fn read(folder: &Path) -> Result<Self, BadCase> {
        let path = folder.join(FILE);
        let text = std::fs::read(&path).map_err(|cause| BadCase::NoFile { path: path.clone(), cause })?;
        let mut case: Self = serde_json::from_slice(&text).map_err(|cause| BadCase::Unreadable { path, cause })?;
        case.name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(case)
    }

    /// Reads every case in `folder`, by name.
    ///
    /// # Errors
    ///
    /// As [`Case::read`], and when the folder can't be read.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, BadCase> {
        let unreadable = |cause| BadCase::NoFile { path: folder.to_owned(), cause };
        let mut folders = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            folders.push(entry.map_err(unreadable)?.path());
        }
        folders.sort();
        folders.iter().map(|folder| Self::read(folder)).collect()
    }

    /// The inputs as text.
    pub(super) fn inputs(&self) -> impl Iterator<Item = (String, String)> {
        self.inputs.iter().map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (name.clone(), text)
        })
    }
}

impl SampleCompany {
    pub(super) fn realm(self) -> &'static str {
        match self {
            Self::CraigsDesign => CRAIGS_DESIGN,
            Self::MapleLeaf => MAPLE_LEAF,
            Self::CustomNumbers => CUSTOM_NUMBERS,
            Self::TwoCurrencies => TWO_CURRENCIES,
        }
    }
}

impl Expected {
    /// The run's code. A refusal has that of its first problem, which a refused case must name.
    pub(super) fn code(&self) -> &str {
        let usual = match self.status {
            ExpectedStatus::Succeeded => "created",
            ExpectedStatus::Refused => self.problems.first().map_or("a problem", |problem| &problem.code),
            ExpectedStatus::Held | ExpectedStatus::Waiting => "a code",
        };
        self.code.as_deref().unwrap_or(usual)
    }

    pub(super) fn writes(&self) -> usize {
        self.writes.unwrap_or(self.documents.len())
    }

    /// How a preview of the same event stands, and why. Nothing of it is written, so where the run
    /// is held over what it wrote, the preview is refused for the same problem.
    pub(super) fn previewed(&self) -> (Status, &str) {
        let problem = self.problems.first().filter(|_| self.writes() > 0);
        match (self.status, problem) {
            (ExpectedStatus::Succeeded, _) => (Status::Previewed, "previewed"),
            (ExpectedStatus::Held, Some(problem)) => (Status::Refused, &problem.code),
            (ExpectedStatus::Held, None) | (ExpectedStatus::Refused | ExpectedStatus::Waiting, _) => {
                (self.status.of_run(), self.code())
            }
        }
    }
}

impl ExpectedStatus {
    pub(super) fn of_run(self) -> Status {
        match self {
            Self::Succeeded => Status::Succeeded,
            Self::Refused => Status::Refused,
            Self::Held => Status::Held,
            Self::Waiting => Status::Waiting,
        }
    }
}

fn usual_acceptance() -> Timestamp {
    ACCEPTED_AT
}

fn usual_kind() -> ErrorKind {
    ErrorKind::Fix
}

fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// A folder that holds no case.
#[derive(Debug, thiserror::Error)]
pub enum BadCase {
    /// There is nothing to read.
    #[error("{} can't be read", path.display())]
    NoFile {
        /// What was to be read.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: std::io::Error,
    },
    /// It is not a case.
    #[error("{} is not a case", path.display())]
    Unreadable {
        /// Its file.
        path: PathBuf,
        /// Where and why.
        #[source]
        cause: serde_json::Error,
    },
}
