//! A run's row: what changes while it is on its way.

use std::collections::BTreeMap;
use std::str::FromStr;

use rusqlite::types::Type;
use rusqlite::{Row, params};

use super::companies::{Company, Counted};
use super::schema::row_at;
use super::tables::Tables;
use super::time::Micros;
use super::writer::Work;
use crate::ids::{Digest, RunId};
use crate::runs::record::Status;
use crate::runs::service_store::Phase;
use crate::runs::store::Fence;

pub(super) struct Run {
    pub(super) number: i64,
    pub(super) id: RunId,
    pub(super) company: i64,
    pub(super) sale: Option<i64>,
    pub(super) digest: Digest,
    pub(super) phase: Phase,
    pub(super) epoch: i64,
    pub(super) due: Micros,
    pub(super) lease: Micros,
    pub(super) waits_for: Option<i64>,
    pub(super) calls: i64,
    pub(super) lines: i64,
    pub(super) attempts: u32,
    pub(super) cpu_exhausted: u32,
    pub(super) host_deaths: u32,
    pub(super) asking_since: Option<Micros>,
    pub(super) cancelled: bool,
    pub(super) status: Option<Status>,
    pub(super) generations: BTreeMap<String, u32>,
    /// Where it is counted as long as it isn't saved.
    counted: Counted,
}

/// What every statement that reads a run reads of it.
macro_rules! columns {
    () => {
        "runs.number, runs.id, runs.company, runs.sale, runs.digest, runs.phase, runs.epoch,
    runs.due, runs.lease, runs.waits_for, runs.calls, runs.lines, runs.attempts, runs.cpu_exhausted,
    runs.host_deaths, runs.asking_since, runs.cancelled, runs.status, runs.generations"
    };
}
pub(super) use columns;

const BY_ID: &str = concat!("SELECT ", columns!(), " FROM runs WHERE id = ?1");

const SAVE: &str = "UPDATE runs SET digest = ?2, phase = ?3, epoch = ?4, due = ?5, lease = ?6, waits_for = ?7,
    calls = ?8, lines = ?9, attempts = ?10, cpu_exhausted = ?11, host_deaths = ?12, asking_since = ?13,
    cancelled = ?14, status = ?15, generations = ?16 WHERE number = ?1";
const SAVE_RENEWED: &str = "UPDATE runs SET lease = ?2, calls = ?3 WHERE number = ?1";
const SAY: &str = "INSERT OR REPLACE INTO timeline (id, at, what, detail) VALUES (?1, ?2, ?3, ?4)";

impl Run {
    pub(super) fn load(work: &Tables<'_>, id: RunId) -> rusqlite::Result<Option<Self>> {
        work.first(BY_ID, [id.bytes()], Self::read)
    }

    /// The run, if the fence still holds.
    pub(super) fn fenced(work: &Work<'_>, fence: Fence) -> rusqlite::Result<Option<Self>> {
        let epoch = i64::try_from(fence.epoch).unwrap_or(i64::MAX);
        Ok(Self::load(work, fence.run)?.filter(|run| run.phase == Phase::Running && run.epoch == epoch))
    }

    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let phase = match row.get(5)? {
            0 => Phase::Queued,
            1 => Phase::Running,
            _ => Phase::Ended,
        };
        let status =
            row.get_ref(17)?.as_str_or_null()?.map(|word| read_json(17, &format!("\"{word}\""))).transpose()?;
        let generations = row.get_ref(18)?.as_str_or_null()?.map(|text| read_json(18, text)).transpose()?;
        Ok(Self {
            number: row.get(0)?,
            id: RunId::from(row.get::<_, [u8; 16]>(1)?),
            company: row.get(2)?,
            sale: row.get(3)?,
            digest: Digest::from(row.get::<_, [u8; 32]>(4)?),
            phase,
            epoch: row.get(6)?,
            due: row.get(7)?,
            lease: row.get(8)?,
            waits_for: row.get(9)?,
            calls: row.get(10)?,
            lines: row.get(11)?,
            attempts: row.get(12)?,
            cpu_exhausted: row.get(13)?,
            host_deaths: row.get(14)?,
            asking_since: row.get(15)?,
            cancelled: row.get(16)?,
            status,
            generations: generations.unwrap_or_default(),
            counted: counted(phase, status),
        })
    }

    /// Adds a line to its timeline; the row is still to be saved.
    pub(super) fn happened(&mut self, work: &Work<'_>, what: &str, detail: &str) -> rusqlite::Result<()> {
        work.execute(SAY, params![row_at(self.number, self.lines), work.now, what, detail])?;
        self.lines += 1;
        Ok(())
    }

    /// Writes the row, and counts it in its company; that row is still to be saved.
    pub(super) fn save(&mut self, work: &Work<'_>, company: &mut Company) -> rusqlite::Result<()> {
        let generations = match self.generations.is_empty() {
            true => None,
            false => Some(write_json(&self.generations)?),
        };
        work.execute(
            SAVE,
            params![
                self.number,
                self.digest.bytes(),
                self.phase as i64,
                self.epoch,
                self.due,
                self.lease,
                self.waits_for,
                self.calls,
                self.lines,
                self.attempts,
                self.cpu_exhausted,
                self.host_deaths,
                self.asking_since,
                self.cancelled,
                self.status.map(Status::as_str),
                generations
            ],
        )?;
        let counted = counted(self.phase, self.status);
        company.count(Some(self.counted), counted);
        self.counted = counted;
        Ok(())
    }

    /// Writes only what a write intent changes: no index has to be.
    pub(super) fn save_renewed(&self, work: &Work<'_>) -> rusqlite::Result<()> {
        work.execute(SAVE_RENEWED, [self.number, self.lease, self.calls])?;
        Ok(())
    }
}

fn counted(phase: Phase, status: Option<Status>) -> Counted {
    match (phase, status) {
        (Phase::Queued, _) => Counted::Queued,
        (Phase::Running, _) => Counted::Running,
        (Phase::Ended, Some(Status::Held)) => Counted::Held,
        (Phase::Ended, _) => Counted::Ended,
    }
}

/// A column's text as the value that it stands for.
pub(super) fn read_json<T: serde::de::DeserializeOwned>(column: usize, text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

/// A column's text as the name that it is.
pub(super) fn read_name<T>(column: usize, text: &str) -> rusqlite::Result<T>
where
    T: FromStr<Err: std::error::Error + Send + Sync + 'static>,
{
    text.parse().map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error)))
}

pub(super) fn write_json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
