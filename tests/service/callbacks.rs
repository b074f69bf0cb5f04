//! What HubSpot is told about runs that its workflows wait for.

use std::time::{Duration, Instant};

use qbo_simulator::faults::{Effect, Fault};
use qbo_simulator::hubspot::PORTAL;
use qbo_tests::{COMPANY, Stage};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::serving::Serving;

const OTHER_PORTAL: &str = "50000002";

fn at_the_callback(times: u32, effect: Effect) -> Fault {
    Fault { matches: "/callbacks/".into(), skip: 0, times, effect }
}

/// The run's callback, once HubSpot took it or refused to.
async fn settled(serving: &Serving, run: &str) -> Value {
    serving.message(run, "callback").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_that_waits_is_told_how_its_run_ended() {
    let serving = Serving::start();
    let made = serving.run("deal:1001", json!({ "callback": "ap-1-2-3-0" })).await;
    let callback = settled(&serving, &made.run_id()).await;
    assert_eq!(callback, json!({ "kind": "callback", "state": "taken", "failures": 0 }));
    let refused = serving.run("deal:1004", json!({ "callback": "ap:1 ü" })).await;
    settled(&serving, &refused.run_id()).await;
    let told = serving.stage.portal.callbacks();
    let fields = &told[0].output_fields;
    assert_eq!((told[0].id.as_str(), &fields["hs_execution_state"]), ("ap-1-2-3-0", &json!("SUCCESS")));
    assert_eq!(fields["invoice_total"], "629.40");
    let fields = &told[1].output_fields;
    assert_eq!((told[1].id.as_str(), &fields["hs_execution_state"]), ("ap:1 ü", &json!("FAIL_CONTINUE")));
    assert_eq!(fields["errorCode"], refused.body["record"]["code"]);
    assert_eq!(told.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_is_sent_until_hubspot_takes_it() {
    let serving = Serving::start();
    serving.stage.portal.faults().inject(at_the_callback(1, Effect::ServerError { status: 502 }));
    serving.stage.portal.faults().inject(at_the_callback(1, Effect::NotCommitted));
    let made = serving.run("deal:1001", json!({ "callback": "ap-1" })).await;
    let callback = settled(&serving, &made.run_id()).await;
    assert_eq!(callback, json!({ "kind": "callback", "state": "taken", "failures": 2 }));
    assert_eq!(serving.stage.portal.callbacks().len(), 1);
}

/// A second portal of the same company, beside the one in `stage`.
fn another_portal(stage: &Stage, other: &Stage) -> String {
    let ((quickbooks, _), (_, hubspot)) = (stage.addresses, other.addresses);
    format!(
        "[connections.other]\nportal = \"{OTHER_PORTAL}\"\ncompany = \"{COMPANY}\"\n\
         zone = \"America/Los_Angeles\"\nquickbooks = \"http://{quickbooks}\"\nhubspot = \"http://{hubspot}\"\n\
         requests_per_second = 1000\nrequests_per_minute = 100000\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_portal_gets_four_messages_at_once_and_leaves_room_for_others() {
    let (stage, other) = (Stage::new(), Stage::new());
    stage.portal.faults().inject(at_the_callback(8, Effect::Slow { by_ms: 3_000 }));
    let settings = another_portal(&stage, &other);
    let serving = Serving::on(stage, TempDir::new().expect("a folder"), "", &settings);
    let began = Instant::now();
    let mut runs = Vec::new();
    for execution in 0..8 {
        let start = json!({ "portal": PORTAL.to_string(), "callback": format!("ap-{execution}"), "wait_seconds": 0 });
        runs.push(serving.run("deal:1004", start).await.run_id());
    }
    let quick = serving.run("deal:1004", json!({ "portal": OTHER_PORTAL, "callback": "ap-other" })).await;
    settled(&serving, &quick.run_id()).await;
    assert_eq!(other.portal.callbacks().len(), 1);
    assert!(serving.stage.portal.callbacks().len() < runs.len(), "the slow portal was told first");
    for run in &runs {
        assert_eq!(settled(&serving, run).await, json!({ "kind": "callback", "state": "taken", "failures": 0 }));
    }
    // Four, and when they are told another four.
    assert!(began.elapsed() >= Duration::from_secs(6), "{:?}", began.elapsed());
    assert_eq!(serving.stage.portal.callbacks().len(), runs.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_hubspot_refuses_is_kept_and_shown() {
    let serving = Serving::start();
    serving.stage.portal.faults().inject(at_the_callback(1, Effect::ServerError { status: 404 }));
    let made = serving.run("deal:1001", json!({ "callback": "ap-1" })).await;
    let callback = settled(&serving, &made.run_id()).await;
    assert_eq!((&callback["state"], &callback["code"]), (&json!("refused"), &json!("hubspot_object_gone")));
    assert!(serving.stage.portal.callbacks().is_empty());
    // How the run ended is not HubSpot's to say.
    let shown = serving.ended(&made.run_id()).await;
    assert_eq!(shown["record"]["status"], "succeeded");
}
