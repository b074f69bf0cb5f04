//! The request limits of QuickBooks, kept per company in sliding windows of the simulator's time.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

/// How many requests one company takes before it answers 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    pub per_second: usize,
    pub per_minute: usize,
}

impl RateLimits {
    /// The documented limits of the real service.
    pub const DOCUMENTED: Self = Self { per_second: 10, per_minute: 500 };
}

/// When each company was asked within the last minute.
#[derive(Debug, Default)]
pub(crate) struct Throttle(BTreeMap<String, VecDeque<Timestamp>>);

impl Throttle {
    /// Takes a request, or refuses it without counting it.
    pub(crate) fn admit(&mut self, realm: &str, limits: RateLimits, now: Timestamp) -> bool {
        let taken = self.0.entry(realm.to_owned()).or_default();
        let within = |at: &Timestamp, seconds| now.duration_since(*at) < SignedDuration::from_secs(seconds);
        while taken.front().is_some_and(|at| !within(at, 60)) {
            taken.pop_front();
        }
        let last_second = taken.iter().rev().take_while(|at| within(at, 1)).count();
        let admitted = taken.len() < limits.per_minute && last_second < limits.per_second;
        if admitted {
            taken.push_back(now);
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_request_of_a_second_is_refused_and_the_next_second_is_free() {
        let mut throttle = Throttle::default();
        let mut admit = |millisecond| {
            let at = Timestamp::from_millisecond(millisecond).unwrap();
            throttle.admit("1", RateLimits::DOCUMENTED, at)
        };
        assert!((0..10).all(&mut admit));
        assert!(!admit(999));
        assert!(admit(1000));
    }

    #[test]
    fn the_501st_request_of_a_minute_is_refused() {
        let mut throttle = Throttle::default();
        let mut admit = |millisecond| {
            let at = Timestamp::from_millisecond(millisecond).unwrap();
            throttle.admit("1", RateLimits::DOCUMENTED, at)
        };
        assert!((0..500).all(|place| admit(place * 110)));
        assert!(!admit(59_000));
        assert!(admit(60_000));
    }
}
