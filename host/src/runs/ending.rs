//! How a run ended. The host decides, from the history: documents, numbers and totals come from
//! recorded answers, never from what the action says.

use std::sync::Arc;

use super::drive::Start;
use super::history::{Document, History, Standing};
use super::record::{CallLine, Problem, RefusalKind, RunRecord, Status};
use super::store::{Claim, Learned};
use crate::action::Capability;
use crate::effects::{Door, Overlay, Stop};
use crate::quickbooks::Wait;
use crate::sandbox::{self, Attempted, Ending, Exhausted, Outcome, Refusal, Usage, printable};

/// What became of an attempt.
pub(super) enum Next {
    /// The run ended.
    End(Arc<RunRecord>),
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
    End { learned: Learned, record: Box<RunRecord> },
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
    refusal: Option<RefusalKind>,
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
            refusal: None,
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
        let verdict = Verdict::new(Status::Held, "capability_missing", message);
        self.record(verdict, &self.claim.history, Vec::new(), None)
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
        verdict.refusal = Some(RefusalKind::Fix);
        verdict.problems.push(problem);
        self.record(verdict, &self.claim.history, Vec::new(), None)
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
        // A guest that was ended in the middle of a write: its answer is recorded before anything else.
        let _answered = door.sent().await;
        let log = match &ending {
            // Where it trapped is for the action's author.
            Ending::Trapped(trap) => format!("{log}{trap}\n"),
            _ => log,
        };
        let measured = Some((usage, log));
        let mut ending = match ending {
            Ending::Stopped(Stop::Fenced) => return Judged::Lost,
            Ending::Stopped(Stop::Wait(wait)) => return self.wait(wait, &door, measured),
            Ending::TimedOut => {
                return self.wait(
                    Wait::new("timed_out", "the attempt took too long and is made again"),
                    &door,
                    measured,
                );
            }
            Ending::NoInstance(why) => return self.wait(Wait::new("busy", why), &door, measured),
            Ending::Exhausted(Exhausted::Cpu) if self.claim.cpu_exhausted == 0 => {
                let wait = Wait::new(Exhausted::Cpu.code(), Exhausted::Cpu.sentence());
                return Judged::Wait(self.waits(wait, door.history(), measured, true));
            }
            Ending::Refusal(refusal) if refusal.kind == "wait" && !door.history().sent_any() => {
                return self.wait(asked_to_wait(&refusal), &door, measured);
            }
            ending => ending,
        };
        match door.settle().await {
            Ok(()) => {}
            Err(Stop::Wait(wait)) => return self.wait(wait, &door, measured),
            Err(Stop::Fenced | Stop::Diverged { .. }) => return Judged::Lost,
            Err(Stop::Unclear { position }) => ending = Ending::Stopped(Stop::Unclear { position }),
        }
        let standing = door.history().standing();
        let verdict = self.verdict(ending, &door, &standing);
        let mut record = self.record(verdict, door.history(), standing, measured);
        if let Some(overlay) = door.previewed() {
            record.documents = overlay.documents();
            record.preview_hash = (record.status == Status::Previewed).then(|| overlay.hash());
        }
        Judged::End { learned: door.learned(), record: Box::new(record) }
    }

    fn verdict(&self, ending: Ending, door: &Door, standing: &[Standing]) -> Verdict {
        let held = |code: &str, message: String| Verdict::new(Status::Held, code, stands(message, standing));
        match ending {
            Ending::Outcome(_) | Ending::Refusal(_) if !door.replayed_all() => held(
                "diverged",
                "the action made fewer calls than in an earlier attempt; restart the run, or resume it with the version it began with".into(),
            ),
            Ending::Outcome(outcome) => succeeded(outcome, door, standing),
            Ending::Refusal(refusal) => refused(refusal, door.history().wrote(), standing),
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
                format!("call {} differs from an earlier attempt, so it was not sent; restart the run", position + 1),
            ),
            Ending::Stopped(Stop::Unclear { position }) => held(
                "unclear",
                format!(
                    "the answer to call {} was lost, and whether QuickBooks carried it out is not known; look there",
                    position + 1
                ),
            ),
            // These were answered before.
            Ending::Stopped(Stop::Wait(_) | Stop::Fenced) | Ending::TimedOut | Ending::NoInstance(_) => {
                held("internal", "the attempt ended without an end".into())
            }
        }
    }

    fn wait(&self, wait: Wait, door: &Door, measured: Option<(Usage, String)>) -> Judged {
        Judged::Wait(self.waits(wait, door.history(), measured, false))
    }

    fn waits(&self, wait: Wait, history: &History, measured: Option<(Usage, String)>, cpu_exhausted: bool) -> Waiting {
        let verdict = Verdict::new(Status::Waiting, wait.code, wait.message.clone());
        let record = self.record(verdict, history, history.standing(), measured);
        Waiting { record: Box::new(record), wait, cpu_exhausted }
    }

    fn record(
        &self,
        verdict: Verdict,
        history: &History,
        standing: Vec<Standing>,
        measured: Option<(Usage, String)>,
    ) -> RunRecord {
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
            refusal: verdict.refusal,
            code: verdict.code,
            message: verdict.message,
            problems: verdict.problems,
            warnings: verdict.warnings,
            documents: standing.into_iter().map(|standing| standing.document).collect(),
            outputs: verdict.outputs,
            preview_hash: None,
            calls: history.records.iter().map(|record| CallLine::from(&**record)).collect(),
            attempts: self.claim.attempts + 1,
            limits,
            log,
        }
    }
}

/// A success is one only when QuickBooks accepted a write.
fn succeeded(outcome: Outcome, door: &Door, standing: &[Standing]) -> Verdict {
    let mut verdict = match door.previewed().map(Overlay::documents) {
        Some(documents) if !documents.is_empty() => {
            let message = format!("would create {}; nothing was sent", names(documents.iter()));
            Verdict::new(Status::Previewed, "previewed", message)
        }
        None if !standing.is_empty() => {
            let message = format!("created {}", names(standing.iter().map(|standing| &standing.document)));
            Verdict::new(Status::Succeeded, "created", message)
        }
        None if door.history().wrote() => {
            Verdict::new(Status::Succeeded, "done", "what stood in QuickBooks was changed")
        }
        Some(_) | None => Verdict::new(
            Status::Held,
            "no_effect",
            "the action reports success, but QuickBooks accepted no write from it; its author must mend it",
        ),
    };
    verdict.warnings = outcome.warnings.into_iter().map(problem).chain(standing.iter().filter_map(differs)).collect();
    verdict.outputs = outcome.outputs.iter().map(|(name, value)| (printable(name), printable(value))).collect();
    verdict
}

/// A refusal after an accepted write is never *refused*: something stands.
fn refused(refusal: Refusal, wrote: bool, standing: &[Standing]) -> Verdict {
    let problems: Vec<Problem> = refusal.problems.into_iter().map(problem).collect();
    let kind = match refusal.kind.as_str() {
        "skip" => Some(RefusalKind::Skip),
        // A wait comes here only after a write; then a person must look.
        "fix" | "wait" => Some(RefusalKind::Fix),
        _ => None,
    };
    let Some(first) = problems.first().filter(|_| kind.is_some()) else {
        let message = "the action refused without saying why, or how; its author must mend it".into();
        return Verdict::new(Status::Held, "bad_refusal", stands(message, standing));
    };
    let said = match problems.len() {
        1 => first.message.clone(),
        count => format!("{count} problems, the first: {}", first.message),
    };
    let mut verdict = if wrote {
        let message = format!("the action stopped half-way: {said}");
        Verdict::new(Status::Held, "partly_written", stands(message, standing))
    } else {
        Verdict { refusal: kind, ..Verdict::new(Status::Refused, &first.code, said) }
    };
    verdict.problems = problems;
    verdict
}

fn asked_to_wait(refusal: &Refusal) -> Wait {
    let said = refusal.problems.first().map_or("the action asked to wait", |problem| problem.message.as_str());
    Wait::new("action_waits", printable(said))
}

/// Adds what stands in QuickBooks to a sentence about a run that did not come to its end.
fn stands(message: String, standing: &[Standing]) -> String {
    if standing.is_empty() {
        return message;
    }
    format!("{message}; in QuickBooks stands: {}", names(standing.iter().map(|standing| &standing.document)))
}

fn name_of(document: &Document) -> String {
    let name = document.doc_number.as_ref().or(document.name.as_ref());
    let mut text = format!("{} {}", document.entity, name.unwrap_or(&document.id));
    if let Some(total) = &document.total {
        text.push_str(&format!(" over {total}"));
    }
    text
}

fn names<'a>(documents: impl Iterator<Item = &'a Document>) -> String {
    documents.map(name_of).collect::<Vec<_>>().join(", ")
}

fn differs(standing: &Standing) -> Option<Problem> {
    standing.differs.then(|| Problem {
        code: "answer_differs".into(),
        message: "what QuickBooks made differs in its note or total from what was sent".into(),
        about: name_of(&standing.document),
        remedy: "compare it with the enrolled object".into(),
    })
}

fn problem(problem: sandbox::Problem) -> Problem {
    let sandbox::Problem { code, message, about, remedy } = problem;
    let [code, message, about, remedy] = [code, message, about, remedy].map(|text| printable(&text));
    Problem { code, message, about, remedy }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
