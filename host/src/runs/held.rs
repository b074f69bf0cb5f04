//! What this process holds: the attempts under way, who waits for their end, and whether there is
//! work to look for.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::{Notify, oneshot};

use super::Runs;
use super::ending::Next;
use super::record::RunRecord;
use super::store::{Fence, Store};
use crate::ids::RunId;

/// The attempts of this process.
#[derive(Default)]
pub(super) struct Held {
    state: Mutex<State>,
    work: Notify,
}

#[derive(Default)]
struct State {
    fences: BTreeSet<Fence>,
    waiting: BTreeMap<RunId, Vec<oneshot::Sender<Option<Arc<RunRecord>>>>>,
}

/// The end of an attempt: the run's record, if it was its last.
pub(super) struct Over {
    told: oneshot::Receiver<Option<Arc<RunRecord>>>,
    held: Arc<Held>,
    run: RunId,
}

impl Future for Over {
    type Output = Option<Arc<RunRecord>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.told).poll(context).map(|told| told.ok().flatten())
    }
}

impl Drop for Over {
    fn drop(&mut self) {
        self.told.close();
        let mut state = self.held.lock();
        if let Some(waiting) = state.waiting.get_mut(&self.run) {
            waiting.retain(|other| !other.is_closed());
            if waiting.is_empty() {
                state.waiting.remove(&self.run);
            }
        }
    }
}

impl Held {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every attempt under way.
    pub(super) fn fences(&self) -> Vec<Fence> {
        self.lock().fences.iter().copied().collect()
    }

    /// Resolves when an attempt of `run` in this process is over.
    pub(super) fn over(self: &Arc<Self>, run: RunId) -> Over {
        let (tell, told) = oneshot::channel();
        let mut state = self.lock();
        state.waiting.entry(run).or_default().push(tell);
        Over { told, held: Arc::clone(self), run }
    }

    /// Resolves when there may be work that was not there before.
    pub(super) async fn work(&self) {
        self.work.notified().await;
    }

    /// There may be work.
    pub(super) fn work_came(&self) {
        self.work.notify_one();
    }

    fn ended(&self, fence: Fence, record: Option<&Arc<RunRecord>>) {
        let waiting = {
            let mut state = self.lock();
            state.fences.remove(&fence);
            state.waiting.remove(&fence.run).unwrap_or_default()
        };
        for tell in waiting {
            // Whoever stopped waiting needs no answer.
            let _gone = tell.send(record.cloned());
        }
        self.work_came();
    }
}

/// Gives a claim back when its attempt goes away without an end: a caller that left must not keep
/// the others waiting.
pub(super) struct Holding {
    store: Arc<dyn Store>,
    held: Arc<Held>,
    fence: Fence,
    ended: bool,
}

impl Runs {
    /// Holds the claim for as long as the attempt goes on.
    pub(super) fn holding(&self, fence: Fence) -> Holding {
        self.held.lock().fences.insert(fence);
        Holding { store: Arc::clone(&self.store), held: Arc::clone(&self.held), fence, ended: false }
    }
}

impl Holding {
    /// The attempt came to an end that the store knows.
    pub(super) fn ended(&mut self, next: &Next) {
        self.ended = true;
        let record = match next {
            Next::End(record) => Some(record),
            Next::Wait { .. } | Next::Lost => None,
        };
        self.held.ended(self.fence, record);
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        let (store, held, fence) = (Arc::clone(&self.store), Arc::clone(&self.held), self.fence);
        held.ended(fence, None);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                // If the store does not answer either, the lease runs out.
                let _given_back = store.give_back(fence).await;
                held.ended(fence, None);
            });
        }
    }
}
