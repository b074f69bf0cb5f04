//! The sandbox's proofs: a guest that misbehaves gets nowhere. Each test names a fact, lets the
//! hostile guest (`tests/guests`) try the opposite, and looks at three things: how the run ended,
//! what was written, and whether the host still runs an honest action.

mod determinism;
mod door;
mod endings;
mod fairness;
mod leftovers;
mod limits;
pub(crate) mod shapes;
mod traps;

use std::sync::Arc;
use std::time::Duration;

use qbo_host::catalog::ActionVersion;
use qbo_host::clock::Clock;
use qbo_host::effects::Door;
use qbo_host::enrollment::{CrmObject, Snapshot};
use qbo_host::ids::RunId;
use qbo_host::runs::history::History;
use qbo_host::runs::store::{Claim, Fence};
use qbo_host::runs::{MemoryStore, Patience, RunRecord, Start, Status};
use qbo_host::sandbox::{Attempted, Given, Limits};
use qbo_tests::{Stage, action, catalog, component, sandbox};

/// The crate of the hostile guest.
const GUEST: &str = "tests/guests";

/// A stage with a guest on it.
struct Scene {
    stage: Stage,
    guest: Arc<ActionVersion>,
}

impl Scene {
    /// The hostile guest with the usual limits.
    async fn new() -> Self {
        Self { stage: Stage::new(), guest: action(GUEST).await }
    }

    /// The hostile guest with limits of its own.
    async fn limited(limits: Limits) -> Self {
        let wasm = std::fs::read(component(GUEST)).expect("the guest was built");
        let guest = catalog().load(&wasm, limits).await.expect("the guest is an action");
        Self { stage: Stage::new(), guest: Arc::new(guest) }
    }

    /// A guest from `tests/guests/shapes`.
    async fn shaped(shape: &str, limits: Limits) -> Self {
        let guest = shapes::load(shape, limits).await.unwrap_or_else(|error| panic!("{shape}: {error}"));
        Self { stage: Stage::new(), guest: Arc::new(guest) }
    }

    /// A start of the guest's attack; the attack's name is the event's too.
    fn start(&self, attack: &str, inputs: &[(&str, &str)]) -> Start {
        let inputs: Vec<_> = inputs.iter().copied().chain([("attack", attack)]).collect();
        self.stage.start(Arc::clone(&self.guest), "deal:1001", attack, &inputs)
    }

    /// Lets the guest attack, to the end of the run.
    async fn attack(&self, attack: &str) -> Arc<RunRecord> {
        self.stage.run(&self.start(attack, &[])).await
    }

    /// One attempt of a run: waiting is its end.
    async fn one_attempt(&self, start: &Start) -> Arc<RunRecord> {
        self.stage.runs.run(start, Patience(Duration::ZERO)).await.expect("the store answers")
    }

    /// Lets the guest attack: its run is held for `code`, and nothing came of it.
    async fn held(&self, attack: &str, code: &str) -> Arc<RunRecord> {
        let record = self.attack(attack).await;
        assert_eq!((record.status, record.code.as_str()), (Status::Held, code), "{attack}: {}", record.message);
        assert_eq!(self.writes(), 0, "{attack} wrote something");
        assert!(record.documents.is_empty(), "{attack}: {:?}", record.documents);
        host_is_alive().await;
        record
    }

    /// Writes that QuickBooks accepted.
    fn writes(&self) -> usize {
        let requests = self.stage.books.requests();
        requests.iter().filter(|request| request.committed && request.path.contains("/v3/company/")).count()
    }

    /// One attempt on the sandbox alone, without a run around it.
    async fn bare_attempt(&self, attack: &str) -> Attempted {
        let start = self.start(attack, &[]);
        let run = RunId::of(&start.enrollment.event);
        let object = CrmObject { kind: "deal".into(), id: "1001".into(), properties: Vec::new() };
        let snapshot = Arc::new(Snapshot {
            object,
            associated: Vec::new(),
            capabilities: start.grants.to_string(),
            documents: Vec::new(),
        });
        let history = History { snapshot: Some(Arc::clone(&snapshot)), records: Vec::new() };
        let claim = Claim::new(Fence { run, epoch: 1 }, Arc::clone(&start.enrollment), start.version.digest, history);
        let store = Arc::new(MemoryStore::default());
        let client = Arc::clone(&start.connection.quickbooks);
        let door = Door::new(&claim, store, client, start.grants, &Clock::machine());
        let given = Given { run, mark: run, enrollment: start.enrollment, snapshot };
        sandbox().attempt(&self.guest.loaded, given, door).await
    }
}

/// The shared sandbox still runs an honest action to its end, and writes exactly one invoice.
async fn host_is_alive() {
    let scene = Scene::new().await;
    let before = scene.stage.documents("Invoice").len();
    let record = scene.attack("none").await;
    assert_eq!(record.status, Status::Succeeded, "{}", record.message);
    assert_eq!(scene.stage.documents("Invoice").len(), before + 1);
    assert_eq!(scene.writes(), 1);
}
