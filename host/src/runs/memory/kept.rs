//! What the store in memory keeps of a run, a company and a message.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::enrollment::Enrollment;
use crate::ids::{Digest, RunId};
use crate::runs::history::{Document, History};
use crate::runs::record::{RunRecord, Status};
use crate::runs::service_store::{Happened, Lent, Phase};
use crate::runs::store::{Learned, NewRun, NewSale, Pause};

#[derive(Debug)]
pub(super) struct Kept {
    /// The order in which runs were accepted.
    pub(super) number: u64,
    pub(super) enrollment: Arc<Enrollment>,
    pub(super) digest: Digest,
    pub(super) sale: Option<NewSale>,
    pub(super) phase: Phase,
    pub(super) epoch: u64,
    pub(super) due: Duration,
    pub(super) lease: Duration,
    pub(super) waits_for: Option<RunId>,
    pub(super) history: History,
    pub(super) generations: BTreeMap<String, u32>,
    pub(super) attempts: u32,
    pub(super) cpu_exhausted: u32,
    pub(super) host_deaths: u32,
    pub(super) asking_since: Option<Timestamp>,
    pub(super) cancelled: bool,
    pub(super) record: Option<Arc<RunRecord>>,
    pub(super) made: Vec<Document>,
    pub(super) timeline: Vec<Happened>,
}

impl Kept {
    pub(super) fn new(run: &NewRun, number: u64, now: Duration, at: Timestamp) -> Self {
        let mut kept = Self {
            number,
            enrollment: Arc::clone(&run.enrollment),
            digest: run.digest,
            sale: run.sale.clone(),
            phase: Phase::Queued,
            epoch: 0,
            due: now,
            lease: Duration::ZERO,
            waits_for: None,
            history: History::default(),
            generations: BTreeMap::new(),
            attempts: 0,
            cpu_exhausted: 0,
            host_deaths: 0,
            asking_since: None,
            cancelled: false,
            record: None,
            made: Vec::new(),
            timeline: Vec::new(),
        };
        kept.happened(at, "accepted", &run.enrollment.event.source);
        kept
    }

    pub(super) fn happened(&mut self, at: Timestamp, what: &str, detail: &str) {
        self.timeline.push(Happened { at, what: what.into(), detail: detail.into() });
    }

    pub(super) fn learn(&mut self, learned: Learned) {
        if self.history.snapshot.is_none() {
            self.history.snapshot = learned.snapshot;
        }
        self.history.records.extend(learned.records);
    }

    /// An attempt is over, however it ended.
    pub(super) fn attempted(&mut self, record: &Arc<RunRecord>, at: Timestamp) {
        self.attempts += 1;
        self.record = Some(Arc::clone(record));
        let what = if record.status == Status::Waiting { "attempt" } else { "ended" };
        self.happened(at, what, &record.code);
    }

    pub(super) fn end(&mut self, end: &Arc<RunRecord>) {
        self.phase = Phase::Ended;
        self.made = match end.status {
            Status::Succeeded | Status::Held => end.documents.clone(),
            Status::Refused | Status::Previewed | Status::Cancelled | Status::Waiting => Vec::new(),
        };
    }

    pub(super) fn is_held(&self) -> bool {
        self.record.as_ref().is_some_and(|record| record.status == Status::Held)
    }

    /// Forgets what follows the last write that may stand, or everything when there is none.
    pub(super) fn forget_unaccepted(&mut self) {
        let records = &mut self.history.records;
        let standing = records.iter().rposition(|record| record.may_stand());
        let forgotten = records.split_off(standing.map_or(0, |last| last + 1));
        if standing.is_none() {
            self.history.snapshot = None;
        }
        for record in forgotten.iter().filter(|record| record.may_go_under_another_id()) {
            if let Some(key) = &record.call.key {
                *self.generations.entry(key.clone()).or_default() += 1;
            }
        }
    }

    /// Forgets everything that is recorded.
    pub(super) fn forget_all(&mut self) {
        for record in std::mem::take(&mut self.history).records.iter().filter(|record| record.may_go_under_another_id())
        {
            if let Some(key) = &record.call.key {
                *self.generations.entry(key.clone()).or_default() += 1;
            }
        }
    }

    /// An ended run is on its way again.
    pub(super) fn revive(&mut self, now: Duration) {
        self.phase = Phase::Queued;
        self.due = now;
        self.waits_for = None;
        self.asking_since = None;
        self.cancelled = false;
        self.cpu_exhausted = 0;
        self.host_deaths = 0;
        self.record = None;
    }
}

/// A company's turn, and whether it answers.
#[derive(Debug, Default)]
pub(super) struct Company {
    pub(super) blocked_until: Duration,
    pub(super) failures: u32,
    /// The turn in which a run of it was claimed last.
    pub(super) served: u64,
}

impl Company {
    /// An attempt of one of its runs is over.
    pub(super) fn release(&mut self, pause: &Pause, now: Duration) {
        match pause {
            Pause::Company { pause, failing } => {
                self.blocked_until = self.blocked_until.max(now + *pause);
                self.failures += u32::from(*failing);
            }
            Pause::Run(_) | Pause::Sale(_) => self.failures = 0,
        }
    }
}

/// A message to HubSpot.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) body: String,
    pub(super) due: Duration,
    pub(super) failures: u32,
    /// `None` while it is to be sent; then [`Settled::kept`](crate::runs::service_store::Settled).
    pub(super) settled: Option<String>,
}

impl Outgoing {
    pub(super) fn new(body: String, due: Duration) -> Self {
        Self { body, due, failures: 0, settled: None }
    }

    /// The lending that it is out by.
    pub(super) fn lent(&self) -> Lent {
        Lent(i64::try_from(self.due.as_micros()).unwrap_or(i64::MAX))
    }

    pub(super) fn is_due_ever(&self) -> bool {
        self.settled.is_none()
    }
}
