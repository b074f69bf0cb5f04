//! Claims: which runs are due, company by company, and what an attempt begins with.

use std::sync::Arc;

use super::calls;
use super::companies::{self, Company};
use super::row::{Run, columns};
use super::sales;
use super::time::{Micros, micros, timestamp};
use super::unreadable;
use super::writer::Work;
use crate::runs::history::{History, Record};
use crate::runs::service_store::{CLAIMED_AT_ONCE_MAX, Phase};
use crate::runs::store::{Claim, Fence, LEASE, Sale};

const QUEUED: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM runs WHERE company = ?1 AND phase = 0 AND waits_for IS NULL AND due <= ?2 ORDER BY due, number LIMIT ?3"
);
const RUNNING: &str = concat!("SELECT ", columns!(), " FROM runs WHERE company = ?1 AND phase = 1");
const ENROLLMENT: &str = "SELECT text FROM enrollments WHERE run = ?1";
const RECORD: &str = "SELECT text FROM records WHERE run = ?1";
/// A claim that allows another number of runs may find work where the last one found none.
const LOOK_EVERYWHERE: &str = "UPDATE companies SET ready = 1 WHERE next IS NOT NULL OR queued > 0";

/// A held run as the tables have it: its texts are read where nobody waits for the writer.
pub(super) struct Taken {
    run: Run,
    claimed_at: Micros,
    /// Or why they can't be read.
    kept: Result<Kept, String>,
    company_failures: i64,
    look_from: Option<Micros>,
}

/// What is kept of a run beside its row.
struct Kept {
    enrollment: String,
    snapshot: Option<String>,
    records: Vec<Arc<Record>>,
    sale: Option<Sale>,
}

/// What came of trying to hold one run.
pub(super) enum Tried {
    Taken(Box<Taken>),
    Busy,
    /// The text of its record.
    Ended(String),
    Unknown,
}

impl Taken {
    pub(super) fn fence(&self) -> Fence {
        Fence { run: self.run.id, epoch: u64::try_from(self.run.epoch).unwrap_or(0) }
    }

    /// The claim, or why what is kept of the run can't be read.
    pub(super) fn claim(self) -> Result<Claim, String> {
        let fence = self.fence();
        let Kept { enrollment, snapshot, records, sale } = self.kept?;
        let unreadable = |error: serde_json::Error| error.to_string();
        let snapshot =
            snapshot.map(|text| serde_json::from_str(&text).map(Arc::new)).transpose().map_err(unreadable)?;
        let run = self.run;
        Ok(Claim {
            fence,
            enrollment: Arc::new(serde_json::from_str(&enrollment).map_err(unreadable)?),
            digest: run.digest,
            sale,
            history: History { snapshot, records },
            generations: run.generations,
            attempts: run.attempts,
            cpu_exhausted: run.cpu_exhausted,
            host_deaths: run.host_deaths,
            asking_since: run.asking_since.map(timestamp),
            claimed_at: timestamp(self.claimed_at),
            company_failures: u32::try_from(self.company_failures).unwrap_or(u32::MAX),
            cancelled: run.cancelled,
            look_from: self.look_from.map(timestamp),
        })
    }
}

/// Takes up to `most` runs that are due. Gives in how long another may be.
pub(super) fn claim(work: &Work<'_>, most: usize, company_max: i64) -> rusqlite::Result<(Vec<Taken>, Option<Micros>)> {
    if work.shared.company_max.replace(company_max) != company_max {
        work.execute(LOOK_EVERYWHERE, [])?;
    }
    companies::become_ready(work)?;
    let turn = work.shared.turns.get();
    let mut taken = Vec::new();
    while taken.len() < most {
        let ready = companies::ready(work, turn, limit(most - taken.len()))?;
        if ready.is_empty() {
            break;
        }
        for id in ready {
            let most = most - taken.len();
            visit(work, id, most, company_max, &mut taken)?;
        }
    }
    let next = companies::next(work)?.map(|next| next.saturating_sub(work.now));
    Ok((taken, next))
}

/// Takes what is due of one company.
fn visit(work: &Work<'_>, id: i64, most: usize, company_max: i64, taken: &mut Vec<Taken>) -> rusqlite::Result<()> {
    let mut company = Company::load(work, id)?;
    if company.blocked_until > work.now {
        return company.save(work);
    }
    let (live, mut due) = over_lease(work, &company)?;
    let room = company.room(company_max) - live.count;
    if room <= 0 {
        // Only the end of one of these leases, or of one of these attempts, makes room.
        company.lease_min = live.earliest.into_iter().chain(due.iter().map(|run| run.lease)).min();
        return company.save_until(work, live.earliest);
    }
    let room = usize::try_from(room).unwrap_or(usize::MAX).min(CLAIMED_AT_ONCE_MAX);
    due.extend(work.all(QUEUED, (id, work.now, limit(room)), Run::read)?);
    due.sort_unstable_by_key(|run| (run.due, run.number));
    let mut due = due.into_iter();
    let begun = taken.len();
    for run in due.by_ref().take(room.min(most)) {
        taken.push(hold(work, run, &mut company)?);
    }
    let left = due.filter(|run| run.phase == Phase::Running).map(|run| run.lease);
    let held = (taken.len() > begun).then(|| work.now + micros(LEASE));
    company.lease_min = left.chain(live.earliest).chain(held).min();
    company.save(work)
}

fn limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Attempts of a company whose lease holds.
struct Live {
    count: i64,
    earliest: Option<Micros>,
}

/// The attempts that hold, and those whose lease is over.
fn over_lease(work: &Work<'_>, company: &Company) -> rusqlite::Result<(Live, Vec<Run>)> {
    if company.lease_min.is_none_or(|earliest| earliest > work.now) {
        return Ok((Live { count: company.running(), earliest: company.lease_min }, Vec::new()));
    }
    let running = work.all(RUNNING, [company.id], Run::read)?;
    let (over, live): (Vec<_>, Vec<_>) = running.into_iter().partition(|run| run.lease <= work.now);
    Ok((Live { count: limit(live.len()), earliest: live.iter().map(|run| run.lease).min() }, over))
}

/// Begins an attempt. The company's row is still to be saved.
fn hold(work: &Work<'_>, mut run: Run, company: &mut Company) -> rusqlite::Result<Taken> {
    run.epoch += 1;
    run.phase = Phase::Running;
    run.lease = work.now + micros(LEASE);
    company.serve(work);
    run.save(work, company)?;
    Ok(Taken {
        claimed_at: work.now,
        kept: unreadable::of_run(kept(work, &run))?,
        company_failures: company.failures,
        look_from: work.shared.look_from(work.now),
        run,
    })
}

fn kept(work: &Work<'_>, run: &Run) -> rusqlite::Result<Kept> {
    let enrollment = work.first(ENROLLMENT, [run.number], |row| row.get(0))?;
    let (snapshot, records) = calls::recorded(work, run)?;
    let enrollment = enrollment.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    Ok(Kept { enrollment, snapshot, records, sale: sales::found(work, run)? })
}

/// Takes one run that nobody holds, whether it is due or not.
pub(super) fn claim_run(work: &Work<'_>, id: crate::ids::RunId) -> rusqlite::Result<Tried> {
    let Some(run) = Run::load(work, id)? else { return Ok(Tried::Unknown) };
    match run.phase {
        Phase::Ended => {
            let text = work.first(RECORD, [run.number], |row| row.get(0))?;
            return Ok(text.map_or(Tried::Unknown, Tried::Ended));
        }
        Phase::Running if run.lease > work.now => return Ok(Tried::Busy),
        Phase::Running | Phase::Queued => {}
    }
    let mut company = Company::load(work, run.company)?;
    let taken = hold(work, run, &mut company)?;
    company.save(work)?;
    Ok(Tried::Taken(Box::new(taken)))
}
