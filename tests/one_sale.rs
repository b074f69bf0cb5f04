//! The actions of this project on one sale: a deal, its quote and its payments, as the actions' own
//! definitions read them, on the real components over real HTTP.

use std::sync::Arc;

use qbo_host::enrollment::IfExists;
use qbo_host::runs::{RunRecord, Status};
use qbo_simulator::quickbooks::CUSTOM_NUMBERS;
use qbo_tests::{COMPANY, Stage, action};
use serde_json::{Value, json};

const INVOICE: &str = "action-modules/create-invoice";
const ESTIMATE: &str = "action-modules/create-estimate";
const RECEIPT: &str = "action-modules/create-sales-receipt";

/// A deal with a quote and two payments, each of them over the same line.
fn stage() -> Stage {
    stage_of(COMPANY)
}

fn stage_of(company: &str) -> Stage {
    let stage = Stage::for_company(company);
    let contacts = json!([{ "id": "50102" }]);
    let line = |id: &str| {
        let properties = json!({ "name": "Design", "hs_sku": "DESIGN-HR", "price": "75", "quantity": "2" });
        json!([{ "id": id, "properties": properties }])
    };
    let payment = |id: &str, line_id: &str| {
        json!({
            "id": id, "contacts": contacts, "deals": [{ "id": "9001" }], "line_items": line(line_id),
            "properties": {
                "hs_initial_amount": "150.00", "hs_currency_code": "USD", "hs_latest_status": "succeeded",
                "hs_payment_source_app": "SALES_CHECKOUT", "hs_processor_type": "hs_payments",
                "hs_initiated_date": "2026-01-20T18:00:00.000Z", "hs_reference_number": format!("PAY-{id}")
            }
        })
    };
    let fixtures = [
        json!({ "deals": [{
            "id": "9001", "contacts": contacts, "line_items": line("900101"),
            "properties": { "dealname": "Hedge", "amount": "150.00", "deal_currency_code": "USD" }
        }] }),
        json!({ "quotes": [{
            "id": "9051", "contacts": contacts, "deals": [{ "id": "9001" }], "line_items": line("905101"),
            "properties": { "hs_title": "Hedge", "hs_quote_amount": "150.00", "hs_currency": "USD" }
        }] }),
        json!({ "payments": [payment("9101", "910101"), payment("9102", "910201")] }),
    ];
    for fixture in fixtures {
        stage.portal.load(&fixture).expect("a fixture");
    }
    stage
}

async fn run(stage: &Stage, module: &'static str, object: &str) -> Arc<RunRecord> {
    let version = action(module).await;
    let takes_clearing = version.definition.inputs.iter().any(|input| input.name == "clearing_account");
    let inputs: &[(&str, &str)] = if takes_clearing { &[("clearing_account", "91")] } else { &[] };
    stage.run(&stage.start(version, object, object, inputs)).await
}

/// One more document of the deal, whatever stands.
async fn another(stage: &Stage, module: &'static str, inputs: &[(&str, &str)]) -> Arc<RunRecord> {
    let mut start = stage.start(action(module).await, "deal:9001", "another", inputs);
    Arc::make_mut(&mut start.enrollment).if_exists = IfExists::Another;
    stage.run(&start).await
}

fn only(documents: Vec<Value>, id: &str) -> Value {
    documents.into_iter().find(|document| document["Id"] == *id).expect("the document stands")
}

fn assert_stopped(record: &RunRecord, by: &RunRecord) {
    assert_eq!((record.status, record.code.as_ref()), (Status::Refused, "already_invoiced"), "{record:?}");
    assert_eq!(record.documents[0].id, by.documents[0].id);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_invoice_of_a_quote_closes_the_estimate_of_its_deal() {
    let stage = stage();
    let estimate = run(&stage, ESTIMATE, "deal:9001").await;
    let invoice = run(&stage, INVOICE, "quote:9051").await;
    assert_eq!((estimate.status, invoice.status), (Status::Succeeded, Status::Succeeded), "{invoice:?}");
    let (estimate, invoice) = (&estimate.documents[0].id, &invoice.documents[0].id);
    let stored = only(stage.documents("Invoice"), invoice);
    assert_eq!(stored["LinkedTxn"], json!([{ "TxnId": estimate, "TxnType": "Estimate" }]));
    assert_eq!(only(stage.documents("Estimate"), estimate)["TxnStatus"], "Closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_invoice_of_a_quote_closes_the_quote_s_own_estimate_before_that_of_its_deal() {
    let stage = stage();
    let of_the_deal = run(&stage, ESTIMATE, "deal:9001").await;
    let own = run(&stage, ESTIMATE, "quote:9051").await;
    assert_eq!((of_the_deal.status, own.status), (Status::Succeeded, Status::Succeeded), "{own:?}");
    let invoice = run(&stage, INVOICE, "quote:9051").await;
    assert_eq!(invoice.status, Status::Succeeded, "{invoice:?}");
    let own = only(stage.documents("Estimate"), &own.documents[0].id);
    let of_the_deal = only(stage.documents("Estimate"), &of_the_deal.documents[0].id);
    assert_eq!((&own["TxnStatus"], &of_the_deal["TxnStatus"]), (&json!("Closed"), &json!("Pending")));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_the_estimates_of_a_quote_s_deal_the_accepted_one_is_closed() {
    let stage = stage();
    let estimates = [run(&stage, ESTIMATE, "deal:9001").await, another(&stage, ESTIMATE, &[]).await];
    let [accepted, newer] = estimates.map(|run| run.documents[0].id.clone());
    let stored = only(stage.documents("Estimate"), &accepted);
    let change = json!({
        "Id": accepted, "SyncToken": stored["SyncToken"], "sparse": true, "TxnStatus": "Accepted",
    });
    stage.books.update(COMPANY, "Estimate", change).expect("it is accepted");
    let invoice = run(&stage, INVOICE, "quote:9051").await;
    assert_eq!(invoice.status, Status::Succeeded, "{invoice:?}");
    let [accepted, newer] = [accepted, newer].map(|id| only(stage.documents("Estimate"), &id));
    assert_eq!((&accepted["TxnStatus"], &newer["TxnStatus"]), (&json!("Closed"), &json!("Pending")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_and_its_quote_and_its_payment_are_billed_once() {
    let stage = stage();
    let invoice = run(&stage, INVOICE, "deal:9001").await;
    assert_eq!(invoice.status, Status::Succeeded, "{invoice:?}");
    assert_stopped(&*run(&stage, INVOICE, "quote:9051").await, &invoice);
    assert_stopped(&*run(&stage, RECEIPT, "deal:9001").await, &invoice);
    assert_stopped(&*run(&stage, RECEIPT, "quote:9051").await, &invoice);
    assert_stopped(&*run(&stage, RECEIPT, "payment:9101").await, &invoice);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_payments_of_one_deal_get_a_receipt_each_and_the_deal_no_invoice() {
    let stage = stage();
    let first = run(&stage, RECEIPT, "payment:9101").await;
    let second = run(&stage, RECEIPT, "payment:9102").await;
    assert_eq!((first.status, second.status), (Status::Succeeded, Status::Succeeded), "{second:?}");
    assert_stopped(&*run(&stage, INVOICE, "deal:9001").await, &first);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_estimate_bills_nobody_so_an_invoice_does_not_stand_in_its_way() {
    let stage = stage();
    assert_eq!(run(&stage, INVOICE, "deal:9001").await.status, Status::Succeeded);
    assert_eq!(run(&stage, ESTIMATE, "quote:9051").await.status, Status::Succeeded);
    assert_eq!(run(&stage, ESTIMATE, "deal:9001").await.status, Status::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_a_voided_document_keeps_is_passed_over_with_and_without_a_marker() {
    for marker_place in ["private_note", "none"] {
        let stage = stage_of(CUSTOM_NUMBERS);
        let inputs: &[(&str, &str)] = &[("marker_place", marker_place)];
        let number = |run: &RunRecord| {
            assert_eq!(run.status, Status::Succeeded, "{run:?}");
            only(stage.documents("Invoice"), &run.documents.last().expect("an invoice").id)["DocNumber"].clone()
        };
        let start = async |event| stage.start(action(INVOICE).await, "deal:9001", event, inputs);
        let voided = stage.run(&start("first").await).await;
        assert_eq!(number(&voided), "HS-9001");
        stage.books.void(CUSTOM_NUMBERS, "Invoice", &voided.documents.last().expect("an invoice").id).expect("it is");
        let second = stage.run(&start("second").await).await;
        assert_eq!(number(&second), "HS-9001-2");
        assert_eq!(number(&*another(&stage, INVOICE, inputs).await), "HS-9001-3");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_numbered_beside_the_voided_invoice_of_its_deal() {
    let stage = stage_of(CUSTOM_NUMBERS);
    let invoice = run(&stage, INVOICE, "deal:9001").await;
    assert_eq!(invoice.status, Status::Succeeded, "{invoice:?}");
    let voided = &invoice.documents.last().expect("an invoice").id;
    stage.books.void(CUSTOM_NUMBERS, "Invoice", voided).expect("it is voided");
    let receipt = run(&stage, RECEIPT, "deal:9001").await;
    assert_eq!(receipt.status, Status::Succeeded, "{receipt:?}");
    assert_eq!(stage.documents("SalesReceipt")[0]["DocNumber"], "HP-9001");
}
