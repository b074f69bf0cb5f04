//! The outbox: what HubSpot is still to be told about runs that ended. A message is kept with the
//! end of its run and sent until HubSpot takes it or refuses it for good.
//!
//! A message may arrive twice, when its answer was lost; it never goes missing. What a message makes in
//! HubSpot is looked for there first, so that it is made once.

mod messages;
mod note;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::{Either, select};
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use super::record::{RefusalKind, Status};
use super::service_store::{Message, MessageLine, ServiceStore, Settled};
use super::store::{CALLBACK, Unavailable};
use crate::clock::Clock;
use crate::connection::{Connection, Connections};
use crate::hubspot::{Crm, NotTaken, STILL_AT_WORK};
use crate::ids::RunId;
use messages::Callback;
pub(super) use messages::{callback, written_back};

/// Messages on their way at once.
const SENDING_MAX: usize = 16;

/// Messages on their way to one portal at once: one slow portal leaves room for the others.
const PORTAL_SENDING_MAX: usize = 4;

/// Looked for messages so often. A workflow of HubSpot that waits takes seconds to go on anyway.
const LOOK: Duration = Duration::from_millis(500);

/// First pause after HubSpot did not take a message; it doubles.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// Longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// A sending takes at most so long: half of a message's lease, so that nobody else begins meanwhile.
const SENDING: Duration = Duration::from_secs(30);

/// A message waits at most so long for the others of its portal, so that it is sent within its lease;
/// then it is left, and due again when that is over. With [`LOOK`] this also bounds how many wait.
const WAITING: Duration = Duration::from_secs(20);

/// A host that stops waits so long for HubSpot.
const LAST: Duration = Duration::from_secs(5);

/// A command that ends with its run looks so often whether HubSpot was told everything.
const LOOK_AT_END: Duration = Duration::from_millis(50);

/// Sends messages.
pub(super) struct Outbox {
    store: Arc<dyn ServiceStore>,
    connections: Arc<Connections>,
    clock: Clock,
    /// Places of all messages on their way, and of those to each portal.
    places: Arc<Semaphore>,
    of_portals: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

/// Tells HubSpot about a run whose store ends with this process: for as long as `patience`, and gives what
/// came of it.
pub async fn tell(
    store: Arc<dyn ServiceStore>,
    connection: &Connection,
    run: RunId,
    patience: Duration,
) -> Result<Vec<MessageLine>, Unavailable> {
    let (connections, clock) = (Arc::new(Connections::default()), Clock::machine());
    connections.put(connection.clone());
    let told = async {
        while store.counts().await.is_ok_and(|counts| counts.messages > 0) {
            clock.sleep(LOOK_AT_END).await;
        }
    };
    let stop = async {
        let _told_or_not = clock.timeout(patience, told).await;
    };
    Outbox::new(Arc::clone(&store), connections, clock.clone()).run(stop).await;
    Ok(store.run(run).await?.map(|stored| stored.messages).unwrap_or_default())
}

impl Outbox {
    pub(super) fn new(store: Arc<dyn ServiceStore>, connections: Arc<Connections>, clock: Clock) -> Self {
        let (places, of_portals) = (Arc::new(Semaphore::new(SENDING_MAX)), Mutex::default());
        Self { store, connections, clock, places, of_portals }
    }

    /// Sends what is due until `stop`; then what is due at that moment, and returns.
    pub(super) async fn run(self, stop: impl Future<Output = ()>) {
        let own = Arc::new(self);
        let mut stop = pin!(stop);
        let mut sending = JoinSet::new();
        loop {
            own.begin(&mut sending).await;
            let pause = pin!(async {
                if own.places.available_permits() > 0 {
                    own.clock.sleep(LOOK).await;
                } else {
                    // A place that is free again is all there is to wait for.
                    sending.join_next().await;
                }
            });
            match select(stop, pause).await {
                Either::Left(((), _)) => break,
                Either::Right(((), waiting)) => stop = waiting,
            }
        }
        own.begin(&mut sending).await;
        let ending = async { while sending.join_next().await.is_some() {} };
        // What is cut off here is due again after its lease.
        let _cut_off = own.clock.timeout(LAST, ending).await;
    }

    /// Begins to send as much as there is room for.
    async fn begin(self: &Arc<Self>, sending: &mut JoinSet<()>) {
        while sending.try_join_next().is_some() {}
        let room = self.places.available_permits();
        if room == 0 {
            return;
        }
        match self.store.messages(room).await {
            Ok(messages) => {
                for message in messages {
                    let own = Arc::clone(self);
                    sending.spawn(async move {
                        if let Some(Some(_place)) = own.clock.timeout(WAITING, own.place(&message.portal)).await {
                            own.settle(message).await;
                        }
                    });
                }
            }
            Err(unavailable) => tracing::warn!("{unavailable}; HubSpot is told later"),
        }
    }

    /// A place among the messages on their way, and first one among those of its portal: who waits for
    /// a slow portal takes no place from another.
    async fn place(&self, portal: &str) -> Option<(OwnedSemaphorePermit, OwnedSemaphorePermit)> {
        let of_portal = {
            let mut of_portals = self.of_portals.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Semaphore::new(PORTAL_SENDING_MAX));
            Arc::clone(of_portals.entry(portal.to_owned()).or_insert_with(new))
        };
        let of_portal = of_portal.acquire_owned().await.ok()?;
        let of_all = Arc::clone(&self.places).acquire_owned().await.ok()?;
        Some((of_portal, of_all))
    }

    async fn settle(&self, message: Message) {
        let Message { run, kind, failures, .. } = &message;
        let again = |after: Option<Duration>| Settled::Again(pause(*failures).max(after.unwrap_or_default()));
        let settled = match self.clock.timeout(SENDING, self.send(&message)).await {
            Some(Ok(())) => Settled::Taken,
            Some(Err(NotTaken::Refused { never, why })) => {
                let code = never.code();
                // Not why: it may hold what people wrote.
                tracing::warn!(run.id = %run, code, "HubSpot refuses the {kind} of run {run}: {code}");
                Settled::Refused { code: code.into(), why }
            }
            Some(Err(NotTaken::Unavailable { why, after })) => {
                tracing::info!(run.id = %run, "HubSpot takes the {kind} of run {run} later: {why}");
                again(after)
            }
            // Cut off here, and perhaps not there.
            None => again(Some(STILL_AT_WORK)),
        };
        // A store that does not know what came of it has the message sent once more.
        if let Err(unavailable) = self.store.settle_message(&message, settled).await {
            tracing::warn!(run.id = %run, "{unavailable}; HubSpot is told once more");
        }
    }

    async fn send(&self, message: &Message) -> Result<(), NotTaken> {
        let Some(connection) = self.connections.get(&message.portal, &message.company) else {
            return Err(NotTaken::later("this host has no connection to the portal"));
        };
        let hubspot = &connection.hubspot;
        match message.kind.as_str() {
            CALLBACK => go_on(hubspot, read(&message.body)?).await,
            messages::NOTE | messages::INVOICE => hubspot.make_once(&read(&message.body)?).await,
            kind if kind.starts_with(messages::PROPERTIES) => hubspot.change(&read(&message.body)?).await,
            kind => Err(NotTaken::refused(format!("this host sends no {kind}"))),
        }
    }
}

fn read<Body: DeserializeOwned>(body: &str) -> Result<Body, NotTaken> {
    serde_json::from_str(body).map_err(|error| NotTaken::refused(format!("the message can't be read: {error}")))
}

/// The execution of a workflow that waits goes on.
async fn go_on(hubspot: &Crm, told: Callback) -> Result<(), NotTaken> {
    let Callback { callback, status, refusal, code, outputs } = told;
    let failed = (!went_well(status, refusal)).then_some(code.as_str());
    hubspot.callbacks().complete(&callback, failed, outputs).await
}

/// Whether a workflow goes on as after a success: when a document stands, and when none is due.
fn went_well(status: Status, refusal: Option<RefusalKind>) -> bool {
    match status {
        Status::Succeeded | Status::Previewed => true,
        Status::Refused => refusal == Some(RefusalKind::Skip),
        Status::Held | Status::Cancelled | Status::Waiting => false,
    }
}

fn pause(failures: u32) -> Duration {
    PAUSE_MIN.saturating_mul(1 << failures.min(16)).min(PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_minute() {
        let pauses: Vec<_> = (0..8).map(|failures| pause(failures).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
    }
}
