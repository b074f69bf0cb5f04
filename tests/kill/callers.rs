//! Those who ask for runs: they repeat themselves until they are told that the run was accepted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use qbo_host::ids::RunId;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::host::Host;
use super::world::World;

/// Callers at once.
const CALLERS: usize = 16;

/// One in so many starts is sent once more after it was acknowledged.
const REPEATED: usize = 7;

/// The callers of one play.
pub(super) struct Callers(JoinSet<Vec<(String, RunId)>>);

impl Callers {
    /// Sends every event, as far as `may_send` lets them.
    pub(super) fn send(world: &Arc<World>, host: &Host, may_send: &Arc<Semaphore>) -> Self {
        let next = Arc::new(Mutex::new(0));
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            let (world, host, may_send, next) =
                (Arc::clone(world), host.client(), Arc::clone(may_send), Arc::clone(&next));
            callers.spawn(async move {
                let mut told = Vec::new();
                loop {
                    may_send.acquire().await.expect("nobody closes it").forget();
                    let number = {
                        let mut next = next.lock().expect("no caller panicked");
                        *next += 1;
                        *next - 1
                    };
                    let Some(event) = world.events.get(number) else { return told };
                    let deal = &world.deals[event.deal];
                    let start = json!({
                        "action": "create-invoice", "object": format!("deal:{}", deal.id), "event": event.id,
                        "company": world.companies[deal.company],
                    });
                    let times = if number % REPEATED == 0 { 2 } else { 1 };
                    for _ in 0..times {
                        told.push((event.id.clone(), host.ask_until_accepted(&start).await));
                    }
                    if number + CALLERS >= world.events.len() {
                        may_send.add_permits(1);
                    }
                }
            });
        }
        Self(callers)
    }

    /// What all of them were told: event by event, the run.
    pub(super) async fn all_told(mut self) -> BTreeMap<String, Vec<RunId>> {
        let mut all: BTreeMap<String, Vec<RunId>> = BTreeMap::new();
        while let Some(told) = self.0.join_next().await {
            for (event, run) in told.expect("no caller panicked") {
                all.entry(event).or_default().push(run);
            }
        }
        all
    }
}

/// Asks one host.
pub(super) struct Asking {
    pub(super) client: reqwest::Client,
    pub(super) url: String,
    pub(super) token: String,
}

impl Asking {
    /// Repeats a start until it is accepted: HubSpot does the same.
    async fn ask_until_accepted(&self, start: &Value) -> RunId {
        loop {
            let sent = self.client.post(format!("{}/v1/runs", self.url)).bearer_auth(&self.token);
            if let Ok(answer) = sent.header("content-type", "application/json").body(start.to_string()).send().await {
                let status = answer.status();
                let body = answer.text().await.unwrap_or_default();
                if status.is_success() {
                    if let Ok(accepted) = serde_json::from_str::<Value>(&body) {
                        return accepted["run_id"].as_str().expect("a run id").parse().expect("a run id");
                    }
                } else {
                    assert!(status.is_server_error(), "{status}: {body}");
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
