//! The long form of the kill test:
//! `cargo bench -p qbo-tests --bench kill -- --kills 200 --runs 5000 --companies 40`.
//! Plays it twice, once with a QuickBooks that remembers request ids and once with one that does not;
//! `--seed N` plays one of them: the one that does not, if N is odd. Fails when the auditor finds anything.
#![expect(clippy::print_stdout, reason = "what it found is what this is run for")]

use qbo_tests::kill::{Plan, play};

fn main() {
    let seeds = argument("--seed").map_or(vec![2, 1], |seed| vec![seed as u64]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut findings = 0;
    for seed in seeds {
        let plan = Plan {
            kills: argument("--kills").unwrap_or(200),
            runs: argument("--runs").unwrap_or(5_000),
            companies: argument("--companies").unwrap_or(40),
            seed,
        };
        let played = runtime.block_on(play(plan));
        println!("{plan:?}\n{played}");
        findings += played.findings.len();
    }
    assert!(findings == 0, "a promise is broken");
}

fn argument(name: &str) -> Option<usize> {
    let given = std::env::args().skip_while(|argument| argument != name).nth(1)?;
    Some(given.parse().expect("a number"))
}
