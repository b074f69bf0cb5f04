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

use super::expected::Expected;
use crate::action::Capability;
use crate::enrollment::{IfExists, ObjectRef};

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
    /// Further events, one after the other when the first has ended: the same sale once more, or another
    /// object of it.
    #[serde(default)]
    pub(super) events: Vec<LaterEvent>,
}

/// An event that comes when another one has ended.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LaterEvent {
    /// The enrolled object; the case's own unless given.
    pub(super) object: Option<ObjectRef>,
    /// What the start wants where a document of the sale stands.
    #[serde(default)]
    pub(super) if_exists: IfExists,
    /// Inputs that differ from those of the case.
    #[serde(default)]
    inputs: BTreeMap<String, Value>,
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

impl Case {
    /// Reads the case in `folder`.
    ///
    /// # Errors
    ///
    /// When there is no `case.json`, or it says something that a case can't say.
    pub fn read(folder: &Path) -> Result<Self, BadCase> {
        let path = folder.join(FILE);
        let text = std::fs::read(&path).map_err(|cause| BadCase::NoFile { path: path.clone(), cause })?;
        let case = serde_json::from_slice(&text);
        let mut case: Self = case.map_err(|cause| BadCase::Unreadable { path: path.clone(), cause })?;
        let expected = case.events.iter().map(|event| &event.expect).chain([&case.expect]);
        if expected.into_iter().any(|expected| expected.code().is_none()) {
            return Err(BadCase::NoCode { path });
        }
        case.name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(case)
    }

    /// Reads every case in `folder`, by name. Files beside the cases' folders are nobody's case.
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
        folders.retain(|path| path.is_dir());
        folders.sort();
        folders.iter().map(|folder| Self::read(folder)).collect()
    }

    /// The inputs as text.
    pub(super) fn inputs(&self) -> impl Iterator<Item = (String, String)> {
        as_text(&self.inputs)
    }
}

impl LaterEvent {
    /// The inputs as text.
    pub(super) fn inputs(&self) -> impl Iterator<Item = (String, String)> {
        as_text(&self.inputs)
    }
}

fn as_text(inputs: &BTreeMap<String, Value>) -> impl Iterator<Item = (String, String)> {
    inputs.iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (name.clone(), text)
    })
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

fn usual_acceptance() -> Timestamp {
    ACCEPTED_AT
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
    /// Nothing would be compared with the run's code.
    #[error("{} expects neither a code nor a problem, which has one", path.display())]
    NoCode {
        /// Its file.
        path: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Case, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn a_case_needs_rules_an_object_and_what_is_expected_of_it() {
        let case = read(r#"{"rules": [1], "object": "deal:1", "expect": {"status": "succeeded"}}"#).unwrap();
        assert_eq!(case.accepted_at.to_string(), "2026-02-03T18:00:00Z");
        assert_eq!((case.expect.code(), case.expect.writes()), (Some("created"), 0));
    }

    #[test]
    fn a_misspelt_member_is_no_case() {
        assert!(read(r#"{"rules": [1], "object": "deal:1", "expect": {"status": "held"}, "denies": []}"#).is_err());
        assert!(read(r#"{"rules": [1], "object": "deal:1", "expect": {"status": "held", "warning": []}}"#).is_err());
        assert!(read(r#"{"rules": [1], "object": "ticket:1", "expect": {"status": "held"}}"#).is_err());
    }

    #[test]
    fn a_file_beside_the_folders_of_cases_is_no_case() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("a-fact")).unwrap();
        let stated = r#"{"rules": [1], "object": "deal:1", "expect": {"status": "succeeded"}}"#;
        std::fs::write(folder.path().join("a-fact/case.json"), stated).unwrap();
        std::fs::write(folder.path().join("README.md"), "What the cases are about.").unwrap();
        let names: Vec<_> = Case::read_all(folder.path()).unwrap().into_iter().map(|case| case.name).collect();
        assert_eq!(names, ["a-fact"]);
    }

    #[test]
    fn an_input_that_is_not_text_is_passed_as_it_is_written() {
        let text = r#"{"rules": [1], "object": "deal:1", "expect": {"status": "held"},
            "inputs": {"terms": "2", "filter": {"value": 1.50}}}"#;
        let inputs: Vec<_> = read(text).unwrap().inputs().collect();
        let expected = [("filter", r#"{"value":1.50}"#), ("terms", "2")];
        assert_eq!(inputs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
