//! The real binary is killed at random moments, and nothing is lost or made twice. The long form has a
//! command of its own; see `tests/README.md`.

use qbo_tests::kill::{Over, Plan, play};

#[tokio::test(flavor = "multi_thread")]
async fn whenever_the_host_is_killed_each_sale_gets_one_invoice() {
    let played = play(Plan { kills: 8, runs: 200, companies: 24, seed: 2 }).await;
    println!("{played}");
    assert_eq!(played.findings, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_holds_where_quickbooks_remembers_no_request_ids() {
    let played = play(Plan { kills: 8, runs: 200, companies: 24, seed: 1 }).await;
    println!("{played}");
    assert_eq!(played.findings, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_auditor_of_kills_notices_what_is_twice_lost_or_wrong() {
    let mut over = Over::after(Plan { kills: 1, runs: 20, companies: 2, seed: 2 }).await;
    assert_eq!(over.findings().await, Vec::<String>::new());
    over.bill_again();
    assert_found(&over.findings().await, &["I2: 2 invoices"]);
    over.acknowledge_nothing();
    assert_found(&over.findings().await, &["I1: an event", "I2: 2 invoices"]);
    over.bill_more();
    assert_found(&over.findings().await, &["I1: an event", "I2: 2 invoices", "I2: deal"]);
    over.unsay();
    assert_found(&over.findings().await, &["I1: an event", "I2: 2 invoices", "I2: deal", "I12: 0 notes"]);
}

/// Exactly these, in order.
fn assert_found(findings: &[String], begin: &[&str]) {
    assert_eq!(findings.len(), begin.len(), "{findings:?}");
    assert!(findings.iter().zip(begin).all(|(finding, begin)| finding.starts_with(begin)), "{findings:?}");
}
