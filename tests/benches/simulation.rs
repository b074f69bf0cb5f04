//! The seeded simulation in its long form: `cargo bench -p qbo-tests --bench simulation -- --seeds 10000`.
//! `--seed N` plays one, `--first N` begins there. A violation is told with its seed and trace, and is
//! a failure.
#![expect(clippy::print_stdout, reason = "the outcome is what this is run for")]

use std::process::ExitCode;
use std::time::Instant;

use qbo_tests::world::Broken;
use qbo_tests::world::seeded::{Played, RUNS, all};

fn main() -> ExitCode {
    let (first, seeds) = match argument("--seed") {
        Some(seed) => (seed, 1),
        None => (argument("--first").unwrap_or(0), argument("--seeds").unwrap_or(200)),
    };
    // What is loaded once is no part of what a seed costs.
    all(first..first, Broken::Nothing);
    let began = Instant::now();
    let all = all(first..first + seeds, Broken::Nothing);
    let took = began.elapsed();
    let mut faulty: Vec<&Played> = all.iter().filter(|played| !played.violations.is_empty()).collect();
    faulty.sort_by_key(|played| played.seed);
    for Played { seed, trace, violations, .. } in &faulty {
        println!("seed {seed}, trace {trace:016x}");
        for violation in violations {
            println!("  {violation}");
        }
    }
    let processes: u32 = all.iter().map(|played| played.processes).sum();
    let requests: usize = all.iter().map(|played| played.requests).sum();
    println!(
        "{seeds} seeds of {RUNS} runs in {:.1} s: {processes} processes, {requests} requests, {} seeds with violations",
        took.as_secs_f64(),
        faulty.len()
    );
    if faulty.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn argument(name: &str) -> Option<u64> {
    let arguments: Vec<_> = std::env::args().collect();
    let place = arguments.iter().position(|argument| argument == name)?;
    arguments.get(place + 1)?.parse().ok()
}
