//! A run's history in rows: its snapshot, and its calls by position.

use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Row, params};

use super::row::{Run, read_json, write_json};
use super::tables::Tables;
use super::time::{duration, micros, timestamp};
use super::writer::Work;
use crate::ids::RequestId;
use crate::runs::history::{Call, Fault, Record, Reply};
use crate::runs::store::Learned;

const ADD: &str = "INSERT INTO calls (run, position, verb, entity, key, text, request_id, intended_at, answer, fault,
    took_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
const ADD_SNAPSHOT: &str = "INSERT OR IGNORE INTO snapshots (run, text) VALUES (?1, ?2)";
const UNANSWERED: &str = "SELECT id FROM calls WHERE run = ?1 AND position = ?2 AND answer IS NULL AND fault IS NULL";
const ANSWER: &str = "INSERT OR IGNORE INTO answers (call, answer, fault, took_us) VALUES (?1, ?2, ?3, ?4)";
const FORGET_ANSWERS: &str = "DELETE FROM answers
    WHERE call IN (SELECT id FROM calls WHERE run = ?1 AND position >= ?2)";
const FORGET: &str = "DELETE FROM calls WHERE run = ?1 AND position >= ?2";
const FORGET_SNAPSHOT: &str = "DELETE FROM snapshots WHERE run = ?1";
const CALLS: &str = "SELECT verb, entity, key, text, request_id, intended_at, ifnull(calls.answer, answers.answer),
    ifnull(calls.fault, answers.fault), ifnull(answers.took_us, calls.took_us)
    FROM calls LEFT JOIN answers ON answers.call = calls.id WHERE run = ?1 ORDER BY position";
const SNAPSHOT: &str = "SELECT text FROM snapshots WHERE run = ?1";

/// Adds what an attempt learned, with its snapshot's text.
pub(super) fn learn(work: &Work<'_>, run: &mut Run, learned: &Learned, snapshot: Option<&str>) -> rusqlite::Result<()> {
    if let Some(snapshot) = snapshot {
        work.execute(ADD_SNAPSHOT, params![run.number, snapshot])?;
    }
    learned.records.iter().try_for_each(|record| add(work, run, record))
}

/// Adds a call behind the others; the run's row is still to be saved.
pub(super) fn add(work: &Work<'_>, run: &mut Run, record: &Record) -> rusqlite::Result<()> {
    let Record { call: Call { verb, entity, key, text }, request_id, intended_at, reply, took } = record;
    let (answer, fault) = columns(reply.as_ref())?;
    work.execute(
        ADD,
        params![
            run.number,
            run.calls,
            verb.as_str(),
            entity,
            key,
            text,
            request_id.as_ref().map(RequestId::as_str),
            intended_at.map(|at| at.as_microsecond()),
            answer,
            fault,
            micros(*took)
        ],
    )?;
    run.calls += 1;
    Ok(())
}

/// Records the answer to an intent. The first answer stays.
pub(super) fn answer(work: &Work<'_>, run: &Run, position: i64, reply: &Reply, took: Duration) -> rusqlite::Result<()> {
    let (answer, fault) = columns(Some(reply))?;
    if let Some(call) = work.first(UNANSWERED, [run.number, position], |row| row.get::<_, i64>(0))? {
        work.execute(ANSWER, params![call, answer, fault, micros(took)])?;
    }
    Ok(())
}

fn columns(reply: Option<&Reply>) -> rusqlite::Result<(Option<&str>, Option<String>)> {
    Ok(match reply {
        None => (None, None),
        Some(Ok(answer)) => (Some(answer), None),
        Some(Err(fault)) => (None, Some(write_json(fault)?)),
    })
}

/// What is recorded: the snapshot's text, and the calls.
pub(super) fn recorded(tables: &Tables<'_>, run: &Run) -> rusqlite::Result<(Option<String>, Vec<Arc<Record>>)> {
    let snapshot = tables.first(SNAPSHOT, [run.number], |row| row.get(0))?;
    let records = match run.calls {
        0 => Vec::new(),
        _ => tables.all(CALLS, [run.number], read)?,
    };
    Ok((snapshot, records))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Arc<Record>> {
    let answer: Option<String> = row.get(6)?;
    let fault = row.get_ref(7)?.as_str_or_null()?.map(|text| read_json::<Fault>(7, text)).transpose()?;
    let verb = row.get_ref(0)?.as_str()?;
    Ok(Arc::new(Record {
        call: Call {
            verb: read_json(0, &format!("\"{verb}\""))?,
            entity: row.get(1)?,
            key: row.get(2)?,
            text: row.get(3)?,
        },
        request_id: row.get::<_, Option<String>>(4)?.map(RequestId::kept),
        intended_at: row.get::<_, Option<i64>>(5)?.map(timestamp),
        reply: fault.map(Err).or(answer.map(Ok)),
        took: duration(row.get(8)?),
    }))
}

/// Forgets what follows the last write that may stand, or everything when there is none.
pub(super) fn forget_unaccepted(work: &Work<'_>, run: &mut Run) -> rusqlite::Result<()> {
    let records = work.all(CALLS, [run.number], read)?;
    let kept = records.iter().rposition(|record| record.may_stand()).map_or(0, |last| last + 1);
    forget(work, run, &records, kept)
}

/// Forgets everything that is recorded.
pub(super) fn forget_all(work: &Work<'_>, run: &mut Run) -> rusqlite::Result<()> {
    let records = work.all(CALLS, [run.number], read)?;
    forget(work, run, &records, 0)
}

/// Keeps the first calls, and gives the keys of the writes behind them a new generation.
fn forget(work: &Work<'_>, run: &mut Run, records: &[Arc<Record>], kept: usize) -> rusqlite::Result<()> {
    for record in records[kept..].iter().filter(|record| record.may_go_under_another_id()) {
        if let Some(key) = &record.call.key {
            *run.generations.entry(key.clone()).or_default() += 1;
        }
    }
    run.calls = i64::try_from(kept).unwrap_or(i64::MAX);
    work.execute(FORGET_ANSWERS, [run.number, run.calls])?;
    work.execute(FORGET, [run.number, run.calls])?;
    if kept == 0 {
        work.execute(FORGET_SNAPSHOT, [run.number])?;
    }
    Ok(())
}
