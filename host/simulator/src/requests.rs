//! The log of what a simulated service was asked, for tests that count requests.
//!
//! It holds no bodies and no tokens.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// One request, in the order in which their work ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoggedRequest {
    pub method: String,
    /// Path and query, percent-decoded.
    pub path: String,
    /// The idempotency key that the request carried, if any.
    pub requestid: Option<String>,
    /// `None` when the connection dropped without an answer.
    pub status: Option<u16>,
    /// Whether this request changed what is stored. A replayed answer did not.
    pub committed: bool,
}

/// The log itself; copies share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests(Arc<Mutex<Vec<LoggedRequest>>>);

impl Requests {
    pub(crate) fn push(&self, request: LoggedRequest) {
        self.rows().push(request);
    }

    pub(crate) fn all(&self) -> Vec<LoggedRequest> {
        self.rows().clone()
    }

    pub(crate) fn clear(&self) {
        self.rows().clear();
    }

    fn rows(&self) -> MutexGuard<'_, Vec<LoggedRequest>> {
        // Nothing panics while it holds the lock, so a poisoned log is still a good one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
