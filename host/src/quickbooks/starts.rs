//! When a company's requests were started, in a file that outlives the process: after a crash the
//! windows are as full as they were.
//!
//! Each start is written before its request leaves and marked when its answer is in. The file is not
//! flushed: what a dying process wrote is still there, and after a dead machine the minute is over.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Bytes of one start: when, in microseconds since 1970, with the lowest bit set while it is in
/// flight.
const ENTRY_BYTES: u64 = size_of::<Entry>() as u64;

type Entry = [u8; 8];

/// A ring of the last starts of one company.
#[derive(Debug)]
pub(super) struct Starts {
    file: File,
    slots: u64,
    next: u64,
}

/// A start, to be marked when its answer is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Started {
    slot: u64,
    stamp: u64,
}

/// A start of an earlier process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Earlier {
    /// How long ago.
    pub(super) age: Duration,
    /// Its answer was not in when the process ended.
    pub(super) in_flight: bool,
}

impl Starts {
    /// Opens the ring, and reads the starts of earlier processes that are younger than `kept`,
    /// oldest first.
    pub(super) fn open(path: &Path, slots: usize, now: Timestamp, kept: Duration) -> io::Result<(Self, Vec<Earlier>)> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let slots = slots.max(1) as u64;
        let mut earlier = Vec::new();
        let mut entry = Entry::default();
        let mut newest = (0, 0);
        for slot in 0..file.metadata()?.len() / ENTRY_BYTES {
            file.read_exact_at(&mut entry, slot * ENTRY_BYTES)?;
            let stamp = u64::from_le_bytes(entry);
            newest = newest.max((stamp, slot + 1));
            let age = age(stamp & !1, now);
            if stamp > 0 && age < kept {
                earlier.push(Earlier { age, in_flight: stamp & 1 == 1 });
            }
        }
        earlier.sort_by_key(|start| std::cmp::Reverse(start.age));
        Ok((Self { file, slots, next: newest.1 % slots }, earlier))
    }

    /// Keeps a start.
    pub(super) fn start(&mut self, now: Timestamp) -> io::Result<Started> {
        let stamp = u64::try_from(now.as_microsecond()).unwrap_or(0) | 1;
        let started = Started { slot: self.next, stamp };
        self.file.write_all_at(&stamp.to_le_bytes(), started.slot * ENTRY_BYTES)?;
        self.next = (self.next + 1) % self.slots;
        Ok(started)
    }

    /// Marks a start as answered.
    pub(super) fn answered(&self, started: Started) -> io::Result<()> {
        let stamp = started.stamp & !1;
        self.file.write_all_at(&stamp.to_le_bytes(), started.slot * ENTRY_BYTES)
    }
}

/// A start in the future was made before the clock was set back: it counts as made now.
fn age(stamp: u64, now: Timestamp) -> Duration {
    let at = Timestamp::from_microsecond(i64::try_from(stamp).unwrap_or(i64::MAX)).unwrap_or(Timestamp::MIN);
    Duration::try_from(now.duration_since(at).max(SignedDuration::ZERO)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn starts_outlive_the_process_until_they_are_a_minute_old() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("starts");
        let (mut starts, earlier) = Starts::open(&path, 4, at(0), MINUTE).unwrap();
        assert_eq!(earlier, []);
        for second in 0..5 {
            let started = starts.start(at(second)).unwrap();
            if second != 3 {
                starts.answered(started).unwrap();
            }
        }
        drop(starts);
        let (mut starts, earlier) = Starts::open(&path, 4, at(62), MINUTE).unwrap();
        let found: Vec<_> = earlier.iter().map(|start| (start.age.as_secs(), start.in_flight)).collect();
        assert_eq!(found, [(59, true), (58, false)]);
        // The ring goes on where it ended: the oldest goes first.
        starts.start(at(62)).unwrap();
        drop(starts);
        assert_eq!(Starts::open(&path, 4, at(62), MINUTE).unwrap().1.len(), 3);
    }

    #[test]
    fn a_start_in_the_future_counts_as_made_now() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("starts");
        Starts::open(&path, 4, at(0), MINUTE).unwrap().0.start(at(3_600)).unwrap();
        let earlier = Starts::open(&path, 4, at(0), MINUTE).unwrap().1;
        assert_eq!(earlier, [Earlier { age: Duration::ZERO, in_flight: true }]);
    }
}
