//! What a crowd costs: runs that wait for a slow QuickBooks, a service that has nothing to do, claims
//! behind a million runs that have ended, and small companies beside a large one.
//!
//! `cargo bench -p qbo-tests --bench crowd` prints the table and fails when a bar is not met; with
//! `-- --part waiting` (or `idle`, `claims`, `fairness`) only that part of it.
#![expect(clippy::print_stdout, reason = "the table is what this is run for")]
#![expect(clippy::float_arithmetic, reason = "times, bytes and their ratios, no money")]

#[path = "crowd/claims.rs"]
mod claims;
#[path = "crowd/fairness.rs"]
mod fairness;
#[path = "crowd/idle.rs"]
mod idle;
#[expect(dead_code, reason = "the benchmark of the whole path asks for more")]
#[path = "service/used.rs"]
mod used;
#[path = "../store/values.rs"]
mod values;
#[path = "crowd/waiting.rs"]
mod waiting;

/// One line of the table.
struct Row {
    what: String,
    measured: f64,
    unit: &'static str,
    /// The most that it may be.
    bar: Option<f64>,
}

impl Row {
    fn new(what: impl Into<String>, measured: f64, unit: &'static str) -> Self {
        Self { what: what.into(), measured, unit, bar: None }
    }

    fn at_most(self, bar: f64) -> Self {
        Self { bar: Some(bar), ..self }
    }

    fn is_met(&self) -> bool {
        self.bar.is_none_or(|bar| self.measured <= bar)
    }
}

fn main() {
    let part = std::env::args().skip_while(|argument| argument != "--part").nth(1);
    let plays = |name: &str| part.as_deref().is_none_or(|part| part == name);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut rows = Vec::new();
    // First, while this process holds nothing else.
    if plays("waiting") {
        rows.extend(runtime.block_on(waiting::rows()));
    }
    if plays("idle") {
        rows.extend(runtime.block_on(idle::rows()));
    }
    if plays("fairness") {
        rows.extend(runtime.block_on(fairness::rows()));
    }
    if plays("claims") {
        rows.extend(runtime.block_on(claims::rows()));
    }
    println!("| what | measured | at most |\n|---|---|---|");
    for Row { what, measured, unit, bar } in &rows {
        let bar = bar.map(|bar| format!("{bar:.2} {unit}")).unwrap_or_default();
        println!("| {what} | {measured:.2} {unit} | {bar} |");
    }
    let missed: Vec<_> = rows.iter().filter(|row| !row.is_met()).map(|row| row.what.as_str()).collect();
    assert!(missed.is_empty(), "not met: {missed:?}");
}
