//! Starting runs over HTTP.

use http::Method;
use qbo_simulator::faults::{Effect, Fault};
use qbo_tests::COMPANY;
use serde_json::{Value, json};

use super::serving::Serving;

fn invoice(record: &Value) -> Value {
    let documents = record["documents"].as_array().cloned().unwrap_or_default();
    documents.into_iter().find(|document| document["entity"] == "Invoice").unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_is_accepted_at_once_and_ends_with_an_invoice() {
    let serving = Serving::start();
    let body = json!({ "action": "create-invoice", "object": "deal:1001", "event": "monday" });
    let started = serving.post("/v1/runs", body).await;
    assert_eq!((started.status, &started.body["accepted"]), (202, &json!("new")));
    let run = started.run_id();
    assert_eq!(started.headers["location"], format!("/v1/runs/{run}"));
    let shown = serving.ended(&run).await;
    assert_eq!(shown["record"]["code"], "created");
    assert_eq!(invoice(&shown["record"])["total"], "629.40");
    assert_eq!(shown["source"], "api");
    assert!(shown["record"]["limits"]["calls"]["used"].as_u64().is_some_and(|calls| calls > 0));
    assert!(shown["calls"].as_array().is_some_and(|calls| calls.iter().any(|call| call["verb"] == "create")));
    let happened: Vec<_> = shown["timeline"].as_array().expect("a timeline").iter().map(|line| &line["what"]).collect();
    assert_eq!(happened, ["accepted", "ended"]);
    assert_eq!(serving.invoices_of("1001").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_event_twice_is_one_run_and_one_invoice() {
    let serving = Serving::start();
    let first = serving.run("deal:1001", json!({ "event": "monday" })).await;
    assert_eq!((first.status, &first.body["accepted"]), (200, &json!("new")));
    let again = serving.run("deal:1001", json!({ "event": "monday", "wait_seconds": 0 })).await;
    assert_eq!((again.status, &again.body["accepted"]), (200, &json!("duplicate")));
    assert_eq!(again.run_id(), first.run_id());
    assert_eq!(again.body["record"], first.body["record"]);
    assert_eq!(serving.invoices_of("1001").len(), 1);
    let other = serving.run("deal:1002", json!({ "event": "monday" })).await;
    other.assert_problem(409, "event_taken", "another object");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_starts_of_one_deal_at_once_make_one_invoice() {
    let serving = Serving::start();
    let start = || serving.run("deal:1001", json!({}));
    let answers = futures::future::join_all([start(), start(), start()]).await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(["created", "already_exists"].iter().any(|code| answer.body["record"]["code"] == *code), "{answer:?}");
    }
    assert_eq!(serving.invoices_of("1001").len(), 1);
}

/// A run that stays under way: QuickBooks takes its time with the invoice.
async fn under_way(serving: &Serving) -> String {
    let slow = Fault { matches: "/invoice?".into(), skip: 0, times: 1, effect: Effect::Slow { by_ms: 1_500 } };
    serving.stage.books.faults().inject(slow);
    let run = serving.run("deal:1001", json!({ "wait_seconds": 0 })).await.run_id();
    serving.shown(&run, |shown| shown["calls"].as_array().is_some_and(|calls| !calls.is_empty())).await;
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_an_event_joins_the_run_of_its_sale() {
    let serving = Serving::start();
    let first = under_way(&serving).await;
    let joined = serving.run("deal:1001", json!({})).await;
    assert_eq!((&joined.body["accepted"], joined.run_id()), (&json!("joined"), first));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_reference_of_a_deal_is_started_and_billed_once() {
    let serving = Serving::start();
    for (reference, code) in [("1 of 2", "created"), ("2 of 2", "created"), ("1 of 2", "already_exists")] {
        let answer = serving.run("deal:1001", json!({ "reference": reference })).await;
        assert_eq!(answer.body["record"]["code"], code, "{reference}: {answer:?}");
        assert_eq!(serving.shown(&answer.run_id(), |_| true).await["reference"], reference);
    }
    assert_eq!(serving.invoices_of("1001").len(), 2);
    serving.run("deal:1001", json!({ "reference": "" })).await.assert_problem(422, "bad_member", "reference");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_waits_gets_a_run_of_its_own() {
    let serving = Serving::start();
    let first = under_way(&serving).await;
    let waits = serving.run("deal:1001", json!({ "callback": "ap-1" })).await;
    assert_eq!((&waits.body["accepted"], waits.run_id() == first), (&json!("new"), false));
    assert_eq!(waits.body["record"]["code"], "already_exists");
    let taken = |shown: &Value| shown["messages"][0]["state"] == "taken";
    serving.shown(&waits.run_id(), taken).await;
    assert_eq!(serving.stage.portal.callbacks().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_another_document_gets_a_run_of_its_own() {
    let serving = Serving::start();
    let first = under_way(&serving).await;
    let another = serving.run("deal:1001", json!({ "if_exists": "another" })).await;
    assert_eq!((&another.body["accepted"], another.run_id() == first), (&json!("new"), false));
    assert_eq!(another.body["record"]["code"], "created");
    serving.ended(&first).await;
    assert_eq!(serving.invoices_of("1001").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_tells_its_end_to_one_callback() {
    let serving = Serving::start();
    let start = |more: Value| serving.run("deal:1001", more);
    let first = start(json!({ "event": "monday", "callback": "ap-1" })).await;
    for same in [json!({ "event": "monday", "callback": "ap-1" }), json!({ "event": "monday" })] {
        let again = start(same).await;
        assert_eq!((&again.body["accepted"], again.run_id()), (&json!("duplicate"), first.run_id()));
    }
    let other = start(json!({ "event": "monday", "callback": "ap-2" })).await;
    other.assert_problem(409, "event_taken", "another callback");
    start(json!({ "event": "tuesday" })).await;
    let late = start(json!({ "event": "tuesday", "callback": "ap-3" })).await;
    late.assert_problem(409, "event_taken", "a callback where there was none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_answered_and_sends_nothing() {
    let serving = Serving::start();
    let previewed = serving.run("deal:1001", json!({ "event": "monday", "preview": true })).await;
    assert_eq!(previewed.body["record"]["status"], "previewed");
    assert_eq!(serving.invoices_of("1001").len(), 0);
    let made = serving.run("deal:1001", json!({ "event": "monday" })).await;
    assert_eq!(made.body["record"]["status"], "succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_what_would_be_made_now() {
    let serving = Serving::start();
    let preview = || serving.run("deal:1001", json!({ "event": "monday", "preview": true }));
    let (first, same) = (preview().await, preview().await);
    assert_eq!(same.body["accepted"], "new");
    // What it shows is of the run that it previews, whoever asks and however often.
    assert_eq!(first.body["record"]["preview_hash"], same.body["record"]["preview_hash"]);
    serving.stage.portal.put("deal", "1001", &[("dealname", "Hedge, trimmed"), ("amount", "")]);
    let lines = serving.stage.portal.associated(("deal", "1001"), "line_item");
    serving.stage.portal.put("line_item", &lines[0], &[("quantity", "7"), ("amount", "")]);
    let changed = preview().await;
    assert_eq!(changed.body["record"]["status"], "previewed", "{changed:?}");
    assert_ne!(invoice(&changed.body["record"])["total"], invoice(&first.body["record"])["total"]);
    assert_ne!(changed.body["record"]["preview_hash"], first.body["record"]["preview_hash"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn inputs_decide_and_the_connection_may_be_named() {
    let serving = Serving::start();
    let (portal, company) = (&serving.stage.connection.portal, serving.stage.connection.quickbooks.realm());
    let inputs = json!({ "create_product": "yes", "income_account": "79" });
    let made = serving.run("deal:1003", json!({ "inputs": inputs, "portal": portal, "company": company })).await;
    assert_eq!(invoice(&made.body["record"])["total"], "242.27");
    let shown = serving.get(&format!("/v1/runs/{}", made.run_id())).await.body;
    assert_eq!(shown["inputs"]["create_product"], "yes");
    assert!(shown["inputs"].as_object().is_some_and(|inputs| inputs.len() > 2), "defaults are among them");
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_listed_newest_first_in_pages() {
    let serving = Serving::start();
    let mut runs = Vec::new();
    for event in ["a", "b", "c"] {
        runs.push(serving.run("deal:1004", json!({ "event": event })).await.run_id());
    }
    let ids = |body: &Value| {
        let lines = body["runs"].as_array().cloned().unwrap_or_default();
        lines.iter().map(|line| line["run_id"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let page = serving.get("/v1/runs?most=2").await.body;
    assert_eq!(ids(&page), [runs[2].clone(), runs[1].clone()]);
    let next = page["next"].as_str().expect("another page").to_owned();
    let last = serving.get(&format!("/v1/runs?most=2&before={next}")).await.body;
    assert_eq!((ids(&last), &last["next"]), (vec![runs[0].clone()], &Value::Null));
    assert_eq!(ids(&serving.get("/v1/runs?event=b&status=refused&object=deal:1004").await.body), [runs[1].clone()]);
    assert_eq!(ids(&serving.get("/v1/runs?status=succeeded").await.body), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_readiness_need_no_token_and_actions_are_listed() {
    let serving = Serving::start();
    let health = serving.ask(Method::GET, "/health", None, b"").await;
    assert_eq!((health.status, &health.body["status"]), (200, &json!("ok")));
    serving.run("deal:1004", json!({})).await;
    let ready = serving.ask(Method::GET, "/ready", None, b"").await;
    assert_eq!((ready.status, &ready.body["runs"]["ended"]), (200, &json!(1)));
    let actions = serving.get("/v1/actions").await.body;
    assert_eq!(actions["actions"][0]["action"], "create-invoice");
    let granted = actions["actions"][0]["granted"].as_array().expect("a list");
    assert!(granted.contains(&json!("invoice:create")));
    let connections = serving.get("/v1/connections").await.body;
    let asked = &connections["connections"][0]["asked"];
    let sent = serving.stage.books.pace(COMPANY).requests as u64;
    let counted = asked["reads"].as_u64().zip(asked["writes"].as_u64());
    assert_eq!(counted.map(|(reads, writes)| reads + writes), Some(sent), "{connections}");
}
