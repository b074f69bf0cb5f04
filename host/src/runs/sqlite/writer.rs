//! The one that writes: a thread that carries out what has come together meanwhile in one
//! transaction, and tells nobody before it is on the disk. Knows nothing of runs.

use std::cell::Cell;
use std::ops::Deref;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::file::Lock;
use super::tables::Tables;
use super::time::{Micros, StoreTime};
use crate::runs::store::Unavailable;

/// Changes that share a commit. One that comes while the disk is busy waits for one commit at most,
/// and this many take about 20 ms.
const BATCH_MAX: usize = 256;

/// The file's idea of the time is renewed so often: after a start it is never further back.
const TIME_KEPT: Micros = 1_000_000;

/// A transaction under way, and what all of its changes share.
pub(super) struct Work<'c> {
    tables: Tables<'c>,
    /// The store's time, the same for a whole batch.
    pub(super) now: Micros,
    pub(super) shared: &'c Shared,
}

/// While it is before `until`, QuickBooks is asked for what was made since `from`.
#[derive(Debug, Clone, Copy)]
pub(super) struct LookFirst {
    pub(super) from: Micros,
    pub(super) until: Micros,
}

/// What the writer knows besides the file. It may be ahead of the file, never behind.
pub(super) struct Shared {
    /// When the store may have forgotten runs, and for how long that is to be minded.
    pub(super) look_first: Option<LookFirst>,
    /// Counts claims, for whose turn it is.
    pub(super) turns: Cell<i64>,
    /// How many runs of one company the last claim allowed.
    pub(super) company_max: Cell<i64>,
}

impl<'c> Deref for Work<'c> {
    type Target = Tables<'c>;

    fn deref(&self) -> &Tables<'c> {
        &self.tables
    }
}

impl Shared {
    /// Since when QuickBooks is asked for what was made, if it is.
    pub(super) fn look_from(&self, now: Micros) -> Option<Micros> {
        self.look_first.filter(|look| now < look.until).map(|look| look.from)
    }
}

/// A change that waits for its turn.
trait Command: Send {
    fn carry_out(&mut self, work: &Work<'_>) -> rusqlite::Result<()>;
    fn tell(self: Box<Self>, failed: Option<&rusqlite::Error>);
}

struct Change<T, F> {
    change: F,
    done: Option<T>,
    asked: oneshot::Sender<Result<T, Unavailable>>,
}

impl<T: Send, F: Fn(&Work<'_>) -> rusqlite::Result<T> + Send> Command for Change<T, F> {
    fn carry_out(&mut self, work: &Work<'_>) -> rusqlite::Result<()> {
        self.done = Some((self.change)(work)?);
        Ok(())
    }

    fn tell(self: Box<Self>, failed: Option<&rusqlite::Error>) {
        let told = match (self.done, failed) {
            (Some(done), None) => Ok(done),
            (_, Some(error)) => Err(Unavailable(error.to_string())),
            (None, None) => Err(Unavailable(STOPPED.into())),
        };
        // Whoever asked may have gone; what was changed stays changed.
        drop(self.asked.send(told));
    }
}

/// Hands changes to the thread, which ends with it.
pub(super) struct Writer {
    commands: Option<Sender<Box<dyn Command>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread. It keeps the lock for as long as it has the file open.
    pub(super) fn start(connection: Connection, time: StoreTime, shared: Shared, lock: Lock) -> std::io::Result<Self> {
        let (commands, queue) = channel();
        let write = move || {
            Writing { connection, time, shared, time_kept: Micros::MIN }.until_closed(&queue);
            drop(lock);
        };
        let thread = std::thread::Builder::new().name("store".into()).spawn(write)?;
        Ok(Self { commands: Some(commands), thread: Some(thread) })
    }

    /// Carries out `change` and returns when it is on the disk. It may be carried out again when the
    /// first try was rolled back.
    pub(super) async fn change<T: Send + 'static>(
        &self,
        change: impl Fn(&Work<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let (asked, told) = oneshot::channel();
        let command = Box::new(Change { change, done: None, asked });
        let stopped = || Unavailable(STOPPED.into());
        self.commands.as_ref().ok_or_else(stopped)?.send(command).map_err(|_| stopped())?;
        told.await.map_err(|_| stopped())?
    }
}

/// Told to those whose change meets the end of the writer.
const STOPPED: &str = "it is closed";

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.commands.take());
        // Until then another store on the same file would find it in use.
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the store's writer panicked");
        }
    }
}

/// The thread's own.
struct Writing {
    connection: Connection,
    time: StoreTime,
    shared: Shared,
    time_kept: Micros,
}

impl Writing {
    fn until_closed(mut self, queue: &Receiver<Box<dyn Command>>) {
        while let Ok(first) = queue.recv() {
            let mut batch = vec![first];
            while batch.len() < BATCH_MAX
                && let Ok(next) = queue.try_recv()
            {
                batch.push(next);
            }
            self.write(batch);
        }
    }

    /// One commit for all; if a change fails, one for each, so that it fails alone.
    fn write(&mut self, mut batch: Vec<Box<dyn Command>>) {
        let mut failed = self.together(&mut batch).err();
        if batch.len() > 1 && failed.as_ref().is_some_and(|failed| !failed.in_commit) {
            for command in batch {
                let mut alone = vec![command];
                failed = self.together(&mut alone).err();
                tell(alone, failed.as_ref());
            }
        } else {
            tell(batch, failed.as_ref());
        }
    }

    fn together(&mut self, batch: &mut [Box<dyn Command>]) -> Result<(), Failed> {
        let begun = self.carry_out(batch).map_err(|cause| Failed { cause, in_commit: false });
        let done = begun
            .and_then(|()| self.connection.execute_batch("COMMIT").map_err(|cause| Failed { cause, in_commit: true }));
        if done.is_err() && !self.connection.is_autocommit() {
            // What can't be rolled back now is so by the next BEGIN, which fails until it is.
            drop(self.connection.execute_batch("ROLLBACK"));
        }
        done
    }

    fn carry_out(&mut self, batch: &mut [Box<dyn Command>]) -> rusqlite::Result<()> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let now = self.time.now();
        let work = Work { tables: Tables(&self.connection), now, shared: &self.shared };
        if now.saturating_sub(self.time_kept) >= TIME_KEPT {
            work.execute("UPDATE meta SET last_time = ?1", [now])?;
            self.time_kept = now;
        }
        batch.iter_mut().try_for_each(|command| command.carry_out(&work))
    }
}

fn tell(batch: Vec<Box<dyn Command>>, failed: Option<&Failed>) {
    if let Some(Failed { cause, .. }) = failed {
        tracing::warn!("the store could not write: {cause}");
    }
    for command in batch {
        command.tell(failed.map(|failed| &failed.cause));
    }
}

/// Why a transaction came to nothing.
struct Failed {
    cause: rusqlite::Error,
    /// Every change had been carried out by then.
    in_commit: bool,
}
