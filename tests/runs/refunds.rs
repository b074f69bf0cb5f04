//! A refund names what it undoes: whatever booked the payment before.

use std::sync::Arc;

use qbo_host::runs::{Problem, RunRecord, Status};
use qbo_tests::COMPANY;
use qbo_tests::world::portal::{PAYMENT, of_a_payment};
use qbo_tests::world::{Setting, World, version};
use serde_json::{Value, json};

use super::{alone, assert_ended, customers, ended};

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
    run_with(world, place, object, event, &[]).await
}

async fn run_with(world: &World, place: usize, object: &str, event: &str, inputs: &[(&str, &str)]) -> Arc<RunRecord> {
    let inputs: Vec<_> = inputs.iter().copied().chain([("clearing_account", "91")]).collect();
    ended(world, &world.enrolled_object(&world.version(place), COMPANY, object, event, &inputs)).await
}

fn codes(warnings: &[Problem]) -> Vec<&str> {
    warnings.iter().map(|warning| warning.code.as_ref()).collect()
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
fn a_refund_goes_to_the_customer_of_the_original_unless_the_step_names_another() {
    for books_it in ["action-modules/create-sales-receipt", "action-modules/create-paid-invoice"] {
        for (inputs, customer) in [([].as_slice(), "2"), (&[("customer", "6")], "6")] {
            alone(&setting(books_it), async move |world| {
                let paid = run_with(&world, 0, PAYMENT, "paid", &[("customer", "2")]).await;
                assert_ended(&paid, Status::Succeeded, "created");
                let refund = run_with(&world, 1, PAYMENT, "refunded", inputs).await;
                assert_ended(&refund, Status::Succeeded, "created");
                assert_eq!(codes(&refund.warnings), [""; 0]);
                let stored = &world.documents_of(COMPANY, "RefundReceipt", PAYMENT)[0];
                assert_eq!(stored["CustomerRef"]["value"], customer);
                // The payment's contact is not a customer, and need not become one.
                assert!(customers(&world, "Jane Doe").is_empty());
            });
        }
    }
}

#[test]
fn an_original_that_comes_to_another_amount_is_a_warning() {
    alone(&setting("action-modules/create-sales-receipt"), async |world| {
        assert_ended(&run(&world, 0, "paid").await, Status::Succeeded, "created");
        let receipt = &world.documents_of(COMPANY, "SalesReceipt", PAYMENT)[0];
        let mut line = receipt["Line"][0].clone();
        line["Amount"] = json!(75);
        line["SalesItemLineDetail"]["Qty"] = json!(1);
        let change = json!({
            "Id": receipt["Id"], "SyncToken": receipt["SyncToken"], "sparse": true, "Line": [line],
        });
        world.books.update(COMPANY, "SalesReceipt", change).expect("a person changes it");
        let refund = run(&world, 1, "refunded").await;
        assert_ended(&refund, Status::Succeeded, "created");
        assert_eq!(codes(&refund.warnings), ["totals_differ"]);
    });
}

#[test]
fn an_original_without_a_customer_is_a_warning() {
    alone(&setting("action-modules/create-sales-receipt"), async |world| {
        assert_ended(&run(&world, 0, "paid").await, Status::Succeeded, "created");
        let receipt = &world.documents_of(COMPANY, "SalesReceipt", PAYMENT)[0];
        let mut change = receipt.clone();
        change.as_object_mut().expect("an object").remove("CustomerRef");
        world.books.update(COMPANY, "SalesReceipt", change).expect("a person changes it");
        let refund = run(&world, 1, "refunded").await;
        assert_ended(&refund, Status::Succeeded, "created");
        assert_eq!(codes(&refund.warnings), ["customer_of_original_unknown"]);
    });
}

#[test]
fn a_refund_of_a_payment_that_nothing_booked_is_refused() {
    alone(&setting("action-modules/create-paid-invoice"), async |world| {
        assert_ended(&run(&world, 1, "refunded").await, Status::Refused, "original_missing");
    });
}
