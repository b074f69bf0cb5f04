//! The real binary is killed at random moments, and nothing is lost or made twice. The long form has a
//! command of its own; see `tests/README.md`.

use qbo_tests::kill::{Over, Plan, play};

#[tokio::test(flavor = "multi_thread")]
async fn whenever_the_host_is_killed_each_sale_gets_one_invoice() {
    let played = play(Plan { kills: 8, runs: 200, companies: 12, seed: 2 }).await;
    println!("{played}");
    assert_eq!(played.findings, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_holds_where_quickbooks_remembers_no_request_ids() {
    let played = play(Plan { kills: 8, runs: 200, companies: 12, seed: 1 }).await;
    println!("{played}");
    assert_eq!(played.findings, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_auditor_of_kills_notices_what_is_twice_lost_or_wrong() {
    let mut over = Over::after(Plan { kills: 1, runs: 20, companies: 2, seed: 2 }).await;
    let mut before = over.findings().await;
    assert_eq!(before, Vec::<String>::new());
    type Wrong = fn(&mut Over);
    let wrongs: [(Wrong, &str); 3] = [
        (|over| over.bill_again(), "I2: 2 invoices"),
        (Over::acknowledge_nothing, "I1: an event"),
        (|over| over.bill_more(), "I2: deal"),
    ];
    for (make_wrong, found) in wrongs {
        make_wrong(&mut over);
        let findings = over.findings().await;
        let new: Vec<_> = findings.iter().filter(|finding| !before.contains(finding)).collect();
        assert!(matches!(new.as_slice(), [one] if one.starts_with(found)), "{found}: {new:?}");
        before = findings;
    }
}
