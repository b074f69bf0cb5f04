//! Runs: what asks for one, what it records, how it goes on after whatever happened, and how it
//! ended.

mod backoff;
mod dispatch;
mod drive;
mod ending;
mod family;
mod held;
pub mod history;
mod memory;
mod outbox;
pub mod record;
pub mod service;
pub mod service_store;
pub mod settings_store;
mod snapshot;
mod sqlite;
pub mod store;

use std::sync::Arc;
use std::time::Duration;

use crate::catalog::{ActionVersion, Installed};
use crate::clock::Clock;
use crate::connection::{Connection, Connections};
use crate::enrollment::Enrollment;
use crate::grant::Grants;
use crate::ids::{RunId, SaleKey};
use crate::sandbox::Sandbox;
pub use dispatch::Dispatch;
use ending::Next;
use held::Held;
pub use memory::MemoryStore;
pub use outbox::tell;
pub use record::{Problem, RefusalKind, RunRecord, Status};
pub use service::{Service, StartRequest};
pub use sqlite::{Finding, LOOK_BACK, NoStore, SqliteOptions, SqliteStore};
use store::{Claimed, Enqueued, NewRun, NewSale, Pause, Store, Unavailable};

/// A run that is asked for: the enrollment, and everything it runs with.
#[derive(Clone)]
pub struct Start {
    /// What asked for it.
    pub enrollment: Arc<Enrollment>,
    /// The action version.
    pub version: Arc<ActionVersion>,
    /// What it may do.
    pub grants: Arc<Grants>,
    /// What it reaches.
    pub connection: Connection,
}

/// How long a caller waits for the end of a run that has to wait itself.
#[derive(Debug, Clone, Copy)]
pub struct Patience(pub Duration);

/// Runs on one store and one sandbox.
pub struct Runs {
    store: Arc<dyn Store>,
    sandbox: Arc<Sandbox>,
    clock: Clock,
    installed: Arc<Installed>,
    connections: Arc<Connections>,
    held: Arc<Held>,
}

/// A run that was accepted, or was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// The run.
    pub run: RunId,
    /// What became of the request.
    pub enqueued: Enqueued,
}

impl Runs {
    /// Runs kept in `store`, on the machine's time, of whatever they are started with.
    pub fn new(store: Arc<dyn Store>, sandbox: Arc<Sandbox>) -> Self {
        Self::with(store, sandbox, Clock::machine(), Arc::default(), Arc::default())
    }

    /// Runs kept in `store`, of installed actions on known connections.
    pub fn with(
        store: Arc<dyn Store>,
        sandbox: Arc<Sandbox>,
        clock: Clock,
        installed: Arc<Installed>,
        connections: Arc<Connections>,
    ) -> Self {
        Self { store, sandbox, clock, installed, connections, held: Arc::default() }
    }

    /// Accepts a run; durable before it returns. With `join` a run of the same action, object
    /// and reference that has not ended takes its place.
    pub async fn accept(&self, start: &Start, join: bool) -> Result<Accepted, Unavailable> {
        self.installed.put(Arc::clone(&start.version), Arc::clone(&start.grants));
        self.connections.put_if_new(start.connection.clone());
        let Enrollment { event, object, preview, accepted_at, .. } = &*start.enrollment;
        let id = if *preview { RunId::of_preview(event, *accepted_at) } else { RunId::of(event) };
        let sale = start.version.definition.sale.as_ref().filter(|_| !preview);
        let run = NewRun {
            id,
            enrollment: Arc::clone(&start.enrollment),
            digest: start.version.digest,
            sale: sale.map(|kind| NewSale { key: SaleKey::of(event, object), kind: kind.clone() }),
            join,
        };
        let enqueued = self.store.enqueue(run).await?;
        self.held.work_came();
        let run = match enqueued {
            Enqueued::New | Enqueued::Duplicate => id,
            Enqueued::Joined(other) => other,
        };
        Ok(Accepted { run, enqueued })
    }

    /// Runs to the end, or as long as there is patience; then the record says `waiting`. The same
    /// event, now or later, gives the same run.
    pub async fn run(&self, start: &Start, patience: Patience) -> Result<Arc<RunRecord>, Unavailable> {
        let id = self.accept(start, false).await?.run;
        let deadline = self.clock.elapsed() + patience.0;
        loop {
            // Register before asking: an attempt that ends in between must not be missed.
            let over = self.held.over(id);
            let left = deadline.saturating_sub(self.clock.elapsed());
            let claim = match self.store.claim_run(id).await? {
                Claimed::Held(claim) => *claim,
                Claimed::Ended(record) => return Ok(record),
                Claimed::Unknown => return Err(Unavailable(format!("run {id} was accepted and is gone"))),
                Claimed::Busy => {
                    let busy = || Unavailable(format!("run {id} is still being made by another caller"));
                    self.clock.timeout(left, over).await.ok_or_else(busy)?;
                    continue;
                }
            };
            drop(over);
            let (record, pause) = match self.drive(claim).await? {
                Next::End(record) => return Ok(record),
                Next::Wait { record, pause } => (record, pause),
                Next::Lost => continue,
            };
            let left = deadline.saturating_sub(self.clock.elapsed());
            let goes_on = match pause {
                Pause::Run(pause) | Pause::Company { pause, .. } if pause <= left => {
                    self.clock.sleep(pause).await;
                    true
                }
                Pause::Run(_) | Pause::Company { .. } => false,
                // The other run may end between two looks at it.
                Pause::Sale(other) => {
                    let over = self.held.over(other);
                    self.clock.timeout(left.min(SALE_LOOK), over).await;
                    left > Duration::ZERO
                }
            };
            if !goes_on {
                return Ok(record);
            }
        }
    }

    /// Waits for the end of a run that others drive; nothing when it has not ended by then.
    pub async fn ended(&self, run: RunId, patience: Patience) -> Option<Arc<RunRecord>> {
        let deadline = self.clock.elapsed() + patience.0;
        loop {
            let left = deadline.saturating_sub(self.clock.elapsed());
            if let Some(record) = self.clock.timeout(left, self.held.over(run)).await? {
                return Some(record);
            }
        }
    }
}

/// A caller that waits for another run looks again after this, in case that run's end passed it by.
const SALE_LOOK: Duration = Duration::from_millis(500);
