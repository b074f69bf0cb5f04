//! `demo`: what it shows, as text and as JSON, and that what it proposes works.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use qbo_tests::component;
use serde_json::{Value, json};

use super::binary::{Finished, Running, finish, qbo_host};

/// How the demo names this program.
const PROGRAM: &str = "cargo run --release -- ";

/// Thrice what it takes at QuickBooks' pace on an idle machine, for the other tests that run.
const TIME_MAX: Duration = Duration::from_secs(45);

/// The demo's simulators on free ports, so that nothing else on this machine is in its way.
const ANYWHERE: [(&str, &str); 2] =
    [("QBO_HOST_SIMULATOR_QUICKBOOKS", "127.0.0.1:0"), ("QBO_HOST_SIMULATOR_HUBSPOT", "127.0.0.1:0")];

fn built() {
    for module in [
        "create-invoice",
        "create-estimate",
        "create-sales-receipt",
        "create-paid-invoice",
        "create-expense",
        "create-refund-receipt",
    ] {
        component(&format!("action-modules/{module}"));
    }
}

/// One run as the demo tells it: action, object, status, code, and entity and total of its transactions.
type Told<'t> = (&'t str, &'t str, &'t str, &'t str, &'t [(&'t str, &'t str)]);

const STORY: [Told<'_>; 7] = [
    ("create-estimate", "deal:1401", "succeeded", "created", &[("Estimate", "475.00")]),
    ("create-invoice", "deal:1401", "succeeded", "created", &[("Invoice", "475.00")]),
    ("create-paid-invoice", "payment:3401", "succeeded", "created", &[("Invoice", "250.00"), ("Payment", "250.00")]),
    ("create-expense", "payment:3401", "succeeded", "created", &[("Purchase", "8.50")]),
    ("create-sales-receipt", "payment:3402", "succeeded", "created", &[("SalesReceipt", "297.00")]),
    ("create-expense", "payment:3402", "succeeded", "created", &[("Purchase", "8.91")]),
    ("create-refund-receipt", "payment:3402", "succeeded", "created", &[("RefundReceipt", "297.00")]),
];

const REFUSED: [Told<'_>; 6] = [
    ("create-invoice", "deal:1004", "refused", "contact_incomplete", &[]),
    ("create-estimate", "quote:2009", "refused", "totals_differ", &[]),
    ("create-sales-receipt", "payment:3005", "refused", "payment_processing", &[]),
    ("create-paid-invoice", "payment:3008", "refused", "taxable_line", &[]),
    ("create-expense", "payment:3010", "refused", "fees_unclear", &[]),
    ("create-refund-receipt", "payment:3004", "refused", "partial_refund", &[]),
];

#[test]
fn every_action_makes_its_documents_refuses_what_is_wrong_and_the_books_come_out_right() {
    built();
    let began = Instant::now();
    // What the environment holds is for real services, and none of the demo's business.
    let mut demo = qbo_host(&["demo", "--json"]);
    for secret in ["CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN", "TOKEN_URL"] {
        demo.env(format!("QBO_HOST_QUICKBOOKS_{secret}"), "https://oauth.invalid/an-operators-own");
    }
    demo.env("QBO_HOST_HUBSPOT_TOKEN", "an-operators-own");
    let demo = finish(demo);
    assert!(began.elapsed() < TIME_MAX, "it took {:?}", began.elapsed());
    assert_eq!(demo.code, Some(0), "{demo:?}");
    let demo = demo.json();
    let runs = demo["runs"].as_array().expect("runs");
    assert_eq!(runs.len(), STORY.len() + REFUSED.len());
    for (run, (action, object, status, code, made)) in runs.iter().zip(STORY.into_iter().chain(REFUSED)) {
        let told = (&run["action"], &run["object"], &run["status"], &run["code"]);
        assert_eq!(told, (&action.into(), &object.into(), &status.into(), &code.into()));
        assert_record_is_whole(run);
        let transactions: Vec<_> = documents(run)
            .filter_map(|document| Some((document["entity"].as_str()?, document["total"].as_str()?)))
            .collect();
        assert_eq!(transactions, made, "{run}");
        assert_eq!(writes(run), documents(run).count(), "{run}");
    }
    assert_eq!(demo["accounts"], accounts());
    assert_eq!(demo["notes"], STORY.len(), "each run that made a document is told in HubSpot");
}

/// 475.00 of the deal and 250.00 of the first payment were earned by item; the second payment came and
/// went; both cost fees. HubSpot pays out 250.00 − 8.50 and − 8.91.
fn accounts() -> Value {
    json!({
        "earned": [
            { "account": "Design income", "amount": "375.00" },
            { "account": "Landscaping Services:Labor:Installation", "amount": "350.00" },
        ],
        "spent": [{ "account": "Payment Processing Fees", "amount": "17.41" }],
        "net_income": "707.59",
        "owing": [{ "customer": "Nora Lind", "amount": "475.00" }],
        "clearing_account": "232.59",
        "net_payouts": "232.59",
    })
}

#[test]
fn every_mistake_of_a_deal_is_told_at_once() {
    built();
    let demo = finish(qbo_host(&["demo", "--json"])).json();
    let problems = demo["runs"][STORY.len()]["problems"].as_array().expect("problems").clone();
    let codes: Vec<_> = problems.iter().map(|problem| problem["code"].as_str().unwrap_or_default()).collect();
    assert_eq!(codes, ["contact_incomplete", "product_not_found", "product_not_found", "property_not_a_number"]);
    for problem in &problems {
        for member in ["message", "about", "remedy"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{problem} has no {member}");
        }
    }
}

fn documents(run: &Value) -> impl Iterator<Item = &Value> {
    run["documents"].as_array().expect("documents").iter()
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
    let invoice = |run: &Value| {
        let mut documents = documents(run);
        documents.find(|document| document["entity"] == "Invoice").map(|invoice| invoice["id"].clone())
    };
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
