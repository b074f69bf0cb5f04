//! What a connection that says so writes back besides a note.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use qbo_host::clock::Clock;
use qbo_host::connection::{Connections, Fact, WriteBack};
use qbo_host::runs::service_store::{MessageLine, MessageState};
use qbo_host::runs::{MemoryStore, Patience, Runs, Start, Status, tell};
use qbo_simulator::faults::{Effect, Fault};
use qbo_tests::{Stage, action, sandbox};
use serde_json::{Value, json};

const DEAL: (&str, &str) = ("deal", "1001");

fn facts(properties: &[(Fact, &str)]) -> BTreeMap<Fact, String> {
    properties.iter().map(|(fact, name)| (*fact, (*name).to_owned())).collect()
}

/// Runs `create-invoice` for the deal, and tells HubSpot.
async fn told(stage: &Stage, write_back: WriteBack) -> Vec<MessageLine> {
    let mut start = stage.invoice(DEAL.1, "monday", &[]).await;
    start.connection.write_back = write_back;
    told_of(&start).await
}

async fn told_of(start: &Start) -> Vec<MessageLine> {
    let store = Arc::new(MemoryStore::default());
    let runs = Runs::new(Arc::clone(&store) as _, sandbox());
    let record = runs.run(start, Patience(Duration::from_secs(10))).await.expect("the store answers");
    assert_eq!(record.status, Status::Succeeded, "{}: {}", record.code, record.message);
    tell(store, &start.connection, record.run_id, Duration::from_secs(10)).await.expect("the store answers")
}

#[tokio::test]
async fn the_facts_about_a_document_stand_in_the_properties_that_the_connection_names() {
    let stage = Stage::new();
    let names = ["qb_number", "qb_total", "qb_status", "qb_link"];
    stage.portal.load(&json!({ "custom_properties": { "deals": names } })).expect("a portal");
    let properties =
        facts(&[(Fact::Number, names[0]), (Fact::Total, names[1]), (Fact::Status, names[2]), (Fact::Link, names[3])]);
    let messages = told(&stage, WriteBack { note: false, properties, invoice: false }).await;
    assert_eq!(messages.len(), 1);
    assert_eq!((messages[0].kind.as_str(), messages[0].state), ("properties:deal:1001", MessageState::Taken));
    let of_the_deal = |invoice: &Value| invoice["PrivateNote"].as_str().is_some_and(|note| note.contains("deal 1001"));
    let invoice = stage.documents("Invoice").into_iter().find(of_the_deal).expect("an invoice");
    let property = |name| stage.portal.property(DEAL.0, DEAL.1, name).unwrap_or_default();
    assert_eq!(property("qb_number"), invoice["DocNumber"].as_str().unwrap());
    assert_eq!((property("qb_total").as_str(), property("qb_status").as_str()), ("629.40", "succeeded"));
    assert!(property("qb_link").ends_with(&format!("txnId={}", invoice["Id"].as_str().unwrap())));
    assert!(stage.portal.associated(DEAL, "note").is_empty());
}

#[tokio::test]
async fn a_property_that_hubspot_does_not_have_is_refused_and_the_note_is_told() {
    let stage = Stage::new();
    let write_back = WriteBack { properties: facts(&[(Fact::Number, "no_such_property")]), ..WriteBack::default() };
    let messages = told(&stage, write_back).await;
    let states: Vec<_> = messages.iter().map(|message| (message.state, message.code.as_deref())).collect();
    assert_eq!(states, [(MessageState::Taken, None), (MessageState::Refused, Some("hubspot_property_unknown"))]);
}

#[tokio::test]
async fn an_invoice_object_is_made_once_and_only_where_the_connection_says_so() {
    let stage = Stage::new();
    told(&stage, WriteBack::default()).await;
    assert!(stage.portal.associated(DEAL, "invoice").is_empty());
    let lost = Effect::AnswerLost;
    stage.portal.faults().inject(Fault {
        matches: "POST /crm/v3/objects/invoices ".into(),
        skip: 0,
        times: 1,
        effect: lost,
    });
    let messages = told(&stage, WriteBack { invoice: true, ..WriteBack::default() }).await;
    assert!(messages.iter().all(|message| message.state == MessageState::Taken), "{messages:?}");
    let [invoice] = stage.portal.associated(DEAL, "invoice").try_into().expect("one invoice");
    assert_eq!(stage.portal.associated(("contact", "50101"), "invoice"), std::slice::from_ref(&invoice));
    let property = |name| stage.portal.property("invoice", &invoice, name);
    assert_eq!(property("hs_invoice_billable").as_deref(), Some("false"));
    assert_eq!(property("hs_currency").as_deref(), Some("USD"));
    // The same event in two processes: the note of the first one was found.
    assert_eq!(stage.portal.associated(DEAL, "note").len(), 1);
}

#[tokio::test]
async fn an_invoice_object_of_one_part_of_a_deal_does_not_skip_the_next_part() {
    let stage = Stage::new();
    for part in ["1 of 2", "2 of 2"] {
        let mut start = stage.invoice(DEAL.1, part, &[]).await;
        Arc::make_mut(&mut start.enrollment).reference = Some(part.into());
        start.connection.write_back.invoice = true;
        told_of(&start).await;
    }
    assert_eq!(stage.portal.associated(DEAL, "invoice").len(), 2);
}

#[tokio::test]
async fn without_a_note_nothing_is_told() {
    let stage = Stage::new();
    let messages = told(&stage, WriteBack { note: false, ..WriteBack::default() }).await;
    assert_eq!(messages, []);
}

#[tokio::test]
async fn a_start_that_was_read_before_a_change_does_not_undo_it() {
    let stage = Stage::new();
    let stale = stage.invoice(DEAL.1, "monday", &[]).await;
    let connections = Arc::new(Connections::default());
    connections.put(stage.connection.clone());
    let (portal, company) = (stale.connection.portal.clone(), stale.connection.quickbooks.realm().to_owned());
    let write_back = |invoice| WriteBack { invoice, ..WriteBack::default() };
    connections.write_back(&portal, &company, 2, write_back(true));
    // The change before it comes late.
    connections.write_back(&portal, &company, 1, write_back(false));
    let store = Arc::new(MemoryStore::default());
    let runs = Runs::with(store, sandbox(), Clock::machine(), Arc::default(), Arc::clone(&connections));
    runs.accept(&stale, false).await.expect("the store answers");
    assert!(connections.get(&portal, &company).expect("the connection").write_back.invoice);
}

/// A payment without tax for the deal, by its contact.
fn paid_deal() -> Value {
    let properties = json!({
        "hs_initial_amount": "150.00", "hs_currency_code": "USD", "hs_latest_status": "succeeded",
        "hs_payment_source_app": "SALES_CHECKOUT", "hs_processor_type": "hs_payments",
        "hs_payment_method_type": "card", "hs_customer_email": "jane.doe@birchwood.example",
        "hs_initiated_date": "2026-01-05T18:00:00.000Z", "hs_reference_number": "PAY-9001",
    });
    let line = json!({ "name": "Design", "hs_sku": "DESIGN-HR", "price": "75", "quantity": "2" });
    json!({
        "custom_properties": { "deals": ["qb_number"] },
        "payments": [{
            "id": "9001", "properties": properties, "deals": [{ "id": DEAL.1 }], "contacts": [{ "id": "50101" }],
            "line_items": [{ "properties": line }],
        }],
    })
}

#[tokio::test]
async fn a_paid_invoice_is_told_with_its_payment_on_the_deal_and_on_who_paid() {
    let stage = Stage::new();
    stage.portal.load(&paid_deal()).expect("a portal");
    let version = action("action-modules/create-paid-invoice").await;
    let mut start = stage.start(version, "payment:9001", "monday", &[("clearing_account", "91")]);
    start.connection.write_back.properties = facts(&[(Fact::Number, "qb_number")]);
    let messages = told_of(&start).await;
    let told: Vec<_> = messages.iter().map(|message| (message.kind.as_str(), message.state)).collect();
    assert_eq!(told, [("note", MessageState::Taken), ("properties:deal:1001", MessageState::Taken)]);
    let [note] = stage.portal.associated(DEAL, "note").try_into().expect("one note");
    assert_eq!(stage.portal.associated(("contact", "50101"), "note"), std::slice::from_ref(&note));
    let said = stage.portal.property("note", &note, "hs_note_body").unwrap_or_default();
    let number = stage.portal.property(DEAL.0, DEAL.1, "qb_number").expect("a number");
    for part in [&format!("Invoice {number}"), "Payment", "/app/invoice?txnId=", "/app/recvpayment?txnId="] {
        assert!(said.contains(part), "{part} is missing in {said}");
    }
}

#[tokio::test]
async fn what_a_payment_cost_or_gave_back_is_told_on_its_deal_and_contact_and_in_no_property() {
    let cost = [("hs_fees_amount", "4.65"), ("hs_platform_fee", "0"), ("hs_net_amount", "145.35")];
    let gave_back = [("hs_latest_status", "refunded"), ("hs_refunds_amount", "150.00"), ("hs_net_amount", "0")];
    for (action_module, of_payment, inputs) in [
        ("create-expense", cost, [("expense_account", "90"), ("clearing_account", "91")]),
        ("create-refund-receipt", gave_back, [("refund_from_account", "91"), ("require_original", "no")]),
    ] {
        let stage = Stage::new();
        stage.portal.load(&paid_deal()).expect("a portal");
        stage.portal.put("payment", "9001", &of_payment);
        stage.portal.put(DEAL.0, DEAL.1, &[("qb_number", "1037")]);
        let version = action(&format!("action-modules/{action_module}")).await;
        let mut start = stage.start(version, "payment:9001", "monday", &inputs);
        start.connection.write_back.properties = facts(&[(Fact::Number, "qb_number")]);
        let messages = told_of(&start).await;
        let told: Vec<_> = messages.iter().map(|message| (message.kind.as_str(), message.state)).collect();
        assert_eq!(told, [("note", MessageState::Taken)], "{action_module}");
        let [note] = stage.portal.associated(DEAL, "note").try_into().expect("one note");
        assert_eq!(stage.portal.associated(("contact", "50101"), "note"), [note], "{action_module}");
        assert!(stage.portal.associated(("payment", "9001"), "note").is_empty(), "{action_module}");
        assert_eq!(stage.portal.property(DEAL.0, DEAL.1, "qb_number").as_deref(), Some("1037"), "{action_module}");
    }
}
