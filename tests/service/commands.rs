//! The commands that ask a service.

use serde_json::json;

use super::serving::Serving;
use crate::cli::binary::{finish, qbo_host};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_started_listed_and_shown_by_commands() {
    let serving = Serving::start();
    let options = ["run", "start", "--action", "create-invoice", "--object", "deal:1001", "--event", "monday"];
    let started = serving.command(&[&options[..], &["--json"]].concat());
    assert_eq!(started.code, Some(0), "{started:?}");
    let record = started.json();
    assert_eq!((&record["code"], &record["event"]), (&json!("created"), &json!("monday")));
    let run = record["run_id"].as_str().expect("an id").to_owned();
    assert_eq!(serving.command(&options).code, Some(0));
    assert_eq!(serving.invoices_of("1001").len(), 1);

    let listed = serving.command(&["run", "list", "--json"]).json();
    assert_eq!(listed["runs"][0]["run_id"], run);
    let table = serving.command(&["run", "list"]);
    assert_eq!(table.code, Some(0));
    assert!(table.stdout.contains(&run) && table.stdout.contains("deal:1001"), "{}", table.stdout);
    assert!(table.stdout.lines().all(|line| line.chars().count() <= 80), "{}", table.stdout);

    let shown = serving.command(&["run", "show", &run, "--json"]).json();
    assert_eq!(shown["record"]["run_id"], run);
    let text = serving.command(&["run", "show", &run]).stdout;
    for part in ["accepted", "create Invoice", "limits:", "phase ended"] {
        assert!(text.contains(part), "no {part}: {text}");
    }
    let nothing = serving.command(&["run", "list", "--status", "held"]);
    assert_eq!((nothing.code, nothing.stdout.lines().count()), (Some(0), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_are_resumed_restarted_and_cancelled_by_commands() {
    let serving = Serving::start();
    serving.run("deal:1001", json!({ "event": "first" })).await;
    let held = serving.run("deal:1001", json!({ "event": "second", "if_exists": "hold" })).await.run_id();
    serving.command(&["run", "cancel", &held, "--json"]).assert_error(1, "run_ended");
    serving.command(&["run", "resume", &held, "--version", "9.9.9", "--json"]).assert_error(2, "unknown_version");
    let resumed = serving.command(&["run", "resume", &held]);
    assert_eq!(resumed.code, Some(0), "{resumed:?}");
    serving.ended(&held).await;
    let restarted = serving.command(&["run", "restart", &held, "--json"]);
    assert_eq!((restarted.code, &restarted.json()["run_id"]), (Some(0), &json!(held)));
    serving.ended(&held).await;
    serving.command(&["run", "show", "0123456789abcdef0123456789abcdef", "--json"]).assert_error(2, "unknown_run");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_of_the_service_is_told_like_every_error() {
    let serving = Serving::start();
    let start = |more: &[&str]| {
        let options = ["run", "start", "--action", "create-invoice", "--object", "deal:1001", "--json"];
        serving.command(&[&options[..], more].concat())
    };
    start(&["--input", "colour=red"]).assert_error(2, "unknown_input");
    start(&["--company", "1"]).assert_error(2, "unknown_connection");
    start(&["--deny", "invoice:create"]).assert_error(2, "usage");
    for flag in ["--quickbooks", "--hubspot", "--zone", "--actions", "--code-cache"] {
        start(&[flag, "elsewhere"]).assert_error(2, "usage");
    }
    let mut stranger = qbo_host(&["run", "list", "--service", &serving.url, "--json"]);
    stranger.env("QBO_HOST_TOKEN", "another");
    finish(stranger).assert_error(1, "unauthorized");
    finish(qbo_host(&["run", "list", "--service", &serving.url, "--json"])).assert_error(2, "secret_missing");
    let url = serving.url.clone();
    serving.stop("INT");
    let mut nobody = qbo_host(&["run", "list", "--service", &url, "--json"]);
    nobody.env("QBO_HOST_TOKEN", "any");
    finish(nobody).assert_error(1, "service_unavailable");
}
