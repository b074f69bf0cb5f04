//! What a run needs to survive: the `Store` trait. Every write carries the fence of its attempt,
//! so a holder that was thought dead and wakes up can change nothing.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::history::{Document, History, Record, Reply};
use super::record::RunRecord;
use crate::enrollment::{Enrollment, ObjectRef, Snapshot};
use crate::ids::{Digest, RunId, SaleKey};

/// A claim that isn't renewed for so long is over: whoever held it is gone, and another attempt may
/// begin. An intent to write renews it, and a request is given up after less than half of it.
pub const LEASE: Duration = Duration::from_secs(60);

/// Pause of a run whose attempt went away without an end: a host's bug or a full disk must not have it
/// tried over and over.
pub const GIVEN_BACK: Duration = Duration::from_secs(5);

/// The right of one attempt to write. A later claim makes it worthless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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
    /// The component that runs it, in every attempt.
    pub digest: Digest,
    /// The sale it makes a document for. A preview and an action without a kind of sale have none.
    pub sale: Option<NewSale>,
    /// Whether a run of the same action, sale and reference that has not ended takes this one's place.
    pub join: bool,
}

/// What a new run makes a document of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSale {
    /// The object's.
    pub key: SaleKey,
    /// Which kind of document it makes, as the action's definition says.
    pub kind: String,
}

/// Whether the event was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// It is a run now.
    New,
    /// It was a run already; nothing changed.
    Duplicate,
    /// Another run does the same for the same sale; nothing changed.
    Joined(RunId),
}

/// What came of trying to hold one run.
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
#[derive(Debug, Clone)]
pub struct Claim {
    /// Goes with every write.
    pub fence: Fence,
    /// What asked for the run, as it was accepted first.
    pub enrollment: Arc<Enrollment>,
    /// The component that runs it.
    pub digest: Digest,
    /// The sale it makes a document for.
    pub sale: Option<Sale>,
    /// What is recorded so far.
    pub history: History,
    /// How often a write's key was given up after QuickBooks had rejected it; 0 for a key that
    /// isn't here.
    pub generations: BTreeMap<String, u32>,
    /// Attempts that ended before this one.
    pub attempts: u32,
    /// Attempts before this one that computed for too long.
    pub cpu_exhausted: u32,
    /// How often the host died while it ran this guest's code.
    pub host_deaths: u32,
    /// Since when the action itself has been asking to wait.
    pub asking_since: Option<Timestamp>,
    /// The store's time: when this attempt began.
    pub claimed_at: Timestamp,
    /// How many attempts in a row found the company unreachable, of all its runs.
    pub company_failures: u32,
    /// A person wants it to end.
    pub cancelled: bool,
    /// The store may have forgotten runs: before a transaction is made, QuickBooks is asked whether
    /// this run made it since then.
    pub look_from: Option<Timestamp>,
}

impl Claim {
    /// The claim of a run that nothing has happened to but what is recorded.
    pub fn new(fence: Fence, enrollment: Arc<Enrollment>, digest: Digest, history: History) -> Self {
        Self {
            fence,
            claimed_at: enrollment.accepted_at,
            enrollment,
            digest,
            sale: None,
            history,
            generations: BTreeMap::new(),
            attempts: 0,
            cpu_exhausted: 0,
            host_deaths: 0,
            asking_since: None,
            company_failures: 0,
            cancelled: false,
            look_from: None,
        }
    }
}

/// A sale as a claim finds it, with its family: what HubSpot associates with its object is one sale
/// with it, and has one lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    /// The key of the run's own object.
    pub key: SaleKey,
    /// Which kind of document the run makes.
    pub kind: String,
    /// Counts what changes the family: the run that had taken its lock ended, or two families became one.
    /// It must still be so with every write of this run: what others made meanwhile is known to later
    /// claims only.
    pub taken: u64,
    /// What other runs made for the family, oldest first. Whether it still stands is QuickBooks' to
    /// say.
    pub made: Vec<Made>,
}

/// A document that a run made for a sale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The run.
    pub run: RunId,
    /// The id of the event that asked for it.
    pub event: String,
    /// The object it was made for.
    pub object: ObjectRef,
    /// Which kind of document the run was to make.
    pub kind: String,
    /// What tells it apart from others for the same object.
    pub reference: Option<String>,
    /// The document.
    pub document: Document,
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

/// Whether sales became one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joined {
    /// They are one, now or before: the run's sale as it stands. A run without a sale has none.
    Yes(Option<Sale>),
    /// Another attempt holds the run; nothing changed.
    Fenced,
    /// Several runs that have not ended hold parts of the family; nothing changed. One lock can't be
    /// two runs', so the parts are joined when this one has ended.
    Held(RunId),
}

/// Whether an intent to write was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// It is durable, and may be sent.
    Yes,
    /// Another attempt holds the run; nothing was written.
    Fenced,
    /// The lock of the sale's family is held by a run that has not ended; nothing was written.
    SaleHeld(RunId),
    /// A run that had taken the lock has ended since the claim, or the family has grown; nothing was
    /// written, also where this run holds the lock. A new attempt sees what was made.
    SaleChanged,
}

/// How an attempt ended that is not the run's last.
#[derive(Debug, Clone)]
pub struct Release {
    /// How the run stands meanwhile.
    pub record: Arc<RunRecord>,
    /// When it goes on.
    pub pause: Pause,
    /// This attempt computed for too long.
    pub cpu_exhausted: bool,
    /// The action itself asked to wait: nothing recorded binds any longer. Only for a run of which
    /// QuickBooks accepted nothing.
    pub asked: bool,
}

/// When a run that waits goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pause {
    /// After so long.
    Run(Duration),
    /// After so long, together with every other run of its company.
    Company {
        /// How long nobody asks the company.
        pause: Duration,
        /// The company doesn't answer as it should: one run tries first, before the others go on.
        failing: bool,
    },
    /// When that run has ended.
    Sale(RunId),
}

/// What is to be told to HubSpot about a run that ended: kept with the end, sent until it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// Names what it does; each run has at most one of a kind.
    pub kind: String,
    /// JSON text.
    pub body: String,
}

/// The kind of the message that lets a workflow go on. HubSpot takes it once, so it is told once.
pub const CALLBACK: &str = "callback";

impl NewMessage {
    /// Whether a message of its kind that was taken or refused stays what it is. Others are told anew when
    /// a run that was made again ended otherwise.
    pub fn is_told_once(&self) -> bool {
        self.kind == CALLBACK
    }
}

/// Keeps runs. Every method is idempotent under its arguments, so a caller that doesn't know
/// whether it happened may repeat it.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Accepts a run; durable before it returns.
    async fn enqueue(&self, run: NewRun) -> Result<Enqueued, Unavailable>;

    /// Takes one run that nobody holds, whether it is due or not, and raises its epoch.
    async fn claim_run(&self, run: RunId) -> Result<Claimed, Unavailable>;

    /// Makes one family of the run's sale and `others`, for good: HubSpot associates their objects.
    /// Durable before it returns.
    async fn join_sales(&self, fence: Fence, others: Vec<SaleKey>) -> Result<Joined, Unavailable>;

    /// What runs made for these sales and their families, oldest first. It joins nothing: a preview looks
    /// at what stands, and leaves no trace.
    async fn made_for(&self, sales: Vec<SaleKey>) -> Result<Vec<Made>, Unavailable>;

    /// Records what was learned, then the intent to write; durable before it returns, and before
    /// anything is sent. Renews the lease. `sale` is [`Sale::taken`] as the attempt saw it last, and is
    /// given with every write of a run that has a sale: the first one takes the family's lock.
    async fn begin_write(
        &self,
        fence: Fence,
        learned: Learned,
        intent: Arc<Record>,
        sale: Option<u64>,
    ) -> Result<Begun, Unavailable>;

    /// Records the answer to the intent at `position`.
    async fn end_write(
        &self,
        fence: Fence,
        position: usize,
        reply: Reply,
        took: Duration,
    ) -> Result<Fenced, Unavailable>;

    /// Gives a claim back as if it had never been: the attempt was dropped and doesn't count. The run
    /// is due again after [`GIVEN_BACK`].
    async fn give_back(&self, fence: Fence) -> Result<Fenced, Unavailable>;

    /// Ends the attempt; the run waits and can be claimed again.
    async fn release(&self, fence: Fence, release: Release) -> Result<Fenced, Unavailable>;

    /// Ends the run, keeps what stands because of it for its sale, and what HubSpot is to be told.
    async fn finish(
        &self,
        fence: Fence,
        learned: Learned,
        end: Arc<RunRecord>,
        messages: Vec<NewMessage>,
    ) -> Result<Fenced, Unavailable>;
}

/// The store didn't answer. Whether the change happened is not known.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the run store does not answer: {0}")]
pub struct Unavailable(pub String);
