//! What HubSpot is to be told: due until it is settled.

use rusqlite::{Row, params};

use super::row::read_json;
use super::tables::Tables;
use super::time::{Micros, micros};
use super::unreadable;
use super::writer::Work;
use crate::enrollment::Enrollment;
use crate::ids::RunId;
use crate::runs::service_store::{Lent, MESSAGE_LEASE, MESSAGES_TAKEN_OVER, Message, MessageLine, Settled};
use crate::runs::store::CALLBACK;

const DUE: &str = "SELECT messages.id, messages.kind, messages.body, messages.failures, runs.id, enrollments.text
    FROM messages JOIN runs ON runs.number = messages.run JOIN enrollments ON enrollments.run = messages.run
    WHERE messages.settled IS NULL AND messages.due <= ?1 ORDER BY messages.due, messages.run, messages.kind LIMIT ?2";
const LEND: &str = "UPDATE messages SET due = ?2 WHERE id = ?1";
const SET_ASIDE: &str = "UPDATE messages SET settled = ?2 WHERE id = ?1";
const SETTLE: &str = "UPDATE messages SET settled = ?4
    WHERE run = (SELECT number FROM runs WHERE id = ?1) AND kind = ?2 AND due = ?3";
const AGAIN: &str = "UPDATE messages SET failures = failures + 1, due = ?4
    WHERE run = (SELECT number FROM runs WHERE id = ?1) AND kind = ?2 AND due = ?3";
const FORGET: &str = "DELETE FROM messages WHERE run = ?1 AND settled IS NULL AND kind <> ?2";
const TAKE_OVER: &str = "UPDATE messages SET due = ?1 WHERE settled IS NULL";
const OF_RUN: &str = "SELECT kind, settled, failures FROM messages WHERE run = ?1 ORDER BY kind";

/// Why a message whose enrollment is damaged is not sent.
const UNREADABLE: &str = "unreadable";

/// Up to `most` that are due, which are then lent to the caller. One that can't be read is never sent:
/// it is set aside, and the others go on.
pub(super) fn due(work: &Work<'_>, most: i64) -> rusqlite::Result<Vec<Message>> {
    let until: Micros = work.now + micros(MESSAGE_LEASE);
    let due: Vec<(i64, Result<Message, String>)> =
        work.all(DUE, [work.now, most], |row| Ok((row.get(0)?, unreadable::of_run(read(row, until))?)))?;
    let mut messages = Vec::with_capacity(due.len());
    for (id, message) in due {
        match message {
            Ok(message) => {
                work.execute(LEND, [id, until])?;
                messages.push(message);
            }
            Err(why) => {
                // Not why: it may hold what people wrote.
                tracing::error!(
                    message.id = id,
                    code = UNREADABLE,
                    "a message to HubSpot can't be read and is not sent"
                );
                let refused = Settled::Refused { code: UNREADABLE.into(), why };
                work.execute(SET_ASIDE, params![id, refused.kept()])?;
            }
        }
    }
    Ok(messages)
}

fn read(row: &Row<'_>, until: Micros) -> rusqlite::Result<Message> {
    let enrollment: Enrollment = read_json(5, row.get_ref(5)?.as_str()?)?;
    Ok(Message {
        run: RunId::from(row.get::<_, [u8; 16]>(4)?),
        kind: row.get(1)?,
        body: row.get(2)?,
        portal: enrollment.event.portal,
        company: enrollment.event.company,
        failures: row.get(3)?,
        lent: Lent(until),
    })
}

/// Says what came of sending one.
pub(super) fn settle(work: &Work<'_>, message: &Message, settled: &Settled) -> rusqlite::Result<()> {
    let Message { run, kind, lent: Lent(until), .. } = message;
    match settled {
        Settled::Taken | Settled::Refused { .. } => {
            work.execute(SETTLE, params![run.bytes(), kind, until, settled.kept()])?
        }
        Settled::Again(pause) => {
            work.execute(AGAIN, params![run.bytes(), kind, until, work.now.saturating_add(micros(*pause))])?
        }
    };
    Ok(())
}

/// A run begins anew: what HubSpot has not taken yet of its end is not true any more.
pub(super) fn forget(work: &Work<'_>, run: i64) -> rusqlite::Result<()> {
    work.execute(FORGET, params![run, CALLBACK])?;
    Ok(())
}

/// Whoever was sending is gone.
pub(super) fn take_over(work: &Work<'_>) -> rusqlite::Result<()> {
    work.execute(TAKE_OVER, [work.now.saturating_add(micros(MESSAGES_TAKEN_OVER))])?;
    Ok(())
}

/// Those of one run, by kind.
pub(super) fn of_run(tables: &Tables<'_>, run: i64) -> rusqlite::Result<Vec<MessageLine>> {
    tables.all(OF_RUN, [run], |row| {
        let settled: Option<String> = row.get(1)?;
        Ok(MessageLine::new(row.get(0)?, settled.as_deref(), row.get(2)?))
    })
}
