//! The one door for money: whatever happens between the host and QuickBooks, one event makes one
//! document, and nothing is written that was not granted.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use qbo_host::clock::Clock;
use qbo_host::hubspot::{Crm, Portal};
use qbo_host::quickbooks::transport::NoAnswer;
use qbo_host::quickbooks::{Secret, Transport};
use qbo_host::runs::{Patience, RunRecord, Status};
use qbo_host::sandbox::Limits;
use qbo_simulator::faults::{Effect, Fault};
use qbo_tests::{COMPANY, Stage, catalog, component, without};
use rust_decimal::Decimal;
use serde_json::Value;

/// The next request that creates an invoice suffers `effect`.
fn at_the_invoice(effect: Effect) -> Fault {
    Fault { matches: "/invoice?".into(), skip: 0, times: 1, effect }
}

/// The invoices that deal 1001 was turned into, by the marker on them.
fn invoices_of_the_deal(stage: &Stage) -> Vec<Value> {
    let marked = |invoice: &Value| invoice["PrivateNote"].as_str().is_some_and(|note| note.contains("deal 1001"));
    stage.documents("Invoice").into_iter().filter(marked).collect()
}

/// Writes that the companies accepted.
fn writes(stage: &Stage) -> usize {
    stage.books.requests().iter().filter(|request| request.committed && request.path.contains("/v3/company/")).count()
}

fn assert_one_invoice(stage: &Stage, record: &RunRecord, what: &str) {
    assert_eq!(record.status, Status::Succeeded, "{what}: {} {}", record.code, record.message);
    let invoices = invoices_of_the_deal(stage);
    assert_eq!(invoices.len(), 1, "{what}");
    let document = record.documents.iter().find(|document| document.entity == "Invoice").expect("an invoice");
    assert_eq!(invoices[0]["Id"], *document.id, "{what}");
    let customers = stage.documents("Customer");
    let made = customers.iter().filter(|customer| customer["DisplayName"] == "Jane Doe").count();
    assert_eq!(made, 1, "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_twice_makes_one_invoice() {
    let stage = Stage::new();
    let start = stage.invoice("1001", "event", &[]).await;
    let first = stage.run(&start).await;
    let second = stage.run(&start).await;
    assert_one_invoice(&stage, &first, "once");
    assert_one_invoice(&stage, &second, "twice");
    assert_eq!(second.run_id, first.run_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_twice_at_once_makes_one_invoice() {
    let stage = Stage::new();
    let start = stage.invoice("1001", "event", &[]).await;
    let (first, second) = tokio::join!(stage.run(&start), stage.run(&start));
    assert_one_invoice(&stage, &first, "first");
    assert_one_invoice(&stage, &second, "second");
}

/// A host that forgot everything meets the event again: the request id is derived, not stored.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_on_a_host_that_forgot_everything_makes_one_invoice() {
    let stage = Stage::new();
    let start = stage.invoice("1001", "event", &[]).await;
    let first = stage.run(&start).await;
    let forgetful = Stage::with(stage.books.clone(), stage.portal.clone(), COMPANY);
    let again = forgetful.invoice("1001", "event", &[]).await;
    let second = forgetful.run(&again).await;
    assert_one_invoice(&stage, &first, "first");
    assert_one_invoice(&stage, &second, "second");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_the_invoice_request_there_is_one_invoice() {
    let effects = [
        Effect::AnswerLost,
        Effect::NotCommitted,
        // Commits after the host has given up on the answer.
        Effect::LateCommit { after_ms: 2_500 },
        Effect::Slow { by_ms: 300 },
        Effect::Throttled,
        Effect::ServerError { status: 500 },
        Effect::ServerError { status: 504 },
        Effect::HtmlError,
        Effect::MalformedAnswer,
        Effect::ExpiredToken,
    ];
    let runs = effects.map(|effect| async move {
        let stage = Stage::new();
        stage.books.faults().inject(at_the_invoice(effect.clone()));
        let start = stage.invoice("1001", "event", &[]).await;
        let record = stage.run(&start).await;
        assert_one_invoice(&stage, &record, &format!("{effect:?}"));
    });
    futures::future::join_all(runs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_at_every_request_still_makes_one_invoice() {
    let stage = Stage::new();
    let start = stage.invoice("1001", "counting", &[]).await;
    let calls = u32::try_from(stage.run(&start).await.calls.len()).expect("a few calls");
    let runs = (0..calls).map(|skip| async move {
        let stage = Stage::new();
        let lost = Fault { matches: "/v3/company/".into(), skip, times: 1, effect: Effect::AnswerLost };
        stage.books.faults().inject(lost);
        let start = stage.invoice("1001", "event", &[]).await;
        let record = stage.run(&start).await;
        assert_one_invoice(&stage, &record, &format!("answer {skip} lost"));
    });
    futures::future::join_all(runs).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_makes_the_run_wait_and_writes_nothing() {
    let stage = Stage::new();
    let page = Fault { matches: "/v3/company/".into(), skip: 0, times: 1_000, effect: Effect::HtmlError };
    stage.books.faults().inject(page);
    let start = stage.invoice("1001", "event", &[]).await;
    let patience = Patience(Duration::from_millis(500));
    let record = stage.runs.run(&start, patience).await.expect("the store answers");
    assert_eq!((record.status, record.code.as_str()), (Status::Waiting, "quickbooks_unavailable"));
    assert_eq!(writes(&stage), 0);
    stage.books.faults().clear();
    let record = stage.run(&start).await;
    assert_one_invoice(&stage, &record, "after the outage");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_required_capability_no_guest_code_runs() {
    let stage = Stage::new();
    let mut start = stage.invoice("1001", "event", &[]).await;
    start.grants = without(&start.version, &["invoice:create"]);
    let record = stage.run(&start).await;
    assert_eq!((record.status, record.code.as_str()), (Status::Held, "capability_missing"));
    assert!(record.limits.is_none(), "guest code ran");
    assert!(stage.books.requests().is_empty());
    assert!(stage.portal.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_optional_capability_the_action_refuses_before_its_first_write() {
    let stage = Stage::new();
    let mut start = stage.invoice("1001", "event", &[]).await;
    start.grants = without(&start.version, &["customer:create"]);
    let record = stage.run(&start).await;
    assert_eq!(record.status, Status::Refused, "{}", record.message);
    assert_eq!(record.code, "capability_denied");
    assert_eq!(writes(&stage), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_sends_nothing_and_tells_the_total_before_tax() {
    let stage = Stage::new();
    let mut start = stage.invoice("1001", "preview", &[]).await;
    Arc::make_mut(&mut start.enrollment).preview = true;
    let preview = stage.run(&start).await;
    assert_eq!(preview.status, Status::Previewed, "{}", preview.message);
    assert_eq!(writes(&stage), 0);
    assert!(preview.preview_hash.is_some());
    let invoice = preview.documents.iter().find(|document| document.entity == "Invoice").expect("an invoice");
    assert!(invoice.id.starts_with("preview:"));
    assert!(invoice.set_by_quickbooks.iter().any(|member| member == "DocNumber"));

    let start = stage.invoice("1001", "real", &[]).await;
    let real = stage.run(&start).await;
    assert_one_invoice(&stage, &real, "after a preview");
    let total = |record: &RunRecord| -> Decimal {
        let totals = record.documents.iter().filter_map(|document| document.total.as_ref());
        totals.map(|total| total.parse::<Decimal>().expect("a total")).sum()
    };
    // Tax is QuickBooks' own, and the preview says so.
    assert!(invoice.set_by_quickbooks.iter().any(|member| member == "TxnTaxDetail"));
    let tax: Decimal = invoices_of_the_deal(&stage)[0]["TxnTaxDetail"]["TotalTax"].to_string().parse().expect("tax");
    assert_eq!(total(&preview) + tax, total(&real));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_does_not_exist_is_refused_by_name() {
    let stage = Stage::new();
    let start = stage.invoice("999999", "event", &[]).await;
    let record = stage.run(&start).await;
    assert_eq!((record.status, record.code.as_str()), (Status::Refused, "object_not_found"));
    assert_eq!(record.problems[0].about, "deal:999999");
    assert!(stage.books.requests().is_empty());
}

/// QuickBooks' 401 detail holds the access token, and a revoked connection is a person's business.
#[tokio::test(flavor = "multi_thread")]
async fn no_token_is_found_in_what_a_run_tells() {
    let stage = Stage::new();
    let expired = Fault { matches: "/v3/company/".into(), skip: 0, times: 1_000, effect: Effect::ExpiredToken };
    stage.books.faults().inject(expired);
    let start = stage.invoice("1001", "event", &[]).await;
    let patience = Patience(Duration::from_millis(300));
    let record = stage.runs.run(&start, patience).await.expect("the store answers");
    assert_eq!((record.status, record.code.as_str()), (Status::Waiting, "signed_out"));
    let told = serde_json::to_string(&*record).expect("a record is JSON");
    assert!(!told.contains("Token expired"), "{told}");
    assert!(!format!("{:?}", stage.connection).contains("simulator-secret"));
    assert!(!format!("{:?}", stage.connection).contains("simulator-refresh"));
}

/// A batch without its first record.
fn without_the_first(batch: Bytes) -> Bytes {
    let mut batch: Value = serde_json::from_slice(&batch).expect("a batch");
    batch["results"].as_array_mut().expect("records").remove(0);
    batch.to_string().into()
}

/// HubSpot answers a batch in part when it has to; what it leaves out would be missing on the invoice.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_hubspot_does_not_give_makes_the_run_wait_instead_of_leaving_it_out() {
    let stage = Stage::new();
    let mut start = stage.invoice("1001", "event", &[]).await;
    let portal = stage.portal.clone();
    let in_part = Transport::new(move |request| {
        let portal = portal.clone();
        Box::pin(async move {
            let lines = request.uri().path().contains("line_items/batch/read");
            let answer = portal.handle(request).await.map_err(|lost| NoAnswer::Lost(lost.to_string()))?;
            Ok(if lines { answer.map(without_the_first) } else { answer })
        })
    });
    let portal = Portal { base_url: "http://hubspot".into(), token: Secret::new(qbo_simulator::hubspot::TOKEN) };
    start.connection.hubspot = Arc::new(Crm::new(portal, in_part, &Clock::machine()));
    let record = stage.runs.run(&start, Patience(Duration::ZERO)).await.expect("the store answers");
    assert_eq!((record.status, record.code.as_str()), (Status::Waiting, "hubspot_unavailable"), "{record:#?}");
    assert_eq!(writes(&stage), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_does_not_stand_in_the_way_of_the_run_it_previews() {
    let stage = Stage::new();
    let mut preview = stage.invoice("1001", "one event", &[]).await;
    Arc::make_mut(&mut preview.enrollment).preview = true;
    assert_eq!(stage.run(&preview).await.status, Status::Previewed);
    let start = stage.invoice("1001", "one event", &[]).await;
    let record = stage.run(&start).await;
    assert_one_invoice(&stage, &record, "after its own preview");
    assert_eq!(stage.run(&preview).await.status, Status::Previewed);
    assert_eq!(invoices_of_the_deal(&stage).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_for_another_deal_is_still_the_first_run() {
    let stage = Stage::new();
    let away = Fault { matches: "/crm/".into(), skip: 0, times: 100, effect: Effect::HtmlError };
    stage.portal.faults().inject(away);
    let first = stage.invoice("1001", "event", &[]).await;
    let waiting = stage.runs.run(&first, Patience(Duration::ZERO)).await.expect("the store answers");
    assert_eq!(waiting.status, Status::Waiting);
    stage.portal.faults().clear();
    let second = stage.invoice("1002", "event", &[]).await;
    let record = stage.run(&second).await;
    assert_eq!(record.object, "deal:1001");
    assert_one_invoice(&stage, &record, "the first enrollment counts");
}

/// The guest is gone while QuickBooks still works on its invoice, for longer than an attempt may
/// take. With QuickBooks' memory for request ids at zero only the recorded answer keeps the run from
/// making another.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_parked_in_the_middle_of_a_write_keeps_its_answer() {
    let stage = Stage::new();
    stage.books.set_request_id_memory(Duration::ZERO);
    stage.books.faults().inject(at_the_invoice(Effect::Slow { by_ms: 1_500 }));
    let wasm = std::fs::read(component("action-modules/create-invoice")).expect("the component was built");
    let limits = Limits { wall_seconds: 1, ..Limits::default() };
    let version = Arc::new(catalog().load(&wasm, limits).await.expect("an action"));
    let start = stage.start(version, "deal:1001", "event", &[]);
    let record = stage.run(&start).await;
    assert_one_invoice(&stage, &record, "parked");
    assert_eq!(record.attempts, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_leaves_in_the_middle_does_not_keep_the_run() {
    let stage = Stage::new();
    stage.books.faults().inject(at_the_invoice(Effect::Slow { by_ms: 700 }));
    let start = stage.invoice("1001", "event", &[]).await;
    let left = tokio::time::timeout(Duration::from_millis(300), stage.run(&start)).await;
    assert!(left.is_err(), "the caller was still waiting");
    let record = stage.run(&start).await;
    assert_one_invoice(&stage, &record, "after a caller left");
}
