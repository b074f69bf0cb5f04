//! Which runs' guest code is running right now, in a file that outlives the process: when the host
//! dies, it is known which guests it died with.
//!
//! One slot for each thread that polls guests. Only those count: of a hundred runs under way the others
//! had no part in it.

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::ids::RunId;

/// Bytes of a slot: a run's id, or zeros.
const SLOT_BYTES: u64 = size_of::<Slot>() as u64;

type Slot = [u8; 16];

/// Threads that have a slot. Guests are polled by worker threads, one for each core; a thread beyond
/// this goes unseen, and a guest that kills the host from there is met again.
const SLOTS: u64 = 256;

/// The slots of one process.
#[derive(Debug)]
pub struct Polled {
    file: File,
}

impl Polled {
    /// Opens the slots, and tells which runs an earlier process died with.
    pub fn open(path: &Path) -> io::Result<(Self, Vec<RunId>)> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        let mut died_with = Vec::new();
        let mut slot = Slot::default();
        for number in 0..file.metadata()?.len() / SLOT_BYTES {
            file.read_exact_at(&mut slot, number * SLOT_BYTES)?;
            if slot != Slot::default() {
                died_with.push(RunId::from(slot));
            }
        }
        Ok((Self { file }, died_with))
    }

    /// Empties every slot: what the earlier process died with is known to the store now.
    pub fn clear(&self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.set_len(SLOTS * SLOT_BYTES)
    }

    /// Marks that this thread begins to poll `run`'s guest.
    pub(super) fn begin(&self, run: RunId) {
        self.mark(run.bytes());
    }

    /// Marks that it is done.
    pub(super) fn end(&self) {
        self.mark(Slot::default());
    }

    fn mark(&self, bytes: Slot) {
        let slot = slot();
        if slot < SLOTS
            && let Err(error) = self.file.write_all_at(&bytes, slot * SLOT_BYTES)
        {
            // Without its mark a guest that kills the host is only met once more.
            tracing::debug!("a polled guest could not be marked: {error}");
        }
    }
}

/// The slot of this thread.
fn slot() -> u64 {
    static TAKEN: AtomicU64 = AtomicU64::new(0);
    thread_local!(static SLOT: Cell<Option<u64>> = const { Cell::new(None) });
    SLOT.with(|slot| {
        slot.get().unwrap_or_else(|| {
            let taken = TAKEN.fetch_add(1, Ordering::Relaxed);
            slot.set(Some(taken));
            taken
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_guest_that_was_running_is_known_after_a_death() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("polled");
        let run = |number: u8| RunId::from([number; 16]);
        let (polled, died_with) = Polled::open(&path).unwrap();
        assert_eq!(died_with, []);
        polled.clear().unwrap();
        polled.begin(run(1));
        polled.end();
        polled.begin(run(2));
        let (polled, died_with) = Polled::open(&path).unwrap();
        assert_eq!(died_with, [run(2)]);
        polled.clear().unwrap();
        assert_eq!(Polled::open(&path).unwrap().1, []);
    }
}
