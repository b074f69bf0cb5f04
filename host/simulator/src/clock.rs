//! The time of the simulated services, which a test can fix and move, or lend from elsewhere.
//!
//! Waiting uses `tokio::time`, unless the time is lent: then whoever lends it lets wait as well.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A clock whose copies move together.
#[derive(Clone, Debug)]
pub struct Clock {
    reading: Arc<Mutex<Reading>>,
    lent: Option<Lent>,
}

#[derive(Debug)]
struct Reading {
    /// `None` follows the machine's time, or the one that is lent.
    fixed: Option<Timestamp>,
    ahead: SignedDuration,
}

/// A wait that ends when its time has come.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Somebody else's time.
#[derive(Clone)]
struct Lent {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    sleep: Arc<dyn Fn(Duration) -> Sleep + Send + Sync>,
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

    /// Somebody else's time, so that several services and their clients stand on one: what time it is,
    /// and how to wait.
    pub fn lent(
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
        sleep: impl Fn(Duration) -> Sleep + Send + Sync + 'static,
    ) -> Self {
        Self { lent: Some(Lent { now: Arc::new(now), sleep: Arc::new(sleep) }), ..Self::new(None) }
    }

    fn new(fixed: Option<Timestamp>) -> Self {
        let ahead = SignedDuration::ZERO;
        Self { reading: Arc::new(Mutex::new(Reading { fixed, ahead })), lent: None }
    }

    /// Waits. A time that stands still does not hold a wait up: it passes on tokio's time.
    pub async fn sleep(&self, pause: Duration) {
        match &self.lent {
            Some(lent) => (lent.sleep)(pause).await,
            None => tokio::time::sleep(pause).await,
        }
    }

    /// The time now, held at jiff's last instant if it was advanced beyond.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else asks")]
    pub fn now(&self) -> Timestamp {
        let reading = self.reading();
        let base = match (reading.fixed, &self.lent) {
            (Some(fixed), _) => fixed,
            (None, Some(lent)) => (lent.now)(),
            (None, None) => Timestamp::now(),
        };
        base.saturating_add(reading.ahead).unwrap_or(base)
    }

    /// Moves every copy of this clock; a negative duration moves it back.
    pub fn advance(&self, by: SignedDuration) {
        let mut reading = self.reading();
        reading.ahead = reading.ahead.saturating_add(by);
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        // Nothing panics while it holds the lock, so a poisoned reading is still a good one.
        self.reading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Lent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lent")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lent_clock_tells_whoever_s_time_it_is_and_can_be_ahead_of_it() {
        let clock = Clock::lent(|| Timestamp::UNIX_EPOCH, |_| Box::pin(std::future::ready(())));
        clock.advance(SignedDuration::from_secs(5));
        assert_eq!(clock.now().as_second(), 5);
    }

    #[test]
    fn a_fixed_clock_moves_only_when_advanced_and_takes_its_copies_along() {
        let clock = Clock::fixed(Timestamp::UNIX_EPOCH);
        let copy = clock.clone();
        clock.advance(SignedDuration::from_hours(24));
        assert_eq!(copy.now().as_second(), 86_400);
    }
}
