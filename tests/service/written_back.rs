//! What HubSpot is told about documents, and told once, whatever happens on the way.

use qbo_simulator::faults::{Effect, Fault};
use qbo_simulator::hubspot::HubSpot;
use qbo_simulator::quickbooks::QuickBooks;
use qbo_tests::world::portal;
use qbo_tests::{COMPANY, Stage};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::serving::Serving;

const DEAL: (&str, &str) = ("deal", "1001");

fn once(matches: &str, effect: Effect) -> Fault {
    Fault { matches: matches.into(), skip: 0, times: 1, effect }
}

fn refused(message: &Value) -> Option<&str> {
    message["code"].as_str().filter(|_| message["state"] == "refused")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_told_in_one_note_on_its_deal() {
    let serving = Serving::start();
    let run = serving.run("deal:1001", json!({})).await.run_id();
    assert_eq!(serving.message(&run, "note").await, json!({ "kind": "note", "state": "taken", "failures": 0 }));
    let [note] = serving.notes(DEAL).try_into().expect("one note");
    let invoice = &serving.invoices_of("1001")[0];
    let number = invoice["DocNumber"].as_str().expect("a number");
    for said in [number, "629.40", "HubSpot deal 1001", run.as_str(), "/app/invoice?txnId="] {
        assert!(note.contains(said), "{said} is missing in {note}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_makes_nothing_tells_nothing() {
    let serving = Serving::start();
    for (object, more) in [("deal:1001", json!({ "preview": true })), ("deal:1004", json!({}))] {
        let run = serving.run(object, more).await.run_id();
        assert_eq!(serving.ended(&run).await["messages"], json!([]), "{object}");
    }
    assert!(serving.notes(DEAL).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_whose_answer_was_lost_is_not_made_again() {
    let serving = Serving::start();
    serving.stage.portal.faults().inject(once("POST /crm/v3/objects/notes ", Effect::AnswerLost));
    let run = serving.run("deal:1001", json!({})).await.run_id();
    assert_eq!(serving.message(&run, "note").await["failures"], 1);
    assert_eq!(serving.notes(DEAL).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_killed_after_hubspot_made_the_note_makes_no_other() {
    let folder = TempDir::new().expect("a folder");
    let own = format!("store = {:?}", folder.path().join("runs.db"));
    let serving = Serving::with(&own, "");
    serving.stage.portal.faults().inject(once("POST /crm/v3/objects/notes ", Effect::Slow { by_ms: 20_000 }));
    let run = serving.run("deal:1001", json!({})).await.run_id();
    let shown = serving.shown(&run, |_| !serving.notes(DEAL).is_empty()).await;
    assert_eq!(shown["messages"][0]["state"], "due");
    let serving = serving.killed(&own);
    assert_eq!(serving.message(&run, "note").await["state"], "taken");
    assert_eq!(serving.notes(DEAL).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_killed_before_hubspot_made_the_note_makes_it_later() {
    let folder = TempDir::new().expect("a folder");
    let own = format!("store = {:?}", folder.path().join("runs.db"));
    let serving = Serving::with(&own, "");
    let away = Fault { times: 100, ..once("/associations/notes", Effect::ServerError { status: 503 }) };
    serving.stage.portal.faults().inject(away);
    let run = serving.run("deal:1001", json!({})).await.run_id();
    let serving = serving.killed(&own);
    serving.stage.portal.faults().clear();
    assert_eq!(serving.message(&run, "note").await["state"], "taken");
    assert_eq!(serving.notes(DEAL).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_waits_while_hubspot_is_busy() {
    let serving = Serving::start();
    for effect in [Effect::Throttled, Effect::ServerError { status: 423 }] {
        serving.stage.portal.faults().inject(once("/associations/notes", effect));
    }
    let run = serving.run("deal:1001", json!({})).await.run_id();
    assert_eq!(serving.message(&run, "note").await["failures"], 2);
    assert_eq!(serving.notes(DEAL).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_hubspot_refuses_says_why() {
    let serving = Serving::start();
    // It comes back when the deal has gone to the recycle bin.
    serving.stage.portal.faults().inject(once("/associations/notes", Effect::ServerError { status: 502 }));
    let gone = serving.run("deal:1001", json!({})).await.run_id();
    serving.stage.portal.archive(DEAL.0, DEAL.1);
    assert_eq!(refused(&serving.message(&gone, "note").await), Some("hubspot_object_gone"));
    let forbidden = Effect::ServerError { status: 403 };
    serving.stage.portal.faults().inject(once("POST /crm/v3/objects/notes ", forbidden));
    let forbidden = serving.run("deal:1002", json!({})).await.run_id();
    assert_eq!(refused(&serving.message(&forbidden, "note").await), Some("hubspot_scope_missing"));
    let shown = serving.command(&["run", "show", &forbidden]);
    assert!(shown.stdout.contains("hubspot_scope_missing"), "{}", shown.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_made_again_says_so_in_the_same_note() {
    let serving = Serving::start();
    let run = serving.run("deal:1001", json!({})).await.run_id();
    serving.message(&run, "note").await;
    let first = serving.invoices_of("1001").remove(0);
    serving.delete(&first).await;
    serving.command(&["run", "restart", &run]);
    serving.ended(&run).await;
    let second = serving.invoices_of("1001").remove(0);
    let says = |invoice: &Value| format!("txnId={}\"", invoice["Id"].as_str().unwrap_or_default());
    assert_ne!(says(&first), says(&second));
    serving.message(&run, "note").await;
    let notes = serving.notes(DEAL);
    assert!(notes.len() == 1 && notes[0].contains(&says(&second)), "{notes:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hubspot_did_not_take_of_a_run_is_not_told_when_the_run_ends_otherwise() {
    let serving = Serving::start();
    let signed_out = Fault { times: 100, ..once("/associations/notes", Effect::ServerError { status: 401 }) };
    serving.stage.portal.faults().inject(signed_out);
    let run = serving.run("deal:1001", json!({})).await.run_id();
    serving.delete(&serving.invoices_of("1001")[0]).await;
    serving.stage.portal.put(DEAL.0, DEAL.1, &[("deal_currency_code", "EUR")]);
    serving.command(&["run", "restart", &run]);
    let refused = serving.ended(&run).await;
    assert_eq!((&refused["record"]["code"], &refused["messages"]), (&json!("currency_mismatch"), &json!([])));
    // The token is mended, and a later note shows that messages are sent again.
    serving.stage.portal.faults().clear();
    let later = serving.run("deal:1002", json!({})).await.run_id();
    assert_eq!(serving.message(&later, "note").await["state"], "taken");
    assert!(serving.notes(DEAL).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_runs_at_once_make_one_note_each() {
    let hubspot = HubSpot::empty(qbo_simulator::hubspot::Settings::default());
    hubspot.load(&portal::of_many(20)).expect("a portal");
    let stage = Stage::with(QuickBooks::seeded(), hubspot, COMPANY);
    let serving = Serving::on(stage, TempDir::new().expect("a folder"), "", "");
    let deals: Vec<_> = (1_001..1_021).map(|id: u32| id.to_string()).collect();
    let runs = deals.iter().map(async |deal| serving.run(&format!("deal:{deal}"), json!({})).await.run_id());
    let runs = futures::future::join_all(runs).await;
    for (run, deal) in runs.iter().zip(&deals) {
        assert_eq!(serving.message(run, "note").await["state"], "taken");
        let notes = serving.notes(("deal", deal));
        assert!(notes.len() == 1 && notes[0].contains(run), "{deal}: {notes:?}");
    }
}
