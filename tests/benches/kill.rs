//! The long form of the kill test: `cargo bench -p qbo-tests --bench kill -- --kills 200 --runs 5000`.
//! Fails when the auditor finds anything.
#![expect(clippy::print_stdout, reason = "what it found is what this is run for")]

use qbo_tests::kill::{Plan, play};

fn main() {
    let number = |name: &str, usual: usize| {
        let given = std::env::args().skip_while(|argument| argument != name).nth(1);
        given.map_or(usual, |text| text.parse().expect("a number"))
    };
    let plan = Plan {
        kills: number("--kills", 200),
        runs: number("--runs", 5_000),
        companies: number("--companies", 32),
        seed: number("--seed", 1) as u64,
    };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let played = runtime.block_on(play(plan));
    println!("{plan:?}\n{played}");
    assert!(played.findings.is_empty(), "a promise is broken");
}
