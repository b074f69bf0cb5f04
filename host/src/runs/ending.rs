//! How a run ended. The host decides, from the history: documents, numbers and totals come from
//! recorded answers, never from what the action says.

mod verdict;
mod without_guest;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::history::{History, Standing};
use super::record::{CallLine, RunRecord, Status};
use super::store::{Claim, Learned, Pause};
use crate::effects::{Door, Stop};
use crate::ids::RunId;
use crate::quickbooks::Wait;
use crate::sandbox::{Attempted, Ending, Exhausted, Refusal, Usage, printable};
use verdict::{SALE_CHANGED, Verdict};

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

impl<'a> Told<'a> {
    pub(super) fn new(claim: &'a Claim, version: &'a str) -> Self {
        Self { claim, version }
    }

    /// The run goes on later; no guest code ran.
    pub(super) fn waiting(&self, wait: Wait) -> Waiting {
        self.waits(wait, &self.claim.history, None)
    }

    /// The run goes on when `other` has ended; no guest code ran.
    pub(super) fn waiting_for(&self, other: RunId) -> Waiting {
        self.after(other, &self.claim.history, None)
    }

    /// The run goes on later, after whatever came of settling its intents.
    pub(super) fn unsettled(&self, stop: Stop, door: &Door) -> Judged {
        match stop {
            Stop::Wait(wait) => self.wait(wait, door, None),
            Stop::Unclear { position } => {
                let standing = door.history().standing();
                let verdict = Verdict::of(Ending::Stopped(Stop::Unclear { position }), door, &standing);
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
        let verdict = Verdict::of(ending, &door, &standing).naming_what_sets(&self.claim.enrollment.event);
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
            Ending::Stopped(Stop::SaleHeld(by)) => {
                Err(Box::new(Judged::Wait(self.after(by, door.history(), measured))))
            }
            Ending::Stopped(Stop::SaleChanged) => {
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

    fn wait(&self, wait: Wait, door: &Door, measured: Option<(Usage, String)>) -> Judged {
        Judged::Wait(self.waits(wait, door.history(), measured))
    }

    fn waits(&self, wait: Wait, history: &History, measured: Option<(Usage, String)>) -> Waiting {
        let pause = super::backoff::pause(&wait, self.claim);
        let verdict = Verdict::new(Status::Waiting, wait.code, wait.message);
        let record = self.record(verdict, history, history.standing(), measured);
        Waiting { record: Box::new(record), pause, cpu_exhausted: false, asked: false }
    }

    fn after(&self, by: RunId, history: &History, measured: Option<(Usage, String)>) -> Waiting {
        let wait =
            Wait::new("sale_busy", format!("run {by} is making the document of this sale; this one goes on after it"));
        Waiting { pause: Pause::Sale(by), ..self.waits(wait, history, measured) }
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

fn asked_to_wait(refusal: &Refusal) -> Wait {
    let said = refusal.problems.first().map_or("the action asked to wait", |problem| problem.message.as_str());
    Wait::new("action_waits", printable(said))
}
