//! What every store promises, fact by fact, on each of them.

mod claims;
mod companies;
mod families;
mod people;
mod sales;
mod settings;
mod texts;
mod writes;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use qbo_host::clock::Clock;
use qbo_host::ids::RunId;
use qbo_host::runs::service_store::{Phase, ServiceStore, Stored};
use qbo_host::runs::store::{Begun, Claim, Claimed, Enqueued, Fenced, Learned, NewRun, Pause, Release};
use qbo_host::runs::{MemoryStore, SqliteOptions, SqliteStore, Status};

use super::{moved, values};

/// Makes each fact a test of both stores.
macro_rules! facts {
    ($($fact:ident)*) => {
        mod memory {
            $(#[tokio::test]
            async fn $fact() {
                super::$fact(crate::store::contract::Kept::in_memory()).await;
            })*
        }
        mod sqlite {
            $(#[tokio::test]
            async fn $fact() {
                super::$fact(crate::store::contract::Kept::in_a_file()).await;
            })*
        }
    };
}
use facts;

/// The company of all runs that name no other.
const COMPANY: &str = "9341452";

/// A store on a clock that stands still.
struct Kept {
    store: Box<dyn ServiceStore>,
    clock: Clock,
    _folder: Option<tempfile::TempDir>,
}

impl Deref for Kept {
    type Target = dyn ServiceStore;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

impl Kept {
    fn in_memory() -> Self {
        let clock = moved::clock();
        Self { store: Box::new(MemoryStore::new(clock.clone())), clock, _folder: None }
    }

    fn in_a_file() -> Self {
        let (clock, folder) = (moved::clock(), tempfile::tempdir().expect("a folder"));
        let store = SqliteStore::open(&folder.path().join("runs.db"), clock.clone(), SqliteOptions::default());
        Self { store: Box::new(store.expect("a store")), clock, _folder: Some(folder) }
    }

    fn pass(&self, seconds: u64) {
        moved::pass(&self.clock, Duration::from_secs(seconds));
    }

    /// A run of its own deal.
    fn run(&self, company: &str, id: u64) -> NewRun {
        values::new_run(company, &format!("deal:{id}"), &id.to_string(), self.clock.now())
    }

    async fn accept_for(&self, company: &str, id: u64) -> RunId {
        let run = self.run(company, id);
        let name = run.id;
        assert_eq!(self.enqueue(run).await.expect("an answer"), Enqueued::New);
        name
    }

    async fn accept(&self, id: u64) -> RunId {
        self.accept_for(COMPANY, id).await
    }

    async fn hold(&self, run: RunId) -> Claim {
        match self.claim_run(run).await.expect("an answer") {
            Claimed::Held(claim) => *claim,
            other @ (Claimed::Busy | Claimed::Ended(_) | Claimed::Unknown) => panic!("not held: {other:?}"),
        }
    }

    /// An accepted run, held.
    async fn held(&self, id: u64) -> Claim {
        let run = self.accept(id).await;
        self.hold(run).await
    }

    /// The runs that a claim gives.
    async fn due(&self, most: usize, company_max: usize) -> Vec<RunId> {
        self.due_claims(most, company_max).await.iter().map(|claim| claim.fence.run).collect()
    }

    async fn due_claims(&self, most: usize, company_max: usize) -> Vec<Claim> {
        self.claim(most, company_max).await.expect("an answer").claims
    }

    async fn begin(&self, claim: &Claim, key: &str, reads: &[&str]) -> Begun {
        let intent = values::intent(claim.fence.run, key, self.clock.now());
        let seen = claim.sale.as_ref().map(|sale| sale.taken);
        self.begin_write(claim.fence, values::learned(reads), intent, seen).await.expect("an answer")
    }

    async fn answer(&self, claim: &Claim, position: usize, accepted: bool) -> Fenced {
        let reply = if accepted { moved::accepted() } else { moved::rejected() };
        self.end_write(claim.fence, position, reply, Duration::from_millis(7)).await.expect("an answer")
    }

    async fn end(&self, claim: &Claim, status: Status) -> Fenced {
        let end = values::record(claim.fence.run, status, "over");
        self.finish(claim.fence, Learned::default(), end, Vec::new()).await.expect("an answer")
    }

    async fn wait(&self, claim: &Claim, pause: Pause) -> Fenced {
        let record = values::record(claim.fence.run, Status::Waiting, "waits");
        let release = Release { record, pause, cpu_exhausted: false, asked: false };
        self.release(claim.fence, release).await.expect("an answer")
    }

    async fn stored(&self, run: RunId) -> Stored {
        self.store.run(run).await.expect("an answer").expect("it is there")
    }

    async fn phase(&self, run: RunId) -> Phase {
        self.stored(run).await.phase
    }
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn wasm(bytes: &[u8]) -> Arc<[u8]> {
    bytes.into()
}
