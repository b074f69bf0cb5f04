//! What came of all cases of one action, for its author: which facts hold, which sweeps come out wrong,
//! what was used of each limit, and what the definition says that no case ever showed. Adds up, and
//! plays nothing.

use std::collections::BTreeSet;

use std::time::Duration;

use serde::Serialize;

use super::report::{Mismatch, Report, Seen};
use super::sweep::{NotSwept, Swept};
use super::verdict::HOST_CODES;
use super::{Case, NotChecked};
use crate::action::{Capability, Definition};
use crate::sandbox::{Usage, Used};

/// What came of an action.
#[derive(Debug, Clone, Serialize)]
pub struct SuiteReport {
    /// The action's id.
    pub action: String,
    /// Its version.
    pub version: String,
    /// Each case, in order.
    pub cases: Vec<CheckedCase>,
    /// The largest use of each limit.
    pub limits: Vec<LimitUse>,
    /// Capabilities that are asked for and were used in no case.
    pub capabilities_unused: Vec<String>,
    /// Codes that are declared and were met in no case.
    pub codes_unmet: Vec<String>,
    /// Codes of the host's own that were met.
    pub host_codes: Vec<String>,
    /// Cases of which a transaction bears no marker of its run.
    pub unmarked: Vec<String>,
}

/// What came of one case.
#[derive(Debug, Clone, Serialize)]
pub struct CheckedCase {
    /// The case.
    pub case: String,
    /// The rules that it proves.
    pub rules: Vec<u8>,
    /// Why it came to no verdict, with causes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Where it did not come out as stated.
    pub mismatches: Vec<Mismatch>,
    /// What the event used of each limit.
    pub usage: Option<Usage>,
    /// How long its steps took together.
    pub took: Duration,
    /// What sweeping it found; absent when it was not swept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swept: Option<Swept>,
}

/// The largest use of one limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LimitUse {
    /// The limit, as the run record names it.
    pub limit: &'static str,
    /// The use, and what is allowed.
    #[serde(flatten)]
    pub most: Used,
    /// The case that used so much.
    pub case: String,
}

impl CheckedCase {
    /// What checking `case` came to.
    pub fn new(case: &Case, checked: Result<Report, NotChecked>) -> (Self, Seen) {
        let (error, mismatches, seen, took) = match checked {
            Ok(report) => (None, report.mismatches, report.seen, report.took),
            Err(error) => (Some(with_causes(&error)), Vec::new(), Seen::default(), Duration::ZERO),
        };
        let (name, rules) = (case.name.clone(), case.rules.clone());
        (Self { case: name, rules, error, mismatches, usage: seen.usage, took, swept: None }, seen)
    }

    /// Adds what sweeping it came to.
    pub fn swept(&mut self, swept: Result<Swept, NotSwept>) {
        match swept {
            Ok(swept) => self.swept = Some(swept),
            Err(error) => self.error = Some(with_causes(&error)),
        }
    }

    /// Whether the fact holds, as stated and whatever befalls it.
    pub fn passed(&self) -> bool {
        self.holds() && self.swept.as_ref().is_none_or(Swept::passed)
    }

    /// Whether the fact holds as stated.
    pub fn holds(&self) -> bool {
        self.error.is_none() && self.mismatches.is_empty()
    }
}

impl SuiteReport {
    /// Adds up what came of the cases of an action, and what was seen in them.
    pub fn new(definition: &Definition, cases: Vec<CheckedCase>, seen: &[Seen]) -> Self {
        let used: BTreeSet<&Capability> = seen.iter().flat_map(|seen| &seen.capabilities).collect();
        let met: BTreeSet<&str> = seen.iter().flat_map(|seen| &seen.codes).map(String::as_str).collect();
        let asked = definition.capabilities.iter().map(|asked| &asked.capability);
        let declared = definition.errors.iter().map(|error| error.code.as_str());
        Self {
            action: definition.id.clone(),
            version: definition.version.clone(),
            limits: limits(&cases),
            unmarked: unmarked(&cases),
            cases,
            capabilities_unused: asked.filter(|asked| !used.contains(asked)).map(ToString::to_string).collect(),
            codes_unmet: declared.filter(|code| !met.contains(code)).map(str::to_owned).collect(),
            host_codes: HOST_CODES.into_iter().filter(|code| met.contains(code)).map(str::to_owned).collect(),
        }
    }

    /// Whether every fact holds.
    pub fn passed(&self) -> bool {
        self.cases.iter().all(CheckedCase::passed)
    }
}

/// Cases whose sweep found a transaction without its run's marker.
fn unmarked(cases: &[CheckedCase]) -> Vec<String> {
    let unmarked = cases.iter().filter(|case| case.swept.as_ref().is_some_and(|swept| !swept.is_marked));
    unmarked.map(|case| case.case.clone()).collect()
}

/// Each limit in a run record, by its name there.
fn named(usage: &Usage) -> [(&'static str, Used); 6] {
    [
        ("cpu_us", usage.cpu_us),
        ("memory_bytes", usage.memory_bytes),
        ("table_elements", usage.table_elements),
        ("calls", usage.calls),
        ("log_bytes", usage.log_bytes),
        ("output_bytes", usage.output_bytes),
    ]
}

/// The largest use of each limit, and by whom.
fn limits(cases: &[CheckedCase]) -> Vec<LimitUse> {
    let mut limits: Vec<LimitUse> = Vec::new();
    for (case, usage) in cases.iter().filter_map(|case| Some((case, case.usage.as_ref()?))) {
        for (limit, most) in named(usage) {
            let used = LimitUse { limit, most, case: case.case.clone() };
            match limits.iter_mut().find(|known| known.limit == limit) {
                Some(known) if known.most.used < most.used => *known = used,
                Some(_) => {}
                None => limits.push(used),
            }
        }
    }
    limits
}

/// The trait is not imported: its method for references would answer with a shorter life.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}
