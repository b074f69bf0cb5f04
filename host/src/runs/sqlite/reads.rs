//! What people ask about: read beside the writer, which never waits for it.

use std::sync::Arc;

use rusqlite::{ToSql, params_from_iter};

use super::calls;
use super::messages;
use super::row::{Run, columns, read_json};
use super::schema::rows_of;
use super::tables::Tables;
use super::time::timestamp;
use crate::enrollment::Enrollment;
use crate::ids::{RunId, SaleKey};
use crate::runs::history::History;
use crate::runs::record::{RunRecord, Status};
use crate::runs::service_store::{Counts, Happened, Phase, Query, RunLine, Stored};

const TEXTS: &str = "SELECT enrollments.text, records.text, sales.key FROM runs
    JOIN enrollments ON enrollments.run = runs.number LEFT JOIN records ON records.run = runs.number
    LEFT JOIN sales ON sales.id = runs.sale WHERE runs.number = ?1";
const TIMELINE: &str = "SELECT at, what, detail FROM timeline WHERE id >= ?1 AND id < ?2 ORDER BY id";
const COUNTS: &str =
    "SELECT ifnull(sum(queued), 0), ifnull(sum(running), 0), ifnull(sum(held), 0), ifnull(sum(ended), 0),
    (SELECT count(*) FROM messages WHERE settled IS NULL) FROM companies";

/// One run, whole.
pub(super) fn run(tables: &Tables<'_>, id: RunId) -> rusqlite::Result<Option<Stored>> {
    let Some(run) = Run::load(tables, id)? else { return Ok(None) };
    let texts = tables.first(TEXTS, [run.number], |row| {
        let enrollment: Enrollment = read_json(0, row.get_ref(0)?.as_str()?)?;
        let record = row.get_ref(1)?.as_str_or_null()?.map(|text| read_json::<RunRecord>(1, text)).transpose()?;
        Ok((enrollment, record, row.get::<_, Option<String>>(2)?))
    })?;
    let Some((enrollment, record, sale)) = texts else { return Ok(None) };
    let (snapshot, records) = calls::recorded(tables, &run)?;
    let snapshot = snapshot.map(|text| read_json(0, &text).map(Arc::new)).transpose()?;
    let timeline = tables.all(TIMELINE, rows_of(run.number), |row| {
        Ok(Happened { at: timestamp(row.get(0)?), what: row.get(1)?, detail: row.get(2)? })
    })?;
    Ok(Some(Stored {
        phase: run.phase,
        epoch: u64::try_from(run.epoch).unwrap_or(0),
        digest: run.digest,
        enrollment: Arc::new(enrollment),
        sale: sale.map(SaleKey::kept),
        record: record.map(Arc::new),
        history: History { snapshot, records },
        due: (run.phase == Phase::Queued).then(|| timestamp(run.due)),
        timeline,
        messages: messages::of_run(tables, run.number)?,
    }))
}

/// Runs, newest first.
pub(super) fn runs(tables: &Tables<'_>, query: &Query) -> rusqlite::Result<Vec<RunLine>> {
    let Query { company, action, object, status, event, before, most } = query;
    let mut sql = String::from(concat!("SELECT ", columns!(), ", enrollments.text, records.text"));
    sql.push_str(" FROM runs JOIN enrollments ON enrollments.run = runs.number");
    sql.push_str(" LEFT JOIN records ON records.run = runs.number WHERE TRUE");
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    let mut only = |condition: &str, value: Option<Box<dyn ToSql>>| {
        if let Some(value) = value {
            sql.push_str(condition);
            values.push(value);
        }
    };
    let text = |text: &Option<String>| text.clone().map(|text| Box::new(text) as Box<dyn ToSql>);
    only(" AND runs.company = (SELECT id FROM companies WHERE name = ?)", text(company));
    only(" AND enrollments.action = ?", text(action));
    only(" AND enrollments.object = ?", text(object));
    only(" AND enrollments.event = ?", text(event));
    // An index has the held ones only.
    let held = if *status == Some(Status::Held) { " AND runs.phase = 2 AND runs.status = 'held' AND ?" } else { "" };
    let status: Option<Box<dyn ToSql>> = status.map(|status| match held {
        "" => Box::new(status.as_str()) as Box<dyn ToSql>,
        _ => Box::new(true),
    });
    only(if held.is_empty() { " AND runs.status = ?" } else { held }, status);
    let before = before.map(|run| Box::new(run.bytes()) as Box<dyn ToSql>);
    only(" AND runs.number < (SELECT number FROM runs WHERE id = ?)", before);
    only(" ORDER BY runs.number DESC LIMIT ?", Some(Box::new(i64::try_from(*most).unwrap_or(i64::MAX))));
    tables.all(&sql, params_from_iter(values), |row| {
        let run = Run::read(row)?;
        let enrollment: Enrollment = read_json(19, row.get_ref(19)?.as_str()?)?;
        let record = row.get_ref(20)?.as_str_or_null()?.map(|text| read_json::<RunRecord>(20, text)).transpose()?;
        Ok(line(&run, enrollment, record))
    })
}

fn line(run: &Run, enrollment: Enrollment, record: Option<RunRecord>) -> RunLine {
    let object = enrollment.object.to_string();
    let (code, message) = record.map(|record| (record.code, record.message)).unwrap_or_default();
    RunLine {
        run_id: run.id,
        phase: run.phase,
        status: run.status,
        code,
        message,
        event: enrollment.event.id,
        portal: enrollment.event.portal,
        company: enrollment.event.company,
        action: enrollment.event.action,
        object,
        accepted_at: enrollment.accepted_at,
        attempts: run.attempts,
    }
}

/// How many runs stand how.
pub(super) fn counts(tables: &Tables<'_>) -> rusqlite::Result<Counts> {
    let counts = tables.first(COUNTS, [], |row| {
        let count = |at| row.get::<_, i64>(at).map(|count| u64::try_from(count).unwrap_or(0));
        Ok(Counts { queued: count(0)?, running: count(1)?, held: count(2)?, ended: count(3)?, messages: count(4)? })
    })?;
    Ok(counts.unwrap_or_default())
}
