//! The one door for money. Every QuickBooks call of every action passes here, in this order:
//! history (already answered?) → grant → rate → intent recorded durably → HTTP with `requestid` →
//! answer recorded. Nothing else in the host sends a write to QuickBooks.
//!
//! The door knows calls and what came of them. It must not know what an invoice is, nor who asked.

mod ask;
mod body;
mod courier;
mod look;
mod preview;
pub mod statement;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinHandle};

use crate::action::Verb;
use crate::clock::Clock;
use crate::enrollment::Snapshot;
use crate::grant::Grants;
use crate::ids::{RequestId, RunId};
use crate::quickbooks::{Client, Wait};
use crate::runs::history::{Call, Fault, History, Record, Reply};
use crate::runs::store::{Claim, Learned, Store, Unavailable};
pub use ask::{NotAnswered, ask, ask_ungranted};
pub use body::is_transaction;
use courier::{Answered, Courier, Written};
pub use look::{Standing, standing};
pub use preview::Overlay;
use statement::Statement;

/// Rows of one query page that reach an action: at about 2 KiB an entity, a page stays far below
/// the size limit of an answer.
const ROWS_MAX: u32 = 200;

/// A call that isn't answered by then gives the run's instance to another run, and the run is
/// replayed when the answer is in. A replay costs a tenth of a millisecond; ten thousand instances
/// that only wait would cost a gigabyte and nearly all memory maps of a process.
const PARKED_AFTER: Duration = Duration::from_millis(100);

/// Why the host ends an attempt in the middle of a call. A guest never sees any of these.
#[derive(Debug)]
pub enum Stop {
    /// The world isn't ready; the run goes on later.
    Wait(Wait),
    /// The answer takes long; the same attempt goes on from the history when it is in.
    Parked,
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
    /// Another run of the same sale is under way. Nothing was sent.
    SaleHeld(RunId),
    /// Another run of the same sale has ended since this one began. Nothing was sent.
    SaleChanged,
}

/// The door of one attempt.
pub struct Door {
    courier: Courier,
    clock: Clock,
    client: Arc<Client>,
    grants: Arc<Grants>,
    generations: BTreeMap<String, u32>,
    /// What had happened to the lock of the run's sale when its family was looked at.
    sale_taken: Option<u64>,
    overlay: Option<Overlay>,
    history: History,
    /// How many records the store holds.
    durable: usize,
    /// Whether the store holds the snapshot.
    snapshot_durable: bool,
    /// How many calls this attempt has made.
    position: usize,
    recorded_bytes: usize,
    /// The call under way. Kept here, so that it can be waited for when the guest is gone.
    sending: Option<Sending>,
}

enum Sending {
    Read(JoinHandle<(Call, Answered)>),
    Write { position: usize, task: JoinHandle<Written> },
}

impl Door {
    /// The door for a claimed run.
    pub fn new(claim: &Claim, store: Arc<dyn Store>, client: Arc<Client>, grants: Arc<Grants>, clock: &Clock) -> Self {
        Self {
            courier: Courier::new(claim, store, Arc::clone(&client), clock),
            clock: clock.clone(),
            client,
            grants,
            generations: claim.generations.clone(),
            sale_taken: None,
            overlay: claim.enrollment.preview.then(Overlay::default),
            durable: claim.history.records.len(),
            snapshot_durable: claim.history.snapshot.is_some(),
            history: claim.history.clone(),
            position: 0,
            recorded_bytes: 0,
            sending: None,
        }
    }

    /// The clock of the attempt.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Lets the guest begin again: everything that is recorded or learned answers it.
    pub fn rewind(&mut self) {
        self.position = 0;
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

    /// Keeps the snapshot until it is recorded with the first write, which takes the sale's lock if it
    /// is still as `sale_taken` says.
    pub fn learn_snapshot(&mut self, snapshot: Arc<Snapshot>, sale_taken: Option<u64>) {
        self.history.snapshot.get_or_insert(snapshot);
        self.sale_taken = sale_taken;
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
        if call.verb.is_write() {
            self.write(call);
        } else {
            self.sending = Some(Sending::Read(tokio::spawn(self.courier.clone().read(call))));
        }
        self.answered().await
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

    /// Records a new intent and sends it, in a task of its own.
    fn write(&mut self, call: Call) {
        let generation = call.key.as_ref().and_then(|key| self.generations.get(key)).copied().unwrap_or_default();
        let request_id = call
            .key
            .as_ref()
            .map(|key| RequestId::of(self.courier.run(), call.verb.as_str(), &call.entity, key, generation));
        let learned = self.learned();
        let position = self.record(call, request_id, None, Duration::ZERO);
        let intent = Arc::clone(&self.history.records[position]);
        let task = tokio::spawn(self.courier.beside(&self.history).write(intent, position, learned, self.sale_taken));
        self.sending = Some(Sending::Write { position, task });
    }

    /// Learns the answer of an intent that an earlier attempt recorded.
    async fn settle_at(&mut self, position: usize) -> Result<Reply, Stop> {
        let intent = Arc::clone(&self.history.records[position]);
        let task = tokio::spawn(self.courier.beside(&self.history).settle(intent, position));
        self.sending = Some(Sending::Write { position, task });
        self.answered().await
    }

    /// Waits for the answer of the call under way, as long as an instance may be kept waiting.
    async fn answered(&mut self) -> Result<Reply, Stop> {
        let answered = match &mut self.sending {
            None => return Err(Stop::Fenced),
            Some(Sending::Read(task)) => self.clock.timeout(PARKED_AFTER, task).await.map(Came::Read),
            Some(Sending::Write { position, task }) => {
                let position = *position;
                self.clock.timeout(PARKED_AFTER, task).await.map(|written| Came::Write { position, written })
            }
        };
        match answered {
            Some(came) => self.take_in(came),
            None => Err(Stop::Parked),
        }
    }

    /// Waits for the call under way, if there is one, and takes its answer in.
    pub async fn sent(&mut self) -> Option<Result<Reply, Stop>> {
        let came = match self.sending.as_mut()? {
            Sending::Read(task) => Came::Read(task.await),
            Sending::Write { position, task } => Came::Write { position: *position, written: task.await },
        };
        Some(self.take_in(came))
    }

    fn take_in(&mut self, came: Came) -> Result<Reply, Stop> {
        self.sending = None;
        let broken = |died: JoinError| Stop::Wait(Wait::broken(&died));
        match came {
            Came::Read(ended) => {
                let (call, answered) = ended.map_err(broken)?;
                let (reply, took) = answered?;
                self.record(call, None, Some(reply.clone()), took);
                Ok(reply)
            }
            Came::Write { position, written } => {
                let Written { recorded, answered } = written.map_err(broken)?;
                if !recorded {
                    self.history.records.truncate(position);
                    return answered.map(|(reply, _)| reply);
                }
                self.durable = self.durable.max(position + 1);
                self.snapshot_durable = self.history.snapshot.is_some();
                let (reply, took) = answered?;
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
        let intended_at = request_id.as_ref().map(|_| self.clock.now());
        self.history.records.push(Arc::new(Record { call, request_id, intended_at, reply, took }));
        self.history.records.len() - 1
    }
}

/// A task that is over.
enum Came {
    Read(Result<(Call, Answered), JoinError>),
    Write { position: usize, written: Result<Written, JoinError> },
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
