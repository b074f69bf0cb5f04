//! The outbox: what HubSpot is still to be told about runs that ended. A message is kept with the
//! end of its run and sent until HubSpot takes it or refuses it for good.
//!
//! A message may arrive twice, when its answer was lost; it never goes missing.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, select};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::task::JoinSet;

use super::record::{RefusalKind, Status};
use super::service_store::{Message, ServiceStore, Settled};
use crate::clock::Clock;
use crate::connection::Connections;
use crate::hubspot::NotTaken;

/// Messages on their way at once: one slow portal leaves room for the others.
const SENDING_MAX: usize = 16;

/// Looked for messages so often. A workflow of HubSpot that waits takes seconds to go on anyway.
const LOOK: Duration = Duration::from_millis(500);

/// First pause after HubSpot did not take a message; it doubles.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// Longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// A sending takes at most so long: half of a message's lease, so that nobody else begins meanwhile.
const SENDING: Duration = Duration::from_secs(30);

/// A host that stops waits so long for HubSpot.
const LAST: Duration = Duration::from_secs(5);

/// Why a message is refused is kept; a sentence is enough.
const WHY_CHARACTERS_MAX: usize = 200;

/// Sends messages.
pub(super) struct Outbox {
    store: Arc<dyn ServiceStore>,
    connections: Arc<Connections>,
    clock: Clock,
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
        Self { store, connections, clock }
    }

    /// Sends what is due until `stop`; then what is due at that moment, and returns.
    pub(super) async fn run(self, stop: impl Future<Output = ()>) {
        let own = Arc::new(self);
        let mut stop = pin!(stop);
        let mut sending = JoinSet::new();
        loop {
            own.begin(&mut sending).await;
            let pause = pin!(async {
                if sending.len() < SENDING_MAX {
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
        let room = SENDING_MAX.saturating_sub(sending.len());
        if room == 0 {
            return;
        }
        match self.store.messages(room).await {
            Ok(messages) => {
                for message in messages {
                    let own = Arc::clone(self);
                    sending.spawn(async move { own.settle(message).await });
                }
            }
            Err(unavailable) => tracing::warn!("{unavailable}; HubSpot is told later"),
        }
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
