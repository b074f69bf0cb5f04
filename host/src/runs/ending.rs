//! How a run ended. The host decides, from the history: documents, numbers and totals come from
//! recorded answers, never from what the action says.

use super::drive::Start;
use super::history::{Document, History};
use super::record::{CallLine, Problem, RunRecord, Status};
use super::store::{Claim, Learned};
use crate::action::Capability;
use crate::effects::{Door, Stop};
use crate::quickbooks::Wait;
use crate::sandbox::{self, Attempted, Ending, Exhausted, Outcome, Refusal, Usage};

/// What became of an attempt.
pub(super) enum Next {
    /// The run ended.
    End(Box<RunRecord>),
    /// The run goes on later.
    Wait {
        /// How it stands meanwhile.
        record: Box<RunRecord>,
        /// Why.
        wait: Wait,
    },
    /// Another attempt holds the run.
    Lost,
}

/// A run that goes on later.
pub(super) struct Waiting {
    pub(super) record: Box<RunRecord>,
    pub(super) wait: Wait,
    pub(super) cpu_exhausted: bool,
}

/// The verdict on an attempt, not recorded yet.
pub(super) enum Judged {
    End { learned: Learned, record: RunRecord },
    Wait(Waiting),
    Lost,
}

/// Tells how a run stands.
pub(super) struct Told<'a> {
    start: &'a Start,
    claim: &'a Claim,
}

/// A verdict in words, before the history is added.
struct Verdict {
    status: Status,
    code: String,
    message: String,
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    outputs: Vec<(String, String)>,
}

impl Verdict {
    fn new(status: Status, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            problems: Vec::new(),
            warnings: Vec::new(),
            outputs: Vec::new(),
        }
    }
}

impl<'a> Told<'a> {
    pub(super) fn new(start: &'a Start, claim: &'a Claim) -> Self {
        Self { start, claim }
    }

    /// A required capability isn't granted; no guest code ran.
    pub(super) fn missing(&self, missing: &[&Capability]) -> RunRecord {
        let names: Vec<_> = missing.iter().map(ToString::to_string).collect();
        let message = format!(
            "{} needs {}, which is not granted; approve it for this action, then resume the run",
            self.start.version.definition.id,
            names.join(", ")
        );
        self.record(Verdict::new(Status::Held, "capability_missing", message), &self.claim.history, None)
    }

    /// HubSpot doesn't know the enrolled object.
    pub(super) fn unknown_object(&self, object: &str) -> RunRecord {
        let problem = Problem {
            code: "object_not_found".into(),
            message: format!("HubSpot has no {object} that this connection may read"),
            about: object.into(),
            remedy: "check the id, and that the record is not in the recycle bin".into(),
        };
        let mut verdict = Verdict::new(Status::Refused, "object_not_found", problem.message.clone());
        verdict.problems.push(problem);
        self.record(verdict, &self.claim.history, None)
    }

    /// The run goes on later; no guest code ran.
    pub(super) fn waiting(&self, wait: Wait) -> Waiting {
        self.waits(wait, &self.claim.history, None, false)
    }

    /// Judges a finished attempt. A run whose intent is unanswered learns the answer first.
    pub(super) async fn judge(&self, attempted: Attempted) -> Judged {
        let Attempted { ending, door, usage, log } = attempted;
        let Some(mut door) = door else {
            return Judged::Wait(self.waiting(Wait::new("internal", "the sandbox had no room for the run")));
        };
        let measured = Some((usage, log));
        let ending = match ending {
            Ending::Stopped(Stop::Fenced) => return Judged::Lost,
            Ending::Stopped(Stop::Wait(wait)) => return self.wait(wait, &door, measured),
            Ending::TimedOut => {
                return self.wait(Wait::new("timed_out", "the attempt took too long and is made again"), &door, measured);
            }
            Ending::NoInstance(why) => return self.wait(Wait::new("busy", why), &door, measured),
            Ending::Exhausted(Exhausted::Cpu) if self.claim.cpu_exhausted == 0 => {
                let wait = Wait::new(Exhausted::Cpu.code(), Exhausted::Cpu.sentence());
                return Judged::Wait(self.waits(wait, door.history(), measured, true));
            }
            Ending::Refusal(refusal) if refusal.kind == "wait" && !door.history().wrote() => {
                return self.wait(asked_to_wait(&refusal), &door, measured);
            }
            ending => ending,
        };
        match door.settle().await {
            Ok(()) => {}
            Err(Stop::Wait(wait)) => return self.wait(wait, &door, measured),
            Err(Stop::Fenced | Stop::Diverged { .. }) => return Judged::Lost,
        }
        let verdict = self.verdict(ending, &door);
        let mut record = self.record(verdict, door.history(), measured);
        if let Some(overlay) = door.previewed() {
            record.documents = overlay.documents();
            record.preview_hash = (record.status == Status::Previewed).then(|| overlay.hash());
        }
        Judged::End { learned: door.learned(), record }
    }

    fn verdict(&self, ending: Ending, door: &Door) -> Verdict {
        let history = door.history();
        let held = |code: &str, message: String| Verdict::new(Status::Held, code, stands(message, history));
        match ending {
            Ending::Outcome(_) | Ending::Refusal(_) if !door.replayed_all() => held(
                "diverged",
                "the action made fewer calls than in an earlier attempt; restart the run, or resume it with the version it began with".into(),
            ),
            Ending::Outcome(outcome) => self.outcome(outcome, door),
            Ending::Refusal(refusal) => refused(refusal, history),
            Ending::Exhausted(exhausted) => held(
                exhausted.code(),
                format!("{}; a mended version of it can resume the run", exhausted.sentence()),
            ),
            Ending::Trapped(trap) => held(
                "trapped",
                format!("the action failed ({}); a mended version of it can resume the run", first_line(&trap)),
            ),
            Ending::Stopped(Stop::Diverged { position }) => held(
                "diverged",
                format!("call {} differs from an earlier attempt, so nothing was sent; restart the run", position + 1),
            ),
            // These were answered before.
            Ending::Stopped(Stop::Wait(_) | Stop::Fenced) | Ending::TimedOut | Ending::NoInstance(_) => {
                held("internal", "the attempt ended without an end".into())
            }
        }
    }

    fn outcome(&self, outcome: Outcome, door: &Door) -> Verdict {
        let history = door.history();
        let warnings = outcome.warnings.into_iter().map(problem).chain(adopted(history)).collect();
        let made = |documents: &[Document]| documents.iter().map(name_of).collect::<Vec<_>>().join(", ");
        let mut verdict = match door.previewed() {
            Some(overlay) if !overlay.documents().is_empty() => {
                let message = format!("would create {}; nothing was sent", made(&overlay.documents()));
                Verdict::new(Status::Previewed, "previewed", message)
            }
            None if history.wrote() => {
                let documents = history.documents();
                let message = if documents.is_empty() { "done".into() } else { format!("created {}", made(&documents)) };
                Verdict::new(Status::Succeeded, "created", message)
            }
            Some(_) | None => Verdict::new(
                Status::Held,
                "no_effect",
                "the action reports success, but QuickBooks accepted no write from it; its author must mend it",
            ),
        };
        verdict.warnings = warnings;
        verdict.outputs = outcome.outputs;
        verdict
    }

    fn wait(&self, wait: Wait, door: &Door, measured: Option<(Usage, String)>) -> Judged {
        Judged::Wait(self.waits(wait, door.history(), measured, false))
    }

    fn waits(
        &self,
        wait: Wait,
        history: &History,
        measured: Option<(Usage, String)>,
        cpu_exhausted: bool,
    ) -> Waiting {
        let verdict = Verdict::new(Status::Waiting, wait.code, wait.message.clone());
        Waiting { record: Box::new(self.record(verdict, history, measured)), wait, cpu_exhausted }
    }

    fn record(&self, verdict: Verdict, history: &History, measured: Option<(Usage, String)>) -> RunRecord {
        let (limits, log) = measured.map_or((None, String::new()), |(usage, log)| (Some(usage), log));
        let enrollment = &self.claim.enrollment;
        RunRecord {
            run_id: self.claim.fence.run,
            event: enrollment.event.id.clone(),
            action: enrollment.event.action.clone(),
            version: self.start.version.definition.version.clone(),
            digest: self.start.version.digest,
            object: enrollment.object.to_string(),
            status: verdict.status,
            code: verdict.code,
            message: verdict.message,
            problems: verdict.problems,
            warnings: verdict.warnings,
            documents: history.documents(),
            outputs: verdict.outputs,
            preview_hash: None,
            calls: history.records.iter().map(|record| CallLine::from(&**record)).collect(),
            attempts: self.claim.attempts + 1,
            limits,
            log,
        }
    }
}

/// A refusal after an accepted write is never *refused*: something stands.
fn refused(refusal: Refusal, history: &History) -> Verdict {
    let problems: Vec<Problem> = refusal.problems.into_iter().map(problem).collect();
    let known = matches!(refusal.kind.as_str(), "fix" | "skip" | "wait");
    let Some(first) = problems.first().filter(|_| known) else {
        let message = "the action refused without saying why, or how; its author must mend it".into();
        return Verdict::new(Status::Held, "bad_refusal", stands(message, history));
    };
    let said = match problems.len() {
        1 => first.message.clone(),
        count => format!("{count} problems, the first: {}", first.message),
    };
    let mut verdict = if history.wrote() {
        let message = format!("the action stopped half-way: {said}");
        Verdict::new(Status::Held, "partly_written", stands(message, history))
    } else {
        Verdict::new(Status::Refused, &first.code, said)
    };
    verdict.problems = problems;
    verdict
}

fn asked_to_wait(refusal: &Refusal) -> Wait {
    let said = refusal.problems.first().map_or("the action asked to wait", |problem| problem.message.as_str());
    Wait::new("action_waits", said)
}

/// Adds what stands in QuickBooks to a sentence about a run that did not come to its end.
fn stands(message: String, history: &History) -> String {
    let standing: Vec<_> = history.documents().iter().map(name_of).collect();
    if standing.is_empty() { message } else { format!("{message}; in QuickBooks stands: {}", standing.join(", ")) }
}

fn name_of(document: &Document) -> String {
    let name = document.doc_number.as_ref().or(document.name.as_ref());
    let mut text = format!("{} {}", document.entity, name.unwrap_or(&document.id));
    if let Some(total) = &document.total {
        text.push_str(&format!(" over {total}"));
    }
    text
}

fn adopted(history: &History) -> Vec<Problem> {
    let adopted = history.adopted();
    let warn = |record: &&std::sync::Arc<super::history::Record>| Problem {
        code: "adopted".into(),
        message: format!("QuickBooks answered with a {} that it had made for an earlier request", record.call.entity),
        about: record.call.key.clone().unwrap_or_default(),
        remedy: "compare it with the enrolled object".into(),
    };
    adopted.iter().map(warn).collect()
}

fn problem(problem: sandbox::Problem) -> Problem {
    let sandbox::Problem { code, message, about, remedy } = problem;
    Problem { code, message, about, remedy }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
