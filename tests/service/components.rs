//! The components of a service, here as a library on a store that outlives it.

use std::sync::Arc;
use std::time::Duration;

use qbo_host::catalog::Catalog;
use qbo_host::clock::Clock;
use qbo_host::connection::Connections;
use qbo_host::enrollment::IfExists;
use qbo_host::ids::{Digest, RunId};
use qbo_host::runs::service::NotDone;
use qbo_host::runs::service_store::ServiceStore;
use qbo_host::runs::{MemoryStore, Patience, RunRecord, Service, StartRequest};
use qbo_tests::{Stage, checkout, component, sandbox};

/// A service on `store`, with these components installed one after the other.
async fn service(stage: &Stage, store: &Arc<MemoryStore>, components: &[Arc<[u8]>]) -> Service {
    let connections = Connections::default();
    connections.put(stage.connection.clone());
    let catalog = Catalog::open(sandbox(), checkout().join("target/code-cache")).expect("the code cache opens");
    let store: Arc<dyn ServiceStore> = Arc::clone(store) as _;
    let service = Service::new(store, sandbox(), catalog, connections, Clock::machine());
    for wasm in components {
        service.install(Arc::clone(wasm), &[]).await.expect("it is installed");
    }
    service.load_needed().await.expect("the store answers");
    service.open();
    service
}

/// Does something while runs are driven.
async fn driving<T>(service: &Service, work: impl Future<Output = T>) -> T {
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let stop = async {
        let _over = told.await;
    };
    let worked = async {
        let worked = work.await;
        drop(tell);
        worked
    };
    futures::future::join(service.dispatch(stop, Duration::from_secs(5), 8), worked).await.1
}

fn start(event: &str, if_exists: IfExists) -> StartRequest {
    StartRequest {
        action: "create-invoice".into(),
        object: "deal:1001".parse().expect("an object"),
        portal: None,
        company: None,
        inputs: Vec::new(),
        event: Some(event.into()),
        preview: false,
        if_exists: Some(if_exists),
        reference: None,
        source: "test".into(),
        callback: None,
    }
}

async fn end(service: &Service, run: RunId) -> Arc<RunRecord> {
    let ended = service.wait(run, Patience(Duration::from_secs(20))).await.expect("the store answers");
    ended.expect("it ends in time")
}

/// A run that is held, since another has made the invoice.
async fn held(service: &Service) -> RunId {
    driving(service, async {
        let first = service.start(start("first", IfExists::Return)).await.expect("it is accepted");
        assert_eq!(end(service, first.run).await.code, "created");
        let second = service.start(start("second", IfExists::Hold)).await.expect("it is accepted");
        assert_eq!(end(service, second.run).await.code, "already_exists");
        second.run
    })
    .await
}

fn create_invoice() -> Arc<[u8]> {
    std::fs::read(component("action-modules/create-invoice")).expect("the component was built").into()
}

/// The same action in other bytes: a custom section more.
fn rebuilt() -> Arc<[u8]> {
    let mut wasm = create_invoice().to_vec();
    wasm.extend([0, 6, 5, b'a', b'g', b'a', b'i', b'n']);
    wasm.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_run_finds_its_component_in_the_store_after_an_upgrade() {
    let (stage, store) = (Stage::new(), Arc::new(MemoryStore::default()));
    let (old, new) = (create_invoice(), rebuilt());
    let run = held(&service(&stage, &store, std::slice::from_ref(&old)).await).await;
    let upgraded = service(&stage, &store, &[new]).await;
    upgraded.resume(run, None, "test").await.expect("its component is there");
    let record = driving(&upgraded, end(&upgraded, run)).await;
    assert_eq!((record.code.as_str(), record.digest), ("already_exists", Digest::of(&old)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_no_run_needs_is_forgotten() {
    let (stage, store) = (Stage::new(), Arc::new(MemoryStore::default()));
    let old = create_invoice();
    let first = service(&stage, &store, std::slice::from_ref(&old)).await;
    let made = driving(&first, async {
        let first_run = first.start(start("first", IfExists::Return)).await.expect("it is accepted");
        end(&first, first_run.run).await;
        first_run.run
    })
    .await;
    let upgraded = service(&stage, &store, &[rebuilt()]).await;
    assert!(store.component(Digest::of(&old)).await.expect("the store answers").is_none());
    // What is over needs no component to be looked at, and begins anew with the active one.
    assert_eq!(upgraded.show(made).await.expect("it is there").digest, Digest::of(&old));
    let refused = upgraded.restart(made, "test").await.expect_err("its invoice stands");
    assert_eq!(refused.code(), "documents_stand");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_two_components_claim_is_named_by_digest() {
    let (stage, store) = (Stage::new(), Arc::new(MemoryStore::default()));
    let (old, new) = (create_invoice(), rebuilt());
    let service = service(&stage, &store, &[old.clone(), new.clone()]).await;
    let run = held(&service).await;
    let version = service.actions()[0].version.clone();
    let refused = service.resume(run, Some(&version), "test").await.expect_err("two are called so");
    let NotDone::AmbiguousVersion { digests, .. } = refused else { panic!("{refused}") };
    assert_eq!(digests.len(), 2);
    service.resume(run, Some(&Digest::of(&old).to_string()), "test").await.expect("it is one");
    let record = driving(&service, end(&service, run)).await;
    assert_eq!(record.digest, Digest::of(&old));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_action_is_gone_says_so_and_waits_for_nobody_in_vain() {
    let (stage, store) = (Stage::new(), Arc::new(MemoryStore::default()));
    let run = held(&service(&stage, &store, &[create_invoice()]).await).await;
    // Its component is in the store still, but nothing is approved for an action that is not configured.
    let without = service(&stage, &store, &[]).await;
    let refused = without.start(start("third", IfExists::Return)).await.expect_err("it is not installed");
    assert_eq!(refused.code(), "unknown_action");
    without.resume(run, None, "test").await.expect("it goes on");
    let record = driving(&without, end(&without, run)).await;
    assert_eq!(record.code, "capability_missing");
}
