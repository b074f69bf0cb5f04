//! Webhooks: a subscriber is told what changed, signed, at least once, and not always in order.
//!
//! It keeps who is told and what is still to be told. How a notification reads and is signed is in
//! `webhooks/body.rs`. Nothing waits for a subscriber: each notification has a task of its own.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::QuickBooks;
use super::entity::Entity;
use crate::clock::Clock;

mod body;

/// A subscriber must answer within this time, as documented.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// When a notification that was not taken is sent again, as documented, in seconds after the try before.
/// The real service goes on every six hours; the simulator gives up.
const RETRY_AFTER_SECONDS: [u64; 8] = [10, 20, 30, 300, 1_200, 7_200, 14_400, 21_600];

/// Who is told, and how.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscriber {
    pub url: String,
    /// The key of the signature.
    pub verifier_token: String,
    #[serde(default)]
    pub form: WebhookForm,
    /// Changes within so much time are told together.
    #[serde(default)]
    pub batch_ms: u64,
    /// Pauses before a notification that was not taken is sent again; after the last it is given up.
    #[serde(default = "documented_retries")]
    pub retry_after_ms: Vec<u64>,
    /// How often a notification is sent although it was taken.
    #[serde(default = "once")]
    pub times: u32,
    /// The last change first.
    #[serde(default)]
    pub reversed: bool,
}

/// How a notification reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookForm {
    /// A list of CloudEvents, the only form since 2026.
    #[default]
    CloudEvents,
    /// Changes by company, as it was before.
    Legacy,
}

/// One committed change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) realm: String,
    pub(crate) entity: Entity,
    pub(crate) id: String,
    pub(crate) verb: ChangeVerb,
    pub(crate) at: Timestamp,
}

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChangeVerb {
    Created,
    Updated,
    Deleted,
    Voided,
    Emailed,
}

/// One try to tell a subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Notification {
    /// How many changes it told.
    pub changes: usize,
    /// What the subscriber answered; `None` when it did not.
    pub status: Option<u16>,
}

/// The subscription; copies share it.
#[derive(Clone, Default)]
pub(crate) struct Webhooks(Arc<Mutex<Subscription>>);

#[derive(Default)]
struct Subscription {
    subscriber: Option<Subscriber>,
    waiting: Vec<Change>,
    /// Whether somebody is about to tell what waits.
    is_scheduled: bool,
    told: u64,
    sent: Vec<Notification>,
}

impl QuickBooks {
    /// Tells a subscriber of every change from now on, or nobody.
    pub fn subscribe(&self, subscriber: Option<Subscriber>) {
        self.webhooks.subscribe(subscriber);
    }

    /// Every try to tell a subscriber, oldest first.
    pub fn notifications(&self) -> Vec<Notification> {
        self.webhooks.lock().sent.clone()
    }
}

impl Webhooks {
    fn subscribe(&self, subscriber: Option<Subscriber>) {
        let mut subscription = self.lock();
        subscription.waiting.clear();
        subscription.subscriber = subscriber;
    }

    /// Tells what was committed. Outside a tokio runtime it waits for the next change inside one.
    pub(crate) fn tell(&self, changes: Vec<Change>, clock: &Clock) {
        let mut subscription = self.lock();
        let Some(subscriber) = subscription.subscriber.clone().filter(|_| !changes.is_empty()) else { return };
        subscription.waiting.extend(changes);
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        if !subscription.is_scheduled {
            subscription.is_scheduled = true;
            runtime.spawn(self.clone().deliver(subscriber, clock.clone()));
        }
    }

    /// Tells everything that waits, again and again until it is taken.
    async fn deliver(self, subscriber: Subscriber, clock: Clock) {
        if subscriber.batch_ms > 0 {
            clock.sleep(Duration::from_millis(subscriber.batch_ms)).await;
        }
        let (body, changes) = {
            let mut subscription = self.lock();
            subscription.is_scheduled = false;
            let mut waiting = std::mem::take(&mut subscription.waiting);
            if subscriber.reversed {
                waiting.reverse();
            }
            let first = subscription.told + 1;
            subscription.told += u64::try_from(waiting.len()).unwrap_or(u64::MAX);
            (body::written(subscriber.form, &waiting, first), waiting.len())
        };
        for _ in 0..subscriber.times {
            let mut pauses = subscriber.retry_after_ms.iter();
            while !self.send(&subscriber, &body, changes).await {
                let Some(pause) = pauses.next() else { break };
                clock.sleep(Duration::from_millis(*pause)).await;
            }
        }
    }

    /// One try; whether it was taken.
    async fn send(&self, subscriber: &Subscriber, body: &str, changes: usize) -> bool {
        let signature = body::signature(&subscriber.verifier_token, body.as_bytes());
        let request = reqwest::Client::new()
            .post(&subscriber.url)
            .timeout(ANSWER_WITHIN)
            .header("content-type", "application/json")
            .header("intuit-signature", signature)
            .body(body.to_owned());
        let status = request.send().await.ok().map(|answer| answer.status());
        self.lock().sent.push(Notification { changes, status: status.map(|status| status.as_u16()) });
        status == Some(StatusCode::OK)
    }

    fn lock(&self) -> MutexGuard<'_, Subscription> {
        // Nothing panics while it holds the lock, so a poisoned subscription is still a good one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Subscriber {
    /// Without the verifier token, which is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber").field("url", &self.url).field("form", &self.form).finish_non_exhaustive()
    }
}

fn documented_retries() -> Vec<u64> {
    RETRY_AFTER_SECONDS.iter().map(|seconds| seconds * 1000).collect()
}

fn once() -> u32 {
    1
}
