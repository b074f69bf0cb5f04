//! Drives a run from its event to its end: claim → snapshot → attempt → end, over and over until
//! there is one. Crash anywhere: another attempt replays the history and goes on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use super::ending::{self, Next};
use super::record::RunRecord;
use super::store::{Claim, Claimed, Fence, Fenced, Learned, NewRun, Store, Unavailable};
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
    over: Arc<Notify>,
}

/// Gives a claim back when its attempt goes away without an end: a caller that left must not keep
/// the others waiting.
struct Holding {
    store: Arc<dyn Store>,
    over: Arc<Notify>,
    fence: Fence,
    ended: bool,
}

impl Drop for Holding {
    fn drop(&mut self) {
        self.over.notify_waiters();
        if self.ended {
            return;
        }
        let (store, over, fence) = (Arc::clone(&self.store), Arc::clone(&self.over), self.fence);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // If the store does not answer either, the lease of a durable store runs out.
                let _released = store.release(fence, false).await;
                over.notify_waiters();
            });
        }
    }
}

impl Runs {
    /// Runs kept in `store`.
    pub fn new(store: Arc<dyn Store>, sandbox: Arc<Sandbox>) -> Self {
        Self { store, sandbox, over: Arc::default() }
    }

    /// Runs to the end, or as long as there is patience; then the record says `waiting`. The same
    /// event, now or later, gives the same run.
    pub async fn run(&self, start: &Start, patience: Patience) -> Result<Arc<RunRecord>, Unavailable> {
        let event = &start.enrollment.event;
        let id = if start.enrollment.preview { RunId::of_preview(event) } else { RunId::of(event) };
        let run = NewRun { id, enrollment: Arc::clone(&start.enrollment) };
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
                    let busy = || Unavailable(format!("run {id} is still being made by another caller"));
                    tokio::time::timeout_at(deadline, over).await.map_err(|_| busy())?;
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
            // Not the message: it may be the action's own sentence.
            tracing::info!(run.id = %id, code = wait.code, "run {id} waits {next:?}: {}", wait.code);
            tokio::time::sleep(next).await;
        }
    }

    /// One attempt of a claimed run, with its end recorded.
    async fn attempt(&self, start: &Start, claim: Claim) -> Result<Next, Unavailable> {
        let (store, over) = (Arc::clone(&self.store), Arc::clone(&self.over));
        let mut holding = Holding { store, over, fence: claim.fence, ended: false };
        let next = self.attempt_claimed(start, &claim).await?;
        holding.ended = true;
        Ok(next)
    }

    async fn attempt_claimed(&self, start: &Start, claim: &Claim) -> Result<Next, Unavailable> {
        let told = ending::Told::new(start, claim);
        let missing = start.grants.missing(&start.version.definition);
        if !missing.is_empty() && claim.history.records.is_empty() {
            return self.finish(claim, Learned::default(), told.missing(&missing)).await;
        }
        let snapshot = match self.snapshot(start, claim).await {
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
        // A preview shows the marker and the randomness of the run it previews.
        let run = RunId::of(&claim.enrollment.event);
        let given = Given { run, enrollment: Arc::clone(&claim.enrollment), snapshot };
        let attempted = self.sandbox.attempt(&start.version.loaded, given, door).await;
        match told.judge(attempted).await {
            ending::Judged::End { learned, record } => self.finish(claim, learned, *record).await,
            ending::Judged::Wait(waiting) => self.release(claim, waiting).await,
            ending::Judged::Lost => Ok(Next::Lost),
        }
    }

    async fn snapshot(&self, start: &Start, claim: &Claim) -> Result<Arc<Snapshot>, NoSnapshot> {
        match &claim.history.snapshot {
            Some(recorded) => Ok(Arc::clone(recorded)),
            None => {
                // The object that was accepted first: the same event is the same run.
                let object = &claim.enrollment.object;
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
