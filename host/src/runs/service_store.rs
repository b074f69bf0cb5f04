//! What a service asks of a store besides the life of one run: what is due, what people ask about
//! and decide, the components that runs need, and what HubSpot is still to be told.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::history::History;
use super::record::{RunRecord, Status};
use super::settings_store::SettingsStore;
use super::store::{Claim, Fence, Store, Unavailable};
use crate::enrollment::Enrollment;
use crate::ids::{Digest, RunId, SaleKey};

/// A store for a host that keeps running.
#[async_trait]
pub trait ServiceStore: Store + SettingsStore {
    /// Takes up to `most` runs that are due, or whose lease ran out. Companies take turns, the one
    /// that waited longest first; none gets more than [`CLAIMED_AT_ONCE_MAX`] of a turn nor holds
    /// more than `company_max` at once, and one that doesn't answer gets a single run to try with.
    async fn claim(&self, most: usize, company_max: usize) -> Result<Due, Unavailable>;

    /// Everything that is held is due again, since whoever held it is gone: for the one process of
    /// a store that has just been opened. In `polled` are the runs whose guest code was running when
    /// the host died. Messages are due after [`MESSAGES_TAKEN_OVER`], if they are to be sent at all.
    async fn take_over(&self, polled: &[RunId]) -> Result<(), Unavailable>;

    /// Renews the leases of all these attempts; those that lost theirs are skipped.
    async fn renew(&self, fences: &[Fence]) -> Result<(), Unavailable>;

    /// One run, whole.
    async fn run(&self, run: RunId) -> Result<Option<Stored>, Unavailable>;

    /// Runs, newest first.
    async fn runs(&self, query: &Query) -> Result<Vec<RunLine>, Unavailable>;

    /// How many runs stand how.
    async fn counts(&self) -> Result<Counts, Unavailable>;

    /// Lets a held run go on, with the component it had or another. Everything after its last
    /// accepted write is forgotten, and keys that QuickBooks rejected there get a new generation;
    /// without an accepted write all of it, the snapshot too. `by` says who wanted it.
    async fn resume(&self, run: RunId, digest: Option<Digest>, by: &str) -> Result<Changed, Unavailable>;

    /// Lets a run that ended without a standing transaction begin anew with `digest`: everything
    /// recorded is forgotten, and every key that was sent gets a new generation. The caller has made
    /// sure that no transaction of the run stands as it was at `epoch`; since then it must not have
    /// been held again. What HubSpot has not taken yet is not told any more, but for the callback, which
    /// the next end takes the place of.
    async fn restart(&self, run: RunId, epoch: u64, digest: Digest, by: &str) -> Result<Changed, Unavailable>;

    /// Asks a run that has not ended to end. It is due at once, and ends when what was sent is known.
    async fn cancel(&self, run: RunId, by: &str) -> Result<Changed, Unavailable>;

    /// Keeps a component's bytes.
    async fn put_component(&self, digest: Digest, wasm: Arc<[u8]>) -> Result<(), Unavailable>;

    /// A component's bytes.
    async fn component(&self, digest: Digest) -> Result<Option<Arc<[u8]>>, Unavailable>;

    /// The components that runs need which have not succeeded or been refused.
    async fn components_needed(&self) -> Result<BTreeSet<Digest>, Unavailable>;

    /// Forgets every component that is neither needed nor among `active`.
    async fn forget_components(&self, active: &BTreeSet<Digest>) -> Result<(), Unavailable>;

    /// Up to `most` messages that are due. They are due again after [`MESSAGE_LEASE`], unless they
    /// are settled before.
    async fn messages(&self, most: usize) -> Result<Vec<Message>, Unavailable>;

    /// Says what came of sending a message. Nothing changes when it is not lent so any more: its run may have
    /// ended otherwise since, and what is to be told now was not sent.
    async fn settle_message(&self, message: &Message, settled: Settled) -> Result<(), Unavailable>;

    /// Writes a copy of everything to the new file `to`, while the store goes on. A store without a
    /// file has nothing to copy.
    async fn backup(&self, to: &Path) -> Result<(), NoBackup> {
        let _nothing_is_written_to = to;
        Err(NoBackup::Volatile)
    }
}

/// Runs of one company that one claim takes: more would let a company with many runs fill a turn.
pub const CLAIMED_AT_ONCE_MAX: usize = 4;

/// A message is sent by one sender at a time; one that died is replaced after this.
pub const MESSAGE_LEASE: Duration = Duration::from_secs(60);

/// A host that takes over waits so long before it sends what is due: HubSpot may still be carrying out
/// what the host before it sent last, and a look at once would not see it.
pub const MESSAGES_TAKEN_OVER: Duration = Duration::from_secs(5);

/// What is due.
#[derive(Debug)]
pub struct Due {
    /// Runs, held now.
    pub claims: Vec<Claim>,
    /// In how long another may be due, as far as the store knows.
    pub next: Option<Duration>,
}

/// Where a run is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It waits for its turn.
    Queued,
    /// An attempt holds it.
    Running,
    /// It has ended.
    Ended,
}

/// A run as the store has it.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Where it is.
    pub phase: Phase,
    /// How often it was claimed.
    pub epoch: u64,
    /// The component that runs it.
    pub digest: Digest,
    /// What asked for it.
    pub enrollment: Arc<Enrollment>,
    /// The sale it makes a document for.
    pub sale: Option<SaleKey>,
    /// How it stood when its last attempt ended; nothing before the first.
    pub record: Option<Arc<RunRecord>>,
    /// What is recorded.
    pub history: History,
    /// When it is due, of one that waits.
    pub due: Option<Timestamp>,
    /// What happened, oldest first.
    pub timeline: Vec<Happened>,
    /// What HubSpot was or is to be told.
    pub messages: Vec<MessageLine>,
}

/// One line of what happened to a run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Happened {
    /// When, by the store's clock.
    pub at: Timestamp,
    /// `accepted`, `attempt`, `ended`, `resumed`, `restarted`, `cancelled`, `taken_over`.
    pub what: String,
    /// Of an attempt or an end: its code. Of a person's act: who.
    pub detail: String,
}

/// Which runs are wanted.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Of this company.
    pub company: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// For this object, such as `deal:789`.
    pub object: Option<String>,
    /// That stand so.
    pub status: Option<Status>,
    /// With this event id.
    pub event: Option<String>,
    /// Accepted before this one: the last of the page before.
    pub before: Option<RunId>,
    /// At most so many.
    pub most: usize,
}

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct RunLine {
    /// The run.
    pub run_id: RunId,
    /// Where it is.
    pub phase: Phase,
    /// How it stood when its last attempt ended.
    pub status: Option<Status>,
    /// Its code then.
    pub code: String,
    /// Its sentence then.
    pub message: String,
    /// The event's id.
    pub event: String,
    /// The HubSpot account.
    pub portal: String,
    /// The QuickBooks company.
    pub company: String,
    /// The action.
    pub action: String,
    /// The enrolled object.
    pub object: String,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Attempts so far.
    pub attempts: u32,
}

/// How many runs stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Waiting for their turn.
    pub queued: u64,
    /// Held by an attempt.
    pub running: u64,
    /// Ended, and a person must act.
    pub held: u64,
    /// Ended otherwise.
    pub ended: u64,
    /// Messages that HubSpot has not taken yet.
    pub messages: u64,
}

/// Whether a person's wish was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It was.
    Yes,
    /// There is no such run.
    Unknown,
    /// An attempt holds it, or it is on its way already.
    NotEnded,
    /// It has ended, in a way that this doesn't lead out of.
    Ended(Status),
}

/// A message that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The run that it is about.
    pub run: RunId,
    /// Its kind.
    pub kind: String,
    /// JSON text.
    pub body: String,
    /// The HubSpot account.
    pub portal: String,
    /// The QuickBooks company; with the account it names the connection.
    pub company: String,
    /// How often it was sent in vain.
    pub failures: u32,
    /// By which lending the sender has it.
    pub lent: Lent,
}

/// One lending of a message, as the store tells it from others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lent(pub(super) i64);

/// A message in a run's record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct MessageLine {
    /// Its kind.
    pub kind: String,
    /// Whether HubSpot has taken it.
    pub state: MessageState,
    /// Why HubSpot refused it: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The same, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// How often it was sent in vain.
    pub failures: u32,
}

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// It is to be sent, perhaps again.
    Due,
    /// HubSpot took it.
    Taken,
    /// HubSpot refused it for good.
    Refused,
}

impl MessageLine {
    /// A message with what a store keeps of [`Settled`].
    pub(super) fn new(kind: String, settled: Option<&str>, failures: u32) -> Self {
        let (state, refused) = match settled {
            None => (MessageState::Due, None),
            Some("") => (MessageState::Taken, None),
            Some(refused) => (MessageState::Refused, refused.split_once(": ")),
        };
        let (code, why) = refused.unzip();
        Self { kind, state, code: code.map(str::to_owned), why: why.map(str::to_owned), failures }
    }
}

/// What came of sending a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// HubSpot took it.
    Taken,
    /// HubSpot refuses it for good.
    Refused {
        /// Stable.
        code: String,
        /// One sentence.
        why: String,
    },
    /// It is tried again after so long.
    Again(Duration),
}

impl Settled {
    /// What a store keeps of a message that is not sent again: nothing but an empty text where HubSpot took
    /// it, else why not.
    pub(super) fn kept(&self) -> Option<String> {
        match self {
            Self::Taken => Some(String::new()),
            Self::Refused { code, why } => Some(format!("{code}: {why}")),
            Self::Again(_) => None,
        }
    }
}

/// The store was not copied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBackup {
    /// It is kept in memory.
    #[error("this store is kept in memory and has no file to copy")]
    Volatile,
    /// A copy never takes the place of another file.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
    /// The copy can't be written.
    #[error("the copy can't be written: {0}")]
    Failed(String),
}

impl NoBackup {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Volatile => "no_store_file",
            Self::Exists(_) => "backup_exists",
            Self::Failed(_) => "backup_failed",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Volatile => "give the service a store file",
            Self::Exists(_) => "name a file that is not there yet",
            Self::Failed(_) => "look whether the service may write there, and whether the disk has room",
        }
    }
}
