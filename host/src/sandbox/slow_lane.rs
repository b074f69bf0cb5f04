//! The slow lane: guests that compute for long go on a tick at a time, one for every second core,
//! so that they can't take the threads from those that only need a moment.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The permits of one process.
#[derive(Debug, Clone)]
pub(super) struct SlowLane(Arc<Semaphore>);

impl SlowLane {
    pub(super) fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new((cores / 2).max(1))))
    }

    /// The place of one attempt, outside the lane at first.
    pub(super) fn place(&self) -> Place {
        Place { lane: Arc::clone(&self.0), held: Arc::default() }
    }
}

/// One attempt's place: in the lane while it holds a permit.
#[derive(Debug, Clone)]
pub(super) struct Place {
    lane: Arc<Semaphore>,
    held: Arc<Mutex<Option<OwnedSemaphorePermit>>>,
}

impl Place {
    /// Gives the permit back, if there is one: at each tick, and while the guest waits for an
    /// answer and computes nothing.
    pub(super) fn leave(&self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Queues for the lane behind everybody who waits already.
    pub(super) fn enter(&self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let place = self.clone();
        Box::pin(async move {
            // The semaphore is never closed; if it were, nobody would be held back.
            let permit = Arc::clone(&place.lane).acquire_owned().await.ok();
            *place.held.lock().unwrap_or_else(PoisonError::into_inner) = permit;
        })
    }
}
