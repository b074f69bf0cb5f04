//! The outbox: what HubSpot is still to be told about runs that ended. A message is kept with the
//! end of its run and sent until HubSpot takes it or refuses it for good.
//!
//! A message may arrive twice, when its answer was lost; it never goes missing.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::{Either, select};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use super::record::{RefusalKind, Status};
use super::service_store::{Message, ServiceStore, Settled};
use crate::clock::Clock;
use crate::connection::Connections;
use crate::hubspot::NotTaken;

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

/// Why a message is refused is kept; a sentence is enough.
const WHY_CHARACTERS_MAX: usize = 200;

/// Sends messages.
pub(super) struct Outbox {
    store: Arc<dyn ServiceStore>,
    connections: Arc<Connections>,
    clock: Clock,
    /// Places of all messages on their way, and of those to each portal.
    places: Arc<Semaphore>,
    of_portals: Mutex<BTreeMap<String, Arc<Semaphore>>>,
}

/// What `drive` wrote down for a workflow that waits.
#[derive(Deserialize)]
struct Callback {
    callback: String,
    status: Status,
    refusal: Option<RefusalKind>,
    code: String,
    outputs: Map<String, Value>,
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
        let sent = self.clock.timeout(SENDING, self.send(&message)).await;
        let pause = Settled::Again(pause(message.failures));
        let settled = match sent {
            Some(Ok(())) => Settled::Taken,
            Some(Err(NotTaken::Refused(why))) => {
                tracing::warn!(run.id = %message.run, "HubSpot refuses what run {} tells it: {why}", message.run);
                Settled::Refused(why.chars().take(WHY_CHARACTERS_MAX).collect())
            }
            Some(Err(NotTaken::Unavailable(why))) => {
                tracing::info!(run.id = %message.run, "HubSpot is told about run {} later: {why}", message.run);
                pause
            }
            None => pause,
        };
        // A store that does not know what came of it has the message sent once more.
        if let Err(unavailable) = self.store.settle_message(message.run, &message.kind, settled).await {
            tracing::warn!(run.id = %message.run, "{unavailable}; HubSpot is told once more");
        }
    }

    async fn send(&self, message: &Message) -> Result<(), NotTaken> {
        if message.kind != "callback" {
            return Err(NotTaken::Refused(format!("this host sends no {}", message.kind)));
        }
        let Callback { callback, status, refusal, code, outputs } = serde_json::from_str(&message.body)
            .map_err(|error| NotTaken::Refused(format!("it can't be read: {error}")))?;
        let Some(connection) = self.connections.get(&message.portal, &message.company) else {
            return Err(NotTaken::Unavailable("this host has no connection to the portal".into()));
        };
        let failed = (!went_well(status, refusal)).then_some(code.as_str());
        connection.hubspot.callbacks().complete(&callback, failed, outputs).await
    }
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
