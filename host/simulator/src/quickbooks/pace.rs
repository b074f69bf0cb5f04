//! How fast companies were asked: what a limit of QuickBooks would have been measured against.
//!
//! It only looks on; what a limit refuses is decided in `throttle`.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// The pace of all companies; copies share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paces(Arc<Mutex<BTreeMap<String, Counted>>>);

/// The fastest that one company was ever asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// Requests in all.
    pub requests: usize,
    /// Requests under way at once.
    pub in_flight_max: usize,
    /// Requests that came within any second.
    pub per_second_max: usize,
    /// Requests that came within any minute.
    pub per_minute_max: usize,
}

#[derive(Debug, Default)]
struct Counted {
    pace: Pace,
    in_flight: usize,
    last_minute: VecDeque<Timestamp>,
}

/// A request under way.
pub(crate) struct UnderWay(Paces, String);

impl Paces {
    /// A request of the company came.
    pub(crate) fn came(&self, realm: &str, now: Timestamp) -> UnderWay {
        self.lock().entry(realm.to_owned()).or_default().came(now);
        UnderWay(self.clone(), realm.to_owned())
    }

    pub(crate) fn of(&self, realm: &str) -> Pace {
        self.lock().get(realm).map(|counted| counted.pace).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Counted>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if let Some(counted) = self.0.lock().get_mut(&self.1) {
            counted.in_flight -= 1;
        }
    }
}

impl Counted {
    fn came(&mut self, now: Timestamp) {
        let within = |at: &Timestamp, seconds| now.duration_since(*at) < SignedDuration::from_secs(seconds);
        while self.last_minute.front().is_some_and(|at| !within(at, 60)) {
            self.last_minute.pop_front();
        }
        self.last_minute.push_back(now);
        self.in_flight += 1;
        let last_second = self.last_minute.iter().rev().take_while(|at| within(at, 1)).count();
        let pace = &mut self.pace;
        pace.requests += 1;
        pace.in_flight_max = pace.in_flight_max.max(self.in_flight);
        pace.per_second_max = pace.per_second_max.max(last_second);
        pace.per_minute_max = pace.per_minute_max.max(self.last_minute.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_moment_of_each_window_counts() {
        let paces = Paces::default();
        let at = |millisecond| Timestamp::from_millisecond(millisecond).unwrap();
        let first = paces.came("1", at(0));
        drop(paces.came("1", at(999)));
        drop(paces.came("1", at(1_000)));
        drop(first);
        drop(paces.came("1", at(60_500)));
        let pace = Pace { requests: 4, in_flight_max: 2, per_second_max: 2, per_minute_max: 3 };
        assert_eq!((paces.of("1"), paces.of("2")), (pace, Pace::default()));
    }
}
