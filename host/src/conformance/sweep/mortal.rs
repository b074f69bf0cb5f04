//! A host that dies at a chosen moment: from then on nothing of it reaches its store or a service,
//! whatever it still computes. Counts the moments, and knows nothing of cases.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use super::disturbance::Moment;
use crate::ids::{RunId, SaleKey};
use crate::runs::MemoryStore;
use crate::runs::RunRecord;
use crate::runs::history::{Record, Reply};
use crate::runs::store::{
    Begun, Claimed, Enqueued, Fence, Fenced, Joined, Learned, Made, NewMessage, NewRun, Release, Store, Unavailable,
};

/// One life of a host.
pub(super) struct Life {
    /// When it ends, if it does.
    until: Option<Moment>,
    counted: Mutex<Counted>,
    alive: watch::Sender<bool>,
}

#[derive(Default)]
struct Counted {
    requests: usize,
    intents: usize,
    answers: usize,
}

impl Life {
    pub(super) fn new(until: Option<Moment>) -> Arc<Self> {
        Arc::new(Self { until, counted: Mutex::default(), alive: watch::Sender::new(true) })
    }

    /// Returns only while the host lives.
    pub(super) async fn lives(&self) {
        if !*self.alive.borrow() {
            std::future::pending::<()>().await;
        }
    }

    /// Returns when the host is dead.
    pub(super) async fn ended(&self) {
        let mut alive = self.alive.subscribe();
        // The sender is this life's own, so that it never closes first.
        let _dead = alive.wait_for(|alive| !alive).await;
    }

    /// Comes to a moment; the host may die there.
    async fn reaches(&self, moment: impl FnOnce(&mut Counted) -> Moment) {
        let moment = moment(&mut self.counted.lock().unwrap_or_else(PoisonError::into_inner));
        if self.until == Some(moment) {
            self.alive.send_replace(false);
        }
        self.lives().await;
    }

    /// A request was carried out.
    pub(super) async fn sent(&self) {
        self.reaches(|counted| {
            counted.requests += 1;
            Moment::Sent(counted.requests - 1)
        })
        .await;
    }
}

/// The store as a mortal host reaches it.
pub(super) struct MortalStore {
    pub(super) store: Arc<MemoryStore>,
    pub(super) life: Arc<Life>,
}

#[async_trait]
impl Store for MortalStore {
    async fn enqueue(&self, run: NewRun) -> Result<Enqueued, Unavailable> {
        self.life.lives().await;
        self.store.enqueue(run).await
    }

    async fn claim_run(&self, run: RunId) -> Result<Claimed, Unavailable> {
        self.life.lives().await;
        self.store.claim_run(run).await
    }

    async fn join_sales(&self, fence: Fence, others: Vec<SaleKey>) -> Result<Joined, Unavailable> {
        self.life.lives().await;
        self.store.join_sales(fence, others).await
    }

    async fn made_for(&self, sales: Vec<SaleKey>) -> Result<Vec<Made>, Unavailable> {
        self.life.lives().await;
        self.store.made_for(sales).await
    }

    async fn begin_write(
        &self,
        fence: Fence,
        learned: Learned,
        intent: Arc<Record>,
        sale: Option<u64>,
    ) -> Result<Begun, Unavailable> {
        self.life.lives().await;
        let begun = self.store.begin_write(fence, learned, intent, sale).await?;
        if begun == Begun::Yes {
            self.life
                .reaches(|counted| {
                    counted.intents += 1;
                    Moment::Intended(counted.intents - 1)
                })
                .await;
        }
        Ok(begun)
    }

    async fn end_write(
        &self,
        fence: Fence,
        position: usize,
        reply: Reply,
        took: Duration,
    ) -> Result<Fenced, Unavailable> {
        self.life.lives().await;
        let ended = self.store.end_write(fence, position, reply, took).await?;
        self.life
            .reaches(|counted| {
                counted.answers += 1;
                Moment::Recorded(counted.answers - 1)
            })
            .await;
        Ok(ended)
    }

    async fn give_back(&self, fence: Fence) -> Result<Fenced, Unavailable> {
        self.life.lives().await;
        self.store.give_back(fence).await
    }

    async fn release(&self, fence: Fence, release: Release) -> Result<Fenced, Unavailable> {
        self.life.lives().await;
        self.store.release(fence, release).await
    }

    async fn finish(
        &self,
        fence: Fence,
        learned: Learned,
        end: Arc<RunRecord>,
        messages: Vec<NewMessage>,
    ) -> Result<Fenced, Unavailable> {
        self.life.lives().await;
        let finished = self.store.finish(fence, learned, end, messages).await?;
        self.life.reaches(|_| Moment::Finished).await;
        Ok(finished)
    }
}
