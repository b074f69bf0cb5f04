//! Carries one call to QuickBooks and its answer to the store, in a task of its own: dropping the
//! guest stops neither the request nor its recording.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::Stop;
use super::body::is_transaction;
use super::look::{self, Told};
use crate::action::Verb;
use crate::clock::Clock;
use crate::enrollment::Enrollment;
use crate::ids::RunId;
use crate::quickbooks::{Client, Permit, Sent};
use crate::runs::history::{Call, History, Record, Reply};
use crate::runs::store::{Begun, Claim, Fence, Fenced, Learned, Store, Unavailable};

/// QuickBooks does not say for how long it remembers a request id. An intent that is older than this
/// is looked for before it is sent again.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(12);

/// QuickBooks' code for a document number that another document has.
const NUMBER_TAKEN: &str = "6140";

/// QuickBooks' clock may be behind by so much.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);

/// How often an answer is offered to a store that does not take it, before the attempt ends without
/// it: for about ten seconds, since the same answer can be had again under the same request id.
const RECORDING_TRIES: u32 = 7;

/// A definite answer and how long it took, or why there is none.
pub(super) type Answered = Result<(Reply, Duration), Stop>;

/// What came of a write.
pub(super) struct Written {
    /// The store has the intent.
    pub(super) recorded: bool,
    pub(super) answered: Answered,
}

/// What it takes to carry the calls of one attempt.
#[derive(Clone)]
pub(super) struct Courier {
    fence: Fence,
    store: Arc<dyn Store>,
    client: Arc<Client>,
    clock: Clock,
    enrollment: Arc<Enrollment>,
    look_from: Option<Timestamp>,
    /// A person wants the run to end.
    cancelled: bool,
    /// Entities and ids of what this run has made already: none of it is what another write made.
    made: Vec<(String, String)>,
}

impl Courier {
    pub(super) fn new(claim: &Claim, store: Arc<dyn Store>, client: Arc<Client>, clock: &Clock) -> Self {
        Self {
            fence: claim.fence,
            store,
            client,
            clock: clock.clone(),
            enrollment: Arc::clone(&claim.enrollment),
            look_from: claim.look_from,
            cancelled: claim.cancelled,
            made: Vec::new(),
        }
    }

    /// The same, for a write of a run that has made what `history` holds.
    pub(super) fn beside(&self, history: &History) -> Self {
        let made = history.standing().into_iter().map(|standing| (standing.document.entity, standing.document.id));
        Self { made: made.collect(), ..self.clone() }
    }

    pub(super) fn run(&self) -> RunId {
        self.fence.run
    }

    pub(super) async fn read(self, call: Call) -> (Call, Answered) {
        let answered = match self.client.admit().await {
            Ok(permit) => answered(self.client.send(&call, None, permit).await),
            Err(wait) => Err(Stop::Wait(wait)),
        };
        (call, answered)
    }

    /// Records an intent, sends it and records its answer. A store that may have forgotten runs has
    /// QuickBooks asked first whether the write was made.
    pub(super) async fn write(
        self,
        intent: Arc<Record>,
        position: usize,
        learned: Learned,
        sale: Option<u64>,
    ) -> Written {
        let unrecorded = |stop| Written { recorded: false, answered: Err(stop) };
        let (permit, found) = match self.looked(&intent, self.look_from).await {
            Ok(looked) => looked,
            Err(stop) => return unrecorded(stop),
        };
        match self.store.begin_write(self.fence, learned, Arc::clone(&intent), sale).await {
            Ok(Begun::Yes) => {}
            Ok(Begun::Fenced) => return unrecorded(Stop::Fenced),
            Ok(Begun::SaleHeld(by)) => return unrecorded(Stop::SaleHeld(by)),
            Ok(Begun::SaleChanged) => return unrecorded(Stop::SaleChanged),
            Err(unavailable) => return unrecorded(unavailable.into()),
        }
        Written { recorded: true, answered: self.deliver(&intent, position, permit, found).await }
    }

    /// Learns the answer of an intent that was recorded before: a create is sent again under its own
    /// request id, anything else is told from what stands.
    pub(super) async fn settle(self, intent: Arc<Record>, position: usize) -> Written {
        Written { recorded: true, answered: self.settled(&intent, position).await }
    }

    async fn settled(&self, intent: &Record, position: usize) -> Answered {
        if intent.call.verb != Verb::Create {
            let permit = self.client.admit().await.map_err(Stop::Wait)?;
            return match look::carried_out(&self.client, intent, self.clock.now(), permit).await.map_err(Stop::Wait)? {
                Told::Yes(reply) => self.recorded(position, reply, Duration::ZERO).await,
                Told::No => {
                    let permit = self.client.admit().await.map_err(Stop::Wait)?;
                    let (reply, took) = self.repeated(intent, position, permit).await?;
                    self.recorded(position, reply, took).await
                }
                Told::Unclear => Err(Stop::Unclear { position }),
            };
        }
        // Where the store may have forgotten something, QuickBooks may have forgotten this request too.
        let is_old = self.is_older(intent, REMEMBERED);
        if is_old && is_transaction(&intent.call.entity) && !look::can_find(intent, &self.enrollment.marker()) {
            return Err(Stop::Unclear { position });
        }
        let looks = self.look_from.is_some() || is_old;
        let from = [self.look_from, intent.intended_at].into_iter().flatten().min().filter(|_| looks);
        let (permit, found) = self.looked(intent, from).await?;
        let (reply, took) = match found {
            Some(reply) => (reply, Duration::ZERO),
            None => self.repeated(intent, position, permit).await?,
        };
        self.recorded(position, reply, took).await
    }

    /// Sends a write again under its own request id.
    async fn repeated(&self, intent: &Record, position: usize, permit: Permit) -> Answered {
        match self.client.send(&intent.call, intent.request_id.as_ref(), permit).await {
            // Where QuickBooks has forgotten the request, what it made has the number.
            Sent::Replied { reply: Err(fault), took } if fault.code == NUMBER_TAKEN => {
                let found = self.found(intent, intent.intended_at).await?;
                Ok((found.unwrap_or(Err(fault)), took))
            }
            // QuickBooks would say the same for ever, and a person wants the run to end.
            Sent::Unknown(wait) if wait.unfinished && self.cancelled && self.is_older(intent, look::WORKS_ON_MAX) => {
                let found = self.found(intent, intent.intended_at).await?;
                found.map(|reply| (reply, Duration::ZERO)).ok_or(Stop::Unclear { position })
            }
            sent @ (Sent::Replied { .. } | Sent::Unknown(_)) => answered(sent),
        }
    }

    fn is_older(&self, intent: &Record, than: SignedDuration) -> bool {
        intent.intended_at.is_some_and(|at| self.clock.now().duration_since(at) > than)
    }

    /// The right to send, and what stands already of a write that may have been made since `from`.
    async fn looked(&self, intent: &Record, from: Option<Timestamp>) -> Result<(Permit, Option<Reply>), Stop> {
        let found = self.found(intent, from).await?;
        Ok((self.client.admit().await.map_err(Stop::Wait)?, found))
    }

    /// What stands of a write that may have been made since `from`.
    async fn found(&self, intent: &Record, from: Option<Timestamp>) -> Result<Option<Reply>, Stop> {
        let Some(from) = from.filter(|_| intent.call.verb == Verb::Create && is_transaction(&intent.call.entity))
        else {
            return Ok(None);
        };
        let permit = self.client.admit().await.map_err(Stop::Wait)?;
        let from = from.checked_sub(CLOCKS_DIFFER).unwrap_or(from);
        let own = (&*self.enrollment.marker(), &*self.made);
        let found = look::find(&self.client, intent, own, from, permit).await.map_err(Stop::Wait)?;
        Ok(found.map(Ok))
    }

    async fn deliver(&self, intent: &Record, position: usize, permit: Permit, found: Option<Reply>) -> Answered {
        let (reply, took) = match found {
            Some(reply) => (reply, Duration::ZERO),
            None => answered(self.client.send(&intent.call, intent.request_id.as_ref(), permit).await)?,
        };
        self.recorded(position, reply, took).await
    }

    /// Records an answer. A store that does not answer is asked again for a while.
    async fn recorded(&self, position: usize, reply: Reply, took: Duration) -> Answered {
        let mut pause = Duration::from_millis(100);
        for _ in 1..RECORDING_TRIES {
            match self.store.end_write(self.fence, position, reply.clone(), took).await {
                Ok(Fenced::No) => return Ok((reply, took)),
                Ok(Fenced::Yes) => return Err(Stop::Fenced),
                Err(Unavailable(_)) => self.clock.sleep(pause).await,
            }
            pause *= 2;
        }
        match self.store.end_write(self.fence, position, reply.clone(), took).await? {
            Fenced::No => Ok((reply, took)),
            Fenced::Yes => Err(Stop::Fenced),
        }
    }
}

fn answered(sent: Sent) -> Answered {
    match sent {
        Sent::Replied { reply, took } => Ok((reply, took)),
        Sent::Unknown(wait) => Err(Stop::Wait(wait)),
    }
}
