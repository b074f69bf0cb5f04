//! The request limits of QuickBooks, kept per company in sliding windows of the simulator's time.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

/// How many requests one company takes before it answers 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    pub per_second: usize,
    pub per_minute: usize,
    /// Batches have a limit of their own beside those of all requests.
    pub batches_per_minute: usize,
}

impl RateLimits {
    /// The documented limits of the real service.
    pub const DOCUMENTED: Self = Self { per_second: 10, per_minute: 500, batches_per_minute: 40 };
}

/// When each company was asked within the last minute.
#[derive(Debug, Default)]
pub(crate) struct Throttle(BTreeMap<String, Taken>);

/// The requests of one company.
#[derive(Debug, Default)]
struct Taken {
    all: VecDeque<Timestamp>,
    batches: VecDeque<Timestamp>,
}

impl Throttle {
    /// Takes a request, or refuses it without counting it.
    pub(crate) fn admit(&mut self, realm: &str, is_batch: bool, limits: RateLimits, now: Timestamp) -> bool {
        let Taken { all, batches } = self.0.entry(realm.to_owned()).or_default();
        let within = |at: &Timestamp, seconds| now.duration_since(*at) < SignedDuration::from_secs(seconds);
        for taken in [&mut *all, &mut *batches] {
            while taken.front().is_some_and(|at| !within(at, 60)) {
                taken.pop_front();
            }
        }
        let last_second = all.iter().rev().take_while(|at| within(at, 1)).count();
        let admitted = all.len() < limits.per_minute
            && last_second < limits.per_second
            && (!is_batch || batches.len() < limits.batches_per_minute);
        if admitted {
            all.push_back(now);
            if is_batch {
                batches.push_back(now);
            }
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
            throttle.admit("1", false, RateLimits::DOCUMENTED, at)
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
            throttle.admit("1", false, RateLimits::DOCUMENTED, at)
        };
        assert!((0..500).all(|place| admit(place * 110)));
        assert!(!admit(59_000));
        assert!(admit(60_000));
    }

    #[test]
    fn the_41st_batch_of_a_minute_is_refused_and_other_requests_are_not() {
        let mut throttle = Throttle::default();
        let mut admit = |is_batch, millisecond| {
            let at = Timestamp::from_millisecond(millisecond).unwrap();
            throttle.admit("1", is_batch, RateLimits::DOCUMENTED, at)
        };
        assert!((0..40).all(|place| admit(true, place * 200)));
        assert!(!admit(true, 59_000));
        assert!(admit(false, 59_000));
        assert!(admit(true, 60_000));
    }
}
