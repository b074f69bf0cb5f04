//! Sales: which of them are one family, who holds a family's lock, and what stands for it.
//!
//! A row is a sale; it names the root of its family unless it is one. Only a root has a lock.

use std::collections::BTreeSet;

use rusqlite::params;

use super::row::{Run, read_json, read_name, write_json};
use super::schema::{row_at, rows_of};
use super::tables::Tables;
use super::writer::Work;
use crate::ids::{RunId, SaleKey};
use crate::runs::record::{RunRecord, Status};
use crate::runs::store::{Begun, Made, NewRun, Sale};

const BY_KEY: &str = "SELECT id FROM sales WHERE key = ?1";
const ROOT: &str = "SELECT ifnull(root, id) FROM sales WHERE id = ?1";
const OF_RUN: &str = "SELECT sales.key, enrollments.sale_kind FROM sales, enrollments
    WHERE sales.id = ?1 AND enrollments.run = ?2";
const SAME_LIVE: &str = "SELECT runs.id FROM runs JOIN enrollments ON enrollments.run = runs.number
    WHERE runs.sale = ?1 AND runs.phase < 2 AND enrollments.action = ?2 AND enrollments.reference IS ?3
    ORDER BY runs.id LIMIT 1";
const LOCK: &str = "SELECT sales.times, runs.number, runs.id, runs.phase < 2
    FROM sales LEFT JOIN runs ON runs.number = sales.taken_by WHERE sales.id = ?1";
const TAKE: &str = "UPDATE sales SET taken_by = ?2 WHERE id = ?1";
const GIVE_BACK: &str = "UPDATE sales SET times = times + 1 WHERE id = ?1 AND taken_by = ?2";
const SET_LOCK: &str = "UPDATE sales SET taken_by = ?2, times = ?3 WHERE id = ?1";
const UNLOCK: &str = "UPDATE sales SET taken_by = NULL, times = 0 WHERE id = ?1";
const PUT_UNDER: &str = "UPDATE sales SET root = ?1 WHERE id = ?2 OR root = ?2";
const MADE: &str =
    "SELECT runs.id, enrollments.event, enrollments.object, enrollments.sale_kind, enrollments.reference,
    documents.text, documents.id FROM documents
    JOIN runs ON runs.number = documents.id >> 20 JOIN enrollments ON enrollments.run = runs.number
    WHERE documents.sale IN (SELECT id FROM sales WHERE id = ?1 OR root = ?1) AND runs.number IS NOT ?2
    ORDER BY documents.id";
const ADD: &str = "INSERT OR REPLACE INTO documents (id, sale, text) VALUES (?1, ?2, ?3)";
const FORGET: &str = "DELETE FROM documents WHERE id >= ?1 AND id < ?2";

/// The lock of a family.
struct Lock {
    times: i64,
    by: Option<Holder>,
}

/// Who took a lock last.
struct Holder {
    number: i64,
    run: RunId,
    is_live: bool,
}

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

/// A run that does the same as a new one, and has not ended.
pub(super) fn same_live(work: &Work<'_>, run: &NewRun) -> rusqlite::Result<Option<RunId>> {
    let Some(sale) = &run.sale else { return Ok(None) };
    let Some(id) = work.first(BY_KEY, [sale.key.as_str()], |row| row.get::<_, i64>(0))? else { return Ok(None) };
    let (event, reference) = (&run.enrollment.event, &run.enrollment.reference);
    work.first(SAME_LIVE, params![id, event.action, reference], |row| row.get(0).map(|id: [u8; 16]| RunId::from(id)))
}

/// The run's sale with its family.
pub(super) fn found(work: &Work<'_>, run: &Run) -> rusqlite::Result<Option<Sale>> {
    let Some(sale) = run.sale else { return Ok(None) };
    let Some((key, kind)) = work.first(OF_RUN, [sale, run.number], |row| Ok((row.get(0)?, row.get(1)?)))? else {
        return Ok(None);
    };
    let root = root(work, sale)?;
    let made = made(work, root, Some(run.number))?.into_iter().map(|(_, made)| made).collect();
    let taken = u64::try_from(lock(work, root)?.times).unwrap_or(0);
    Ok(Some(Sale { key: SaleKey::kept(key), kind, taken, made }))
}

/// What runs made for the families of these sales, oldest first.
pub(super) fn made_for(tables: &Tables<'_>, keys: &[SaleKey]) -> rusqlite::Result<Vec<Made>> {
    let mut roots = BTreeSet::new();
    for key in keys {
        if let Some(sale) = tables.first(BY_KEY, [key.as_str()], |row| row.get(0))? {
            roots.insert(root(tables, sale)?);
        }
    }
    let mut found = Vec::new();
    for root in roots {
        found.extend(made(tables, root, None)?);
    }
    found.sort_by_key(|(id, _)| *id);
    Ok(found.into_iter().map(|(_, made)| made).collect())
}

/// What stands for the family of a root, but for one run, by the ids of its rows.
fn made(tables: &Tables<'_>, root: i64, but: Option<i64>) -> rusqlite::Result<Vec<(i64, Made)>> {
    tables.all(MADE, params![root, but], |row| {
        let made = Made {
            run: RunId::from(row.get::<_, [u8; 16]>(0)?),
            event: row.get(1)?,
            object: read_name(2, row.get_ref(2)?.as_str()?)?,
            kind: row.get(3)?,
            reference: row.get(4)?,
            document: read_json(5, row.get_ref(5)?.as_str()?)?,
        };
        Ok((row.get(6)?, made))
    })
}

/// Makes one family of the run's sale and others, unless more than one other live run holds a part of
/// it: then gives the first of these.
pub(super) fn join(work: &Work<'_>, run: &Run, others: &[SaleKey]) -> rusqlite::Result<Option<RunId>> {
    let Some(sale) = run.sale else { return Ok(None) };
    let own = root(work, sale)?;
    let mut parts = vec![own];
    for key in others {
        let part = root(work, named(work, key)?)?;
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    if parts.len() == 1 {
        return Ok(None);
    }
    let locks = parts.iter().map(|part| lock(work, *part)).collect::<rusqlite::Result<Vec<_>>>()?;
    let times: i64 = locks.iter().map(|lock| lock.times).sum();
    let mut holders: Vec<_> = locks.into_iter().filter_map(|lock| lock.by).filter(|holder| holder.is_live).collect();
    let own_run = holders.iter().position(|holder| holder.number == run.number).map(|at| holders.remove(at).number);
    holders.sort_by_key(|holder| holder.number);
    let by = match holders.as_slice() {
        [] => own_run,
        // A run that joins has no write on record: it gives way to one that has.
        [only] => Some(only.number),
        [first, ..] => return Ok(Some(first.run)),
    };
    for part in &parts[1..] {
        work.execute(PUT_UNDER, [own, *part])?;
        work.execute(UNLOCK, [part])?;
    }
    // More than any of the parts had: whoever looked at one of them has to look again.
    work.execute(SET_LOCK, params![own, by, times + 1])?;
    Ok(None)
}

fn root(tables: &Tables<'_>, sale: i64) -> rusqlite::Result<i64> {
    Ok(tables.first(ROOT, [sale], |row| row.get(0))?.unwrap_or(sale))
}

fn lock(work: &Work<'_>, root: i64) -> rusqlite::Result<Lock> {
    let lock = work.first(LOCK, [root], |row| {
        let by = match row.get(1)? {
            Some(number) => Some(Holder { number, run: RunId::from(row.get::<_, [u8; 16]>(2)?), is_live: row.get(3)? }),
            None => None,
        };
        Ok(Lock { times: row.get(0)?, by })
    })?;
    Ok(lock.unwrap_or(Lock { times: 0, by: None }))
}

/// Takes the lock of the run's family, unless another run took it first.
pub(super) fn take(work: &Work<'_>, run: &Run, seen: u64) -> rusqlite::Result<Begun> {
    let Some(sale) = run.sale else { return Ok(Begun::Yes) };
    let root = root(work, sale)?;
    let Lock { times, by } = lock(work, root)?;
    match by {
        Some(by) if by.number != run.number && by.is_live => return Ok(Begun::SaleHeld(by.run)),
        // The holder too: what was joined to the family since it looked may have been billed.
        Some(_) | None if u64::try_from(times) != Ok(seen) => return Ok(Begun::SaleChanged),
        Some(_) | None => {}
    }
    work.execute(TAKE, [root, run.number])?;
    Ok(Begun::Yes)
}

/// The run has ended: whoever looked at the family while it held the lock has to look again.
pub(super) fn give_back(work: &Work<'_>, run: &Run) -> rusqlite::Result<()> {
    if let Some(sale) = run.sale {
        work.execute(GIVE_BACK, [root(work, sale)?, run.number])?;
    }
    Ok(())
}

/// Keeps what stands because of an ended run, for others of its family.
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
