//! What runs cost with everything around them: a start over HTTP, a component, four reads and a write,
//! every step on disk before the next. Beside the store alone, in the same run: only ratios of
//! neighbours mean something on a noisy machine.
//!
//! `cargo bench -p qbo-tests --bench service` prints the table; with `-- --ratios` it fails when the
//! ratio to the bare store is below its limit by more than a quarter.
#![expect(clippy::print_stdout, reason = "the table is what this is run for")]
#![expect(clippy::float_arithmetic, reason = "times and their ratios, no money")]
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "places in a list of times")]

#[path = "service/bare.rs"]
mod bare;
#[path = "service/scene.rs"]
mod scene;
#[path = "service/used.rs"]
mod used;

use scene::{Round, Scene, Way};
use used::Used;

/// Rounds in which every row is measured once.
const ROUNDS: usize = 3;
/// Runs of a row in one round.
const RUNS: usize = 2_000;
/// Runs one after another in one round.
const ALONE: usize = 300;
/// Runs under way at once.
const IN_FLIGHT: usize = 64;
/// The least that the whole path reaches of what the store alone does.
const RATIO_MIN: f64 = 0.3;
/// What a noisy machine may take from the ratio before it fails.
const SLACK: f64 = 1.25;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let ratio = runtime.block_on(table());
    if std::env::args().any(|argument| argument == "--ratios") {
        assert!(ratio >= RATIO_MIN / SLACK, "the whole path reaches {ratio:.2} of the bare store");
    }
}

/// Measures all rows side by side and prints them; gives the ratio that is promised.
async fn table() -> f64 {
    let deals = ROUNDS * (RUNS + ALONE);
    let (seam, http) = (Scene::new(Way::Seam, deals).await, Scene::new(Way::Http, deals).await);
    let (mut bare, mut ratios) = (Vec::new(), Vec::new());
    let (mut whole, mut wired, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    let mut used = Used::default();
    for _ in 0..ROUNDS {
        let store = bare::runs_per_second(RUNS * 2, IN_FLIGHT).await;
        let before = Used::now();
        let round = seam.runs(RUNS, IN_FLIGHT).await;
        used = used.plus(&Used::now().since(&before));
        ratios.push(round.per_second() / store);
        bare.push(store);
        whole.push(round);
        wired.push(http.runs(RUNS, IN_FLIGHT).await);
        alone.push(http.runs(ALONE, 1).await);
    }
    let ratio = middle(ratios);
    println!("{:52} {:>12}", "row", "median");
    println!("{:52} {:>8.0} runs/s", format!("bare store: enqueue to finish, {IN_FLIGHT} in flight"), middle(bare));
    let rate = |rounds: &[Round]| middle(rounds.iter().map(Round::per_second).collect());
    let told = format!("{ratio:.2} × bare store (at least {RATIO_MIN})");
    println!(
        "{:52} {:>8.0} runs/s  {told}",
        format!("whole path, simulators in process, {IN_FLIGHT} in flight"),
        rate(&whole)
    );
    println!("{:52} {:>8.0} runs/s", format!("whole path, simulators on HTTP, {IN_FLIGHT} in flight"), rate(&wired));
    for (name, share) in [("p50", 0.5), ("p99", 0.99)] {
        let took = middle(alone.iter().map(|round| round.quantile(share).as_secs_f64() * 1e3).collect());
        println!("{:52} {took:>8.2} ms", format!("whole path, simulators on HTTP, one at a time, {name}"));
    }
    let runs = (ROUNDS * RUNS) as f64;
    println!("{:52} {:>8.0} µs", "CPU of a run, caller and simulators included", used.cpu.as_secs_f64() * 1e6 / runs);
    println!("{:52} {:>8.1} MB", "resident memory, this whole process", Used::now().resident_bytes as f64 / 1e6);
    seam.stop().await;
    http.stop().await;
    ratio
}

fn middle(mut measured: Vec<f64>) -> f64 {
    measured.sort_by(f64::total_cmp);
    measured[measured.len() / 2]
}
