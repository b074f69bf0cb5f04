//! What a run needs to survive: the `Store` trait. Every write carries the fence of its attempt,
//! so a holder that was thought dead and wakes up can change nothing.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::history::{History, Record, Reply};
use super::record::RunRecord;
use crate::enrollment::{Enrollment, Snapshot};
use crate::ids::RunId;

/// The right of one attempt to write. A later claim makes it worthless.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence {
    /// The run.
    pub run: RunId,
    /// Raised by every claim.
    pub epoch: u64,
}

/// A run to be made.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Derived from the enrollment's event.
    pub id: RunId,
    /// What asked for it.
    pub enrollment: Arc<Enrollment>,
}

/// Whether the event was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// It is a run now.
    New,
    /// It was a run already; nothing changed.
    Duplicate,
}

/// What came of trying to hold a run.
#[derive(Debug)]
pub enum Claimed {
    /// The caller holds it.
    Held(Box<Claim>),
    /// Another attempt holds it.
    Busy,
    /// It has ended.
    Ended(Arc<RunRecord>),
    /// There is no such run.
    Unknown,
}

/// A held run.
#[derive(Debug)]
pub struct Claim {
    /// Goes with every write.
    pub fence: Fence,
    /// What asked for the run, as it was accepted first.
    pub enrollment: Arc<Enrollment>,
    /// What is recorded so far.
    pub history: History,
    /// Attempts that ended before this one.
    pub attempts: u32,
    /// Attempts before this one that computed for too long.
    pub cpu_exhausted: u32,
}

/// What an attempt learned without writing: recorded together with the first write after it, or
/// at the end. Until then a new attempt reads afresh.
#[derive(Debug, Clone, Default)]
pub struct Learned {
    /// The enrolled object, if it is not recorded yet.
    pub snapshot: Option<Arc<Snapshot>>,
    /// Answered calls, in order, that follow what is recorded.
    pub records: Vec<Arc<Record>>,
}

/// Whether the fence still held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fenced {
    /// It did; the write is durable.
    No,
    /// Another attempt holds the run; nothing was written.
    Yes,
}

/// Keeps runs. Every method is idempotent under its arguments, so a caller that doesn't know
/// whether it happened may repeat it.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Accepts a run; durable before it returns.
    async fn enqueue(&self, run: NewRun) -> Result<Enqueued, Unavailable>;

    /// Takes a run that nobody holds and raises its epoch.
    async fn claim(&self, run: RunId) -> Result<Claimed, Unavailable>;

    /// Records what was learned, then the intent to write; durable before it returns, and before
    /// anything is sent.
    async fn begin_write(&self, fence: Fence, learned: Learned, intent: Arc<Record>) -> Result<Fenced, Unavailable>;

    /// Records the answer to the intent at `position`.
    async fn end_write(
        &self,
        fence: Fence,
        position: usize,
        reply: Reply,
        took: Duration,
    ) -> Result<Fenced, Unavailable>;

    /// Ends the attempt; the run waits and can be claimed again. `cpu_exhausted` says that this
    /// attempt computed for too long.
    async fn release(&self, fence: Fence, cpu_exhausted: bool) -> Result<Fenced, Unavailable>;

    /// Ends the run.
    async fn finish(&self, fence: Fence, learned: Learned, end: Arc<RunRecord>) -> Result<Fenced, Unavailable>;
}

/// The store didn't answer. Whether the change happened is not known.
#[derive(Debug, thiserror::Error)]
#[error("the run store does not answer: {0}")]
pub struct Unavailable(pub String);
