//! How the check of an action looks.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use comfy_table::CellAlignment;

use super::run::{kibibytes, milliseconds};
use super::text::{paragraph, table};
use crate::conformance::{CheckedCase, SuiteReport, SweepKind};

/// Cases that are shown with what they used: the dearest.
const DEAREST: usize = 5;

/// The whole report.
pub(in crate::cli) fn suite(report: &SuiteReport) -> String {
    let mut text = String::new();
    for case in report.cases.iter().filter(|case| !case.passed()) {
        text.push_str(&failed(case));
    }
    let held = report.cases.iter().filter(|case| case.holds()).count();
    let _ = writeln!(text, "{} {}: {held} of {} cases hold", report.action, report.version, report.cases.len());
    text.push_str(&sweeps(&report.cases));
    text.push_str(&dearest(&report.cases));
    text.push_str(&limits(report));
    let lists = [
        ("warning: ", "asked for and used in no case", &report.capabilities_unused),
        (
            "warning: ",
            "a document bears no marker of its run, so that a lost store may make another, in",
            &report.unmarked,
        ),
        ("note: ", "codes that are declared and were met in no case", &report.codes_unmet),
        ("note: ", "codes of the host that were met", &report.host_codes),
    ];
    for (first, what, listed) in lists.into_iter().filter(|(.., listed)| !listed.is_empty()) {
        text.push_str(&paragraph(first, &format!("{what}: {}", listed.join(", "))));
    }
    text
}

fn failed(case: &CheckedCase) -> String {
    let mut text = format!("✗ {}\n", case.case);
    text.extend(case.error.iter().map(|error| paragraph("  - ", error)));
    text.extend(case.mismatches.iter().map(|mismatch| paragraph("  - ", &mismatch.to_string())));
    let failures = case.swept.iter().flat_map(|swept| &swept.failures);
    text.extend(failures.map(|failure| paragraph("  - ", &failure.to_string())));
    text
}

/// Plays by kind.
fn sweeps(cases: &[CheckedCase]) -> String {
    let mut kinds: BTreeMap<SweepKind, (usize, usize)> = BTreeMap::new();
    for swept in cases.iter().filter_map(|case| case.swept.as_ref()) {
        swept.plays.iter().for_each(|(kind, plays)| kinds.entry(*kind).or_default().0 += plays);
        swept.failures.iter().for_each(|failure| kinds.entry(failure.kind).or_default().1 += 1);
    }
    if kinds.is_empty() {
        return String::new();
    }
    let mut table = table(&["sweep", "plays", "wrong"]);
    for (kind, (plays, wrong)) in kinds {
        table.add_row([kind.as_str().to_owned(), plays.to_string(), wrong.to_string()]);
    }
    right_aligned(&mut table, [1, 2]);
    format!("{table}\n")
}

/// The cases that computed longest.
fn dearest(cases: &[CheckedCase]) -> String {
    let mut used: Vec<_> = cases.iter().filter_map(|case| Some((case, case.usage?))).collect();
    used.sort_by_key(|(_, usage)| std::cmp::Reverse(usage.cpu_us.used));
    let mut table = table(&["dearest cases", "calls", "guest time", "memory", "all steps"]);
    for (case, usage) in used.into_iter().take(DEAREST) {
        table.add_row([
            case.case.clone(),
            usage.calls.used.to_string(),
            milliseconds(usage.cpu_us.used),
            kibibytes(usage.memory_bytes.used),
            format!("{} ms", case.took.as_millis()),
        ]);
    }
    right_aligned(&mut table, [1, 2, 3, 4]);
    format!("{table}\n")
}

fn limits(report: &SuiteReport) -> String {
    let mut table = table(&["limit", "most used", "allowed", "share", "by"]);
    for used in &report.limits {
        let tenths = used.most.used.saturating_mul(1_000).checked_div(used.most.limit).unwrap_or_default();
        table.add_row([
            used.limit.to_owned(),
            used.most.used.to_string(),
            used.most.limit.to_string(),
            format!("{}.{} %", tenths / 10, tenths % 10),
            used.case.clone(),
        ]);
    }
    right_aligned(&mut table, [1, 2, 3]);
    format!("{table}\n")
}

fn right_aligned<const COLUMNS: usize>(table: &mut comfy_table::Table, columns: [usize; COLUMNS]) {
    for column in columns {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}
