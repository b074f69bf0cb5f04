//! The seeded simulation in its long form: `cargo bench -p qbo-tests --bench simulation -- --seeds 10000`.
//! `--seed N` plays one, `--first N` begins there. A violation is told with its seed and trace, and is
//! a failure. With `--crashes` all crash points and all their pairs are played instead, with `--outage`
//! six hours without QuickBooks for 2,000 runs; both panic when something is wrong.
#![expect(clippy::print_stdout, reason = "the outcome is what this is run for")]

use std::process::ExitCode;
use std::time::{Duration, Instant};

use qbo_tests::world::Broken;
use qbo_tests::world::crash_points::{
    FIVE_CALLS, Fate, Story, TWO_WRITES, every_pair, every_point, forgotten_everywhere,
};
use qbo_tests::world::outage::{COMPANIES, six_hours};
use qbo_tests::world::seeded::{Played, RUNS, all};

/// Runs that wait for a QuickBooks that is away.
const WAITING: u32 = 2_000;

fn main() -> ExitCode {
    if is_given("--crashes") {
        crashes();
        return ExitCode::SUCCESS;
    }
    if is_given("--outage") {
        outage();
        return ExitCode::SUCCESS;
    }
    seeds()
}

fn crashes() {
    let began = Instant::now();
    for (name, story) in
        [("five calls", FIVE_CALLS), ("two writes", TWO_WRITES), ("a deal and its quote", Story::Family)]
    {
        for fate in [Fate::Dies, Fate::Wakes] {
            let (points, pairs) = (every_point(story, fate), every_pair(story, fate, 1));
            println!("{name}, {fate:?}: {points} points, {pairs} pairs, {:.1?} by now", began.elapsed());
        }
    }
    // What a family is, a store that is lost takes with it; each of its runs finds its own document alone.
    for (name, story) in [("five calls", FIVE_CALLS), ("two writes", TWO_WRITES)] {
        println!("{name}, forgotten: {} points, {:.1?} by now", forgotten_everywhere(story), began.elapsed());
    }
}

fn outage() {
    let began = Instant::now();
    let drained: Duration = six_hours(WAITING / COMPANIES);
    println!("{WAITING} runs ended {drained:?} after QuickBooks was back; played in {:.1?}", began.elapsed());
}

fn seeds() -> ExitCode {
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

fn is_given(name: &str) -> bool {
    std::env::args().any(|argument| argument == name)
}

fn argument(name: &str) -> Option<u64> {
    let arguments: Vec<_> = std::env::args().collect();
    let place = arguments.iter().position(|argument| argument == name)?;
    arguments.get(place + 1)?.parse().ok()
}
