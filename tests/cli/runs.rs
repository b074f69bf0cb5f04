//! `run start`, from one process to another.

use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use qbo_simulator::hubspot::HubSpot;
use qbo_simulator::quickbooks::QuickBooks;
use qbo_tests::component;
use serde_json::{Value, json};

use super::binary::{finish, qbo_host};
use super::simulator::Simulators;

/// A start of `create-invoice` against the simulators.
fn start(simulators: &Simulators, options: &[&str]) -> Command {
    component("action-modules/create-invoice");
    let mut command = qbo_host(&["run", "start", "--action", "create-invoice"]);
    command.args(["--quickbooks", &simulators.quickbooks, "--hubspot", &simulators.hubspot]).args(options);
    command
}

fn run(simulators: &Simulators, options: &[&str]) -> (Option<i32>, Value) {
    let mut command = start(simulators, options);
    command.arg("--json");
    let finished = finish(command);
    (finished.code, finished.json())
}

fn invoice(record: &Value) -> Value {
    let documents = record["documents"].as_array().expect("documents");
    documents.iter().find(|document| document["entity"] == "Invoice").cloned().unwrap_or_default()
}

#[test]
fn one_event_in_two_processes_makes_one_invoice() {
    let simulators = Simulators::start();
    let same = ["--object", "deal:1001", "--event", "monday"];
    let ((first_code, first), (second_code, second)) = (run(&simulators, &same), run(&simulators, &same));
    assert_eq!((first_code, second_code), (Some(0), Some(0)));
    assert_eq!(invoice(&first)["total"], "629.40");
    assert_eq!(invoice(&first), invoice(&second));
    assert_eq!(first["run_id"], second["run_id"]);
    // The number that follows is the next one, so nothing was made in between.
    let (_, other) = run(&simulators, &["--object", "deal:1002"]);
    let number = |record: &Value| invoice(record)["doc_number"].as_str().and_then(|number| number.parse::<u32>().ok());
    assert_eq!(number(&other), number(&first).map(|number| number + 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_quickbooks_has_forgotten_makes_no_second_invoice() {
    // The simulator as this process's own, so that its memory of request ids can be taken away.
    let (books, portal) = (QuickBooks::seeded(), HubSpot::seeded());
    let local = || SocketAddr::from(([127, 0, 0, 1], 0));
    let (quickbooks, hubspot) = (books.serve(local()).expect("a port"), portal.serve(local()).expect("a port"));
    books.set_request_id_memory(Duration::ZERO);
    let [quickbooks_url, hubspot_url] = [&quickbooks, &hubspot].map(|server| format!("http://{}", server.address()));
    component("action-modules/create-invoice");
    let start = || {
        let mut command = qbo_host(&["run", "start", "--action", "create-invoice", "--object", "deal:1001", "--json"]);
        command.args(["--event", "monday", "--quickbooks", &quickbooks_url, "--hubspot", &hubspot_url]);
        finish(command)
    };
    let (first, second) = tokio::task::block_in_place(|| (start(), start()));
    assert_eq!((first.code, second.code), (Some(0), Some(0)), "{second:?}");
    assert_eq!(invoice(&first.json())["id"], invoice(&second.json())["id"]);
}

#[test]
fn a_start_without_an_event_names_it_before_it_ends() {
    let simulators = Simulators::start();
    let mut unnamed = start(&simulators, &["--object", "deal:1001", "--json"]);
    unnamed.env("QBO_HOST_LOG", "error");
    let made = finish(unnamed);
    let event = made.stderr.lines().find_map(|line| line.strip_prefix("event ")).expect("the event's name");
    assert_eq!(made.json()["event"], event);
    let (_, again) = run(&simulators, &["--object", "deal:1001", "--event", event]);
    assert_eq!(invoice(&again), invoice(&made.json()));
}

#[test]
fn a_real_company_takes_no_start_without_an_event() {
    component("action-modules/create-invoice");
    let elsewhere = |more: &[&str]| {
        let mut command = qbo_host(&["run", "start", "--action", "create-invoice", "--object", "deal:1001", "--json"]);
        command.args(["--quickbooks", "https://quickbooks.invalid", "--patience", "0"]).args(more);
        for secret in ["CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN"] {
            command.env(format!("QBO_HOST_QUICKBOOKS_{secret}"), "a-secret");
        }
        finish(command)
    };
    elsewhere(&[]).assert_error(2, "event_missing");
    assert_eq!(elsewhere(&["--event", "monday"]).json()["status"], "waiting");
    assert_eq!(elsewhere(&["--preview"]).json()["status"], "waiting");
}

#[test]
fn without_a_service_hubspot_is_told_before_the_command_ends() {
    let simulators = Simulators::start();
    let (_, made) = run(&simulators, &["--object", "deal:1001"]);
    assert_eq!(made["messages"], json!([{ "kind": "note", "state": "taken", "failures": 0 }]));
    let (_, previewed) = run(&simulators, &["--object", "deal:1002", "--preview"]);
    assert_eq!(previewed["messages"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hubspot_was_not_told_takes_nothing_from_the_run() {
    let simulators = Simulators::start();
    let fault = json!({ "matches": "/crm/v3/objects/notes ", "effect": { "kind": "server_error", "status": 403 } });
    let armed = reqwest::Client::new().post(format!("{}/simulator/faults", simulators.hubspot)).body(fault.to_string());
    assert!(armed.send().await.is_ok_and(|armed| armed.status().is_success()));
    let (code, made) = tokio::task::block_in_place(|| run(&simulators, &["--object", "deal:1001"]));
    assert_eq!((code, &made["status"]), (Some(0), &"succeeded".into()));
    assert_eq!(made["messages"][0]["code"], "hubspot_scope_missing");
    assert!(made["hint"].as_str().is_some_and(|hint| !hint.is_empty()));
}

#[test]
fn a_preview_sends_nothing_and_a_start_after_it_does() {
    let simulators = Simulators::start();
    let options = ["--object", "deal:1007", "--event", "monday"];
    let (code, previewed) = run(&simulators, &[&options[..], &["--preview"]].concat());
    assert_eq!((code, &previewed["status"]), (Some(0), &"previewed".into()));
    assert!(invoice(&previewed)["id"].as_str().is_some_and(|id| id.starts_with("preview:")));
    let (code, made) = run(&simulators, &options);
    assert_eq!((code, &made["status"]), (Some(0), &"succeeded".into()));
    assert_eq!(invoice(&made)["total"], invoice(&previewed)["total"]);
}

#[test]
fn an_input_decides_what_becomes_of_a_missing_product() {
    let simulators = Simulators::start();
    let (code, refused) = run(&simulators, &["--object", "deal:1003"]);
    assert_eq!((code, &refused["code"]), (Some(1), &"product_not_found".into()));
    let inputs = ["--object", "deal:1003", "--input", "create_product=yes", "--input", "income_account=79"];
    let (code, made) = run(&simulators, &inputs);
    assert_eq!((code, &invoice(&made)["total"]), (Some(0), &"242.27".into()));
}

#[test]
fn what_is_denied_is_not_done() {
    let simulators = Simulators::start();
    let (code, held) = run(&simulators, &["--object", "deal:1001", "--deny", "invoice:create"]);
    assert_eq!(
        (code, &held["code"], &held["calls"]),
        (Some(1), &"capability_missing".into(), &Value::Array(Vec::new()))
    );
    assert!(held["hint"].as_str().is_some_and(|hint| !hint.is_empty()));
    let (code, refused) = run(&simulators, &["--object", "deal:1001", "--deny", "customer:create"]);
    assert_eq!((code, &refused["status"]), (Some(1), &"refused".into()));
}

#[test]
fn a_sale_that_needs_no_document_is_no_failure() {
    let simulators = Simulators::start();
    let (code, skipped) = run(&simulators, &["--object", "deal:1026"]);
    assert_eq!((code, &skipped["code"]), (Some(0), &"already_invoiced".into()));
    assert_eq!(skipped["documents"], Value::Array(Vec::new()));
}

#[test]
fn each_problem_is_told_once() {
    let simulators = Simulators::start();
    let (_, record) = run(&simulators, &["--object", "deal:1006"]);
    let shown = finish(start(&simulators, &["--object", "deal:1006"]));
    assert_eq!(shown.code, Some(1));
    let told = shown.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let problems = record["problems"].as_array().expect("problems");
    assert!(!problems.is_empty());
    for problem in problems {
        for member in ["message", "remedy"] {
            let sentence = problem[member].as_str().expect("text");
            assert_eq!(told.matches(sentence).count(), 1, "{sentence}");
        }
    }
}

#[test]
fn without_simulators_a_start_waits_as_long_as_it_is_told() {
    let gone = Simulators::start();
    let options = ["--object", "deal:1001", "--patience", "8", "--event", "monday"];
    let mut started = start(&gone, &options);
    started.arg("--json");
    drop(gone);
    let finished = finish(started);
    assert_eq!(finished.code, Some(1), "{finished:?}");
    let record = finished.json();
    assert_eq!((&record["status"], &record["code"]), (&"waiting".into(), &"hubspot_unavailable".into()));
    assert!(record["attempts"].as_u64().is_some_and(|attempts| attempts > 1), "{record}");
    let hint = record["hint"].as_str().expect("a hint");
    assert!(hint.contains("qbo-host simulator") && hint.contains("monday"), "{hint}");
    // Said while it waited, for a person who looks on.
    assert_eq!(finished.stderr.lines().count(), 1, "{}", finished.stderr);
}
