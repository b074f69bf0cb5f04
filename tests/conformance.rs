//! The actions of this project, held against their cases: every fact that a case states, played on
//! the real component over real HTTP. `README.md` tells how a case is written.

use std::path::PathBuf;

use qbo_host::conformance::{Case, Conformance};
use qbo_tests::{checkout, create_invoice, sandbox};

/// Names the one case to play, while it is being written.
const ONE_CASE: &str = "CASE";

fn cases(action: &str) -> Vec<Case> {
    Case::read_all(&folder(action)).unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)))
}

fn folder(action: &str) -> PathBuf {
    checkout().join("action-modules").join(action).join("cases")
}

#[tokio::test(flavor = "multi_thread")]
async fn create_invoice_is_as_its_cases_state() {
    let mut cases = cases("create-invoice");
    if let Ok(one) = std::env::var(ONE_CASE) {
        cases.retain(|case| case.name == one);
    }
    assert!(!cases.is_empty(), "there is no such case");
    let conformance = Conformance::new(sandbox()).expect("an HTTP client");
    let version = create_invoice().await;
    let mut failed = Vec::new();
    for (case, checked) in cases.iter().zip(conformance.check_all(&version, &cases).await) {
        match checked {
            Ok(report) if report.passed() => {}
            Ok(report) => failed.push(report.to_string()),
            Err(error) => failed.push(format!("{}: {error}: {:?}", case.name, std::error::Error::source(&error))),
        }
    }
    assert!(failed.is_empty(), "{} of {} cases fail:\n{}", failed.len(), cases.len(), failed.join("\n"));
}
