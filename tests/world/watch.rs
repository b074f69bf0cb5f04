//! Watches the writes that a store accepts: what only its history could otherwise tell, a broken
//! store would tell wrongly.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use qbo_host::ids::RunId;
use qbo_host::runs::history::Reply;
use qbo_host::runs::store::Fence;

/// What was seen; copies share it.
#[derive(Clone, Default)]
pub struct Watch(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    highest: BTreeMap<RunId, u64>,
    answers: BTreeMap<(RunId, usize), Reply>,
    violations: Vec<String>,
}

impl Watch {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn claimed(&self, fence: Fence) {
        let mut seen = self.seen();
        let highest = seen.highest.entry(fence.run).or_default();
        *highest = fence.epoch.max(*highest);
    }

    /// The fence of whoever claimed this run last.
    pub(crate) fn highest(&self, fence: Fence) -> Fence {
        let highest = self.seen().highest.get(&fence.run).copied();
        Fence { epoch: highest.unwrap_or(fence.epoch), ..fence }
    }

    /// The store accepted a write under `fence`.
    pub(crate) fn wrote(&self, fence: Fence) {
        let mut seen = self.seen();
        let highest = seen.highest.get(&fence.run).copied().unwrap_or_default();
        if fence.epoch < highest {
            let violation = format!("I3: run {} was written at epoch {} after {highest}", fence.run, fence.epoch);
            seen.violations.push(violation);
        }
    }

    /// The store took this answer to the call at `position`. After a resume the position may be used
    /// for another call.
    pub(crate) fn answered(&self, run: RunId, position: usize, reply: &Reply) {
        self.seen().answers.insert((run, position), reply.clone());
    }

    /// The answer that the store took last at this position.
    pub fn answer(&self, run: RunId, position: usize) -> Option<Reply> {
        self.seen().answers.get(&(run, position)).cloned()
    }

    /// What must never happen, and did.
    pub fn violations(&self) -> Vec<String> {
        self.seen().violations.clone()
    }
}
