//! Drives a run from its event to its end: claim → snapshot → attempt → end, over and over until
//! there is one. Crash anywhere: another attempt replays the history and goes on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::ending::{self, Next};
use super::history::History;
use super::record::RunRecord;
use super::store::{Claim, Claimed, Fenced, Learned, NewRun, Store, Unavailable};
use crate::catalog::ActionVersion;
use crate::connection::Connection;
use crate::effects::Door;
use crate::enrollment::{Enrollment, Snapshot};
use crate::grant::Grants;
use crate::hubspot::NoSnapshot;
use crate::ids::RunId;
use crate::quickbooks::Wait;
use crate::sandbox::{Given, Sandbox};

/// First pause before another attempt; it doubles up to [`PAUSE_MAX`].
const PAUSE_MIN: Duration = Duration::from_millis(200);

/// Longest pause before another attempt.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// A run that is asked for: the enrollment, and everything it runs with.
#[derive(Clone)]
pub struct Start {
    /// What asked for it.
    pub enrollment: Arc<Enrollment>,
    /// The action version.
    pub version: Arc<ActionVersion>,
    /// What it may do.
    pub grants: Arc<Grants>,
    /// What it reaches.
    pub connection: Connection,
}

/// How long a caller waits for the end of a run that has to wait itself.
#[derive(Debug, Clone, Copy)]
pub struct Patience(pub Duration);

/// Runs on one store and one sandbox.
pub struct Runs {
    store: Arc<dyn Store>,
    sandbox: Arc<Sandbox>,
    /// Told whenever an attempt of any run is over, for callers that found a run busy.
    over: Notify,
}

impl Runs {
    /// Runs kept in `store`.
    pub fn new(store: Arc<dyn Store>, sandbox: Arc<Sandbox>) -> Self {
        Self { store, sandbox, over: Notify::new() }
    }

    /// Runs to the end, or as long as there is patience; then the record says `waiting`. The same
    /// event, now or later, gives the same run.
    pub async fn run(&self, start: &Start, patience: Patience) -> Result<Arc<RunRecord>, Unavailable> {
        let id = RunId::of(&start.enrollment.event);
        let run = NewRun { id, enrollment: Arc::clone(&start.enrollment), digest: start.version.digest };
        self.store.enqueue(run).await?;
        let deadline = Instant::now() + patience.0;
        let mut pause = PAUSE_MIN;
        loop {
            // Register before asking: an attempt that ends in between must not be missed.
            let over = self.over.notified();
            let claim = match self.store.claim(id).await? {
                Claimed::Held(claim) => *claim,
                Claimed::Ended(record) => return Ok(record),
                Claimed::Unknown => return Err(Unavailable(format!("run {id} was accepted and is gone"))),
                Claimed::Busy => {
                    over.await;
                    continue;
                }
            };
            let (waiting, wait) = match self.attempt(start, claim).await? {
                Next::End(record) => return Ok(record),
                Next::Wait { record, wait } => (record, wait),
                Next::Lost => continue,
            };
            let next = wait.after.unwrap_or(pause).max(pause);
            pause = (pause * 2).min(PAUSE_MAX);
            if Instant::now() + next > deadline {
                return Ok(Arc::new(*waiting));
            }
            tracing::info!(run.id = %id, code = wait.code, "run {id} waits {next:?}: {}", wait.message);
            tokio::time::sleep(next).await;
        }
    }

    /// One attempt of a claimed run, with its end recorded.
    async fn attempt(&self, start: &Start, claim: Claim) -> Result<Next, Unavailable> {
        let next = self.attempt_claimed(start, &claim).await?;
        self.over.notify_waiters();
        Ok(next)
    }

    async fn attempt_claimed(&self, start: &Start, claim: &Claim) -> Result<Next, Unavailable> {
        let told = ending::Told::new(start, claim);
        let missing = start.grants.missing(&start.version.definition);
        if !missing.is_empty() && claim.history.records.is_empty() {
            return self.finish(claim, Learned::default(), told.missing(&missing)).await;
        }
        let snapshot = match self.snapshot(start, &claim.history).await {
            Ok(snapshot) => snapshot,
            Err(NoSnapshot::Unknown(object)) => {
                return self.finish(claim, Learned::default(), told.unknown_object(&object)).await;
            }
            Err(error @ NoSnapshot::Unavailable(_)) => {
                return self.release(claim, told.waiting(Wait::new("hubspot_unavailable", error.to_string()))).await;
            }
            Err(error @ NoSnapshot::Refused(_)) => {
                return self.release(claim, told.waiting(Wait::new("hubspot_refused", error.to_string()))).await;
            }
        };
        let client = Arc::clone(&start.connection.quickbooks);
        let mut door = Door::new(claim, Arc::clone(&self.store), client, Arc::clone(&start.grants));
        door.learn_snapshot(Arc::clone(&snapshot));
        let given = Given { run: claim.fence.run, enrollment: Arc::clone(&claim.enrollment), snapshot };
        let attempted = self.sandbox.attempt(&start.version.loaded, given, door).await;
        match told.judge(attempted).await {
            ending::Judged::End { learned, record } => self.finish(claim, learned, *record).await,
            ending::Judged::Wait(waiting) => self.release(claim, waiting).await,
            ending::Judged::Lost => Ok(Next::Lost),
        }
    }

    async fn snapshot(&self, start: &Start, history: &History) -> Result<Arc<Snapshot>, NoSnapshot> {
        match &history.snapshot {
            Some(recorded) => Ok(Arc::clone(recorded)),
            None => {
                let object = &start.enrollment.object;
                let reads = start.version.definition.reads_of(object.kind);
                let read = start.connection.hubspot.snapshot(object, reads).await?;
                Ok(Arc::new(Snapshot { capabilities: start.grants.to_string(), ..read }))
            }
        }
    }

    async fn finish(&self, claim: &Claim, learned: Learned, record: RunRecord) -> Result<Next, Unavailable> {
        let record = Arc::new(record);
        match self.store.finish(claim.fence, learned, Arc::clone(&record)).await? {
            Fenced::No => Ok(Next::End(record)),
            Fenced::Yes => Ok(Next::Lost),
        }
    }

    async fn release(&self, claim: &Claim, waiting: ending::Waiting) -> Result<Next, Unavailable> {
        match self.store.release(claim.fence, waiting.cpu_exhausted).await? {
            Fenced::No => Ok(Next::Wait { record: waiting.record, wait: waiting.wait }),
            Fenced::Yes => Ok(Next::Lost),
        }
    }
}
