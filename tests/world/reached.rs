//! The store as one process reaches it: through its gate, with what a network or a full disk does to
//! commits, and watched by the auditor.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use qbo_host::ids::{Digest, RunId, SaleKey};
use qbo_host::runs::RunRecord;
use qbo_host::runs::history::{Record, Reply};
use qbo_host::runs::service_store::{Changed, Counts, Due, Message, Query, RunLine, ServiceStore, Settled, Stored};
use qbo_host::runs::settings_store::{KeptSettings, Replaced, SettingsStore};
use qbo_host::runs::store::{
    Begun, Claimed, Enqueued, Fence, Fenced, Joined, Learned, Made, NewMessage, NewRun, Release, Store, Unavailable,
};

use super::broken::Broken;
use super::gate::Gate;
use super::trouble::Troubles;
use super::watch::Watch;

/// A store behind a gate.
pub(crate) struct Reached {
    pub(crate) store: Arc<dyn ServiceStore>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) troubles: Troubles,
    pub(crate) watch: Watch,
    pub(crate) broken: Broken,
}

/// One commit: a point before it, one after it, and what may go wrong at each.
macro_rules! commit {
    ($self:ident, $what:literal, $commit:expr) => {{
        $self.gate.pass(concat!("before ", $what), &[]).await;
        $self.troubles.refused()?;
        let done = $commit.await?;
        $self.gate.pass(concat!("after ", $what), &[]).await;
        $self.troubles.lost()?;
        Ok(done)
    }};
}

impl Reached {
    /// A broken fence lets a writer pass for whoever holds the run.
    fn fence(&self, fence: Fence) -> Fence {
        match self.broken {
            Broken::Fence => self.watch.highest(fence),
            Broken::Nothing | Broken::RequestId | Broken::Intent | Broken::Family => fence,
        }
    }

    fn watched(&self, fence: Fence, fenced: Result<Fenced, Unavailable>) -> Result<Fenced, Unavailable> {
        if let Ok(Fenced::No) = fenced {
            self.watch.wrote(fence);
        }
        fenced
    }
}

#[async_trait]
impl Store for Reached {
    async fn enqueue(&self, run: NewRun) -> Result<Enqueued, Unavailable> {
        commit!(self, "enqueue", self.store.enqueue(run))
    }

    async fn claim_run(&self, run: RunId) -> Result<Claimed, Unavailable> {
        commit!(self, "claim", async {
            let claimed = self.store.claim_run(run).await;
            if let Ok(Claimed::Held(claim)) = &claimed {
                self.watch.claimed(claim.fence);
            }
            claimed
        })
    }

    async fn join_sales(&self, fence: Fence, others: Vec<SaleKey>) -> Result<Joined, Unavailable> {
        commit!(self, "join", async {
            let others = if self.broken == Broken::Family { Vec::new() } else { others };
            let joined = self.store.join_sales(self.fence(fence), others).await;
            if let Ok(Joined::Yes(_)) = joined {
                self.watch.wrote(fence);
            }
            joined
        })
    }

    async fn made_for(&self, sales: Vec<SaleKey>) -> Result<Vec<Made>, Unavailable> {
        self.troubles.refused()?;
        self.store.made_for(sales).await
    }

    async fn begin_write(
        &self,
        fence: Fence,
        learned: Learned,
        intent: Arc<Record>,
        sale: Option<u64>,
    ) -> Result<Begun, Unavailable> {
        commit!(self, "intent", async {
            let begun = match self.broken {
                Broken::Intent => Ok(Begun::Yes),
                Broken::Nothing | Broken::Fence | Broken::RequestId | Broken::Family => {
                    self.store.begin_write(self.fence(fence), learned, intent, sale).await
                }
            };
            if let Ok(Begun::Yes) = begun {
                self.watch.wrote(fence);
            }
            begun
        })
    }

    async fn end_write(
        &self,
        fence: Fence,
        position: usize,
        reply: Reply,
        took: Duration,
    ) -> Result<Fenced, Unavailable> {
        commit!(self, "answer", async {
            let ended = self.store.end_write(self.fence(fence), position, reply.clone(), took).await;
            if let Ok(Fenced::No) = ended {
                self.watch.answered(fence.run, position, &reply);
            }
            self.watched(fence, ended)
        })
    }

    async fn give_back(&self, fence: Fence) -> Result<Fenced, Unavailable> {
        commit!(self, "give back", async { self.watched(fence, self.store.give_back(self.fence(fence)).await) })
    }

    async fn release(&self, fence: Fence, release: Release) -> Result<Fenced, Unavailable> {
        commit!(self, "release", async { self.watched(fence, self.store.release(self.fence(fence), release).await) })
    }

    async fn finish(
        &self,
        fence: Fence,
        learned: Learned,
        end: Arc<RunRecord>,
        messages: Vec<NewMessage>,
    ) -> Result<Fenced, Unavailable> {
        commit!(self, "finish", async {
            self.watched(fence, self.store.finish(self.fence(fence), learned, end, messages).await)
        })
    }
}

#[async_trait]
impl ServiceStore for Reached {
    async fn claim(&self, most: usize, company_max: usize) -> Result<Due, Unavailable> {
        self.gate.open().await;
        self.troubles.refused()?;
        let due = self.store.claim(most, company_max).await?;
        for claim in &due.claims {
            self.watch.claimed(claim.fence);
        }
        // A look at an idle store commits nothing.
        if !due.claims.is_empty() {
            self.gate.pass("claim", &[]).await;
            self.troubles.lost()?;
        }
        Ok(due)
    }

    async fn take_over(&self, polled: &[RunId]) -> Result<(), Unavailable> {
        self.gate.open().await;
        self.store.take_over(polled).await
    }

    async fn renew(&self, fences: &[Fence]) -> Result<(), Unavailable> {
        self.gate.open().await;
        self.troubles.refused()?;
        self.store.renew(fences).await
    }

    async fn run(&self, run: RunId) -> Result<Option<Stored>, Unavailable> {
        self.gate.open().await;
        self.store.run(run).await
    }

    async fn runs(&self, query: &Query) -> Result<Vec<RunLine>, Unavailable> {
        self.gate.open().await;
        self.store.runs(query).await
    }

    async fn counts(&self) -> Result<Counts, Unavailable> {
        self.gate.open().await;
        self.store.counts().await
    }

    async fn resume(&self, run: RunId, digest: Option<Digest>, by: &str) -> Result<Changed, Unavailable> {
        commit!(self, "resume", self.store.resume(run, digest, by))
    }

    async fn restart(&self, run: RunId, epoch: u64, digest: Digest, by: &str) -> Result<Changed, Unavailable> {
        commit!(self, "restart", self.store.restart(run, epoch, digest, by))
    }

    async fn cancel(&self, run: RunId, by: &str) -> Result<Changed, Unavailable> {
        commit!(self, "cancel", self.store.cancel(run, by))
    }

    async fn put_component(&self, digest: Digest, wasm: Arc<[u8]>) -> Result<(), Unavailable> {
        self.gate.open().await;
        self.store.put_component(digest, wasm).await
    }

    async fn component(&self, digest: Digest) -> Result<Option<Arc<[u8]>>, Unavailable> {
        self.gate.open().await;
        self.store.component(digest).await
    }

    async fn components_needed(&self) -> Result<BTreeSet<Digest>, Unavailable> {
        self.gate.open().await;
        self.store.components_needed().await
    }

    async fn forget_components(&self, active: &BTreeSet<Digest>) -> Result<(), Unavailable> {
        self.gate.open().await;
        self.store.forget_components(active).await
    }

    async fn messages(&self, most: usize) -> Result<Vec<Message>, Unavailable> {
        self.gate.open().await;
        self.store.messages(most).await
    }

    async fn settle_message(&self, message: &Message, settled: Settled) -> Result<(), Unavailable> {
        self.gate.open().await;
        self.store.settle_message(message, settled).await
    }
}

#[async_trait]
impl SettingsStore for Reached {
    async fn settings(&self, portal: &str, company: &str) -> Result<Option<KeptSettings>, Unavailable> {
        self.gate.open().await;
        self.store.settings(portal, company).await
    }

    async fn put_settings(
        &self,
        portal: &str,
        company: &str,
        replaces: u64,
        document: &str,
    ) -> Result<Replaced, Unavailable> {
        self.gate.open().await;
        self.store.put_settings(portal, company, replaces, document).await
    }
}
