//! The rolling limit on requests, which HubSpot counts per app and portal.
//!
//! It counts; what a refused request is told is worded elsewhere.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

/// The window over which HubSpot counts.
pub(super) const WINDOW: SignedDuration = SignedDuration::from_secs(10);

/// The requests of the last ten seconds.
#[derive(Debug, Default)]
pub(super) struct RequestRate(VecDeque<Timestamp>);

impl RequestRate {
    /// Counts a request and answers how many more the window has room for, or nothing if it has no
    /// room for this one. A refused request does not count.
    pub(super) fn admit(&mut self, now: Timestamp, limit: usize) -> Option<usize> {
        while self.0.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
            self.0.pop_front();
        }
        let remaining = limit.checked_sub(self.0.len() + 1)?;
        self.0.push_back(now);
        Some(remaining)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_refused_until_the_window_has_room_again() {
        let mut rate = RequestRate::default();
        let start = Timestamp::UNIX_EPOCH;
        let second = start + SignedDuration::from_secs(1);
        assert_eq!([rate.admit(start, 2), rate.admit(second, 2), rate.admit(second, 2)], [Some(1), Some(0), None]);
        assert_eq!(rate.admit(start + WINDOW, 2), Some(0));
        assert_eq!(rate.admit(start + WINDOW, 2), None);
    }
}
