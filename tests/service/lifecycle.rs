//! A service begins, is asked to stop, and ends.

use std::net::TcpListener;
use std::time::Duration;

use http::Method;
use qbo_simulator::faults::{Effect, Fault};
use qbo_tests::Stage;
use serde_json::json;
use tempfile::TempDir;

use super::serving::{Serving, config, serve};
use crate::cli::binary::finish;

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_the_middle_of_runs_loses_nothing() {
    let serving = Serving::start();
    let slow = Fault { matches: "/invoice?".into(), skip: 0, times: 3, effect: Effect::Slow { by_ms: 1_500 } };
    serving.stage.books.faults().inject(slow);
    for deal in ["deal:1001", "deal:1002", "deal:1007"] {
        let started = serving.run(deal, json!({ "wait_seconds": 0 })).await;
        let at_the_invoice = |shown: &serde_json::Value| {
            shown["calls"].as_array().is_some_and(|calls| calls.iter().any(|call| call["result"] == "unanswered"))
        };
        serving.shown(&started.run_id(), at_the_invoice).await;
    }
    let (stage, status, took) = serving.stop("TERM");
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    let invoices = stage.documents("Invoice");
    for deal in ["1001", "1002", "1007"] {
        let marker = format!("deal {deal} ");
        let of_deal = invoices
            .iter()
            .filter(|invoice| invoice["PrivateNote"].as_str().is_some_and(|note| note.contains(&marker)));
        assert_eq!(of_deal.count(), 1, "{deal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stops_takes_nothing_new_and_says_so() {
    let serving = Serving::start();
    let slow = Fault { matches: "/invoice?".into(), skip: 0, times: 1, effect: Effect::Slow { by_ms: 3_000 } };
    serving.stage.books.faults().inject(slow);
    let started = serving.run("deal:1001", json!({ "wait_seconds": 0 })).await;
    let begun = |shown: &serde_json::Value| shown["calls"].as_array().is_some_and(|calls| !calls.is_empty());
    serving.shown(&started.run_id(), begun).await;
    serving.signal("TERM");
    while serving.ask(Method::GET, "/ready", None, b"").await.status == 200 {}
    let ready = serving.ask(Method::GET, "/ready", None, b"").await;
    ready.assert_problem(503, "stopping", "ready");
    assert!(ready.headers.contains_key("retry-after"));
    serving.run("deal:1002", json!({})).await.assert_problem(503, "stopping", "a start");
    // The one under way can be looked at still.
    assert_eq!(serving.get("/v1/runs").await.status, 200);
    assert_eq!(serving.ask(Method::GET, "/health", None, b"").await.status, 200);
    let (stage, status) = serving.end();
    assert_eq!(status.code(), Some(0));
    assert!(
        stage
            .documents("Invoice")
            .iter()
            .all(|invoice| { invoice["PrivateNote"].as_str().is_none_or(|note| !note.contains("deal 1002 ")) })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_request_to_stop_ends_it_at_once() {
    let serving = Serving::with("grace_seconds = 600", "");
    let hangs = Fault { matches: "/invoice?".into(), skip: 0, times: 1, effect: Effect::Slow { by_ms: 60_000 } };
    serving.stage.books.faults().inject(hangs);
    let started = serving.run("deal:1001", json!({ "wait_seconds": 0 })).await;
    let begun = |shown: &serde_json::Value| shown["calls"].as_array().is_some_and(|calls| !calls.is_empty());
    serving.shown(&started.run_id(), begun).await;
    serving.signal("INT");
    while serving.ask(Method::GET, "/ready", None, b"").await.status == 200 {}
    let (_, status, took) = serving.stop("INT");
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_waits_is_answered_when_the_service_stops() {
    let serving = Serving::with("grace_seconds = 1", "");
    let hangs = Fault { matches: "/invoice?".into(), skip: 0, times: 1, effect: Effect::Slow { by_ms: 60_000 } };
    serving.stage.books.faults().inject(hangs);
    let started = serving.run("deal:1001", json!({ "wait_seconds": 0 })).await;
    let path = format!("/v1/runs/{}?wait_seconds=50", started.run_id());
    let stopped = async {
        let begun = |shown: &serde_json::Value| shown["calls"].as_array().is_some_and(|calls| !calls.is_empty());
        serving.shown(&started.run_id(), begun).await;
        serving.signal("TERM");
    };
    let (waited, ()) = futures::future::join(serving.get(&path), stopped).await;
    assert_eq!(waited.status, 200, "{waited:?}");
    assert_ne!(waited.body["phase"], "ended");
    assert_eq!(serving.end().1.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_a_service_from_starting_is_told() {
    let stage = Stage::new();
    let folder = TempDir::new().expect("a folder");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let good = config(&stage, "", "");
    let other = qbo_tests::component("tests/guests");
    for (what, text, variables, exit, code) in [
        ("no token", good.clone(), vec![("QBO_HOST_TOKEN", "")], 2, "secret_missing"),
        ("a taken port", good.clone(), vec![("QBO_HOST_LISTEN", address.as_str())], 1, "address_taken"),
        (
            "no component",
            good.clone(),
            vec![("QBO_HOST_ACTIONS__CREATE_INVOICE__COMPONENT", "nowhere.wasm")],
            2,
            "unreadable_file",
        ),
        (
            "not a component",
            good.clone(),
            vec![("QBO_HOST_ACTIONS__CREATE_INVOICE__COMPONENT", "Cargo.toml")],
            1,
            "not_wasm",
        ),
        (
            "another action",
            good.clone(),
            vec![("QBO_HOST_ACTIONS__CREATE_INVOICE__COMPONENT", other.to_str().expect("text"))],
            2,
            "bad_setting",
        ),
        (
            "what nobody asks for",
            good.clone(),
            vec![("QBO_HOST_ACTIONS__CREATE_INVOICE__DENY", "bill:create")],
            1,
            "bad_capability",
        ),
        (
            "a secret in the clear",
            good.clone(),
            vec![("QBO_HOST_CONNECTIONS__MAIN__QUICKBOOKS", "http://quickbooks.example.com")],
            2,
            "bad_url",
        ),
        (
            "too fast",
            good.clone(),
            vec![("QBO_HOST_CONNECTIONS__MAIN__QUICKBOOKS", "https://quickbooks.example.com")],
            2,
            "bad_setting",
        ),
    ] {
        let (mut command, _) = serve(&folder, &text);
        command.envs(variables).arg("--json");
        let told = finish(command);
        assert!(told.stdout.contains(code), "{what}: {told:?}");
        told.assert_error(exit, code);
    }
}
