//! Backups: a whole copy in one file while the host runs, and a store made of such a copy. What
//! happened after the backup is lost with the store; QuickBooks is asked for it.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, params};

use super::check;
use super::file::{self, Lock, NoStore};
use super::time::{Micros, micros};
use crate::clock::Clock;

/// HubSpot asks again for three days for what it got no answer to: so long an event may come that the
/// restored store has forgotten.
pub const LOOK_BACK: Duration = Duration::from_hours(72);

const MARK: &str = "UPDATE meta SET backup_at = ?1";
const TAKEN: &str = "SELECT backup_at, last_time, look_first_from, look_first_until FROM meta";
const LOOK_FIRST: &str = "UPDATE meta SET backup_at = NULL, look_first_from = ?1, look_first_until = ?2";

/// Copies the store in `store` to `to`, which must not be there yet. Nobody waits meanwhile.
pub(super) fn backup(store: &Path, to: &Path, now: Micros) -> Result<(), NoStore> {
    let partial = Partial::new(to)?;
    let reading = file::connect_to_read(store)?;
    // A copy page by page would begin anew at every write.
    reading.execute("VACUUM INTO ?1", [partial.name()?])?;
    let copy = Connection::open(&partial.file)?;
    copy.execute(MARK, [now])?;
    copy.close().map_err(|(_, error)| error)?;
    partial.complete()
}

/// Makes a store of a backup. Before it makes a transaction it looks in QuickBooks for what was made
/// since the backup was taken, for as long as `look_back`.
pub(super) fn restore(backup: &Path, to: &Path, clock: &Clock, look_back: Duration) -> Result<(), NoStore> {
    let _lock = Lock::take(to)?;
    if file::beside(to, "wal").exists() {
        return Err(NoStore::Exists(file::beside(to, "wal")));
    }
    File::open(backup).map_err(|cause| NoStore::unusable(backup, &cause.to_string()))?;
    file::inspect(backup)?;
    let partial = Partial::new(to)?;
    std::fs::copy(backup, &partial.file).map_err(|cause| NoStore::unusable(&partial.file, &cause.to_string()))?;
    let copy = Connection::open(&partial.file)?;
    if let Some(broken) = check::integrity(&copy)?.into_iter().next() {
        return Err(NoStore::Damaged { file: backup.into(), what: broken });
    }
    look_first(&copy, clock.now().as_microsecond(), look_back)?;
    copy.close().map_err(|(_, error)| error)?;
    partial.complete()
}

/// Makes a copy of a store one that goes on: what was made since it was taken is looked for first.
fn look_first(copy: &Connection, now: Micros, look_back: Duration) -> rusqlite::Result<()> {
    let (taken, last, from, until): (Option<Micros>, Micros, Option<Micros>, Option<Micros>) =
        copy.query_row(TAKEN, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    // A window that was open when the backup was taken began before it.
    let open = from.filter(|_| until.is_some_and(|until| until > now));
    let from = open.into_iter().chain([taken.unwrap_or(last)]).min();
    copy.execute(LOOK_FIRST, params![from, now.saturating_add(micros(look_back))])?;
    Ok(())
}

/// Whoever opens a backup as a store, without restoring it, has it restored all the same.
pub(super) fn look_first_if_copied(store: &Connection, now: Micros) -> rusqlite::Result<()> {
    let taken: Option<Micros> = store.query_row("SELECT backup_at FROM meta", [], |row| row.get(0))?;
    if taken.is_some() { look_first(store, now, LOOK_BACK) } else { Ok(()) }
}

/// A file that has its name only once it is whole and on the disk.
struct Partial<'t> {
    file: PathBuf,
    to: &'t Path,
}

impl<'t> Partial<'t> {
    fn new(to: &'t Path) -> Result<Self, NoStore> {
        if to.exists() {
            return Err(NoStore::Exists(to.into()));
        }
        let partial = Self { file: file::beside(to, "partial"), to };
        let made = file::private(OpenOptions::new().write(true), &partial.file);
        // What an earlier try left.
        made.and_then(|file| file.set_len(0)).map_err(|cause| NoStore::unusable(&partial.file, &cause.to_string()))?;
        Ok(partial)
    }

    fn name(&self) -> Result<&str, NoStore> {
        self.file.to_str().ok_or_else(|| NoStore::unusable(&self.file, "its name is not Unicode"))
    }

    fn complete(self) -> Result<(), NoStore> {
        let complete = || {
            File::open(&self.file)?.sync_all()?;
            // Unlike a rename it never replaces what is there.
            std::fs::hard_link(&self.file, self.to)?;
            match self.to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                Some(folder) => File::open(folder)?.sync_all(),
                None => File::open(".")?.sync_all(),
            }
        };
        complete().map_err(|cause: std::io::Error| match cause.kind() {
            std::io::ErrorKind::AlreadyExists => NoStore::Exists(self.to.into()),
            _ => NoStore::unusable(self.to, &cause.to_string()),
        })
    }
}

impl Drop for Partial<'_> {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.file) {
            tracing::warn!("{} can't be removed: {error}", self.file.display());
        }
    }
}
