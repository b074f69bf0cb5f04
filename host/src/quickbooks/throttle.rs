//! QuickBooks' limits for one company, kept by exact sliding windows: starts in any second, starts
//! in any minute, and requests in flight. Every request of the host passes here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// What one company may be asked. QuickBooks allows 10 a second and 500 a minute; the difference
/// is left for clocks that disagree and for people's own clicks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Starts in any second.
    pub per_second: usize,
    /// Starts in any minute.
    pub per_minute: usize,
    /// Requests in flight for runs. Of QuickBooks' ten, two are kept for people.
    pub in_flight: usize,
}

impl Default for Rates {
    fn default() -> Self {
        Self { per_second: 9, per_minute: 480, in_flight: 8 }
    }
}

/// Past this a run gives its instance back instead of waiting with it.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Admits requests at the company's pace.
#[derive(Debug)]
pub(super) struct Throttle {
    rates: Rates,
    starts: Mutex<VecDeque<Instant>>,
    in_flight: Arc<Semaphore>,
}

/// The right to send one request; in flight until it is dropped.
#[derive(Debug)]
pub struct Permit {
    _in_flight: OwnedSemaphorePermit,
}

impl Throttle {
    pub(super) fn new(rates: Rates) -> Self {
        Self { rates, starts: Mutex::new(VecDeque::new()), in_flight: Arc::new(Semaphore::new(rates.in_flight)) }
    }

    /// Waits for its turn; or says how long it would take, when that is too long to wait here.
    pub(super) async fn admit(&self) -> Result<Permit, Duration> {
        let Ok(in_flight) = Arc::clone(&self.in_flight).acquire_owned().await else {
            return Err(WAIT_MAX);
        };
        loop {
            match self.start() {
                Ok(()) => return Ok(Permit { _in_flight: in_flight }),
                Err(wait) if wait > WAIT_MAX => return Err(wait),
                Err(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    /// Starts now, or says when there is room.
    fn start(&self) -> Result<(), Duration> {
        const SECOND: Duration = Duration::from_secs(1);
        const MINUTE: Duration = Duration::from_secs(60);
        let mut starts = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        while starts.front().is_some_and(|first| now.duration_since(*first) >= MINUTE) {
            starts.pop_front();
        }
        let room_in = |count: usize, window: Duration| {
            let blocking = starts.len().checked_sub(count).and_then(|index| starts.get(index))?;
            window.checked_sub(now.duration_since(*blocking)).filter(|wait| !wait.is_zero())
        };
        if let Some(wait) = room_in(self.rates.per_minute, MINUTE).max(room_in(self.rates.per_second, SECOND)) {
            return Err(wait);
        }
        starts.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_second_and_no_minute_holds_more_starts_than_allowed() {
        let rates = Rates { per_second: 3, per_minute: 10, in_flight: 8 };
        let throttle = Throttle::new(rates);
        let mut starts = Vec::new();
        while starts.len() < 40 {
            match throttle.admit().await {
                Ok(_permit) => starts.push(Instant::now()),
                Err(wait) => tokio::time::sleep(wait).await,
            }
        }
        for (window, count) in [(Duration::from_secs(1), 3), (Duration::from_secs(60), 10)] {
            for pair in starts.windows(count + 1) {
                assert!(pair[count].duration_since(pair[0]) >= window, "{count} starts in {window:?}");
            }
        }
        // Four full minutes' worth were started, as early as the windows allow.
        assert!(starts[39].duration_since(starts[0]) < Duration::from_secs(184));
    }

    #[tokio::test(start_paused = true)]
    async fn requests_in_flight_are_bounded() {
        let throttle = Throttle::new(Rates { per_second: 100, per_minute: 100, in_flight: 2 });
        let held = (throttle.admit().await, throttle.admit().await);
        assert!(tokio::time::timeout(Duration::from_secs(5), throttle.admit()).await.is_err());
        drop(held);
        assert!(throttle.admit().await.is_ok());
    }
}
