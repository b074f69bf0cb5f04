//! What checking a case found. Plain values, for people and for programs.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use crate::action::Capability;
use crate::runs::RunRecord;
use crate::runs::record::CallLine;
use crate::sandbox::Usage;

/// What came of one case.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The case.
    pub case: String,
    /// Where it did not come out as stated; none of them if the fact holds.
    pub mismatches: Vec<Mismatch>,
    /// What the runs of its steps used, called and told.
    pub seen: Seen,
    /// How long all its steps took together.
    pub took: Duration,
}

/// What was seen of an action while a case was played.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Seen {
    /// What the event used of each limit; absent when no guest code ran.
    pub usage: Option<Usage>,
    /// Capabilities that were used, whatever QuickBooks answered.
    pub capabilities: BTreeSet<Capability>,
    /// Codes of runs, problems and warnings.
    pub codes: BTreeSet<String>,
}

impl Seen {
    /// Adds what one run shows.
    pub(super) fn add(&mut self, record: &RunRecord) {
        let capability = |call: &CallLine| Capability { entity: call.entity.to_ascii_lowercase(), verb: call.verb };
        self.capabilities.extend(record.calls.iter().filter(|call| call.result != "denied").map(capability));
        let told = record.problems.iter().chain(&record.warnings).map(|problem| problem.code.clone());
        self.codes.extend(told.chain([record.code.clone()]));
    }
}

/// One thing that did not come out as stated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// In which step.
    pub step: Step,
    /// What of it, such as `documents[0].stored.Line[1].Amount`.
    pub of: String,
    /// What the case states.
    pub expected: String,
    /// What there was.
    pub found: String,
}

/// The steps of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A preview, before anything else.
    Preview,
    /// The event.
    Event,
    /// The same event again.
    Again,
    /// The same event on a host that has lost its store.
    StoreLost,
    /// An event after it.
    Later,
}

impl Report {
    /// Whether the fact holds.
    pub fn passed(&self) -> bool {
        self.mismatches.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.case, if self.passed() { "holds" } else { "does not hold" })?;
        self.mismatches.iter().try_for_each(|mismatch| write!(f, "\n  {mismatch}"))
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, of, expected, found } = self;
        write!(f, "{step}: {of}: expected {expected}, found {found}")
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Preview => "the preview",
            Self::Event => "the event",
            Self::Again => "the same event again",
            Self::StoreLost => "the same event after the store was lost",
            Self::Later => "an event after it",
        })
    }
}
