//! Whatever is wrong with a request: a status, a stable code, and nothing started.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use super::serving::{Serving, TOKEN};

const NO_RUN: &str = "/v1/runs/0123456789abcdef0123456789abcdef";

const TWICE: &[u8] =
    br#"{"action":"create-invoice","object":"deal:1001","inputs":{"create_product":"yes","create_product":"no"}}"#;

/// A start with one thing wrong.
fn starts() -> Vec<(&'static str, Value, u16, &'static str)> {
    let long = "x".repeat(201);
    vec![
        ("no action", json!({ "object": "deal:1" }), 422, "bad_member"),
        (
            "an unknown member",
            json!({ "action": "create-invoice", "object": "deal:1", "colour": 1 }),
            422,
            "bad_member",
        ),
        ("a list", json!([]), 422, "bad_member"),
        ("null", json!(null), 422, "bad_member"),
        ("a number for a text", json!({ "action": 1, "object": "deal:1" }), 422, "bad_member"),
        ("inputs that are a list", start(json!({ "inputs": [] })), 422, "bad_member"),
        ("an input that is a number", start(json!({ "inputs": { "currency": 1 } })), 422, "bad_member"),
        ("an unknown policy", start(json!({ "if_exists": "maybe" })), 422, "bad_member"),
        ("an endless wait", start(json!({ "wait_seconds": 51 })), 422, "bad_member"),
        ("a wait that is negative", start(json!({ "wait_seconds": -1 })), 422, "bad_member"),
        ("an empty event", start(json!({ "event": "" })), 422, "bad_member"),
        ("a long event", start(json!({ "event": long })), 422, "bad_member"),
        ("a control character", start(json!({ "callback": "a\nb" })), 422, "bad_member"),
        ("no object", start(json!({ "object": "1001" })), 422, "bad_object"),
        ("an object of another kind", start(json!({ "object": "ticket:1" })), 422, "bad_object"),
        ("a path for an id", start(json!({ "object": "deal:../1" })), 422, "bad_object"),
        ("an object that the action is not for", start(json!({ "object": "payment:1" })), 422, "wrong_object_type"),
        ("an unknown action", start(json!({ "action": "create-castle" })), 404, "unknown_action"),
        ("an unknown portal", start(json!({ "portal": "1" })), 404, "unknown_connection"),
        ("an unknown company", start(json!({ "company": "1" })), 404, "unknown_connection"),
        ("an unknown input", start(json!({ "inputs": { "colour": "red" } })), 422, "unknown_input"),
        ("a bad input", start(json!({ "inputs": { "create_product": "maybe" } })), 422, "bad_input"),
    ]
}

fn start(more: Value) -> Value {
    let mut body = json!({ "action": "create-invoice", "object": "deal:1001" });
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_start_is_told_and_starts_nothing() {
    let serving = Serving::start();
    for (what, body, status, code) in starts() {
        serving.post("/v1/runs", body).await.assert_problem(status, code, what);
    }
    for (what, body, status, code) in [
        ("no JSON", &b"{"[..], 400, "bad_json"),
        ("two values", b"{\"action\": \"create-invoice\", \"object\": \"deal:1\"} {}", 400, "bad_json"),
        ("one input twice", TWICE, 422, "bad_input"),
        ("members in a list", b"[\"create-invoice\", \"deal:1001\"]", 422, "bad_member"),
        ("no UTF-8", b"{\"action\": \"\xff\"}", 400, "bad_json"),
        ("nothing", b"", 422, "bad_member"),
        ("zeros", &[0; 100], 400, "bad_json"),
        ("deep lists", &[b'['; 10_000], 400, "bad_json"),
        ("too much", &[b' '; 70_000], 413, "body_too_large"),
    ] {
        serving.ask(Method::POST, "/v1/runs", Some(TOKEN), body).await.assert_problem(status, code, what);
    }
    let whole = start(json!({ "inputs": { "create_product": "yes" } })).to_string();
    for end in 1..whole.len() {
        let cut_off = serving.ask(Method::POST, "/v1/runs", Some(TOKEN), &whole.as_bytes()[..end]).await;
        cut_off.assert_problem(400, "bad_json", &whole[..end]);
    }
    let malformed = serving.ask(Method::POST, "/v1/runs", Some(TOKEN), b"{\n \"a\": }").await;
    assert!(malformed.body["detail"].as_str().is_some_and(|detail| detail.contains("line 2")), "{malformed:?}");
    let unknown = serving.post("/v1/runs", start(json!({ "colour": 1 }))).await;
    assert!(unknown.body["detail"].as_str().is_some_and(|detail| detail.contains("colour")), "{unknown:?}");
    assert_eq!(serving.get("/v1/runs").await.body["runs"], json!([]));
    assert!(serving.stage.books.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_token_nothing_is_told_but_health() {
    let serving = Serving::start();
    for (method, path) in [
        (Method::GET, "/v1/runs"),
        (Method::POST, "/v1/runs"),
        (Method::GET, NO_RUN),
        (Method::GET, "/v1/actions"),
        (Method::POST, "/v1/store/backup"),
    ] {
        for token in [None, Some(""), Some("test-toke"), Some("test-token2"), Some("TEST-TOKEN")] {
            let answer = serving.ask(method.clone(), path, token, b"{}").await;
            answer.assert_problem(401, "unauthorized", &format!("{method} {path} {token:?}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_not_found() {
    let serving = Serving::start();
    for (method, path, status, code) in [
        (Method::GET, "/", 404, "no_route"),
        (Method::GET, "/v1/castles", 404, "no_route"),
        (Method::GET, "/v1/runs/%ff", 404, "unknown_run"),
        (Method::GET, "/v1/runs/..%2f..%2fhealth", 404, "unknown_run"),
        (Method::GET, "/v1/runs/4f2c", 404, "unknown_run"),
        (Method::GET, NO_RUN, 404, "unknown_run"),
        (Method::GET, &format!("{NO_RUN}?wait_seconds=51"), 422, "bad_filter"),
        (Method::GET, &format!("{NO_RUN}?wait_seconds=1"), 404, "unknown_run"),
        (Method::DELETE, NO_RUN, 405, "wrong_method"),
        (Method::PUT, "/v1/runs", 405, "wrong_method"),
        (Method::POST, "/health", 405, "wrong_method"),
        (Method::GET, "/v1/runs?colour=red", 422, "bad_filter"),
        (Method::GET, "/v1/runs?most=0", 422, "bad_filter"),
        (Method::GET, "/v1/runs?most=201", 422, "bad_filter"),
        (Method::GET, "/v1/runs?most=many", 422, "bad_filter"),
        (Method::GET, "/v1/runs?status=fine", 422, "bad_filter"),
        (Method::GET, "/v1/runs?before=4f2c", 422, "bad_filter"),
    ] {
        let answer = serving.ask(method.clone(), path, Some(TOKEN), b"").await;
        answer.assert_problem(status, code, &format!("{method} {path}"));
    }
    for verb in ["resume", "restart", "cancel"] {
        let path = format!("{NO_RUN}/{verb}");
        serving.post(&path, json!({})).await.assert_problem(404, "unknown_run", verb);
        serving.post(&path, json!({ "colour": 1 })).await.assert_problem(422, "bad_member", verb);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_speaks_no_http_disturbs_nobody() {
    let serving = Serving::start();
    let address = serving.url.trim_start_matches("http://");
    let mut open = Vec::new();
    for said in
        [&b"\x16\x03\x01\x02\x00"[..], b"GET", b"POST /v1/runs HTTP/1.1\r\nContent-Length: -1\r\n\r\n", &[0; 4_096]]
    {
        let mut stream = TcpStream::connect(address).expect("a connection");
        // The service may hang up while this is being said.
        let _hung_up = stream.write_all(said);
        open.push(stream);
    }
    assert_eq!(serving.run("deal:1004", json!({})).await.status, 200);
    let (_, status, took) = serving.stop("TERM");
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(10), "an open connection delays the end: {took:?}");
}
