//! What a case says must come of it: the member `expect` of `case.json`. Knows what is stated, and
//! not what there was.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::action::{Capability, ErrorKind};
use crate::runs::Status;

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
    /// Whether QuickBooks' answer to a write brings this end about. No preview can know it.
    #[serde(default)]
    quickbooks_decides: bool,
    /// Accepted writes; as many as documents unless given.
    writes: Option<usize>,
    /// The most calls by capability, such as `item:query`.
    #[serde(default)]
    pub(super) calls_max: BTreeMap<Capability, usize>,
    /// What QuickBooks' accounts hold afterwards, by name: decimal text.
    #[serde(default)]
    pub(super) balances: BTreeMap<String, String>,
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

/// What a preview must come to.
#[derive(Debug)]
pub(super) struct Previewed<'e> {
    pub(super) status: Status,
    pub(super) code: Option<&'e str>,
    pub(super) problems: &'e [ExpectedProblem],
    /// Whether it makes the documents that the run makes.
    pub(super) documents_known: bool,
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

impl Expected {
    /// The run's code. A success has one, a refusal has that of its first problem, and anything
    /// else must state it.
    pub(super) fn code(&self) -> Option<&str> {
        let usual = match self.status {
            ExpectedStatus::Succeeded => Some("created"),
            ExpectedStatus::Refused => self.problems.first().map(|problem| problem.code.as_str()),
            ExpectedStatus::Held | ExpectedStatus::Waiting => None,
        };
        self.code.as_deref().or(usual)
    }

    pub(super) fn writes(&self) -> usize {
        self.writes.unwrap_or(self.documents.len())
    }

    /// What a preview of the same event comes to. Nothing of it is written, so where the run is held
    /// over what it wrote, the preview is refused for the same problems.
    pub(super) fn previewed(&self) -> Previewed<'_> {
        let problem = self.problems.first().filter(|_| self.writes() > 0);
        let (status, code) = match (self.status, problem) {
            _ if self.quickbooks_decides => (Status::Previewed, Some("previewed")),
            (ExpectedStatus::Succeeded, _) => (Status::Previewed, Some("previewed")),
            (ExpectedStatus::Held, Some(problem)) => (Status::Refused, Some(problem.code.as_str())),
            (ExpectedStatus::Held, None) | (ExpectedStatus::Refused | ExpectedStatus::Waiting, _) => {
                (self.status.of_run(), self.code())
            }
        };
        let problems = if self.quickbooks_decides { &[] } else { self.problems.as_slice() };
        Previewed { status, code, problems, documents_known: !self.quickbooks_decides }
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

fn usual_kind() -> ErrorKind {
    ErrorKind::Fix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_of_a_run_that_writes_half_is_refused() {
        let text = r#"{"status": "held", "code": "partly_written",
            "problems": [{"code": "capability_denied"}], "documents": [{"entity": "Customer"}]}"#;
        let expected: Expected = serde_json::from_str(text).unwrap();
        let previewed = expected.previewed();
        assert_eq!((previewed.status, previewed.code), (Status::Refused, Some("capability_denied")));
    }

    #[test]
    fn a_preview_does_not_know_what_quickbooks_answers_to_a_write() {
        let text = r#"{"status": "refused", "quickbooks_decides": true, "problems": [{"code": "name_taken"}]}"#;
        let expected: Expected = serde_json::from_str(text).unwrap();
        let previewed = expected.previewed();
        assert_eq!((previewed.status, previewed.problems.len()), (Status::Previewed, 0));
    }
}
