//! What the bare store in a file does: whole runs a second with so many in flight, with an fsync in
//! every commit. Realistic sizes: an enrollment of 1 KiB, four answers of 1.5 KiB, an intent of 2 KiB, an
//! answer of 3 KiB, a record of 4 KiB. Claims behind many runs are measured in `crowd`.
//!
//! `cargo bench -p qbo-tests --bench store` prints the table.
#![expect(clippy::print_stdout, reason = "the tables are what this is run for")]
#![expect(clippy::float_arithmetic, reason = "times and their ratios, no money")]

#[path = "../store/values.rs"]
mod values;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use qbo_host::clock::Clock;
use qbo_host::ids::RunId;
use qbo_host::runs::history::Record;
use qbo_host::runs::store::{Begun, Claim, Claimed, Fenced, Learned, NewMessage, NewRun, Store as _};
use qbo_host::runs::{RunRecord, SqliteOptions, SqliteStore, Status};

/// How long each row is measured.
const MEASURED: Duration = Duration::from_secs(4);
/// Companies whose runs these are.
const COMPANIES: u64 = 200;

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    runtime.block_on(throughput(folder.path()));
}

async fn throughput(folder: &Path) {
    println!("| in flight | runs/s | ms per run |\n|---|---|---|");
    for in_flight in [1_u64, 32, 64, 128] {
        let file = folder.join(format!("{in_flight}.db"));
        let store = Arc::new(SqliteStore::open(&file, Clock::machine(), SqliteOptions::default()).expect("a store"));
        let (next, until) = (Arc::new(AtomicU64::new(0)), Instant::now() + MEASURED);
        let workers = (0..in_flight).map(|_| {
            let (store, next) = (Arc::clone(&store), Arc::clone(&next));
            tokio::spawn(async move {
                while Instant::now() < until {
                    whole_run(&store, next.fetch_add(1, Ordering::Relaxed)).await;
                }
            })
        });
        for worker in workers.collect::<Vec<_>>() {
            worker.await.expect("it ends");
        }
        let per_second = next.load(Ordering::Relaxed) as f64 / MEASURED.as_secs_f64();
        println!("| {in_flight} | {per_second:.0} | {:.2} |", in_flight as f64 * 1_000.0 / per_second);
    }
}

fn run(number: u64) -> NewRun {
    let company = format!("93414520000{}", number % COMPANIES);
    let mut run = values::new_run(&company, &format!("deal:{number}"), &number.to_string(), Clock::machine().now());
    let enrollment = Arc::make_mut(&mut run.enrollment);
    for input in 0..8 {
        enrollment.inputs.insert(format!("input_{input}"), "a value of some length ".repeat(4));
    }
    run
}

async fn whole_run(store: &SqliteStore, number: u64) {
    let run = run(number);
    let id = run.id;
    store.enqueue(run).await.expect("a store");
    let Ok(Claimed::Held(claim)) = store.claim_run(id).await else { panic!("it is held") };
    write(store, &claim).await;
    finish(store, &claim).await;
}

async fn write(store: &SqliteStore, claim: &Claim) {
    let text = "x".repeat(1_500);
    let learned = values::learned(&[&text, &text, &text, &text]);
    let mut intent = Record::clone(&values::intent(claim.fence.run, "invoice", claim.claimed_at));
    intent.call.text = "y".repeat(2_048);
    let seen = claim.sale.as_ref().map(|sale| sale.taken);
    let begun = store.begin_write(claim.fence, learned, Arc::new(intent), seen).await.expect("a store");
    assert_eq!(begun, Begun::Yes);
    let answer = Ok("z".repeat(3_072));
    let ended = store.end_write(claim.fence, 4, answer, Duration::from_millis(3)).await.expect("a store");
    assert_eq!(ended, Fenced::No);
}

async fn finish(store: &SqliteStore, claim: &Claim) {
    let messages = vec![NewMessage { kind: "callback".into(), body: "{\"status\":\"succeeded\"}".into() }];
    let ended = store.finish(claim.fence, Learned::default(), end(claim.fence.run), messages).await;
    assert_eq!(ended.expect("a store"), Fenced::No);
}

fn end(run: RunId) -> Arc<RunRecord> {
    let mut record = RunRecord::clone(&values::record(run, Status::Succeeded, "created"));
    record.log = "a line of the log\n".repeat(200);
    Arc::new(record)
}
