//! `demo`: what it shows, as text and as JSON, and that what it proposes works.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use qbo_tests::component;
use serde_json::Value;

use super::binary::{Finished, Running, finish, qbo_host};

/// How the demo names this program.
const PROGRAM: &str = "cargo run --release -- ";

/// Twice over what it takes at QuickBooks' pace on an idle machine, for the other tests that run.
const TIME_MAX: Duration = Duration::from_secs(20);

/// The demo's simulators on free ports, so that nothing else on this machine is in its way.
const ANYWHERE: [(&str, &str); 2] =
    [("QBO_HOST_SIMULATOR_QUICKBOOKS", "127.0.0.1:0"), ("QBO_HOST_SIMULATOR_HUBSPOT", "127.0.0.1:0")];

fn built() {
    component("action-modules/create-invoice");
}

#[test]
fn it_makes_three_invoices_and_refuses_two_deals() {
    built();
    let began = Instant::now();
    let demo = finish(qbo_host(&["demo", "--json"]));
    assert!(began.elapsed() < TIME_MAX, "it took {:?}", began.elapsed());
    assert_eq!(demo.code, Some(0), "{demo:?}");
    let demo = demo.json();
    let runs = demo["runs"].as_array().expect("runs");
    let ends = [
        ("deal:1001", "succeeded", "created", "629.40"),
        ("deal:1002", "succeeded", "created", "408.75"),
        ("deal:1003", "succeeded", "created", "242.27"),
        ("deal:1004", "refused", "contact_incomplete", ""),
        ("deal:1005", "refused", "currency_mismatch", ""),
    ];
    assert_eq!(runs.len(), ends.len());
    for (run, (object, status, code, total)) in runs.iter().zip(ends) {
        assert_eq!((&run["object"], &run["status"], &run["code"]), (&object.into(), &status.into(), &code.into()));
        assert_eq!(run["action"], "create-invoice");
        assert_record_is_whole(run);
        let invoices: Vec<_> = documents(run, "Invoice").collect();
        if total.is_empty() {
            assert_eq!(run["documents"].as_array().map(Vec::len), Some(0), "{run}");
            assert_eq!(writes(run), 0, "{run}");
        } else {
            assert_eq!(invoices.len(), 1, "{run}");
            assert_eq!(invoices[0]["total"], total);
            assert!(invoices[0]["doc_number"].as_str().is_some_and(|number| !number.is_empty()));
        }
    }
    let numbers: std::collections::BTreeSet<_> = runs
        .iter()
        .flat_map(|run| documents(run, "Invoice"))
        .map(|invoice| invoice["doc_number"].to_string())
        .collect();
    assert_eq!(numbers.len(), 3, "{numbers:?}");
    // A new customer, a new product: written before the invoice, and only where they are missing.
    assert_eq!(runs.iter().map(writes).collect::<Vec<_>>(), [2, 1, 3, 0, 0]);
}

#[test]
fn every_mistake_of_a_deal_is_told_at_once() {
    built();
    let demo = finish(qbo_host(&["demo", "--json"])).json();
    let problems = demo["runs"][3]["problems"].as_array().expect("problems").clone();
    let codes: Vec<_> = problems.iter().map(|problem| problem["code"].as_str().unwrap_or_default()).collect();
    assert_eq!(codes, ["contact_incomplete", "product_not_found", "product_not_found", "property_not_a_number"]);
    for problem in &problems {
        for member in ["message", "about", "remedy"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{problem} has no {member}");
        }
    }
}

fn documents<'a>(run: &'a Value, entity: &'a str) -> impl Iterator<Item = &'a Value> {
    let documents = run["documents"].as_array().expect("documents");
    documents.iter().filter(move |document| document["entity"] == entity)
}

fn writes(run: &Value) -> usize {
    let calls = run["calls"].as_array().expect("calls");
    calls.iter().filter(|call| call["verb"] == "create").count()
}

fn assert_record_is_whole(run: &Value) {
    assert!(run["message"].as_str().is_some_and(|message| !message.is_empty()), "{run}");
    for list in ["problems", "warnings"] {
        assert!(run[list].is_array(), "{run} has no {list}");
    }
    for document in run["documents"].as_array().expect("documents") {
        assert!(document["id"].as_str().is_some_and(|id| id.parse::<u32>().is_ok()), "{document}");
    }
    let calls = run["calls"].as_array().expect("calls");
    assert!(!calls.is_empty());
    for call in calls {
        assert!(["query", "read", "create"].contains(&call["verb"].as_str().unwrap_or_default()), "{call}");
        assert!(call["entity"].is_string() && call["duration_us"].is_u64(), "{call}");
    }
    for (name, limit) in run["limits"].as_object().expect("limits") {
        let (used, of) = (limit["used"].as_u64(), limit["limit"].as_u64());
        assert!(used.is_some() && of.is_some() && used <= of, "{name}: {limit}");
    }
}

#[test]
fn its_three_commands_work_word_for_word() {
    built();
    let mut demo = qbo_host(&["demo"]);
    demo.envs(ANYWHERE);
    let demo = finish(demo);
    assert_eq!(demo.code, Some(0), "{demo:?}");
    assert_fits_a_terminal(&demo);
    let commands: Vec<_> = demo.stdout.lines().filter_map(|line| line.trim().strip_prefix(PROGRAM)).collect();
    let [inspect, keep, start] = commands[..] else { panic!("{commands:?}") };
    let inspected = finish(qbo_host(&words(inspect)));
    assert_eq!(inspected.code, Some(0), "{inspected:?}");
    assert_fits_a_terminal(&inspected);

    let mut kept = qbo_host(&words(keep));
    kept.envs(ANYWHERE);
    let mut kept = Running::start(kept);
    let quickbooks = kept.text_after("QuickBooks is simulated at ");
    let hubspot = kept.text_after("HubSpot is simulated at ");
    let proposed: Vec<_> = (0..3).map(|_| kept.text_after(PROGRAM)).collect();

    let mut start = qbo_host(&words(start));
    start.env("QBO_HOST_QUICKBOOKS_URL", &quickbooks).env("QBO_HOST_HUBSPOT_URL", &hubspot);
    let previewed = finish(start);
    assert_eq!(previewed.code, Some(0), "{previewed:?}");
    for command in &proposed {
        let finished = finish(qbo_host(&words(command)));
        assert_eq!(finished.code, Some(0), "{command}: {finished:?}");
        assert_fits_a_terminal(&finished);
    }

    // Asked for as a program, the last command tells which invoice; repeated, the same one.
    let json = |command: &str| finish(qbo_host(&[&words(command)[..], &["--json"]].concat())).json();
    let (first, second) = (json(&proposed[2]), json(&proposed[2]));
    let invoice = |run: &Value| documents(run, "Invoice").next().map(|invoice| invoice["id"].clone());
    assert!(invoice(&first).is_some());
    assert_eq!(invoice(&first), invoice(&second));

    let (status, took) = kept.stop("INT");
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_secs(5), "it took {took:?} to stop");
}

fn words(command: &str) -> Vec<&str> {
    command.split_whitespace().collect()
}

/// What is wider than a terminal breaks there, and a table then can't be read. Commands are for
/// copying, whatever their length.
fn assert_fits_a_terminal(finished: &Finished) {
    for line in finished.stdout.lines().filter(|line| !line.contains(PROGRAM)) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn a_taken_port_is_named_before_anything_is_built() {
    let taken = TcpListener::bind("127.0.0.1:0").and_then(|listener| Ok((listener.local_addr()?, listener)));
    let (address, _listener) = taken.expect("a port");
    let address = address.to_string();
    for (quickbooks, hubspot) in [(address.as_str(), "127.0.0.1:0"), ("127.0.0.1:0", address.as_str())] {
        let options = ["demo", "--keep", "--json", "--quickbooks", quickbooks, "--hubspot", hubspot];
        let finished = finish(qbo_host(&options));
        finished.assert_error(1, "address_taken");
        assert_eq!(finished.stderr, "");
        assert!(finished.json()["error"]["message"].as_str().is_some_and(|message| message.contains(&address)));
    }
}
