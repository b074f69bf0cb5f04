//! The memory of `requestid`: a write that is repeated gets the first answer again.
//!
//! Only successes are remembered, by company and id; a different body under a known id changes
//! nothing. A repetition of a write that is still being done is fault 600.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

/// A company and the `requestid` of one write to it.
pub(crate) type Key = (String, String);

/// Answers that can be replayed, and writes that are under way.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    answers: BTreeMap<Key, (Timestamp, Bytes)>,
    /// Keys with the time they were stored, oldest first.
    ages: VecDeque<(Timestamp, Key)>,
    under_way: BTreeSet<Key>,
}

impl Replies {
    /// The body that this write was answered with.
    pub(crate) fn recall(&self, key: &Key, memory: SignedDuration, now: Timestamp) -> Option<Bytes> {
        let (at, body) = self.answers.get(key)?;
        (now.duration_since(*at) < memory).then(|| body.clone())
    }

    pub(crate) fn remember(&mut self, key: Key, body: Bytes, memory: SignedDuration, now: Timestamp) {
        while let Some((at, old)) = self.ages.front()
            && now.duration_since(*at) >= memory
        {
            self.answers.remove(old);
            self.ages.pop_front();
        }
        if memory > SignedDuration::ZERO {
            self.ages.push_back((now, key.clone()));
            self.answers.insert(key, (now, body));
        }
    }

    /// Whether this write was not under way yet.
    pub(crate) fn begin(&mut self, key: Key) -> bool {
        self.under_way.insert(key)
    }

    pub(crate) fn end(&mut self, key: &Key) {
        self.under_way.remove(key);
    }

    pub(crate) fn is_under_way(&self, key: &Key) -> bool {
        self.under_way.contains(key)
    }
}
