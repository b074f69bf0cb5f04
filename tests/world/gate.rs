//! The gate through which one process reaches everything outside it. A process that died or was
//! stopped gets through no more: whatever it still computes, nobody sees.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::trace::Trace;

/// What befalls a process, and at which of the points that it passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strike {
    /// Nothing.
    Never,
    /// It dies there.
    Die(usize),
    /// It stands still there until it is thawed.
    Freeze(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Running,
    Frozen,
    Dead,
}

/// The gate of one process.
pub struct Gate {
    process: u32,
    trace: Trace,
    strike: Strike,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    life: Life,
    passed: usize,
}

impl Gate {
    pub(crate) fn new(process: u32, trace: Trace, strike: Strike) -> Self {
        let state = Mutex::new(State { life: Life::Running, passed: 0 });
        Self { process, trace, strike, state, changed: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Comes to a point that is counted, and goes on if nothing befalls the process there.
    pub(crate) async fn pass(&self, what: &str, detail: &[u8]) {
        self.reach(what, detail);
        self.open().await;
    }

    /// Comes to a point that is counted; whether the process is struck right there.
    pub(crate) fn reach(&self, what: &str, detail: &[u8]) -> bool {
        let mut state = self.state();
        if state.life != Life::Running {
            return false;
        }
        let here = state.passed;
        state.passed += 1;
        self.trace.note(self.process, what, detail);
        let becomes = match self.strike {
            Strike::Die(at) if at == here => Life::Dead,
            Strike::Freeze(at) if at == here => Life::Frozen,
            Strike::Never | Strike::Die(_) | Strike::Freeze(_) => return false,
        };
        drop(state);
        self.becomes(becomes);
        true
    }

    /// Waits while the process is frozen, and for ever once it is dead.
    pub(crate) async fn open(&self) {
        loop {
            let changed = self.changed.notified();
            if self.state().life == Life::Running {
                return;
            }
            changed.await;
        }
    }

    /// Waits until something befalls the process.
    pub async fn struck(&self) {
        loop {
            let changed = self.changed.notified();
            if self.state().life != Life::Running {
                return;
            }
            changed.await;
        }
    }

    /// How many points it has passed.
    pub fn passed(&self) -> usize {
        self.state().passed
    }

    /// Whether it will never run again.
    pub fn is_dead(&self) -> bool {
        self.state().life == Life::Dead
    }

    /// Ends the process.
    pub(crate) fn die(&self) {
        self.becomes(Life::Dead);
    }

    /// Stops the process until it is thawed.
    pub fn freeze(&self) {
        self.becomes(Life::Frozen);
    }

    /// Lets a frozen process go on.
    pub fn thaw(&self) {
        self.becomes(Life::Running);
    }

    fn becomes(&self, life: Life) {
        let mut state = self.state();
        if state.life == Life::Dead {
            return;
        }
        state.life = life;
        drop(state);
        self.trace.note(self.process, "life", &[life as u8]);
        self.changed.notify_waiters();
    }
}
