//! The store alone: the five changes that a run makes, with texts as long as those of a real run.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use qbo_host::action::Verb;
use qbo_host::clock::Clock;
use qbo_host::enrollment::{CrmObject, Enrollment, Event, IfExists, Snapshot};
use qbo_host::ids::{Digest, RequestId, RunId, SaleKey};
use qbo_host::runs::history::{Call, Record};
use qbo_host::runs::service_store::ServiceStore as _;
use qbo_host::runs::store::{Begun, Enqueued, Fenced, Learned, NewRun, NewSale, Store as _};
use qbo_host::runs::{RunRecord, SqliteOptions, SqliteStore, Status};

/// Companies that share the runs.
const COMPANIES: usize = 16;

/// Makes `count` runs, `in_flight` at a time, and gives how many ended in a second.
pub(crate) async fn runs_per_second(count: usize, in_flight: usize) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("runs.db"), Clock::machine(), SqliteOptions::default());
    let store = Arc::new(store.expect("a store"));
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let workers: Vec<_> = (0..in_flight)
        .map(|_| {
            let (store, next) = (Arc::clone(&store), Arc::clone(&next));
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    run(&store, number).await;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.expect("a worker");
    }
    count as f64 / began.elapsed().as_secs_f64()
}

/// One run's changes. Whichever run is due is taken, as a service does.
async fn run(store: &SqliteStore, number: usize) {
    let enqueued = store.enqueue(new(number)).await.expect("the store answers");
    assert_eq!(enqueued, Enqueued::New);
    let claims = store.claim(1, usize::MAX).await.expect("the store answers").claims;
    for claim in claims {
        let answers = (0..4).map(|_| Arc::new(call(Verb::Query, None, 300, Some(1_500))));
        let learned = Learned { snapshot: Some(Arc::new(snapshot())), records: answers.collect() };
        let intent = Arc::new(call(Verb::Create, Some(claim.fence.run), 2_000, None));
        let sale = claim.sale.as_ref().map(|sale| sale.taken);
        let begun = store.begin_write(claim.fence, learned, intent, sale).await.expect("the store answers");
        assert_eq!(begun, Begun::Yes);
        let answered = store.end_write(claim.fence, 4, Ok(text(3_000)), Duration::from_millis(1)).await;
        assert_eq!(answered.expect("the store answers"), Fenced::No);
        let end = Arc::new(record(&claim.enrollment, claim.fence.run));
        let ended = store.finish(claim.fence, Learned::default(), end, Vec::new()).await;
        assert_eq!(ended.expect("the store answers"), Fenced::No);
    }
}

fn new(number: usize) -> NewRun {
    let event = Event {
        source: "bench".into(),
        portal: "50000001".into(),
        company: format!("46208163650003{:05}", number % COMPANIES),
        action: "create-invoice".into(),
        id: number.to_string(),
    };
    let object = format!("deal:{}", 7_000_000 + number).parse().expect("an object");
    let id = RunId::of(&event);
    let sale = Some(NewSale { key: SaleKey::of(&event, &object), kind: "invoice".into() });
    let inputs = (0..20).map(|input| (format!("input_{input}"), "a value of some length".into())).collect();
    let enrollment = Enrollment {
        event,
        object,
        inputs,
        accepted_at: Timestamp::UNIX_EPOCH,
        zone: TimeZone::UTC,
        preview: false,
        if_exists: IfExists::Return,
        reference: None,
        callback: None,
    };
    NewRun { id, enrollment: Arc::new(enrollment), digest: Digest::of(b"component"), sale, join: false }
}

fn snapshot() -> Snapshot {
    let properties = (0..20).map(|number| (format!("property_{number}"), "a value of some length".into())).collect();
    Snapshot {
        object: CrmObject { kind: "deal".into(), id: "7000000".into(), properties },
        associated: Vec::new(),
        capabilities: "customer:create invoice:create item:query".into(),
        documents: Vec::new(),
    }
}

fn call(verb: Verb, write_of: Option<RunId>, bytes: usize, answer: Option<usize>) -> Record {
    Record {
        call: Call { verb, entity: "Invoice".into(), key: write_of.map(|_| "invoice".into()), text: text(bytes) },
        request_id: write_of.map(|run| RequestId::of(run, "create", "Invoice", "invoice", 0)),
        intended_at: write_of.map(|_| Timestamp::UNIX_EPOCH),
        reply: answer.map(|bytes| Ok(text(bytes))),
        took: Duration::from_millis(1),
    }
}

fn record(enrollment: &Enrollment, run: RunId) -> RunRecord {
    RunRecord {
        run_id: run,
        event: enrollment.event.id.clone(),
        action: enrollment.event.action.clone(),
        version: "1.0.0".into(),
        digest: Digest::of(b"component"),
        object: enrollment.object.to_string(),
        status: Status::Succeeded,
        refusal: None,
        code: "created".into(),
        message: "created Invoice 1037 over 150.00".into(),
        problems: Vec::new(),
        warnings: Vec::new(),
        documents: Vec::new(),
        outputs: vec![("number".into(), "1037".into())],
        preview_hash: None,
        calls: Vec::new(),
        attempts: 1,
        limits: None,
        log: text(1_500),
    }
}

fn text(bytes: usize) -> String {
    "x".repeat(bytes)
}
