//! The store in memory: the model that durable stores are held against, and what a single command
//! needs. It forgets everything when the process ends.

mod kept;
mod sales;
mod service;
mod settings;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::history::{Record, Reply};
use super::record::RunRecord;
use super::service_store::{Counts, Phase};
use super::settings_store::KeptSettings;
use super::store::{
    Begun, Claim, Claimed, Enqueued, Fence, Fenced, GIVEN_BACK, Joined, LEASE, Learned, Made, NewMessage, NewRun,
    Pause, Release, Store, Unavailable,
};
use crate::clock::Clock;
use crate::ids::{Digest, RunId, SaleKey};
use kept::{Company, Kept, Outgoing};
use sales::Sales;

/// Runs in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    clock: Clock,
    look_back: Option<Duration>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    runs: BTreeMap<RunId, Kept>,
    companies: BTreeMap<String, Company>,
    sales: Sales,
    components: BTreeMap<Digest, Arc<[u8]>>,
    /// By portal and company.
    settings: BTreeMap<(String, String), KeptSettings>,
    messages: BTreeMap<(RunId, String), Outgoing>,
    /// Counts what is accepted, for the order of lists.
    accepted: u64,
    /// Counts claims, for whose turn it is.
    turns: u64,
}

impl MemoryStore {
    /// An empty store on `clock`.
    pub fn new(clock: Clock) -> Self {
        Self { clock, ..Self::default() }
    }

    /// A store that takes the place of one that is lost: before it makes a transaction it looks in
    /// QuickBooks for what was made up to `look_back` ago.
    pub fn looking_back(self, look_back: Duration) -> Self {
        Self { look_back: Some(look_back), ..self }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the run if the fence still holds.
    fn fenced(&self, fence: Fence, change: impl FnOnce(&mut State)) -> Fenced {
        let mut state = self.lock();
        if !state.holds(fence) {
            return Fenced::Yes;
        }
        change(&mut state);
        Fenced::No
    }

    fn hold(&self, state: &mut State, run: RunId) -> Option<Claim> {
        state.turns += 1;
        let turn = state.turns;
        let kept = state.runs.get_mut(&run)?;
        kept.epoch += 1;
        kept.phase = Phase::Running;
        kept.lease = self.clock.elapsed() + LEASE;
        let company = kept.enrollment.event.company.clone();
        let sale = state.sale(run);
        let company = state.companies.entry(company).or_default();
        company.served = turn;
        let company_failures = company.failures;
        let kept = state.runs.get(&run)?;
        Some(Claim {
            fence: Fence { run, epoch: kept.epoch },
            enrollment: Arc::clone(&kept.enrollment),
            digest: kept.digest,
            sale,
            history: kept.history.clone(),
            generations: kept.generations.clone(),
            attempts: kept.attempts,
            cpu_exhausted: kept.cpu_exhausted,
            host_deaths: kept.host_deaths,
            asking_since: kept.asking_since,
            claimed_at: self.clock.now(),
            company_failures,
            cancelled: kept.cancelled,
            look_from: self.look_back.and_then(|back| self.clock.now().checked_sub(back).ok()),
        })
    }
}

impl State {
    fn holds(&self, fence: Fence) -> bool {
        self.runs.get(&fence.run).is_some_and(|kept| kept.phase == Phase::Running && kept.epoch == fence.epoch)
    }

    fn is_live(&self, run: RunId) -> bool {
        self.runs.get(&run).is_some_and(|kept| kept.phase != Phase::Ended)
    }

    fn company_of(&mut self, run: RunId) -> Option<&mut Company> {
        let company = self.runs.get(&run)?.enrollment.event.company.clone();
        Some(self.companies.entry(company).or_default())
    }

    /// Runs that waited for this one may go on.
    fn wake_waiting_for(&mut self, run: RunId, now: Duration) {
        for kept in self.runs.values_mut().filter(|kept| kept.waits_for == Some(run)) {
            kept.waits_for = None;
            kept.due = now;
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn enqueue(&self, run: NewRun) -> Result<Enqueued, Unavailable> {
        let mut state = self.lock();
        if state.runs.contains_key(&run.id) {
            return Ok(Enqueued::Duplicate);
        }
        if run.join
            && let Some(other) = state.same_live(&run)
        {
            return Ok(Enqueued::Joined(other));
        }
        state.accepted += 1;
        let kept = Kept::new(&run, state.accepted, self.clock.elapsed(), self.clock.now());
        state.runs.insert(run.id, kept);
        Ok(Enqueued::New)
    }

    async fn claim_run(&self, run: RunId) -> Result<Claimed, Unavailable> {
        let mut state = self.lock();
        let Some(kept) = state.runs.get(&run) else { return Ok(Claimed::Unknown) };
        match (kept.phase, &kept.record) {
            (Phase::Ended, Some(record)) => return Ok(Claimed::Ended(Arc::clone(record))),
            (Phase::Running, _) if kept.lease > self.clock.elapsed() => return Ok(Claimed::Busy),
            (Phase::Ended | Phase::Running | Phase::Queued, _) => {}
        }
        Ok(self.hold(&mut state, run).map_or(Claimed::Unknown, |claim| Claimed::Held(Box::new(claim))))
    }

    async fn join_sales(&self, fence: Fence, others: Vec<SaleKey>) -> Result<Joined, Unavailable> {
        let mut state = self.lock();
        if !state.holds(fence) {
            return Ok(Joined::Fenced);
        }
        Ok(match state.join_sales(fence.run, &others) {
            Some(holder) => Joined::Held(holder),
            None => Joined::Yes(state.sale(fence.run)),
        })
    }

    async fn made_for(&self, sales: Vec<SaleKey>) -> Result<Vec<Made>, Unavailable> {
        Ok(self.lock().made_for(&sales, None))
    }

    async fn begin_write(
        &self,
        fence: Fence,
        learned: Learned,
        intent: Arc<Record>,
        sale: Option<u64>,
    ) -> Result<Begun, Unavailable> {
        let mut state = self.lock();
        if !state.holds(fence) {
            return Ok(Begun::Fenced);
        }
        if let Some(seen) = sale {
            match state.take_sale(fence.run, seen) {
                Begun::Yes => {}
                other @ (Begun::Fenced | Begun::SaleHeld(_) | Begun::SaleChanged) => return Ok(other),
            }
        }
        if let Some(kept) = state.runs.get_mut(&fence.run) {
            kept.learn(learned);
            kept.history.records.push(intent);
            kept.lease = self.clock.elapsed() + LEASE;
        }
        Ok(Begun::Yes)
    }

    async fn end_write(
        &self,
        fence: Fence,
        position: usize,
        reply: Reply,
        took: Duration,
    ) -> Result<Fenced, Unavailable> {
        Ok(self.fenced(fence, |state| {
            let Some(kept) = state.runs.get_mut(&fence.run) else { return };
            if let Some(record) = kept.history.records.get_mut(position) {
                let record = Arc::make_mut(record);
                if record.reply.is_none() {
                    (record.reply, record.took) = (Some(reply), took);
                }
            }
        }))
    }

    async fn give_back(&self, fence: Fence) -> Result<Fenced, Unavailable> {
        let now = self.clock.elapsed();
        Ok(self.fenced(fence, |state| {
            if let Some(kept) = state.runs.get_mut(&fence.run) {
                kept.phase = Phase::Queued;
                kept.due = now + GIVEN_BACK;
            }
        }))
    }

    async fn release(&self, fence: Fence, release: Release) -> Result<Fenced, Unavailable> {
        let (now, at) = (self.clock.elapsed(), self.clock.now());
        Ok(self.fenced(fence, |state| {
            let live = match release.pause {
                Pause::Sale(other) => state.is_live(other),
                Pause::Run(_) | Pause::Company { .. } => false,
            };
            if let Some(company) = state.company_of(fence.run) {
                company.release(&release.pause, now);
            }
            let Some(kept) = state.runs.get_mut(&fence.run) else { return };
            kept.attempted(&release.record, at);
            kept.phase = Phase::Queued;
            kept.cpu_exhausted += u32::from(release.cpu_exhausted);
            kept.waits_for = None;
            match release.pause {
                Pause::Run(pause) => kept.due = now + pause,
                // The company's own pause holds it back.
                Pause::Company { .. } => kept.due = now,
                Pause::Sale(other) => {
                    kept.due = now;
                    kept.waits_for = live.then_some(other);
                }
            }
            if release.asked {
                kept.asking_since.get_or_insert(at);
                kept.forget_all();
            }
        }))
    }

    async fn finish(
        &self,
        fence: Fence,
        learned: Learned,
        end: Arc<RunRecord>,
        messages: Vec<NewMessage>,
    ) -> Result<Fenced, Unavailable> {
        let (now, at) = (self.clock.elapsed(), self.clock.now());
        Ok(self.fenced(fence, |state| {
            if let Some(company) = state.company_of(fence.run).filter(|_| !end.calls.is_empty()) {
                company.failures = 0;
            }
            let Some(kept) = state.runs.get_mut(&fence.run) else { return };
            kept.learn(learned);
            kept.attempted(&end, at);
            kept.end(&end);
            for message in messages {
                let once = message.is_told_once();
                let NewMessage { kind, body } = message;
                // The end of a run that was made again takes the place of what was told or is to be.
                let told = state.messages.get(&(fence.run, kind.clone())).is_some_and(|message| !message.is_due_ever());
                if !(told && once) {
                    state.messages.insert((fence.run, kind), Outgoing::new(body, now));
                }
            }
            state.give_sale_back(fence.run);
            state.wake_waiting_for(fence.run, now);
        }))
    }
}

/// What `counts` and `components_needed` look at.
impl State {
    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for kept in self.runs.values() {
            match kept.phase {
                Phase::Queued => counts.queued += 1,
                Phase::Running => counts.running += 1,
                Phase::Ended if kept.is_held() => counts.held += 1,
                Phase::Ended => counts.ended += 1,
            }
        }
        counts.messages = self.messages.values().filter(|message| message.is_due_ever()).count() as u64;
        counts
    }

    fn components_needed(&self) -> BTreeSet<Digest> {
        self.runs.values().filter(|kept| kept.phase != Phase::Ended || kept.is_held()).map(|kept| kept.digest).collect()
    }
}
