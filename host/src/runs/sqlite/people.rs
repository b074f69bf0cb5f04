//! What a person decides about a run, and what the host does about many of them at once.

use rusqlite::params;

use super::calls;
use super::companies::Company;
use super::messages;
use super::row::{Run, columns};
use super::sales;
use super::time::micros;
use super::writer::Work;
use crate::ids::{Digest, RunId};
use crate::runs::record::Status;
use crate::runs::service_store::{Changed, Phase};
use crate::runs::store::{Fence, LEASE};

const HELD: &str = concat!("SELECT ", columns!(), " FROM runs INDEXED BY runs_running WHERE phase = 1");
const RENEW: &str = "UPDATE runs SET lease = ?3 WHERE id = ?1 AND epoch = ?2 AND phase = 1";
const FORGET_RECORD: &str = "DELETE FROM records WHERE run = ?1";

pub(super) fn resume(work: &Work<'_>, id: RunId, digest: Option<Digest>, by: &str) -> rusqlite::Result<Changed> {
    let (mut run, status) = match ended(work, id)? {
        Ok(ended) => ended,
        Err(changed) => return Ok(changed),
    };
    if status != Status::Held {
        return Ok(Changed::Ended(status));
    }
    calls::forget_unaccepted(work, &mut run)?;
    run.digest = digest.unwrap_or(run.digest);
    revive(work, run, "resumed", by)
}

pub(super) fn restart(work: &Work<'_>, id: RunId, epoch: u64, digest: Digest, by: &str) -> rusqlite::Result<Changed> {
    let (mut run, status) = match ended(work, id)? {
        Ok(ended) => ended,
        Err(changed) => return Ok(changed),
    };
    if status == Status::Previewed {
        return Ok(Changed::Ended(status));
    }
    if u64::try_from(run.epoch) != Ok(epoch) {
        return Ok(Changed::NotEnded);
    }
    calls::forget_all(work, &mut run)?;
    sales::forget(work, &run)?;
    messages::forget(work, run.number)?;
    run.digest = digest;
    revive(work, run, "restarted", by)
}

fn ended(work: &Work<'_>, id: RunId) -> rusqlite::Result<Result<(Run, Status), Changed>> {
    let Some(run) = Run::load(work, id)? else { return Ok(Err(Changed::Unknown)) };
    Ok(match (run.phase, run.status) {
        (Phase::Ended, Some(status)) => Ok((run, status)),
        (Phase::Queued | Phase::Running | Phase::Ended, _) => Err(Changed::NotEnded),
    })
}

/// An ended run is on its way again.
fn revive(work: &Work<'_>, mut run: Run, what: &str, by: &str) -> rusqlite::Result<Changed> {
    run.phase = Phase::Queued;
    run.due = work.now;
    run.waits_for = None;
    run.asking_since = None;
    run.cancelled = false;
    run.cpu_exhausted = 0;
    run.host_deaths = 0;
    run.status = None;
    work.execute(FORGET_RECORD, [run.number])?;
    run.happened(work, what, by)?;
    save(work, run)?;
    Ok(Changed::Yes)
}

pub(super) fn cancel(work: &Work<'_>, id: RunId, by: &str) -> rusqlite::Result<Changed> {
    let Some(mut run) = Run::load(work, id)? else { return Ok(Changed::Unknown) };
    if let (Phase::Ended, Some(status)) = (run.phase, run.status) {
        return Ok(Changed::Ended(status));
    }
    run.cancelled = true;
    run.due = work.now;
    run.waits_for = None;
    run.happened(work, "cancelled", by)?;
    save(work, run)?;
    Ok(Changed::Yes)
}

/// Everything that is held is due again.
pub(super) fn take_over(work: &Work<'_>, polled: &[RunId]) -> rusqlite::Result<()> {
    for mut run in work.all(HELD, [], Run::read)? {
        let polled = polled.contains(&run.id);
        run.phase = Phase::Queued;
        run.due = work.now;
        run.host_deaths += u32::from(polled);
        let why = if polled { "its code was running when the host died" } else { "" };
        run.happened(work, "taken_over", why)?;
        save(work, run)?;
    }
    messages::take_over(work)
}

fn save(work: &Work<'_>, mut run: Run) -> rusqlite::Result<()> {
    let mut company = Company::load(work, run.company)?;
    run.save(work, &mut company)?;
    company.save(work)
}

pub(super) fn renew(work: &Work<'_>, fences: &[Fence]) -> rusqlite::Result<()> {
    let until = work.now + micros(LEASE);
    for Fence { run, epoch } in fences {
        let epoch = i64::try_from(*epoch).unwrap_or(i64::MAX);
        work.execute(RENEW, params![run.bytes(), epoch, until])?;
    }
    Ok(())
}
