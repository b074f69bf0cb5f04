//! Companies: how many of their runs stand how, and when a claim should look at them. Finding work
//! is a look at one index, however many runs there are.

use rusqlite::{Row, params};

use super::time::{Micros, micros};
use super::writer::Work;
use crate::runs::store::{LEASE, Pause};

/// A company's row.
pub(super) struct Company {
    pub(super) id: i64,
    pub(super) served: i64,
    pub(super) blocked_until: Micros,
    pub(super) failures: i64,
    pub(super) lease_min: Option<Micros>,
    pub(super) counts: [i64; 4],
}

/// Where a run is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Queued,
    Running,
    Held,
    Ended,
}

const BY_NAME: &str = "SELECT id, served, blocked_until, failures, lease_min, queued, running, held, ended
    FROM companies WHERE name = ?1";
const BY_ID: &str = "SELECT id, served, blocked_until, failures, lease_min, queued, running, held, ended
    FROM companies WHERE id = ?1";
const SAVE: &str = "UPDATE companies SET served = ?2, blocked_until = ?3, failures = ?4, lease_min = ?5,
    queued = ?6, running = ?7, held = ?8, ended = ?9, ready = ?10, next = ?11 WHERE id = ?1";
const EARLIEST: &str = "SELECT due FROM runs WHERE company = ?1 AND phase = 0 AND waits_for IS NULL
    ORDER BY due LIMIT 1";
const BECOME_READY: &str = "UPDATE companies SET ready = 1 WHERE ready = 0 AND next <= ?1";
const READY: &str = "SELECT id FROM companies WHERE ready = 1 AND served <= ?1 ORDER BY served, name LIMIT ?2";
const NEXT: &str = "SELECT next FROM companies WHERE ready = 0 AND next IS NOT NULL ORDER BY next LIMIT 1";

/// Those whose time has come are ready.
pub(super) fn become_ready(work: &Work<'_>) -> rusqlite::Result<()> {
    work.execute(BECOME_READY, [work.now])?;
    Ok(())
}

/// Up to `most` that are ready and were not served since `turn`, the longest waiting first.
pub(super) fn ready(work: &Work<'_>, turn: i64, most: i64) -> rusqlite::Result<Vec<i64>> {
    work.all(READY, [turn, most], |row| row.get(0))
}

/// When the next of those that are not ready may be.
pub(super) fn next(work: &Work<'_>) -> rusqlite::Result<Option<Micros>> {
    work.first(NEXT, [], |row| row.get(0))
}

impl Company {
    /// The company of that name, which is made if it isn't known yet.
    pub(super) fn named(work: &Work<'_>, name: &str) -> rusqlite::Result<Self> {
        match work.first(BY_NAME, [name], Self::read)? {
            Some(company) => Ok(company),
            None => {
                work.execute("INSERT INTO companies (name) VALUES (?1)", [name])?;
                work.first(BY_NAME, [name], Self::read)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
            }
        }
    }

    pub(super) fn load(work: &Work<'_>, id: i64) -> rusqlite::Result<Self> {
        work.first(BY_ID, [id], Self::read)?.ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            served: row.get(1)?,
            blocked_until: row.get(2)?,
            failures: row.get(3)?,
            lease_min: row.get(4)?,
            counts: [row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?],
        })
    }

    /// One of its runs stands differently.
    pub(super) fn count(&mut self, before: Option<Counted>, after: Counted) {
        if let Some(before) = before {
            self.counts[before as usize] -= 1;
        }
        self.counts[after as usize] += 1;
    }

    pub(super) fn running(&self) -> i64 {
        self.counts[Counted::Running as usize]
    }

    /// How many of its runs may be held at once, if a claim allows `company_max`.
    pub(super) fn room(&self, company_max: i64) -> i64 {
        if self.failures > 0 { 1 } else { company_max }
    }

    /// An attempt has begun: its lease is the last to end.
    pub(super) fn serve(&mut self, work: &Work<'_>) {
        let turn = work.shared.turns.get() + 1;
        work.shared.turns.set(turn);
        self.served = turn;
        let lease = work.now + micros(LEASE);
        self.lease_min = Some(self.lease_min.map_or(lease, |earliest| earliest.min(lease)));
    }

    /// An attempt of one of its runs is over.
    pub(super) fn release(&mut self, pause: &Pause, now: Micros) {
        match pause {
            Pause::Company { pause, failing } => {
                self.blocked_until = self.blocked_until.max(now.saturating_add(micros(*pause)));
                self.failures += i64::from(*failing);
            }
            Pause::Run(_) | Pause::Sale(_) => self.failures = 0,
        }
    }

    /// Writes the row, and when a claim should look at the company again.
    pub(super) fn save(&mut self, work: &Work<'_>) -> rusqlite::Result<()> {
        if self.running() == 0 {
            self.lease_min = None;
        }
        // A lease may end even where there is no room.
        let room = self.running() < self.room(work.shared.company_max.get());
        let due = match room && self.counts[Counted::Queued as usize] > 0 {
            true => work.first(EARLIEST, [self.id], |row| row.get::<_, Micros>(0))?,
            false => None,
        };
        self.save_until(work, due.into_iter().chain(self.lease_min).min())
    }

    /// Writes the row of a company that a claim should look at again at `next`, unless something
    /// happens before.
    pub(super) fn save_until(&self, work: &Work<'_>, next: Option<Micros>) -> rusqlite::Result<()> {
        let next = next.map(|next| next.max(self.blocked_until));
        let ready = next.is_some_and(|next| next <= work.now);
        let Self { id, served, blocked_until, failures, lease_min, counts: [queued, running, held, ended] } = *self;
        work.execute(
            SAVE,
            params![id, served, blocked_until, failures, lease_min, queued, running, held, ended, ready, next],
        )?;
        Ok(())
    }
}
