//! QuickBooks' limits for one company, kept by exact sliding windows: starts in any second, starts
//! in any minute, and requests in flight. Every request of the host passes here.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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
    /// Pause after QuickBooks itself said that it was asked too much. It names no time; its advice
    /// is a minute.
    pub throttled_pause: Duration,
}

impl Default for Rates {
    fn default() -> Self {
        Self { per_second: 9, per_minute: 480, in_flight: 8, throttled_pause: Duration::from_secs(60) }
    }
}

/// Past this a run gives its instance back instead of waiting with it.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Admits requests at the company's pace.
#[derive(Debug)]
pub(super) struct Throttle {
    windows: Mutex<Windows>,
    in_flight: Arc<Semaphore>,
}

/// The right to send one request; in flight until it is dropped.
#[derive(Debug)]
pub struct Permit {
    _in_flight: OwnedSemaphorePermit,
}

impl Throttle {
    pub(super) fn new(rates: Rates) -> Self {
        let windows = Windows { rates, starts: VecDeque::new() };
        Self { windows: Mutex::new(windows), in_flight: Arc::new(Semaphore::new(rates.in_flight)) }
    }

    /// Waits for its turn; or says how long it would take, when that is too long to wait here.
    pub(super) async fn admit(&self) -> Result<Permit, Duration> {
        let Ok(in_flight) = Arc::clone(&self.in_flight).acquire_owned().await else {
            return Err(WAIT_MAX);
        };
        loop {
            let started = self.windows.lock().unwrap_or_else(PoisonError::into_inner).start(Instant::now());
            match started {
                Ok(()) => return Ok(Permit { _in_flight: in_flight }),
                Err(wait) if wait > WAIT_MAX => return Err(wait),
                Err(wait) => tokio::time::sleep(wait).await,
            }
        }
    }
}

/// When requests were started, as far back as the longest window reaches.
#[derive(Debug)]
struct Windows {
    rates: Rates,
    starts: VecDeque<Instant>,
}

impl Windows {
    /// Starts at `now`, or says in how long there is room.
    fn start(&mut self, now: Instant) -> Result<(), Duration> {
        const SECOND: Duration = Duration::from_secs(1);
        const MINUTE: Duration = Duration::from_secs(60);
        while self.starts.front().is_some_and(|first| now.duration_since(*first) >= MINUTE) {
            self.starts.pop_front();
        }
        let room_in = |count: usize, window: Duration| {
            let blocking = self.starts.len().checked_sub(count).and_then(|index| self.starts.get(index))?;
            window.checked_sub(now.duration_since(*blocking)).filter(|wait| !wait.is_zero())
        };
        if let Some(wait) = room_in(self.rates.per_minute, MINUTE).max(room_in(self.rates.per_second, SECOND)) {
            return Err(wait);
        }
        self.starts.push_back(now);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn no_second_and_no_minute_holds_more_starts_than_allowed() {
        let rates = Rates { per_second: 3, per_minute: 10, ..Rates::default() };
        let mut windows = Windows { rates, starts: VecDeque::new() };
        let mut now = Instant::now();
        let mut starts = Vec::new();
        while starts.len() < 40 {
            match windows.start(now) {
                Ok(()) => starts.push(now),
                Err(wait) => now += wait,
            }
        }
        for (window, count) in [(Duration::from_secs(1), 3), (Duration::from_secs(60), 10)] {
            for neighbours in starts.windows(count + 1) {
                assert!(neighbours[count] - neighbours[0] >= window, "{count} starts in {window:?}");
            }
        }
        // Four minutes' worth, as early as the windows allow: three full minutes and a few seconds.
        assert!(starts[39] - starts[0] < Duration::from_secs(184));
    }

    #[test]
    fn requests_in_flight_are_bounded() {
        let throttle = Throttle::new(Rates { in_flight: 2, ..Rates::default() });
        let first = throttle.admit().now_or_never();
        let second = throttle.admit().now_or_never();
        assert!(first.is_some() && second.is_some());
        assert!(throttle.admit().now_or_never().is_none());
        drop(first);
        assert!(throttle.admit().now_or_never().is_some());
    }
}
