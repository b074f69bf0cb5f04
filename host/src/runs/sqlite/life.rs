//! The life of a run in one change each: accepted, written for, waiting, ended.

use std::time::Duration;

use rusqlite::params;

use super::calls;
use super::companies::{Company, Counted};
use super::row::Run;
use super::sales;
use super::time::micros;
use super::writer::Work;
use crate::ids::SaleKey;
use crate::runs::history::{Record, Reply};
use crate::runs::record::{RunRecord, Status};
use crate::runs::service_store::Phase;
use crate::runs::store::{
    Begun, Enqueued, Fence, Fenced, GIVEN_BACK, Joined, LEASE, Learned, NewMessage, NewRun, Pause, Release,
};

const KNOWN: &str = "SELECT 1 FROM runs WHERE id = ?1";
const ACCEPT: &str = "INSERT INTO runs (id, company, sale, digest, phase, epoch, due, lease, calls, lines, attempts,
    cpu_exhausted, host_deaths, cancelled) VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, 0, 0, 1, 0, 0, 0, 0)";
const ENROLL: &str = "INSERT INTO enrollments (run, event, action, object, text, sale_kind, reference)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
const FIRST_LINE: &str = "INSERT INTO timeline (id, at, what, detail) VALUES (?1, ?2, 'accepted', ?3)";
const RECORD: &str = "INSERT INTO records (run, text) VALUES (?1, ?2)
    ON CONFLICT (run) DO UPDATE SET text = excluded.text";
/// The end of a run that was resumed or made again takes the place of what was to be told before, and of
/// what was told, unless that is told once.
const MESSAGE: &str = "INSERT INTO messages (run, kind, body, due) VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT (run, kind) DO UPDATE SET body = excluded.body, due = excluded.due, failures = 0, settled = NULL
    WHERE settled IS NULL OR NOT ?5";
const WAITING: &str = "SELECT company FROM runs WHERE waits_for = ?1";
const WAKE: &str = "UPDATE runs SET waits_for = NULL, due = ?2 WHERE waits_for = ?1";
const NUMBER_IF_LIVE: &str = "SELECT number FROM runs WHERE id = ?1 AND phase < 2";

/// Accepts a run, with its enrollment's text.
pub(super) fn enqueue(work: &Work<'_>, run: &NewRun, text: &str) -> rusqlite::Result<Enqueued> {
    if work.first(KNOWN, [run.id.bytes()], |_| Ok(()))?.is_some() {
        return Ok(Enqueued::Duplicate);
    }
    if run.join
        && let Some(other) = sales::same_live(work, run)?
    {
        return Ok(Enqueued::Joined(other));
    }
    let event = &run.enrollment.event;
    let mut company = Company::named(work, &event.company)?;
    let sale = run.sale.as_ref().map(|sale| sales::named(work, &sale.key)).transpose()?;
    let accepted = params![run.id.bytes(), company.id, sale, run.digest.bytes(), work.now];
    work.execute(ACCEPT, accepted)?;
    let number = work.inserted();
    let (object, kind) = (run.enrollment.object.to_string(), run.sale.as_ref().map(|sale| &sale.kind));
    work.execute(ENROLL, params![number, event.id, event.action, object, text, kind, run.enrollment.reference])?;
    work.execute(FIRST_LINE, params![super::schema::row_at(number, 0), work.now, event.source])?;
    company.count(None, Counted::Queued);
    company.save(work)?;
    Ok(Enqueued::New)
}

/// What was learned, and the snapshot's text.
pub(super) struct Lesson {
    pub(super) learned: Learned,
    pub(super) snapshot: Option<String>,
}

/// Makes one family of the run's sale and others.
pub(super) fn join_sales(work: &Work<'_>, fence: Fence, others: &[SaleKey]) -> rusqlite::Result<Joined> {
    let Some(run) = Run::fenced(work, fence)? else { return Ok(Joined::Fenced) };
    Ok(match sales::join(work, &run, others)? {
        Some(holder) => Joined::Held(holder),
        None => Joined::Yes(sales::found(work, &run)?),
    })
}

pub(super) fn begin_write(
    work: &Work<'_>,
    fence: Fence,
    lesson: &Lesson,
    intent: &Record,
    sale: Option<u64>,
) -> rusqlite::Result<Begun> {
    let Some(mut run) = Run::fenced(work, fence)? else { return Ok(Begun::Fenced) };
    if let Some(seen) = sale {
        match sales::take(work, &run, seen)? {
            Begun::Yes => {}
            other @ (Begun::Fenced | Begun::SaleHeld(_) | Begun::SaleChanged) => return Ok(other),
        }
    }
    calls::learn(work, &mut run, &lesson.learned, lesson.snapshot.as_deref())?;
    calls::add(work, &mut run, intent)?;
    run.lease = work.now + micros(LEASE);
    run.save_renewed(work)?;
    Ok(Begun::Yes)
}

pub(super) fn end_write(
    work: &Work<'_>,
    fence: Fence,
    position: i64,
    reply: &Reply,
    took: Duration,
) -> rusqlite::Result<Fenced> {
    let Some(run) = Run::fenced(work, fence)? else { return Ok(Fenced::Yes) };
    calls::answer(work, &run, position, reply, took)?;
    Ok(Fenced::No)
}

pub(super) fn give_back(work: &Work<'_>, fence: Fence) -> rusqlite::Result<Fenced> {
    let Some(mut run) = Run::fenced(work, fence)? else { return Ok(Fenced::Yes) };
    run.phase = Phase::Queued;
    run.due = work.now.saturating_add(micros(GIVEN_BACK));
    let mut company = Company::load(work, run.company)?;
    run.save(work, &mut company)?;
    company.save(work)?;
    Ok(Fenced::No)
}

/// Ends an attempt that is not the run's last; `text` is that of its record.
pub(super) fn release(work: &Work<'_>, fence: Fence, release: &Release, text: &str) -> rusqlite::Result<Fenced> {
    let Some(mut run) = Run::fenced(work, fence)? else { return Ok(Fenced::Yes) };
    let mut company = Company::load(work, run.company)?;
    company.release(&release.pause, work.now);
    attempted(work, &mut run, &release.record, text)?;
    run.phase = Phase::Queued;
    run.cpu_exhausted += u32::from(release.cpu_exhausted);
    run.due = work.now;
    run.waits_for = None;
    match release.pause {
        Pause::Run(pause) => run.due = work.now.saturating_add(micros(pause)),
        // The company's own pause holds it back.
        Pause::Company { .. } => {}
        Pause::Sale(other) => run.waits_for = work.first(NUMBER_IF_LIVE, [other.bytes()], |row| row.get(0))?,
    }
    if release.asked {
        run.asking_since.get_or_insert(work.now);
        calls::forget_all(work, &mut run)?;
    }
    run.save(work, &mut company)?;
    company.save(work)?;
    Ok(Fenced::No)
}

/// Ends a run; `text` is that of its record.
pub(super) fn finish(
    work: &Work<'_>,
    fence: Fence,
    lesson: &Lesson,
    end: &RunRecord,
    text: &str,
    messages: &[NewMessage],
) -> rusqlite::Result<Fenced> {
    let Some(mut run) = Run::fenced(work, fence)? else { return Ok(Fenced::Yes) };
    calls::learn(work, &mut run, &lesson.learned, lesson.snapshot.as_deref())?;
    attempted(work, &mut run, end, text)?;
    run.phase = Phase::Ended;
    sales::keep(work, &run, end)?;
    sales::give_back(work, &run)?;
    for message in messages {
        let NewMessage { kind, body } = message;
        work.execute(MESSAGE, params![run.number, kind, body, work.now, message.is_told_once()])?;
    }
    let waiting: Vec<i64> = work.all(WAITING, [run.number], |row| row.get(0))?;
    if !waiting.is_empty() {
        work.execute(WAKE, [run.number, work.now])?;
    }
    let mut company = Company::load(work, run.company)?;
    // A run that asked QuickBooks nothing says nothing about the company.
    if !end.calls.is_empty() {
        company.failures = 0;
    }
    run.save(work, &mut company)?;
    company.save(work)?;
    for other in waiting.into_iter().filter(|other| *other != run.company) {
        Company::load(work, other)?.save(work)?;
    }
    Ok(Fenced::No)
}

/// An attempt is over, however it ended.
fn attempted(work: &Work<'_>, run: &mut Run, record: &RunRecord, text: &str) -> rusqlite::Result<()> {
    run.attempts += 1;
    run.status = Some(record.status);
    work.execute(RECORD, params![run.number, text])?;
    let what = if record.status == Status::Waiting { "attempt" } else { "ended" };
    run.happened(work, what, &record.code)
}
