//! Sales: who took a key, how often it was taken, and what stands for it.

use rusqlite::params;

use super::row::{Run, read_json, write_json};
use super::schema::{row_at, rows_of};
use super::writer::Work;
use crate::ids::{RunId, SaleKey};
use crate::runs::record::{RunRecord, Status};
use crate::runs::store::{Begun, Made, Sale};

const BY_KEY: &str = "SELECT id FROM sales WHERE key = ?1";
const BY_ID: &str = "SELECT key, times FROM sales WHERE id = ?1";
const LIVE: &str = "SELECT id FROM runs WHERE sale = ?1 AND phase < 2 ORDER BY id LIMIT 1";
const TAKEN: &str = "SELECT sales.times, runs.number, runs.id, runs.phase < 2
    FROM sales LEFT JOIN runs ON runs.number = sales.taken_by WHERE sales.id = ?1";
const TAKE: &str = "UPDATE sales SET taken_by = ?2, times = times + 1 WHERE id = ?1";
const GIVE_BACK: &str = "UPDATE sales SET times = times + 1 WHERE id = ?1 AND taken_by = ?2";
const STANDING: &str = "SELECT runs.id, enrollments.event, documents.text FROM documents
    JOIN runs ON runs.number = documents.id >> 20 JOIN enrollments ON enrollments.run = runs.number
    WHERE documents.sale = ?1 AND runs.number <> ?2 ORDER BY documents.id";
const ADD: &str = "INSERT OR REPLACE INTO documents (id, sale, text) VALUES (?1, ?2, ?3)";
const FORGET: &str = "DELETE FROM documents WHERE id >= ?1 AND id < ?2";

/// The row of a key, which is made if it isn't there yet.
pub(super) fn named(work: &Work<'_>, key: &SaleKey) -> rusqlite::Result<i64> {
    match work.first(BY_KEY, [key.as_str()], |row| row.get(0))? {
        Some(id) => Ok(id),
        None => {
            work.execute("INSERT INTO sales (key) VALUES (?1)", [key.as_str()])?;
            Ok(work.inserted())
        }
    }
}

/// A run of that sale that has not ended.
pub(super) fn live(work: &Work<'_>, key: &SaleKey) -> rusqlite::Result<Option<RunId>> {
    match work.first(BY_KEY, [key.as_str()], |row| row.get::<_, i64>(0))? {
        Some(sale) => work.first(LIVE, [sale], |row| row.get(0).map(|id: [u8; 16]| RunId::from(id))),
        None => Ok(None),
    }
}

/// The sale as a claim of `run` finds it.
pub(super) fn found(work: &Work<'_>, run: &Run) -> rusqlite::Result<Option<Sale>> {
    let Some(sale) = run.sale else { return Ok(None) };
    let Some((key, times)) = work.first(BY_ID, [sale], |row| Ok((row.get(0)?, row.get::<_, u32>(1)?)))? else {
        return Ok(None);
    };
    let made = work.all(STANDING, [sale, run.number], |row| {
        let document = read_json(2, row.get_ref(2)?.as_str()?)?;
        Ok(Made { run: RunId::from(row.get::<_, [u8; 16]>(0)?), event: row.get(1)?, document })
    })?;
    Ok(Some(Sale { key: SaleKey::kept(key), taken: u64::from(times), made }))
}

/// Takes the key of the run's sale, unless another run took it first.
pub(super) fn take(work: &Work<'_>, run: &Run, seen: u64) -> rusqlite::Result<Begun> {
    let Some(sale) = run.sale else { return Ok(Begun::Yes) };
    let taken = work.first(TAKEN, [sale], |row| {
        let by: Option<(i64, [u8; 16], bool)> = match row.get(1)? {
            Some(number) => Some((number, row.get(2)?, row.get(3)?)),
            None => None,
        };
        Ok((row.get::<_, u32>(0)?, by))
    })?;
    match taken {
        Some((_, Some((by, _, _)))) if by == run.number => return Ok(Begun::Yes),
        Some((_, Some((_, by, true)))) => return Ok(Begun::SaleHeld(RunId::from(by))),
        Some((times, Some(_))) if u64::from(times) != seen => return Ok(Begun::SaleChanged),
        Some(_) | None => {}
    }
    work.execute(TAKE, [sale, run.number])?;
    Ok(Begun::Yes)
}

/// The run has ended: whoever looked at the sale while it held the key has to look again.
pub(super) fn give_back(work: &Work<'_>, run: &Run) -> rusqlite::Result<()> {
    work.execute(GIVE_BACK, [run.sale, Some(run.number)])?;
    Ok(())
}

/// Keeps what stands because of an ended run, for others of its sale.
pub(super) fn keep(work: &Work<'_>, run: &Run, end: &RunRecord) -> rusqlite::Result<()> {
    let documents = match end.status {
        Status::Succeeded | Status::Held => &end.documents[..],
        Status::Refused | Status::Previewed | Status::Cancelled | Status::Waiting => &[],
    };
    let Some(sale) = run.sale else { return Ok(()) };
    for (place, document) in (0..).zip(documents) {
        work.execute(ADD, params![row_at(run.number, place), sale, write_json(document)?])?;
    }
    Ok(())
}

/// What stood because of a run that begins anew is its own again.
pub(super) fn forget(work: &Work<'_>, run: &Run) -> rusqlite::Result<()> {
    work.execute(FORGET, rows_of(run.number))?;
    Ok(())
}
