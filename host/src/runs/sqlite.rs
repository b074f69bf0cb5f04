//! The store in one file: SQLite with a log written ahead, every commit on the disk before it is
//! told, one writer that commits what has come together. All SQL of runs lives below here, and
//! nothing outside knows of it.

mod backup;
mod calls;
mod caps;
mod check;
mod claims;
mod companies;
mod components;
mod file;
mod life;
mod messages;
mod people;
mod readers;
mod reads;
mod row;
mod sales;
mod schema;
mod service;
mod settings;
mod tables;
mod time;
mod unreadable;
mod writer;

use std::cell::Cell;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::history::{Record, Reply};
use super::record::RunRecord;
use super::store::{
    Begun, Claimed, Enqueued, Fence, Fenced, Joined, Learned, Made, NewMessage, NewRun, Release, Store, Unavailable,
};
use crate::clock::Clock;
use crate::ids::{RunId, SaleKey};
pub use backup::LOOK_BACK;
pub use check::Finding;
use claims::Tried;
pub use file::NoStore;
use life::Lesson;
use readers::Readers;
use time::{StoreTime, micros};
use writer::{LookFirst, Shared, Writer};

/// Runs in a file.
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
    file: PathBuf,
    time: StoreTime,
}

/// How a file is opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct SqliteOptions {
    /// A new file takes the place of a store that is lost: so long it is asked in QuickBooks, before
    /// a transaction is made, whether it was made up to so long ago.
    pub look_back: Option<Duration>,
}

impl SqliteStore {
    /// Opens a file, which is made if it isn't there. One process has it at a time.
    pub fn open(file: &Path, clock: Clock, options: SqliteOptions) -> Result<Self, NoStore> {
        let lock = file::Lock::take(file)?;
        file::inspect(file)?;
        if std::fs::metadata(file).is_ok_and(|metadata| metadata.permissions().readonly()) {
            return Err(NoStore::unusable(file, "it is read-only"));
        }
        let made = file::private(OpenOptions::new().read(true).write(true), file)
            .map_err(|cause| NoStore::unusable(file, &cause.to_string()))?;
        drop(made);
        let (connection, time, shared) = prepare(file, clock, options).map_err(|error| error.about(file))?;
        let writer = Writer::start(connection, time.clone(), shared, lock)
            .map_err(|cause| NoStore::unusable(file, &cause.to_string()))?;
        Ok(Self { writer, readers: Readers::of(file.into()), file: file.into(), time })
    }

    /// Lets the file grow to `bytes_max` and no further. Past that everything that needs room fails, as on
    /// a full disk; nothing that was told is lost, and it goes on when there is room again.
    pub async fn limit(&self, bytes_max: u64) -> Result<(), Unavailable> {
        let pages = i64::try_from(bytes_max / u64::from(file::PAGE_BYTES)).unwrap_or(i64::MAX);
        self.writer.change(move |work| work.limit(pages)).await
    }

    /// Copies the store to a file that is not there yet, while it is in use. Takes as long as it takes
    /// to write all of it: not to be called where tasks wait.
    pub fn backup(&self, to: &Path) -> Result<(), NoStore> {
        // Before the copy begins: what was made while it was taken may not be in it.
        let now = self.time.now();
        backup::backup(&self.file, to, now).map_err(|error| error.about(&self.file))
    }

    /// Makes a store of a backup, where there is none. See [`LOOK_BACK`].
    pub fn restore(backup: &Path, to: &Path, clock: &Clock, look_back: Duration) -> Result<(), NoStore> {
        backup::restore(backup, to, clock, look_back).map_err(|error| error.about(backup))
    }

    /// Everything in a store or a backup that can't be so. It may be in use meanwhile.
    pub fn check(store: &Path) -> Result<Vec<Finding>, NoStore> {
        check::check(store).map_err(|error| error.about(store))
    }
}

impl SqliteStore {
    /// Ends a run as held, of which what was kept can't be read.
    async fn set_aside(&self, fence: Fence, why: String) -> Result<Option<Arc<RunRecord>>, Unavailable> {
        tracing::error!(run.id = %fence.run, "what the store kept of run {} can't be read: {why}", fence.run);
        let record = self.writer.change(move |work| unreadable::set_aside(work, fence, &why)).await?;
        Ok(record.map(Arc::new))
    }
}

fn prepare(file: &Path, clock: Clock, options: SqliteOptions) -> Result<(Connection, StoreTime, Shared), NoStore> {
    let mut connection = file::connect(file)?;
    let new = schema::migrate(&mut connection)?;
    let last = connection.query_row("SELECT last_time FROM meta", [], |row| row.get(0))?;
    let time = StoreTime::from(clock, last);
    if let Some(back) = options.look_back.filter(|_| new) {
        let (now, back) = (time.now(), micros(back));
        let look = params![now.saturating_sub(back), now.saturating_add(back)];
        connection.execute("UPDATE meta SET look_first_from = ?1, look_first_until = ?2", look)?;
    }
    backup::look_first_if_copied(&connection, time.now())?;
    let look = connection.query_row("SELECT look_first_from, look_first_until FROM meta", [], |row| {
        Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?))
    })?;
    let look_first = match look {
        (Some(from), Some(until)) => Some(LookFirst { from, until }),
        (Some(_) | None, _) => None,
    };
    let turns = connection.query_row("SELECT ifnull(max(served), 0) FROM companies", [], |row| row.get(0))?;
    // The first claim says how many runs of a company may be held.
    let shared = Shared { look_first, turns: Cell::new(turns), company_max: Cell::new(i64::MAX) };
    Ok((connection, time, shared))
}

/// A value as its JSON text, which may have so many bytes.
fn text<T: serde::Serialize>(what: &str, value: &Arc<T>, bytes_max: usize) -> Result<String, Unavailable> {
    let text = serde_json::to_string(&**value).map_err(|error| Unavailable(error.to_string()))?;
    caps::fits(what, text.len(), bytes_max)?;
    Ok(text)
}

fn record_text(record: &Arc<RunRecord>) -> Result<String, Unavailable> {
    text("a run's record", record, caps::RECORD_BYTES_MAX)
}

fn unreadable(error: &serde_json::Error) -> Unavailable {
    Unavailable(format!("what it kept can't be read: {error}"))
}

fn lesson(learned: Learned) -> Result<Lesson, Unavailable> {
    caps::learned_fits(&learned)?;
    let snapshot = learned.snapshot.as_ref();
    let snapshot = snapshot.map(|snapshot| text("a snapshot", snapshot, caps::SNAPSHOT_BYTES_MAX)).transpose()?;
    Ok(Lesson { learned, snapshot })
}

#[async_trait]
impl Store for SqliteStore {
    async fn enqueue(&self, run: NewRun) -> Result<Enqueued, Unavailable> {
        let text = text("an enrollment", &run.enrollment, caps::ENROLLMENT_BYTES_MAX)?;
        self.writer.change(move |work| life::enqueue(work, &run, &text)).await
    }

    async fn claim_run(&self, run: RunId) -> Result<Claimed, Unavailable> {
        Ok(match self.writer.change(move |work| claims::claim_run(work, run)).await? {
            Tried::Taken(taken) => {
                let fence = taken.fence();
                match taken.claim() {
                    Ok(claim) => Claimed::Held(Box::new(claim)),
                    Err(why) => self.set_aside(fence, why).await?.map_or(Claimed::Busy, Claimed::Ended),
                }
            }
            Tried::Busy => Claimed::Busy,
            Tried::Ended(text) => {
                Claimed::Ended(serde_json::from_str(&text).map(Arc::new).map_err(|error| unreadable(&error))?)
            }
            Tried::Unknown => Claimed::Unknown,
        })
    }

    async fn join_sales(&self, fence: Fence, others: Vec<SaleKey>) -> Result<Joined, Unavailable> {
        self.writer.change(move |work| life::join_sales(work, fence, &others)).await
    }

    async fn made_for(&self, sales: Vec<SaleKey>) -> Result<Vec<Made>, Unavailable> {
        self.readers.read(move |tables| sales::made_for(tables, &sales)).await
    }

    async fn begin_write(
        &self,
        fence: Fence,
        learned: Learned,
        intent: Arc<Record>,
        sale: Option<u64>,
    ) -> Result<Begun, Unavailable> {
        caps::call_fits(&intent)?;
        let lesson = lesson(learned)?;
        self.writer.change(move |work| life::begin_write(work, fence, &lesson, &intent, sale)).await
    }

    async fn end_write(
        &self,
        fence: Fence,
        position: usize,
        reply: Reply,
        took: Duration,
    ) -> Result<Fenced, Unavailable> {
        caps::answer_fits(&reply)?;
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        self.writer.change(move |work| life::end_write(work, fence, position, &reply, took)).await
    }

    async fn give_back(&self, fence: Fence) -> Result<Fenced, Unavailable> {
        self.writer.change(move |work| life::give_back(work, fence)).await
    }

    async fn release(&self, fence: Fence, release: Release) -> Result<Fenced, Unavailable> {
        let text = record_text(&release.record)?;
        self.writer.change(move |work| life::release(work, fence, &release, &text)).await
    }

    async fn finish(
        &self,
        fence: Fence,
        learned: Learned,
        end: Arc<RunRecord>,
        messages: Vec<NewMessage>,
    ) -> Result<Fenced, Unavailable> {
        let (lesson, text) = (lesson(learned)?, record_text(&end)?);
        caps::messages_fit(&messages)?;
        self.writer.change(move |work| life::finish(work, fence, &lesson, &end, &text, &messages)).await
    }
}
