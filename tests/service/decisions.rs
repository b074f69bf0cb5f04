//! What people decide about runs: resume, restart and cancel.

use qbo_simulator::faults::{Effect, Fault};
use serde_json::json;

use super::serving::Serving;

#[tokio::test(flavor = "multi_thread")]
async fn a_held_run_goes_on_when_what_held_it_is_gone() {
    let serving = Serving::start();
    serving.run("deal:1001", json!({ "event": "first" })).await;
    let held = serving.run("deal:1001", json!({ "event": "second", "if_exists": "hold" })).await;
    assert_eq!(held.body["record"]["code"], "already_exists");
    assert_eq!(held.body["record"]["status"], "held");
    let run = held.run_id();
    serving.delete(&serving.invoices_of("1001")[0]).await;
    let resumed = serving.post(&format!("/v1/runs/{run}/resume"), json!({})).await;
    assert_eq!((resumed.status, resumed.run_id()), (202, run.clone()));
    let shown = serving.ended(&run).await;
    assert_eq!(shown["record"]["code"], "created");
    let happened: Vec<_> = shown["timeline"].as_array().expect("a timeline").iter().map(|line| &line["what"]).collect();
    assert_eq!(happened, ["accepted", "ended", "resumed", "ended"]);
    assert_eq!(serving.invoices_of("1001").len(), 1);
    let again = serving.post(&format!("/v1/runs/{run}/resume"), json!({})).await;
    again.assert_problem(409, "run_ended", "a run that succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_named_by_its_version_or_its_digest() {
    let serving = Serving::start();
    serving.run("deal:1001", json!({ "event": "first" })).await;
    let held = serving.run("deal:1001", json!({ "event": "second", "if_exists": "hold" })).await;
    let resume = format!("/v1/runs/{}/resume", held.run_id());
    let none = format!("sha256:{}", "0".repeat(64));
    for version in ["9.9.9", "", &none] {
        let answer = serving.post(&resume, json!({ "version": version })).await;
        answer.assert_problem(404, "unknown_version", version);
    }
    let action = serving.get("/v1/actions").await.body["actions"][0].clone();
    for version in [&action["version"], &action["digest"]] {
        assert_eq!(serving.post(&resume, json!({ "version": version })).await.status, 202, "{version}");
        serving.ended(&held.run_id()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_begins_anew_only_when_nothing_of_it_stands() {
    let serving = Serving::start();
    let made = serving.run("deal:1001", json!({ "event": "first" })).await;
    let restart = format!("/v1/runs/{}/restart", made.run_id());
    let refused = serving.post(&restart, json!({})).await;
    refused.assert_problem(409, "documents_stand", "the invoice stands");
    assert_eq!(refused.body["documents"].as_array().map(Vec::len), Some(1));
    let first = serving.invoices_of("1001")[0].clone();
    serving.delete(&first).await;
    assert_eq!(serving.post(&restart, json!({})).await.status, 202);
    let shown = serving.ended(&made.run_id()).await;
    assert_eq!(shown["record"]["code"], "created");
    let invoices = serving.invoices_of("1001");
    assert_eq!(invoices.len(), 1);
    assert_ne!(invoices[0]["Id"], first["Id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_can_be_cancelled() {
    let serving = Serving::start();
    let away = Fault { matches: "/crm/".into(), skip: 0, times: 10_000, effect: Effect::HtmlError };
    serving.stage.portal.faults().inject(away);
    let started = serving.run("deal:1001", json!({ "wait_seconds": 0 })).await;
    let run = started.run_id();
    let shown = serving.shown(&run, |shown| shown["record"]["status"] == "waiting").await;
    assert_eq!(shown["record"]["code"], "hubspot_unavailable");
    for verb in ["resume", "restart"] {
        let answer = serving.post(&format!("/v1/runs/{run}/{verb}"), json!({})).await;
        answer.assert_problem(409, "run_not_ended", verb);
    }
    let cancelled = serving.post(&format!("/v1/runs/{run}/cancel"), json!({})).await;
    assert_eq!(cancelled.status, 202);
    serving.stage.portal.faults().clear();
    let shown = serving.ended(&run).await;
    assert_eq!(shown["record"]["status"], "cancelled");
    assert!(serving.invoices_of("1001").is_empty());
    let again = serving.post(&format!("/v1/runs/{run}/cancel"), json!({})).await;
    again.assert_problem(409, "run_ended", "it has ended");
}
