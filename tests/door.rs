//! The one door for money: whatever happens between the host and QuickBooks, one event makes one
//! document.

use std::sync::Arc;

use qbo_host::runs::Status;
use qbo_simulator::faults::{Effect, Fault};
use qbo_tests::{Stage, without};

/// The next request that creates an invoice.
fn invoice_create(effect: Effect) -> Fault {
    Fault { matches: "/invoice?".into(), skip: 0, times: 1, effect }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_twice_makes_one_invoice() {
    let stage = Stage::new();
    let start = stage.invoice("1001", "event", &[]).await;
    let before = stage.documents("Invoice").len();
    let first = stage.run(&start).await;
    let second = stage.run(&start).await;
    assert_eq!(first.status, Status::Succeeded, "{}", first.message);
    assert_eq!(second.documents, first.documents);
    assert_eq!(stage.documents("Invoice").len(), before + 1);
}
