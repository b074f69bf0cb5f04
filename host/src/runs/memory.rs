//! The store in memory: the model that durable stores are held against, and what a single
//! command needs. It forgets everything when the process ends.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::history::{History, Record, Reply};
use super::record::RunRecord;
use super::store::{Claim, Claimed, Enqueued, Fence, Fenced, Learned, NewRun, Store, Unavailable};
use crate::enrollment::Enrollment;
use crate::ids::RunId;

/// Runs in memory.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<BTreeMap<RunId, Kept>>);

#[derive(Debug)]
struct Kept {
    enrollment: Arc<Enrollment>,
    history: History,
    epoch: u64,
    held: bool,
    attempts: u32,
    cpu_exhausted: u32,
    end: Option<Arc<RunRecord>>,
}

impl MemoryStore {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<RunId, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the run if the fence still holds.
    fn fenced(&self, fence: Fence, change: impl FnOnce(&mut Kept)) -> Fenced {
        match self.lock().get_mut(&fence.run) {
            Some(kept) if kept.held && kept.epoch == fence.epoch => {
                change(kept);
                Fenced::No
            }
            Some(_) | None => Fenced::Yes,
        }
    }
}

impl Kept {
    fn learn(&mut self, learned: Learned) {
        if self.history.snapshot.is_none() {
            self.history.snapshot = learned.snapshot;
        }
        self.history.records.extend(learned.records);
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn enqueue(&self, run: NewRun) -> Result<Enqueued, Unavailable> {
        let mut runs = self.lock();
        if runs.contains_key(&run.id) {
            return Ok(Enqueued::Duplicate);
        }
        let kept = Kept {
            enrollment: run.enrollment,
            history: History::default(),
            epoch: 0,
            held: false,
            attempts: 0,
            cpu_exhausted: 0,
            end: None,
        };
        runs.insert(run.id, kept);
        Ok(Enqueued::New)
    }

    async fn claim(&self, run: RunId) -> Result<Claimed, Unavailable> {
        let mut runs = self.lock();
        let Some(kept) = runs.get_mut(&run) else { return Ok(Claimed::Unknown) };
        if let Some(end) = &kept.end {
            return Ok(Claimed::Ended(Arc::clone(end)));
        }
        if kept.held {
            return Ok(Claimed::Busy);
        }
        kept.held = true;
        kept.epoch += 1;
        Ok(Claimed::Held(Box::new(Claim {
            fence: Fence { run, epoch: kept.epoch },
            enrollment: Arc::clone(&kept.enrollment),
            history: kept.history.clone(),
            attempts: kept.attempts,
            cpu_exhausted: kept.cpu_exhausted,
        })))
    }

    async fn begin_write(&self, fence: Fence, learned: Learned, intent: Arc<Record>) -> Result<Fenced, Unavailable> {
        Ok(self.fenced(fence, |kept| {
            kept.learn(learned);
            kept.history.records.push(intent);
        }))
    }

    async fn end_write(
        &self,
        fence: Fence,
        position: usize,
        reply: Reply,
        took: Duration,
    ) -> Result<Fenced, Unavailable> {
        Ok(self.fenced(fence, |kept| {
            if let Some(record) = kept.history.records.get_mut(position) {
                let record = Arc::make_mut(record);
                record.reply.get_or_insert(reply);
                record.took = took;
            }
        }))
    }

    async fn release(&self, fence: Fence, cpu_exhausted: bool) -> Result<Fenced, Unavailable> {
        Ok(self.fenced(fence, |kept| {
            kept.held = false;
            kept.attempts += 1;
            kept.cpu_exhausted += u32::from(cpu_exhausted);
        }))
    }

    async fn finish(&self, fence: Fence, learned: Learned, end: Arc<RunRecord>) -> Result<Fenced, Unavailable> {
        Ok(self.fenced(fence, |kept| {
            kept.learn(learned);
            kept.held = false;
            kept.attempts += 1;
            kept.end = Some(end);
        }))
    }
}
