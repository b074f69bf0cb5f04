//! How a run ended. The host decides, from the history: documents, numbers and totals come from
//! recorded answers, never from what the action says.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::history::{Document, History, Standing};
use super::record::{CallLine, Problem, RefusalKind, RunRecord, Status};
use super::store::{Claim, Learned, Pause};
use crate::action::Capability;
use crate::effects::{Door, Overlay, Stop};
use crate::enrollment::{IfExists, StandingDocument};
use crate::ids::RunId;
use crate::quickbooks::Wait;
use crate::sandbox::{self, Attempted, Ending, Exhausted, Outcome, Refusal, Usage, printable};

/// What became of an attempt.
pub(super) enum Next {
    /// The run ended.
    End(Arc<RunRecord>),
    /// The run goes on later.
    Wait {
        /// How it stands meanwhile.
        record: Arc<RunRecord>,
        /// When.
        pause: Pause,
    },
    /// Another attempt holds the run.
    Lost,
}

/// A run that goes on later.
pub(super) struct Waiting {
    pub(super) record: Box<RunRecord>,
    pub(super) pause: Pause,
    pub(super) cpu_exhausted: bool,
    pub(super) asked: bool,
}

/// How long an action may ask to wait, counted from the first time: HubSpot's own sync of a contact
/// takes up to a quarter of an hour. Then a person has to look.
const ASKED_MAX: SignedDuration = SignedDuration::from_mins(15);

/// Deaths of the host in the middle of a guest's code after which the guest is no longer tried. One
/// or two may be chance; a third one hardly is.
const HOST_DEATHS_MAX: u32 = 3;

/// The verdict on an attempt, not recorded yet.
pub(super) enum Judged {
    End { learned: Learned, record: Box<RunRecord> },
    Wait(Waiting),
    Lost,
}

/// Tells how a run stands.
pub(super) struct Told<'a> {
    claim: &'a Claim,
    /// What the action calls its version; empty when it isn't installed.
    version: &'a str,
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
    pub(super) fn new(claim: &'a Claim, version: &'a str) -> Self {
        Self { claim, version }
    }

    /// A required capability isn't granted; no guest code ran.
    pub(super) fn missing(&self, missing: &[&Capability]) -> RunRecord {
        let names: Vec<_> = missing.iter().map(ToString::to_string).collect();
        let message = format!(
            "{} needs {}, which is not granted; approve it for this action, then resume the run",
            self.claim.enrollment.event.action,
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

    /// The host died too often while it ran this guest's code.
    pub(super) fn deadly(&self) -> Option<RunRecord> {
        let deaths = self.claim.host_deaths;
        (deaths >= HOST_DEATHS_MAX).then(|| {
            let standing = self.claim.history.standing();
            let message = format!(
                "the host died {deaths} times while it ran this action's code; a mended version of it can resume the run"
            );
            let verdict = Verdict::new(Status::Held, "host_died", stands(message, &standing));
            self.record(verdict, &self.claim.history, standing, None)
        })
    }

    /// Documents of the same sale stand, and no other is wanted.
    pub(super) fn already_exists(&self, documents: &[StandingDocument]) -> RunRecord {
        let standing: Vec<_> = documents.iter().map(standing_document).collect();
        let message =
            format!("{} stands for this {} already", names(standing.iter()), self.claim.enrollment.object.kind);
        let mut verdict = match self.claim.enrollment.if_exists {
            IfExists::Hold => Verdict::new(Status::Held, "already_exists", message.clone()),
            IfExists::Return | IfExists::Another => Verdict {
                refusal: Some(RefusalKind::Skip),
                ..Verdict::new(Status::Refused, "already_exists", message.clone())
            },
        };
        verdict.problems.push(Problem {
            code: "already_exists".into(),
            message,
            about: self.claim.enrollment.object.to_string(),
            remedy: "delete or void it in QuickBooks if it is wrong, or ask for another".into(),
        });
        let mut record = self.record(verdict, &self.claim.history, Vec::new(), None);
        record.documents = standing;
        record
    }

    /// A person wanted the run to end, and everything that was sent is answered.
    pub(super) fn cancelled(&self, door: &Door) -> RunRecord {
        let standing = door.history().standing();
        let message = "a person cancelled the run".to_owned();
        let status = if door.history().wrote() { Status::Held } else { Status::Cancelled };
        let verdict = Verdict::new(status, "cancelled", stands(message, &standing));
        self.record(verdict, door.history(), standing, None)
    }

    /// The enrolled object is larger than a run may keep.
    pub(super) fn object_too_large(&self, bytes: usize, bytes_max: usize) -> RunRecord {
        let object = self.claim.enrollment.object.to_string();
        let problem = Problem {
            code: "object_too_large".into(),
            message: format!("{object} has {bytes} bytes with all that the action reads of it, more than {bytes_max}"),
            about: object,
            remedy: "split it, or shorten its longest properties".into(),
        };
        let mut verdict = Verdict::new(Status::Refused, "object_too_large", problem.message.clone());
        verdict.refusal = Some(RefusalKind::Fix);
        verdict.problems.push(problem);
        self.record(verdict, &self.claim.history, Vec::new(), None)
    }

    /// The run goes on later; no guest code ran.
    pub(super) fn waiting(&self, wait: Wait) -> Waiting {
        self.waits(wait, &self.claim.history, None)
    }

    /// The run goes on later, after whatever came of settling its intents.
    pub(super) fn unsettled(&self, stop: Stop, door: &Door) -> Judged {
        match stop {
            Stop::Wait(wait) => self.wait(wait, door, None),
            Stop::Unclear { position } => {
                let standing = door.history().standing();
                let verdict = self.verdict(Ending::Stopped(Stop::Unclear { position }), door, &standing);
                let record = self.record(verdict, door.history(), standing, None);
                Judged::End { learned: door.learned(), record: Box::new(record) }
            }
            Stop::Fenced | Stop::Diverged { .. } | Stop::Parked | Stop::SaleHeld(_) | Stop::SaleChanged => Judged::Lost,
        }
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
        let mut ending = match self.ends(ending, &door, measured.as_ref()) {
            Ok(ending) => ending,
            Err(judged) => return *judged,
        };
        if let Err(stop) = settled(&mut door).await {
            match stop {
                Stop::Unclear { position } => ending = Ending::Stopped(Stop::Unclear { position }),
                stop => return self.unsettled(stop, &door),
            }
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

    /// What can be said at once of an attempt that isn't the run's last; or its ending, if it is.
    fn ends(&self, ending: Ending, door: &Door, measured: Option<&(Usage, String)>) -> Result<Ending, Box<Judged>> {
        let measured = measured.cloned();
        let wait = |wait| Err(Box::new(self.wait(wait, door, measured.clone())));
        match ending {
            Ending::Stopped(Stop::Fenced | Stop::Parked) => Err(Box::new(Judged::Lost)),
            Ending::Stopped(Stop::Wait(why)) => wait(why),
            Ending::Stopped(Stop::SaleHeld(by)) => Err(Box::new(Judged::Wait(self.waits_for_sale(by, door, measured)))),
            Ending::Stopped(Stop::SaleChanged) if !door.history().wrote() => {
                let changed = Wait { after: Some(Duration::ZERO), ..Wait::new("sale_changed", SALE_CHANGED) };
                wait(changed)
            }
            Ending::TimedOut => wait(Wait::new("timed_out", "the attempt took too long and is made again")),
            Ending::NoInstance(why) => wait(Wait::new("busy", why)),
            Ending::Exhausted(Exhausted::Cpu) if self.claim.cpu_exhausted == 0 => {
                let why = Wait::new(Exhausted::Cpu.code(), Exhausted::Cpu.sentence());
                let waiting = Waiting { cpu_exhausted: true, ..self.waits(why, door.history(), measured) };
                Err(Box::new(Judged::Wait(waiting)))
            }
            Ending::Refusal(refusal) if refusal.kind == "wait" && self.may_wait(door) => {
                let waiting = Waiting { asked: true, ..self.waits(asked_to_wait(&refusal), door.history(), measured) };
                Err(Box::new(Judged::Wait(waiting)))
            }
            ending => Ok(ending),
        }
    }

    /// An action may wait while nothing is accepted or on its way, and not for ever.
    fn may_wait(&self, door: &Door) -> bool {
        let waited = self.claim.asking_since.map(|since| self.claim.claimed_at.duration_since(since));
        let unanswered = door.history().records.iter().any(|record| record.is_unanswered());
        !door.history().wrote() && !unanswered && waited.is_none_or(|waited| waited < ASKED_MAX)
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
            Ending::Stopped(Stop::SaleChanged) => held(
                "sale_changed",
                format!("{SALE_CHANGED}; this run has written something already, so compare the two, then cancel or resume it"),
            ),
            // These were answered before.
            Ending::Stopped(Stop::Wait(_) | Stop::Fenced | Stop::Parked | Stop::SaleHeld(_)) | Ending::TimedOut | Ending::NoInstance(_) => {
                held("internal", "the attempt ended without an end".into())
            }
        }
    }

    fn wait(&self, wait: Wait, door: &Door, measured: Option<(Usage, String)>) -> Judged {
        Judged::Wait(self.waits(wait, door.history(), measured))
    }

    fn waits(&self, wait: Wait, history: &History, measured: Option<(Usage, String)>) -> Waiting {
        let pause = super::backoff::pause(&wait, self.claim);
        let verdict = Verdict::new(Status::Waiting, wait.code, wait.message);
        let record = self.record(verdict, history, history.standing(), measured);
        Waiting { record: Box::new(record), pause, cpu_exhausted: false, asked: false }
    }

    fn waits_for_sale(&self, by: RunId, door: &Door, measured: Option<(Usage, String)>) -> Waiting {
        let wait =
            Wait::new("sale_busy", format!("run {by} is making the document of this sale; this one goes on after it"));
        Waiting { pause: Pause::Sale(by), ..self.waits(wait, door.history(), measured) }
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
            version: self.version.to_owned(),
            digest: self.claim.digest,
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

/// Another run took the sale's key between this run's claim and its first write.
const SALE_CHANGED: &str = "another run has worked on the same sale meanwhile";

/// Settles every intent that is unanswered, however long QuickBooks takes.
pub(super) async fn settled(door: &mut Door) -> Result<(), Stop> {
    loop {
        match door.settle().await {
            Err(Stop::Parked) => {
                // A rejection is an answer too; what is no answer is met again in the next round.
                if let Some(Err(stop)) = door.sent().await {
                    return Err(stop);
                }
            }
            settled => return settled,
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
    let mut verdict = if refusal.kind == "wait" && !wrote {
        // It has waited for as long as it may.
        Verdict::new(Status::Held, &first.code, format!("the action waited in vain: {said}"))
    } else if wrote {
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

fn standing_document(document: &StandingDocument) -> Document {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    Document {
        entity: document.entity.clone(),
        id: document.id.clone(),
        doc_number: some(&document.number),
        total: some(&document.total),
        name: None,
        set_by_quickbooks: Vec::new(),
    }
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
