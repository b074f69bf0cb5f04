//! What the host costs: one invoice of three lines, QuickBooks' answers from memory, as native code,
//! on wasmtime alone, and through the whole host. All in one run, round by round, because machines
//! are noisy and only ratios of neighbours mean something.
//!
//! `cargo bench -p qbo-host` measures with criterion and prints the table; with `-- --ratios` only
//! the table is made, and the ratios are asserted.

#[path = "invoice/hosted.rs"]
mod hosted;
#[path = "invoice/memory.rs"]
mod memory;
#[path = "invoice/raw.rs"]
mod raw;

use std::time::{Duration, Instant};

use hosted::Hosted;

const ROUNDS: usize = 41;
const RUNS: u32 = 200;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let hosted = runtime.block_on(Hosted::load());
    let raw = hosted.raw();
    let enrollment = hosted.raw_enrollment();
    let mut rows: Vec<(&str, Vec<Duration>)> = Vec::new();
    runtime.block_on(async {
        for round in 0..ROUNDS {
            let mut measured = Vec::new();
            if std::env::var_os("ONLY_HOST").is_none() {
            measured.push(("raw: instance", time(async || raw.instance().await.expect("instance")).await));
            measured.push(("raw: run", time(async || assert!(raw.run(&enrollment).await.expect("run"))).await));
            }
            if std::env::var_os("ONLY_RAW").is_some() { rows = Vec::new(); continue; }
            let starts: Vec<_> = (0..RUNS).map(|_| hosted.start()).collect();
            let mut next = starts.iter();
            measured.push(("host: run", time(async || hosted.run(next.next().expect("a start")).await).await));
            for (index, (name, took)) in measured.into_iter().enumerate() {
                if round == 0 {
                    rows.push((name, Vec::new()));
                }
                rows[index].1.push(took);
            }
        }
    });
    for (name, mut took) in rows {
        took.sort();
        println!("{name:30} {:?}", took[took.len() / 2]);
    }
}

async fn time(mut work: impl AsyncFnMut()) -> Duration {
    let began = Instant::now();
    for _ in 0..RUNS {
        work().await;
    }
    began.elapsed() / RUNS
}
