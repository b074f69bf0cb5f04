//! QuickBooks' limits for one company, kept by exact sliding windows: starts in any second, starts
//! in any minute, and requests in flight. Every request of the host passes here.

use std::collections::VecDeque;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::starts::{Earlier, Started, Starts};
use crate::clock::Clock;

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

/// Requests in flight for people, who wait in front of a form.
const PEOPLE_IN_FLIGHT: usize = 2;

/// Past this a run gives its instance back instead of waiting with it.
const WAIT_MAX: Duration = Duration::from_secs(2);

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// Admits requests at the company's pace.
#[derive(Debug)]
pub(super) struct Throttle {
    clock: Clock,
    windows: Arc<Mutex<Windows>>,
    in_flight: Arc<Semaphore>,
    in_flight_for_people: Arc<Semaphore>,
}

/// The right to send one request; in flight until it is dropped.
#[derive(Debug)]
pub struct Permit {
    _in_flight: OwnedSemaphorePermit,
    kept: Option<(Started, Arc<Mutex<Windows>>)>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some((started, windows)) = &self.kept {
            lock(windows).answered(*started);
        }
    }
}

impl Throttle {
    pub(super) fn new(rates: Rates, clock: Clock) -> Self {
        let windows = Windows { rates, starts: VecDeque::new(), abandoned: Vec::new(), kept: None };
        Self {
            clock,
            windows: Arc::new(Mutex::new(windows)),
            in_flight: Arc::new(Semaphore::new(rates.in_flight)),
            in_flight_for_people: Arc::new(Semaphore::new(PEOPLE_IN_FLIGHT)),
        }
    }

    /// Keeps starts in a file, and goes on with those of an earlier process. What that one left
    /// unanswered counts as in flight for as long as it would have waited, `answer_timeout`.
    pub(super) fn keep(&self, file: &Path, answer_timeout: Duration) -> io::Result<()> {
        let mut windows = lock(&self.windows);
        let (now, elapsed) = (self.clock.now(), self.clock.elapsed());
        let (starts, earlier) = Starts::open(file, windows.rates.per_minute, now, MINUTE)?;
        windows.restore(elapsed, &earlier, answer_timeout);
        windows.kept = Some(Kept { starts, origin: now.saturating_sub(elapsed).unwrap_or(now) });
        Ok(())
    }

    /// Waits for its turn; or says how long it would take, when that is too long to wait here.
    pub(super) async fn admit(&self) -> Result<Permit, Duration> {
        self.admit_at(&self.in_flight).await
    }

    /// The same for a person, whom no number of runs keeps waiting for a place.
    pub(super) async fn admit_person(&self) -> Result<Permit, Duration> {
        self.admit_at(&self.in_flight_for_people).await
    }

    async fn admit_at(&self, places: &Arc<Semaphore>) -> Result<Permit, Duration> {
        let Ok(in_flight) = Arc::clone(places).acquire_owned().await else {
            return Err(WAIT_MAX);
        };
        loop {
            let wait = {
                let mut windows = lock(&self.windows);
                let others = (windows.rates.in_flight - self.in_flight.available_permits()).saturating_sub(1);
                let now = self.clock.elapsed();
                match windows.start(now, others) {
                    Ok(()) => {
                        let started = windows.keep_start(now);
                        let kept = started.map(|started| (started, Arc::clone(&self.windows)));
                        return Ok(Permit { _in_flight: in_flight, kept });
                    }
                    Err(wait) => wait,
                }
            };
            if wait > WAIT_MAX {
                return Err(wait);
            }
            self.clock.sleep(wait).await;
        }
    }
}

fn lock(windows: &Mutex<Windows>) -> MutexGuard<'_, Windows> {
    windows.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When requests were started, as far back as the longest window reaches.
#[derive(Debug)]
struct Windows {
    rates: Rates,
    /// By elapsed time; what an earlier process started lies before it began.
    starts: VecDeque<Duration>,
    /// When requests of an earlier process no longer count as in flight.
    abandoned: Vec<Duration>,
    kept: Option<Kept>,
}

/// The file of starts, and when elapsed time began: a start is kept by the reading that let it pass.
#[derive(Debug)]
struct Kept {
    starts: Starts,
    origin: Timestamp,
}

impl Windows {
    /// Starts at `now` beside `others` in flight, or says in how long there is room.
    fn start(&mut self, now: Duration, others: usize) -> Result<(), Duration> {
        self.abandoned.retain(|until| *until > now);
        if !self.abandoned.is_empty() && self.abandoned.len() + others >= self.rates.in_flight {
            let free = self.abandoned.iter().min().map_or(Duration::ZERO, |until| until.saturating_sub(now));
            return Err(free);
        }
        while self.starts.front().is_some_and(|first| now.saturating_sub(*first) >= MINUTE) {
            self.starts.pop_front();
        }
        let room_in = |count: usize, window: Duration| {
            let blocking = self.starts.len().checked_sub(count).and_then(|index| self.starts.get(index))?;
            window.checked_sub(now.saturating_sub(*blocking)).filter(|wait| !wait.is_zero())
        };
        if let Some(wait) = room_in(self.rates.per_minute, MINUTE).max(room_in(self.rates.per_second, SECOND)) {
            return Err(wait);
        }
        self.starts.push_back(now);
        Ok(())
    }

    fn restore(&mut self, now: Duration, earlier: &[Earlier], answer_timeout: Duration) {
        self.starts = earlier.iter().map(|start| now.saturating_sub(start.age)).collect();
        let in_flight = earlier.iter().filter(|start| start.in_flight);
        self.abandoned = in_flight.filter_map(|start| Some(now + answer_timeout.checked_sub(start.age)?)).collect();
    }

    /// A file that can't be written keeps nobody from their work; it is only the memory of a crash.
    fn keep_start(&mut self, now: Duration) -> Option<Started> {
        let Kept { starts, origin } = self.kept.as_mut()?;
        let at = origin.saturating_add(now).unwrap_or(*origin);
        starts.start(at).inspect_err(|error| tracing::debug!("a start could not be kept: {error}")).ok()
    }

    fn answered(&self, started: Started) {
        if let Some(Err(error)) = self.kept.as_ref().map(|kept| kept.starts.answered(started)) {
            tracing::debug!("an answer could not be kept: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn no_second_and_no_minute_holds_more_starts_than_allowed() {
        let rates = Rates { per_second: 3, per_minute: 10, ..Rates::default() };
        let mut windows = Windows { rates, starts: VecDeque::new(), abandoned: Vec::new(), kept: None };
        let mut now = Duration::ZERO;
        let mut starts = Vec::new();
        while starts.len() < 40 {
            match windows.start(now, 0) {
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

    const TIMEOUT: Duration = Duration::from_secs(30);

    #[test]
    fn a_process_that_takes_the_place_of_a_dead_one_keeps_its_pace() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("starts");
        let rates = Rates { per_second: 100, per_minute: 3, in_flight: 2, ..Rates::default() };
        let throttle = || {
            let clock = Clock::moved(jiff::Timestamp::UNIX_EPOCH + Duration::from_secs(1_000_000));
            let throttle = Throttle::new(rates, clock);
            throttle.keep(&file, TIMEOUT).unwrap();
            throttle
        };
        let first = throttle();
        let dead: Vec<_> = (0..2).map(|_| first.admit().now_or_never().unwrap().unwrap()).collect();
        // Whoever dies marks no answer.
        std::mem::forget(dead);
        let second = throttle();
        assert_eq!(second.admit().now_or_never().map(|admitted| admitted.unwrap_err()), Some(TIMEOUT));

        let dead_alone =
            Throttle::new(rates, Clock::moved(jiff::Timestamp::UNIX_EPOCH + Duration::from_secs(1_000_029)));
        dead_alone.keep(&file, TIMEOUT).unwrap();
        assert!(dead_alone.admit().now_or_never().is_none(), "it waits a second for the abandoned ones");
    }

    #[test]
    fn two_places_are_left_for_people_when_runs_hold_all_of_theirs() {
        let throttle = Throttle::new(Rates::default(), Clock::machine());
        let runs: Vec<_> = (0..8).map(|_| throttle.admit().now_or_never().expect("a place")).collect();
        assert!(throttle.admit().now_or_never().is_none());
        let person = throttle.admit_person().now_or_never();
        assert!(person.is_some_and(|admitted| admitted.is_ok()));
        drop(runs);
    }

    #[test]
    fn requests_in_flight_are_bounded() {
        let throttle = Throttle::new(Rates { in_flight: 2, ..Rates::default() }, Clock::machine());
        let first = throttle.admit().now_or_never();
        let second = throttle.admit().now_or_never();
        assert!(first.is_some() && second.is_some());
        assert!(throttle.admit().now_or_never().is_none());
        drop(first);
        assert!(throttle.admit().now_or_never().is_some());
    }
}
