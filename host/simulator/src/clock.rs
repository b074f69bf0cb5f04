//! The time of the simulated services, which a test can fix and move.
//!
//! It knows nothing of timers: those use `tokio::time`, whose clock a test pauses by other means.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A clock whose copies move together.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<Reading>>);

#[derive(Debug)]
struct Reading {
    /// `None` follows the machine's time.
    fixed: Option<Timestamp>,
    ahead: SignedDuration,
}

impl Clock {
    /// The machine's time.
    pub fn system() -> Self {
        Self::new(None)
    }

    /// A time that stands still until it is advanced.
    pub fn fixed(at: Timestamp) -> Self {
        Self::new(Some(at))
    }

    fn new(fixed: Option<Timestamp>) -> Self {
        let ahead = SignedDuration::ZERO;
        Self(Arc::new(Mutex::new(Reading { fixed, ahead })))
    }

    /// The time now, held at jiff's last instant if it was advanced beyond.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else asks")]
    pub fn now(&self) -> Timestamp {
        let reading = self.reading();
        let base = reading.fixed.unwrap_or_else(Timestamp::now);
        base.saturating_add(reading.ahead).unwrap_or(base)
    }

    /// Moves every copy of this clock; a negative duration moves it back.
    pub fn advance(&self, by: SignedDuration) {
        let mut reading = self.reading();
        reading.ahead = reading.ahead.saturating_add(by);
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        // Nothing panics while it holds the lock, so a poisoned reading is still a good one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_advanced_and_takes_its_copies_along() {
        let clock = Clock::fixed(Timestamp::UNIX_EPOCH);
        let copy = clock.clone();
        clock.advance(SignedDuration::from_hours(24));
        assert_eq!(copy.now().as_second(), 86_400);
    }
}
