//! Compares what came of each step with what the case states. Starts nothing, and asks nobody but
//! the simulator's own books.

use serde_json::Value;

use super::case::{Case, LaterEvent};
use super::compare::{differences, same_amount};
use super::expected::{Expected, ExpectedDocument, ExpectedProblem, ExpectedStatus};
use super::report::{Mismatch, Step};
use super::stage::Stage;
use crate::action::{Definition, ErrorKind};
use crate::runs::history::Document;
use crate::runs::record::CallLine;
use crate::runs::{Problem, RunRecord, Status};

/// Codes of problems and warnings of the host's own, which no definition declares.
pub(super) const HOST_CODES: [&str; 4] = ["already_exists", "answer_differs", "object_not_found", "object_too_large"];

/// The verdict on a case, as far as it was played.
pub(super) struct Verdict<'v> {
    case: &'v Case,
    definition: &'v Definition,
    stage: &'v Stage,
    mismatches: Vec<Mismatch>,
}

impl<'v> Verdict<'v> {
    pub(super) fn new(case: &'v Case, definition: &'v Definition, stage: &'v Stage) -> Self {
        Self { case, definition, stage, mismatches: Vec::new() }
    }

    pub(super) fn into_mismatches(self) -> Vec<Mismatch> {
        self.mismatches
    }

    /// A preview decides as the run does, and writes nothing.
    pub(super) fn on_preview(&mut self, preview: &RunRecord) {
        let expected = self.case.expect.previewed();
        self.ended(Step::Preview, expected.status, expected.code, preview);
        self.problems(Step::Preview, "problems", expected.problems, &preview.problems);
        if expected.documents_known {
            let case = self.case;
            self.entities(Step::Preview, "documents", &case.expect, preview);
        }
        self.writes(Step::Preview, 0);
    }

    /// The event comes to what is stated.
    pub(super) fn on_event(&mut self, event: &RunRecord) {
        let case = self.case;
        self.came_to(Step::Event, "", &case.expect, event);
        self.writes(Step::Event, case.expect.writes());
    }

    /// A later event comes to what is stated of it.
    pub(super) fn on_later(&mut self, place: usize, later: &LaterEvent, record: &RunRecord) {
        let case = self.case;
        self.came_to(Step::Later, &format!("events[{place}]."), &later.expect, record);
        let events = case.events.iter().take(place + 1).map(|event| &event.expect);
        self.writes(Step::Later, events.chain([&case.expect]).map(Expected::writes).sum());
    }

    /// Everything that is stated of one run; `of` stands before what is compared.
    fn came_to(&mut self, step: Step, of: &str, expected: &Expected, record: &RunRecord) {
        self.equal(step, &format!("{of}status"), expected.status.of_run().as_str(), record.status.as_str());
        self.equal(step, &format!("{of}code"), expected.code().unwrap_or_default(), &record.code);
        self.problems(step, &format!("{of}problems"), &expected.problems, &record.problems);
        self.entities(step, &format!("{of}documents"), expected, record);
        self.problems(step, &format!("{of}warnings"), &expected.warnings, &record.warnings);
        for (position, stated) in expected.documents.iter().enumerate() {
            if let Some(found) = record.documents.get(position) {
                self.document(step, &format!("{of}documents[{position}]"), stated, found);
            }
        }
        for (name, stated) in &expected.outputs {
            let found = record.outputs.iter().find(|(known, _)| known == name);
            self.equal(step, &format!("{of}outputs.{name}"), stated, found.map_or("nothing", |(_, value)| value));
        }
        self.calls(step, of, expected, &record.calls);
        self.declared(step, expected, record);
        self.balances(step, of, expected);
    }

    /// What QuickBooks' accounts hold by now.
    fn balances(&mut self, step: Step, of: &str, expected: &Expected) {
        if expected.balances.is_empty() {
            return;
        }
        let accounts = self.stage.documents("Account");
        for (name, stated) in &expected.balances {
            let account = accounts.iter().find(|account| account["Name"] == name.as_str());
            let balance = account.and_then(|account| account.get("CurrentBalance")).map(Value::to_string);
            let found = balance.unwrap_or_else(|| "none".into());
            self.holds(same_amount(stated, &found), step, &format!("{of}balances.{name}"), stated, &found);
        }
    }

    /// The same event comes to the same end, and writes nothing more.
    pub(super) fn on_event_again(&mut self, event: &RunRecord, again: &RunRecord) {
        let all = |_: &Document| true;
        self.equal(Step::Again, "status", event.status.as_str(), again.status.as_str());
        self.equal(Step::Again, "code", &event.code, &again.code);
        self.equal(Step::Again, "documents", &named(event, all), &named(again, all));
        self.writes(Step::Again, self.case.expect.writes());
    }

    /// A host that has lost its store comes to the same transactions. It finds the customers and
    /// products that were made before, so it makes those no more; they have no total.
    pub(super) fn on_store_lost(&mut self, event: &RunRecord, afterwards: &RunRecord) {
        let transactions = |document: &Document| document.total.is_some();
        self.equal(Step::StoreLost, "status", event.status.as_str(), afterwards.status.as_str());
        self.equal(Step::StoreLost, "documents", &named(event, transactions), &named(afterwards, transactions));
        self.writes(Step::StoreLost, self.case.expect.writes());
    }

    fn ended(&mut self, step: Step, status: Status, code: Option<&str>, record: &RunRecord) {
        self.equal(step, "status", status.as_str(), record.status.as_str());
        self.equal(step, "code", code.unwrap_or_default(), &record.code);
    }

    /// What it makes, in order.
    fn entities(&mut self, step: Step, of: &str, expected: &Expected, record: &RunRecord) {
        let stated = listed(expected.documents.iter().map(|document| document.entity.as_str()));
        let found = listed(record.documents.iter().map(|document| document.entity.as_str()));
        // What stands already is told and not made.
        let told_only = record.code == "already_exists" || record.code == "already_invoiced";
        self.holds(stated == found || (told_only && stated.is_empty()), step, of, &stated, &found);
    }

    fn document(&mut self, step: Step, of: &str, stated: &ExpectedDocument, found: &Document) {
        if let Some(total) = &stated.total {
            let shown = found.total.as_deref().unwrap_or("none");
            self.holds(same_amount(total, shown), step, &format!("{of}.total"), total, shown);
        }
        let Some(members) = &stated.stored else { return };
        let rows = self.stage.documents(&found.entity);
        let stored = rows.into_iter().find(|row| row["Id"] == found.id.as_str());
        for difference in differences(members, &stored.unwrap_or(Value::Null)) {
            let of = format!("{of}.stored.{}", difference.at);
            self.holds(false, step, &of, &difference.expected, &difference.found);
        }
    }

    fn calls(&mut self, step: Step, of: &str, expected: &Expected, calls: &[CallLine]) {
        for (capability, most) in &expected.calls_max {
            let of_capability =
                |call: &&CallLine| call.verb == capability.verb && call.entity.eq_ignore_ascii_case(&capability.entity);
            let found = calls.iter().filter(of_capability).count();
            let of = format!("{of}calls_max.{capability}");
            self.holds(found <= *most, step, &of, &most.to_string(), &found.to_string());
        }
    }

    /// Codes are part of the contract: the definition declares each, and says what it asks for.
    fn declared(&mut self, step: Step, expected: &Expected, event: &RunRecord) {
        let declared = |code: &str| self.definition.errors.iter().find(|error| error.code == code);
        let kind = declared(&event.code).map(|error| word(error.kind));
        let codes = event.problems.iter().chain(&event.warnings).map(|problem| problem.code.as_str());
        let undeclared = listed(codes.filter(|code| declared(code).is_none() && !HOST_CODES.contains(code)));
        self.equal(step, "undeclared codes", "", &undeclared);
        let known = |name: &String| self.definition.outputs.iter().any(|output| output.name == *name);
        let given = event.outputs.iter().map(|(name, _)| name).filter(|name| !known(name));
        let undeclared = listed(given.cloned());
        self.equal(step, "undeclared outputs", "", &undeclared);
        if expected.status == ExpectedStatus::Refused && !HOST_CODES.contains(&event.code.as_str()) {
            self.equal(step, "kind", word(expected.kind), kind.unwrap_or("none"));
        }
    }

    fn problems(&mut self, step: Step, of: &str, stated: &[ExpectedProblem], found: &[Problem]) {
        let same =
            stated.len() == found.len() && stated.iter().zip(found).all(|(stated, found)| is_meant(stated, found));
        let stated = listed(stated.iter().map(|one| format!("{} ({})", one.code, one.about)));
        let shown = listed(found.iter().map(|one| format!("{} ({})", one.code, one.about)));
        self.holds(same, step, of, &stated, &shown);
    }

    /// Writes since the curtain rose, by QuickBooks' own account.
    fn writes(&mut self, step: Step, expected: usize) {
        let found = self.stage.writes();
        self.holds(expected == found, step, "writes", &expected.to_string(), &found.to_string());
    }

    fn equal(&mut self, step: Step, of: &str, expected: &str, found: &str) {
        self.holds(expected == found, step, of, expected, found);
    }

    fn holds(&mut self, holds: bool, step: Step, of: &str, expected: &str, found: &str) {
        if !holds {
            let (of, expected, found) = (of.to_owned(), expected.to_owned(), found.to_owned());
            self.mismatches.push(Mismatch { step, of, expected, found });
        }
    }
}

/// Whether a problem is the stated one. What it concerns may go on with the record's name.
fn is_meant(stated: &ExpectedProblem, found: &Problem) -> bool {
    let named = found.about.strip_prefix(&stated.about).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    stated.code == found.code && named && stated.about.is_empty() == found.about.is_empty()
}

fn named(record: &RunRecord, which: impl Fn(&Document) -> bool) -> String {
    let chosen = record.documents.iter().filter(|document| which(document));
    listed(chosen.map(|document| format!("{} {}", document.entity, document.id)))
}

fn listed<T: Into<String>>(words: impl Iterator<Item = T>) -> String {
    words.map(Into::into).collect::<Vec<_>>().join(", ")
}

fn word(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Fix => "fix",
        ErrorKind::Skip => "skip",
        ErrorKind::Wait => "wait",
        ErrorKind::Warning => "warning",
    }
}
