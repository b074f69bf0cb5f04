//! Runs whose component or connection is gone: they say so, and a person can lead them out.

use std::sync::Arc;
use std::time::Duration;

use qbo_host::clock::Clock;
use qbo_host::connection::Connections;
use qbo_host::ids::{Digest, RunId};
use qbo_host::runs::service_store::{Changed, ServiceStore as _};
use qbo_host::runs::store::{NewRun, Store as _};
use qbo_host::runs::{Dispatch, MemoryStore, Patience, RunRecord, Runs, Status};
use qbo_tests::{Stage, create_invoice, sandbox};

/// A run of a component that is not installed, on a host with or without its connection.
struct Stranded {
    stage: Stage,
    store: Arc<MemoryStore>,
    runs: Arc<Runs>,
    run: RunId,
}

impl Stranded {
    async fn new(connected: bool) -> Self {
        let stage = Stage::new();
        let start = stage.invoice("1001", "event", &[]).await;
        let (store, connections) = (Arc::new(MemoryStore::default()), Arc::new(Connections::default()));
        if connected {
            connections.put(stage.connection.clone());
        }
        let kept = Arc::clone(&store);
        let runs = Runs::with(kept, sandbox(), Clock::machine(), Arc::default(), connections);
        let run = RunId::of(&start.enrollment.event);
        let (enrollment, digest) = (start.enrollment, Digest::of(b"a component that is gone"));
        let new = NewRun { id: run, enrollment, digest, sale: None, join: false };
        store.enqueue(new).await.expect("the store answers");
        Self { stage, store, runs: Arc::new(runs), run }
    }

    /// Drives it to its end.
    async fn end(&self) -> Arc<RunRecord> {
        let dispatch = Dispatch::new(Arc::clone(&self.runs), Arc::clone(&self.store) as _, 8);
        let ended = async {
            let _late = self.runs.ended(self.run, Patience(Duration::from_secs(10))).await;
        };
        dispatch.run(ended, Duration::ZERO).await;
        let stored = self.store.run(self.run).await.expect("the store answers").expect("the run is kept");
        stored.record.expect("an attempt was made")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_run_ends_although_its_connection_and_its_component_are_gone() {
    let stranded = Stranded::new(false).await;
    let cancelled = stranded.store.cancel(stranded.run, "jo").await.expect("the store answers");
    assert_eq!(cancelled, Changed::Yes);
    let record = stranded.end().await;
    assert_eq!((record.status, record.code.as_str()), (Status::Cancelled, "cancelled"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_component_is_gone_is_held_and_goes_on_with_another_version() {
    let stranded = Stranded::new(true).await;
    let record = stranded.end().await;
    assert_eq!((record.status, record.code.as_str()), (Status::Held, "not_installed"));
    let version = create_invoice().await;
    let start = stranded.stage.invoice("1001", "another event", &[]).await;
    stranded.runs.accept(&start, false).await.expect("the store answers");
    let resumed = stranded.store.resume(stranded.run, Some(version.digest), "jo").await.expect("the store answers");
    assert_eq!(resumed, Changed::Yes);
    let record = stranded.end().await;
    assert_eq!((record.status, record.code.as_str()), (Status::Succeeded, "created"));
}
