//! A run of which the store can't read what it kept: a person has to look, and the others go on.

use super::life::{self, Lesson};
use super::row::{Run, write_json};
use super::writer::Work;
use crate::runs::record::{RunRecord, Status};
use crate::runs::store::{Fence, Fenced, Learned};

const NAMES: &str = "SELECT event, action, object FROM enrollments WHERE run = ?1";

/// Ends the run as held. What was sent for it is not known to be answered, so it names no documents.
/// Nothing, where another attempt holds it by now.
pub(super) fn set_aside(work: &Work<'_>, fence: Fence, why: &str) -> rusqlite::Result<Option<RunRecord>> {
    let Some(run) = Run::fenced(work, fence)? else { return Ok(None) };
    let names = work.first(NAMES, [run.number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let (event, action, object) = names.unwrap_or_default();
    let record = RunRecord {
        run_id: run.id,
        event,
        action,
        version: String::new(),
        digest: run.digest,
        object,
        status: Status::Held,
        refusal: None,
        code: "unreadable".into(),
        message: format!("what the store kept of this run can't be read ({why}); look in QuickBooks for what it made"),
        problems: Vec::new(),
        warnings: Vec::new(),
        documents: Vec::new(),
        outputs: Vec::new(),
        preview_hash: None,
        calls: Vec::new(),
        attempts: run.attempts + 1,
        limits: None,
        log: String::new(),
    };
    let nothing = Lesson { learned: Learned::default(), snapshot: None };
    let text = write_json(&record)?;
    Ok(match life::finish(work, fence, &nothing, &record, &text, &[])? {
        Fenced::No => Some(record),
        Fenced::Yes => None,
    })
}

/// What could be read, or why not all of it could; any other failure concerns the store, not the run.
pub(super) fn of_run<T>(read: rusqlite::Result<T>) -> rusqlite::Result<Result<T, String>> {
    match read {
        Ok(read) => Ok(Ok(read)),
        Err(error @ rusqlite::Error::FromSqlConversionFailure(..)) => Ok(Err(error.to_string())),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
