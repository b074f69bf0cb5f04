//! The one door for money. Every QuickBooks call of every action passes here, in this order:
//! history (already answered?) → grant → rate → intent recorded durably → HTTP with `requestid` →
//! answer recorded. Nothing else in the host sends a write to QuickBooks.
//!
//! The door knows calls and what came of them. It must not know what an invoice is, nor who asked.

mod body;
mod preview;
pub mod statement;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinHandle};

use crate::action::Verb;
use crate::enrollment::Snapshot;
use crate::grant::Grants;
use crate::ids::RequestId;
use crate::quickbooks::{Client, Permit, Sent, Wait};
use crate::runs::history::{Call, Fault, History, Record, Reply};
use crate::runs::store::{Claim, Fence, Fenced, Learned, Store, Unavailable};
pub use preview::Overlay;
use statement::Statement;

/// Rows of one query page that reach an action: at about 2 KiB an entity, a page stays far below
/// the size limit of an answer.
const ROWS_MAX: u32 = 200;

/// Why the host ends an attempt in the middle of a call. A guest never sees any of these.
#[derive(Debug)]
pub enum Stop {
    /// The world isn't ready; the run goes on later.
    Wait(Wait),
    /// The action made another call than in an earlier attempt. Nothing was sent.
    Diverged {
        /// Position in the history.
        position: usize,
    },
    /// The answer to a change was lost, and whether it was carried out can't be told from a repeated
    /// request: QuickBooks keeps request ids for a time that it does not name, and none for sending.
    Unclear {
        /// Position in the history.
        position: usize,
    },
    /// Another attempt holds the run.
    Fenced,
}

/// The door of one attempt.
pub struct Door {
    fence: Fence,
    store: Arc<dyn Store>,
    client: Arc<Client>,
    grants: Arc<Grants>,
    overlay: Option<Overlay>,
    history: History,
    /// How many records the store holds.
    durable: usize,
    /// Whether the store holds the snapshot.
    snapshot_durable: bool,
    /// How many calls this attempt has made.
    position: usize,
    recorded_bytes: usize,
    /// The write under way. Kept here, so that it can be waited for when the guest is gone.
    sending: Option<Sending>,
}

struct Sending {
    position: usize,
    task: JoinHandle<Result<(Sent, Fenced), Unavailable>>,
}

impl Door {
    /// The door for a claimed run.
    pub fn new(claim: &Claim, store: Arc<dyn Store>, client: Arc<Client>, grants: Arc<Grants>) -> Self {
        Self {
            fence: claim.fence,
            store,
            client,
            grants,
            overlay: claim.enrollment.preview.then(Overlay::default),
            durable: claim.history.records.len(),
            snapshot_durable: claim.history.snapshot.is_some(),
            history: claim.history.clone(),
            position: 0,
            recorded_bytes: 0,
            sending: None,
        }
    }

    /// Bytes of all calls and answers that are recorded.
    pub fn recorded_bytes(&self) -> usize {
        self.recorded_bytes
    }

    /// What is recorded and learned so far.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Whether this attempt has made every call that is recorded.
    pub fn replayed_all(&self) -> bool {
        self.position >= self.history.records.len()
    }

    /// What the preview would have written.
    pub fn previewed(&self) -> Option<&Overlay> {
        self.overlay.as_ref()
    }

    /// Keeps the snapshot until it is recorded with the first write.
    pub fn learn_snapshot(&mut self, snapshot: Arc<Snapshot>) {
        self.history.snapshot.get_or_insert(snapshot);
    }

    /// What the store doesn't hold yet.
    pub fn learned(&self) -> Learned {
        Learned {
            snapshot: if self.snapshot_durable { None } else { self.history.snapshot.clone() },
            records: self.history.records[self.durable..].to_vec(),
        }
    }

    /// A query in the action's words.
    pub async fn query(&mut self, text: &str, values: &[String]) -> Result<Reply, Stop> {
        let bound =
            Statement::parse(text).and_then(|parsed| Ok((parsed.entity().to_owned(), parsed.bind(values, ROWS_MAX)?)));
        match bound {
            Ok((entity, text)) => self.call(Call { verb: Verb::Query, entity, key: None, text }).await,
            Err(bad) => {
                let call = Call { verb: Verb::Query, entity: String::new(), key: None, text: text.into() };
                self.refuse(call, Fault::own("bad-query", bad.to_string()))
            }
        }
    }

    /// Any other call.
    pub async fn call(&mut self, call: Call) -> Result<Reply, Stop> {
        match self.replay(&call)? {
            Replayed::Answer(reply) => Ok(reply),
            Replayed::Intent(position) => self.settle_at(position).await,
            Replayed::New => self.new_call(call).await,
        }
    }

    /// A call that is no call: it is refused, and recorded like any other, so that a host which
    /// understands more tells a later attempt the same.
    pub fn refuse(&mut self, call: Call, fault: Fault) -> Result<Reply, Stop> {
        match self.replay(&call)? {
            Replayed::Answer(reply) => Ok(reply),
            Replayed::Intent(_) | Replayed::New => {
                self.record(call, None, Some(Err(fault.clone())), Duration::ZERO);
                Ok(Err(fault))
            }
        }
    }

    /// Moves on by one call: what is recorded at this position, if it is the same call.
    fn replay(&mut self, call: &Call) -> Result<Replayed, Stop> {
        let position = self.position;
        self.position += 1;
        match self.history.records.get(position) {
            Some(recorded) if recorded.call != *call => Err(Stop::Diverged { position }),
            Some(recorded) => match &recorded.reply {
                Some(reply) => Ok(Replayed::Answer(reply.clone())),
                None => Ok(Replayed::Intent(position)),
            },
            None => Ok(Replayed::New),
        }
    }

    /// Learns the answer of every write whose answer isn't known, by sending it again under its
    /// own request id. No run ends held or refused before that.
    pub async fn settle(&mut self) -> Result<(), Stop> {
        for position in 0..self.history.records.len() {
            if self.history.records[position].is_unanswered() {
                // A rejection is an answer too.
                let _reply = self.settle_at(position).await?;
            }
        }
        Ok(())
    }

    async fn new_call(&mut self, call: Call) -> Result<Reply, Stop> {
        let previewed = self.overlay.as_ref().is_some_and(|overlay| overlay.knows(&call));
        if let Err(fault) = self.check(&call, previewed) {
            self.record(call, None, Some(Err(fault.clone())), Duration::ZERO);
            return Ok(Err(fault));
        }
        if let Some(reply) = self.overlay.as_mut().and_then(|overlay| overlay.answer(&call)) {
            self.record(call, None, Some(reply.clone()), Duration::ZERO);
            return Ok(reply);
        }
        if let Some(reply) = self.client.cached(&call) {
            self.record(call, None, Some(reply.clone()), Duration::ZERO);
            return Ok(reply);
        }
        let permit = self.client.admit().await.map_err(Stop::Wait)?;
        if call.verb.is_write() { self.write(call, permit).await } else { self.read(call, permit).await }
    }

    /// Everything that can be refused without asking QuickBooks.
    fn check(&self, call: &Call, previewed: bool) -> Result<(), Fault> {
        body::check_name(&call.entity)?;
        if !self.grants.allow(&call.entity, call.verb) {
            let asked = format!("{}:{}", call.entity.to_ascii_lowercase(), call.verb);
            return Err(Fault::own("denied", format!("the capability {asked} is not granted")));
        }
        if let Some(key) = &call.key {
            body::check_key(key)?;
            if self.history.records.iter().any(|earlier| earlier.call.key.as_ref() == Some(key)) {
                return Err(Fault::own("key-reused", format!("the key '{key}' names an earlier write of this run")));
            }
        }
        // The id of what is only previewed is the overlay's own.
        if previewed { Ok(()) } else { body::check(call) }
    }

    async fn read(&mut self, call: Call, permit: Permit) -> Result<Reply, Stop> {
        let client = Arc::clone(&self.client);
        let task = tokio::spawn(async move {
            let sent = client.send(&call, None, permit).await;
            (call, sent)
        });
        let (call, sent) = task.await.map_err(|died| Stop::Wait(Wait::broken(&died)))?;
        match sent {
            Sent::Replied { reply, took } => {
                self.record(call, None, Some(reply.clone()), took);
                Ok(reply)
            }
            Sent::Unknown(wait) => Err(Stop::Wait(wait)),
        }
    }

    async fn write(&mut self, call: Call, permit: Permit) -> Result<Reply, Stop> {
        let request_id =
            call.key.as_ref().map(|key| RequestId::of(self.fence.run, call.verb.as_str(), &call.entity, key, 0));
        let learned = self.learned();
        let position = self.record(call, request_id, None, Duration::ZERO);
        let intent = Arc::clone(&self.history.records[position]);
        if self.store.begin_write(self.fence, learned, intent).await? == Fenced::Yes {
            return Err(Stop::Fenced);
        }
        self.durable = self.history.records.len();
        self.snapshot_durable = self.history.snapshot.is_some();
        self.send_write(position, permit).await
    }

    async fn settle_at(&mut self, position: usize) -> Result<Reply, Stop> {
        if self.history.records[position].call.verb != Verb::Create {
            return Err(Stop::Unclear { position });
        }
        let permit = self.client.admit().await.map_err(Stop::Wait)?;
        self.send_write(position, permit).await
    }

    /// Sends a recorded intent and records its answer, in a task of its own: dropping the guest
    /// stops neither the request nor its recording.
    async fn send_write(&mut self, position: usize, permit: Permit) -> Result<Reply, Stop> {
        let record = Arc::clone(&self.history.records[position]);
        let (client, store, fence) = (Arc::clone(&self.client), Arc::clone(&self.store), self.fence);
        let task = tokio::spawn(async move {
            let sent = client.send(&record.call, record.request_id.as_ref(), permit).await;
            let fenced = match &sent {
                Sent::Replied { reply, took } => store.end_write(fence, position, reply.clone(), *took).await?,
                Sent::Unknown(_) => Fenced::No,
            };
            Ok::<_, Unavailable>((sent, fenced))
        });
        self.sending = Some(Sending { position, task });
        self.sent().await.unwrap_or(Err(Stop::Fenced))
    }

    /// Waits for the write under way, if there is one, and takes its answer in.
    pub async fn sent(&mut self) -> Option<Result<Reply, Stop>> {
        let Sending { position, task } = self.sending.as_mut()?;
        let (position, ended) = (*position, task.await);
        self.sending = None;
        Some(self.take_in(position, ended))
    }

    fn take_in(
        &mut self,
        position: usize,
        ended: Result<Result<(Sent, Fenced), Unavailable>, JoinError>,
    ) -> Result<Reply, Stop> {
        match ended.map_err(|died| Stop::Wait(Wait::broken(&died)))?? {
            (_, Fenced::Yes) => Err(Stop::Fenced),
            (Sent::Unknown(wait), Fenced::No) => Err(Stop::Wait(wait)),
            (Sent::Replied { reply, took }, Fenced::No) => {
                let record = Arc::make_mut(&mut self.history.records[position]);
                record.reply = Some(reply.clone());
                record.took = took;
                Ok(reply)
            }
        }
    }

    fn record(&mut self, call: Call, request_id: Option<RequestId>, reply: Option<Reply>, took: Duration) -> usize {
        let told = match &reply {
            Some(Ok(answer)) => answer.len(),
            Some(Err(fault)) => fault.message.len() + fault.body.len(),
            None => 0,
        };
        self.recorded_bytes += told + call.text.len() + call.entity.len() + call.key.as_ref().map_or(0, String::len);
        self.history.records.push(Arc::new(Record { call, request_id, reply, took }));
        self.history.records.len() - 1
    }
}

/// What the history says to a call.
enum Replayed {
    /// It was answered already.
    Answer(Reply),
    /// It was sent, or was about to be; its answer is not known.
    Intent(usize),
    /// It is not recorded.
    New,
}

impl From<Unavailable> for Stop {
    fn from(unavailable: Unavailable) -> Self {
        Self::Wait(Wait::new("store_unavailable", unavailable.to_string()))
    }
}
