//! The actions of this project, held against their cases: every fact that a case states, played on
//! the real component over real HTTP, and then swept with whatever may befall its run. `README.md`
//! tells how a case is written.

mod fault_codes;
mod rule_table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use qbo_host::catalog::build;
use qbo_host::conformance::{
    Case, Conformance, NotChecked, Report, SIDE_BY_SIDE, Step, SweepKind, UnknownToAction, sweep_all,
};
use qbo_tests::{action, checkout, create_invoice, sandbox, world};

/// Names the one case to play, while it is being written.
const ONE_CASE: &str = "CASE";

/// Every action of the checkout, by the name of its folder.
fn actions() -> Vec<String> {
    let modules = build::modules(&checkout()).expect("a checkout has action modules");
    modules.iter().filter_map(|module| Some(module.file_name()?.to_str()?.to_owned())).collect()
}

fn module(action: &str) -> String {
    format!("action-modules/{action}")
}

fn folder(action: &str) -> PathBuf {
    checkout().join(module(action)).join("cases")
}

fn cases(action: &str) -> Vec<Case> {
    Case::read_all(&folder(action)).unwrap_or_else(|error| panic!("{}", whole(&error)))
}

/// All cases of an action, or those of the name that is asked for.
fn chosen(action: &str) -> Vec<Case> {
    let mut cases = cases(action);
    if let Ok(one) = std::env::var(ONE_CASE) {
        cases.retain(|case| case.name == one);
    }
    cases
}

/// A case that no folder of the checkout holds.
fn case(text: &str) -> Case {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("case.json"), text).expect("a file");
    Case::read(folder.path()).unwrap_or_else(|error| panic!("{}", whole(&error)))
}

async fn check(case: &Case) -> Result<Report, NotChecked> {
    let conformance = Conformance::new(sandbox()).expect("an HTTP client");
    conformance.check(&create_invoice().await, case).await
}

/// An error with its causes.
fn whole(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_action_is_as_its_cases_state() {
    let conformance = Conformance::new(sandbox()).expect("an HTTP client");
    let (mut failed, mut played) = (Vec::new(), 0);
    for name in actions() {
        let cases = chosen(&name);
        let version = action(&module(&name)).await;
        for (case, checked) in cases.iter().zip(conformance.check_all(&version, &cases, SIDE_BY_SIDE, &|_| {}).await) {
            played += 1;
            match checked {
                Ok(report) if report.passed() => {}
                Ok(report) => failed.push(format!("{name}/{report}")),
                Err(error) => failed.push(format!("{name}/{}: {}", case.name, whole(&error))),
            }
        }
    }
    assert!(played > 0, "there is no such case");
    assert!(failed.is_empty(), "{} of {played} cases fail:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn every_action_comes_out_right_whatever_befalls_it() {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut failed, mut plays) = (Vec::new(), BTreeMap::new());
    for name in actions() {
        let cases = chosen(&name);
        let version = world::version(&module(&name), None);
        for (case, swept) in cases.iter().zip(sweep_all(&world::sandbox(), &version, &cases, cores, &|_| {})) {
            match swept {
                Ok(swept) => {
                    failed.extend((!swept.passed()).then(|| format!("{name}/{swept}")));
                    swept.plays.into_iter().for_each(|(kind, count)| *plays.entry(kind).or_insert(0) += count);
                }
                Err(error) => failed.push(format!("{name}/{}: {}", case.name, whole(&error))),
            }
        }
    }
    assert!(failed.is_empty(), "{} cases fail:\n{}", failed.len(), failed.join("\n"));
    let kinds: Vec<_> = plays.keys().copied().collect();
    assert!(std::env::var_os(ONE_CASE).is_some() || kinds == SweepKind::ALL, "a kind was never played: {plays:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_states_something_false_does_not_hold() {
    let stated = case(
        r#"{ "rules": [6], "object": "deal:1002", "expect": { "status": "succeeded", "documents": [
            { "entity": "Invoice", "total": "408.76", "stored": { "CustomerRef": { "value": "2" }, "DocNumber": null } }
        ], "warnings": [{ "code": "recurring_line" }], "calls_max": { "item:query": 0 } } }"#,
    );
    let report = check(&stated).await.expect("a verdict");
    let found: Vec<_> = report.mismatches.iter().map(|mismatch| (mismatch.step, mismatch.of.as_str())).collect();
    let expected = [
        "warnings",
        "documents[0].total",
        "documents[0].stored.CustomerRef.value",
        "documents[0].stored.DocNumber",
        "calls_max.item:query",
    ];
    assert_eq!(found, expected.map(|of| (Step::Event, of)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_was_not_expected_is_found_in_the_preview_already() {
    let stated = case(r#"{ "rules": [7], "object": "deal:1006", "expect": { "status": "succeeded" } }"#);
    let report = check(&stated).await.expect("a verdict");
    assert!(!report.passed());
    assert_eq!((report.mismatches[0].step, report.mismatches[0].of.as_str()), (Step::Preview, "status"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_names_what_its_action_does_not_have_comes_to_no_verdict() {
    let stated = |said: &str| {
        case(&format!(r#"{{ "rules": [6], "object": "deal:1002", "expect": {{ "status": "succeeded" }}, {said} }}"#))
    };
    let misspelt = check(&stated(r#""inputs": { "create_prodcut": "yes" }"#)).await;
    assert!(
        matches!(misspelt, Err(NotChecked::Unfit(UnknownToAction::Input { name, .. })) if name == "create_prodcut")
    );
    let later = r#""events": [{ "inputs": { "colour": "red" }, "expect": { "status": "succeeded" } }]"#;
    assert!(matches!(check(&stated(later)).await, Err(NotChecked::Unfit(UnknownToAction::Input { .. }))));
    let unasked = check(&stated(r#""denied": ["bill:create"]"#)).await;
    assert!(matches!(unasked, Err(NotChecked::Unfit(UnknownToAction::Capability { .. }))));
}

/// An author who takes the key from what is read, and leaves the marker out.
#[test]
fn a_sweep_finds_the_second_document_of_a_key_that_another_attempt_would_not_choose() {
    let stated = case(
        r#"{ "rules": [30], "object": "deal:1002", "inputs": { "attack": "counted_key" },
            "expect": { "status": "succeeded", "documents": [{ "entity": "Invoice" }] } }"#,
    );
    let version = world::version("tests/guests", None);
    let swept = sweep_all(&world::sandbox(), &version, &[stated], 1, &|_| {}).remove(0).expect("a verdict");
    let wrong: BTreeSet<_> = swept.failures.iter().map(|failure| failure.kind).collect();
    assert_eq!(wrong, BTreeSet::from([SweepKind::StoreLost]), "{swept}");
    assert!(!swept.is_marked);
}

#[test]
fn a_sweep_of_a_case_that_states_another_end_is_wrong_before_anything_befalls_it() {
    let stated = case(r#"{ "rules": [7], "object": "deal:1006", "expect": { "status": "succeeded" } }"#);
    let version = world::version(&module("create-invoice"), None);
    let swept = sweep_all(&world::sandbox(), &version, &[stated], 1, &|_| {}).remove(0).expect("a verdict");
    assert_eq!(swept.failures.first().map(|failure| failure.kind), Some(SweepKind::Undisturbed), "{swept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_quickbooks_cannot_hold_comes_to_no_verdict() {
    let stated = case(
        r#"{ "rules": [6], "object": "deal:1002", "expect": { "status": "succeeded" },
            "quickbooks": { "entities": [{ "Customer": { "DisplayName": "Amy's Bird Sanctuary" } }] } }"#,
    );
    assert!(matches!(check(&stated).await, Err(NotChecked::Stage(_))));
}
