//! Takes what is due and drives it, for as long as a service runs: companies in turn, no more at once
//! than fits in memory, and nothing new once it is asked to stop.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{Either, select};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Runs;
use super::service_store::{Due, ServiceStore};
use super::store::{Claim, LEASE};

/// Runs that are taken at once. Fewer claims would wait for the disk more often; more would keep
/// runs from other hosts and other companies.
const CLAIMED_MAX: usize = 64;

/// Runs under way at once. Each keeps its snapshot and history in memory, some 20 KiB, whether it
/// has one of the instances or waits for QuickBooks.
const UNDER_WAY_MAX: usize = 4_096;

/// Looked for work at least so often, whatever the store said.
const LOOK_MAX: Duration = Duration::from_secs(1);

/// Pause after the store did not answer.
const UNANSWERED: Duration = Duration::from_millis(500);

/// Takes due runs from a store and drives them.
pub struct Dispatch {
    runs: Arc<Runs>,
    store: Arc<dyn ServiceStore>,
    /// Runs of one company under way at once.
    company_max: usize,
}

impl Dispatch {
    /// Drives `runs`, which are kept in `store`.
    pub fn new(runs: Arc<Runs>, store: Arc<dyn ServiceStore>, company_max: usize) -> Self {
        Self { runs, store, company_max }
    }

    /// Goes on until `stop`; then takes nothing more, and returns when what is under way has come to
    /// its end or `grace` is over. What is left then goes on after the next start.
    pub async fn run(&self, stop: impl Future<Output = ()>, grace: Duration) {
        let room = Arc::new(Semaphore::new(UNDER_WAY_MAX));
        let mut under_way = JoinSet::new();
        {
            let renewing = pin!(self.renew());
            let dispatching = pin!(self.dispatch(&room, &mut under_way));
            let working = select(renewing, dispatching);
            let _stopped = select(pin!(stop), working).await;
        }
        let clock = self.runs.clock.clone();
        let ending = async { while under_way.join_next().await.is_some() {} };
        let ended = clock.timeout(grace, async {
            match select(pin!(ending), pin!(self.renew())).await {
                Either::Left(((), _)) | Either::Right(((), _)) => {}
            }
        });
        if ended.await.is_none() {
            tracing::warn!("some runs are still under way; they go on after the next start");
        }
    }

    async fn dispatch(&self, room: &Arc<Semaphore>, under_way: &mut JoinSet<()>) {
        let clock = &self.runs.clock;
        loop {
            while let Some(ended) = under_way.try_join_next() {
                if let Err(died) = ended {
                    tracing::error!("a run's task ended early: {died}; the run is tried again");
                }
            }
            let most = room.available_permits().min(CLAIMED_MAX);
            if most == 0 {
                // A permit that is free again is all there is to wait for.
                drop(room.acquire().await);
                continue;
            }
            match self.store.claim(most, self.company_max).await {
                Ok(Due { claims, next }) if claims.is_empty() => {
                    let pause = next.unwrap_or(LOOK_MAX).min(LOOK_MAX);
                    clock.timeout(pause, self.runs.held.work()).await;
                }
                Ok(Due { claims, .. }) => {
                    for claim in claims {
                        self.start(claim, room, under_way).await;
                    }
                }
                Err(unavailable) => {
                    tracing::warn!("{unavailable}; nothing is taken until it does");
                    clock.sleep(UNANSWERED).await;
                }
            }
        }
    }

    async fn start(&self, claim: Claim, room: &Arc<Semaphore>, under_way: &mut JoinSet<()>) {
        let permit = Arc::clone(room).acquire_owned().await;
        let runs = Arc::clone(&self.runs);
        let run = claim.fence.run;
        under_way.spawn(async move {
            // Whatever a run breaks, the others go on.
            if let Err(unavailable) = runs.drive(claim).await {
                tracing::warn!(run.id = %run, "run {run} goes on later: {unavailable}");
            }
            drop(permit);
        });
    }

    /// Renews the leases of what is under way, for ever.
    async fn renew(&self) {
        loop {
            self.runs.clock.sleep(LEASE / 4).await;
            let fences = self.runs.held.fences();
            if !fences.is_empty()
                && let Err(unavailable) = self.store.renew(&fences).boxed().await
            {
                tracing::warn!("leases could not be renewed: {unavailable}");
            }
        }
    }
}
