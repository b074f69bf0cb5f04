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
    run_of(world, place, PAYMENT, event).await
}

async fn run_of(world: &World, place: usize, object: &str, event: &str) -> Arc<RunRecord> {
    let inputs = [("clearing_account", "91")];
    ended(world, &world.enrolled_object(&world.version(place), COMPANY, object, event, &inputs)).await
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

/// The same payment and another one of like size, which was refunded too, of one deal over both.
fn of_one_deal() -> Setting {
    let mut portal = refunded();
    portal["payments"][0]["deals"] = json!([{ "id": "30" }]);
    let mut other = portal["payments"][0].clone();
    other["id"] = json!("32");
    other["properties"]["hs_reference_number"] = json!("PAY-32");
    other["line_items"][0]["id"] = json!("321");
    portal["deals"] = json!([{
        "id": "30",
        "properties": { "dealname": "Hedge", "amount": "150.00", "deal_currency_code": "USD" },
        "contacts": portal["payments"][0]["contacts"],
        "line_items": [{ "id": "301", "properties": portal["payments"][0]["line_items"][0]["properties"] }],
    }]);
    portal["payments"].as_array_mut().expect("payments").push(other);
    let books_it = ["action-modules/create-paid-invoice", "action-modules/create-sales-receipt"];
    let versions = books_it.into_iter().chain([REFUND]).map(|folder| version(folder, None)).collect();
    Setting { versions, portal: Some(portal), ..Setting::of_one_company() }
}

#[test]
fn the_invoice_of_another_payment_of_the_deal_is_no_original() {
    alone(&of_one_deal(), async |world| {
        assert_ended(&run(&world, 0, "paid").await, Status::Succeeded, "created");
        let refund = run_of(&world, 2, "payment:32", "refunded").await;
        assert_ended(&refund, Status::Refused, "original_missing");
    });
}

#[test]
fn a_refund_names_the_sales_receipt_of_its_deal() {
    alone(&of_one_deal(), async |world| {
        let receipt = run_of(&world, 1, "deal:30", "paid").await;
        assert_ended(&receipt, Status::Succeeded, "created");
        assert_ended(&run(&world, 2, "refunded").await, Status::Succeeded, "created");
        let original = &world.documents_of(COMPANY, "SalesReceipt", "deal:30")[0];
        let number = original["DocNumber"].as_str().expect("a number");
        let refund = &world.documents_of(COMPANY, "RefundReceipt", PAYMENT)[0];
        assert!(refund["PrivateNote"].as_str().is_some_and(|note| note.contains(number)), "{refund}");
    });
}

#[test]
fn a_refund_of_a_payment_that_nothing_booked_is_refused() {
    alone(&setting("action-modules/create-paid-invoice"), async |world| {
        assert_ended(&run(&world, 1, "refunded").await, Status::Refused, "original_missing");
    });
}
