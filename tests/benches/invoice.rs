//! What the host costs: one invoice of three lines, with QuickBooks' answers from memory, as native
//! code, on wasmtime alone, and through the whole host. Everything is measured in one run, round by
//! round, because machines are noisy: only ratios of neighbours mean something.
//!
//! `cargo bench` prints the table and then measures each row with criterion. `cargo bench -- --ratios`
//! makes the table alone and fails when a ratio is past its limit.
#![expect(clippy::print_stdout, reason = "the table is what this is run for")]
#![expect(clippy::float_arithmetic, reason = "times and their ratios, no money")]

#[path = "invoice/hosted.rs"]
mod hosted;
#[path = "invoice/memory.rs"]
mod memory;
#[path = "invoice/native.rs"]
mod native;
#[path = "invoice/raw.rs"]
mod raw;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use hosted::Hosted;
use tokio::runtime::Runtime;

/// Rounds in which every row is measured once.
const ROUNDS: usize = 61;
/// Repetitions of a row in one round.
const RUNS: u32 = 100;
/// Repetitions of a load in one round: a load takes about ten runs.
const LOADS: u32 = 10;
/// What a noisy machine may add to a ratio before it fails.
const SLACK: f64 = 1.25;

/// A row, its measured times, and what it is held against: a row's name and the ratio promised.
struct Row {
    name: &'static str,
    against: Option<(&'static str, f64)>,
    took: Vec<Duration>,
}

const ROWS: [(&str, Option<(&str, f64)>); 10] = [
    ("native: run", None),
    ("raw: instance", None),
    ("host: instance", Some(("raw: instance", 1.5))),
    ("raw: run", None),
    ("host: run", Some(("raw: run", 1.6))),
    ("host's share: the door and the client", None),
    ("host's share: event, claim, record", None),
    ("raw: load compiled code", None),
    ("host: load compiled code", Some(("raw: load compiled code", 2.0))),
    ("host: digest of the component", None),
];

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let hosted = runtime.block_on(Hosted::load());
    let raw = hosted.raw();
    let within = table(&runtime, &hosted, &raw);
    if std::env::args().any(|argument| argument == "--ratios") {
        assert!(within, "a ratio is past its limit");
        return;
    }
    with_criterion(&runtime, &hosted, &raw);
}

/// Measures all rows side by side and prints them; whether all ratios hold.
fn table(runtime: &Runtime, hosted: &Hosted, raw: &raw::Raw) -> bool {
    let mut rows = ROWS.map(|(name, against)| Row { name, against, took: Vec::with_capacity(ROUNDS) });
    let enrollment = hosted.raw_enrollment();
    for _ in 0..ROUNDS {
        let starts: Vec<_> = (0..RUNS).map(|_| hosted.start()).collect();
        let mut claims: Vec<_> = (0..RUNS).map(|_| hosted.claim()).collect();
        let held: Vec<_> = (0..RUNS).map(|_| hosted.start_without_grants()).collect();
        let (mut next, mut next_held) = (starts.iter(), held.iter());
        let measured = runtime.block_on(async {
            [
                time(RUNS, async || native::run(&enrollment)).await,
                time(RUNS, async || raw.instance().await.expect("an instance")).await,
                time(RUNS, async || hosted.instance().await).await,
                time(RUNS, async || raw.run(&enrollment).await.expect("a run")).await,
                time(RUNS, async || hosted.run(next.next().expect("a start")).await).await,
                time(RUNS, async || hosted.calls(claims.pop().expect("a claim")).await).await,
                time(RUNS, async || hosted.run_without_guest(next_held.next().expect("a start")).await).await,
                time(LOADS, async || raw.load_again()).await,
                time(LOADS, async || hosted.load_again()).await,
                time(LOADS, async || hosted.digest()).await,
            ]
        });
        for (row, took) in rows.iter_mut().zip(measured) {
            row.took.push(took);
        }
    }
    println!("{:40} {:>10}  ratio", "row", "median");
    let mut within = true;
    for row in &rows {
        let ratio = row.against.map(|(name, limit)| (name, ratio(row, &rows, name), limit));
        let told =
            ratio.map_or_else(String::new, |(name, ratio, limit)| format!("{ratio:.2} × {name} (limit {limit})"));
        println!("{:40} {:>7.1} µs  {told}", row.name, median(&row.took).as_secs_f64() * 1e6);
        within &= ratio.is_none_or(|(_, ratio, limit)| ratio <= limit * SLACK);
    }
    within
}

/// The median over the rounds of one row's time to another's in the same round.
fn ratio(row: &Row, rows: &[Row], against: &str) -> f64 {
    let other = rows.iter().find(|other| other.name == against).expect("a row of that name");
    let mut ratios: Vec<f64> =
        row.took.iter().zip(&other.took).map(|(took, other)| took.as_secs_f64() / other.as_secs_f64()).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}

fn median(took: &[Duration]) -> Duration {
    let mut took = took.to_vec();
    took.sort();
    took[took.len() / 2]
}

async fn time<T>(runs: u32, mut work: impl AsyncFnMut() -> T) -> Duration {
    let began = Instant::now();
    for _ in 0..runs {
        black_box(work().await);
    }
    began.elapsed() / runs
}

fn with_criterion(runtime: &Runtime, hosted: &Hosted, raw: &raw::Raw) {
    let enrollment = hosted.raw_enrollment();
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("native: run", |bencher| bencher.iter(|| native::run(&enrollment)));
    criterion.bench_function("raw: run", |bencher| bencher.to_async(runtime).iter(|| raw.run(&enrollment)));
    criterion.bench_function("host: run", |bencher| {
        bencher.to_async(runtime).iter_batched(
            || hosted.start(),
            async |start| hosted.run(&start).await,
            criterion::BatchSize::SmallInput,
        );
    });
    criterion.final_summary();
}
