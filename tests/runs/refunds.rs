//! A refund names what it undoes: whatever booked the payment before.

use std::sync::Arc;

use qbo_host::runs::{RunRecord, Status};
use qbo_tests::COMPANY;
use qbo_tests::world::portal::{PAYMENT, of_a_payment};
use qbo_tests::world::{Setting, World, version};
use serde_json::{Value, json};

use super::{alone, assert_ended, ended};

const REFUND: &str = "action-modules/create-refund-receipt";

/// A portal whose payment was refunded since.
fn refunded() -> Value {
    let mut portal = of_a_payment();
    portal["payments"][0]["properties"]["hs_latest_status"] = json!("refunded");
    portal["payments"][0]["properties"]["hs_refunds_amount"] = json!("150.00");
    portal
}

fn setting(books_it: &str) -> Setting {
    Setting {
        versions: vec![version(books_it, None), version(REFUND, None)],
        portal: Some(refunded()),
        ..Setting::of_one_company()
    }
}

/// Runs the action that comes at `place` in the setting.
async fn run(world: &World, place: usize, event: &str) -> Arc<RunRecord> {
    let inputs = [("clearing_account", "91")];
    ended(world, &world.enrolled_object(&world.version(place), COMPANY, PAYMENT, event, &inputs)).await
}

/// The number of the one document that booked the payment, and the refund that names it.
async fn booked_and_refunded(world: &World, entity: &str) {
    assert_ended(&run(world, 0, "paid").await, Status::Succeeded, "created");
    assert_ended(&run(world, 1, "refunded").await, Status::Succeeded, "created");
    let original = &world.documents_of(COMPANY, entity, PAYMENT)[0];
    let number = original["DocNumber"].as_str().expect("a number");
    let refunds = world.documents_of(COMPANY, "RefundReceipt", PAYMENT);
    assert_eq!(refunds.len(), 1);
    assert!(refunds[0]["PrivateNote"].as_str().is_some_and(|note| note.contains(number)), "{}", refunds[0]);
    assert_eq!(refunds[0]["TotalAmt"], original["TotalAmt"]);
}

#[test]
fn a_refund_names_the_sales_receipt_of_its_payment() {
    alone(&setting("action-modules/create-sales-receipt"), async |world| {
        booked_and_refunded(&world, "SalesReceipt").await;
    });
}

#[test]
fn a_refund_names_the_invoice_of_its_payment() {
    alone(&setting("action-modules/create-paid-invoice"), async |world| {
        booked_and_refunded(&world, "Invoice").await;
    });
}

#[test]
fn a_refund_of_a_payment_that_nothing_booked_is_refused() {
    alone(&setting("action-modules/create-paid-invoice"), async |world| {
        assert_ended(&run(&world, 1, "refunded").await, Status::Refused, "original_missing");
    });
}
