//! The answer to an update, a void, a deletion or a sending is lost: what stands tells whether it was
//! carried out, and it is not sent a second time.

use std::sync::Arc;
use std::time::Duration;

use qbo_simulator::faults::{Effect, Fault};
use qbo_tests::COMPANY;
use qbo_tests::world::{Setting, version};
use serde_json::json;

use super::{alone, ended, writes};

/// The guest, with this capability in the place of another.
fn granted(capability: &'static str) -> Setting {
    let patched = (b"\"customer:create\"".as_slice(), capability.as_bytes());
    let versions = vec![version("tests/guests", Some(patched))];
    Setting { versions, ..Setting::of_one_company() }
}

/// Makes a change whose answer is lost; gives how it was told in the run's record, and how many
/// writes QuickBooks carried out.
fn told(verb: &'static str, capability: &'static str, effect: Effect, change: fn(&str) -> String) {
    alone(&granted(capability), async move |world| {
        let invoice = json!({
            "CustomerRef": { "value": "1" },
            "BillEmail": { "Address": "birds@amys.example" },
            "Line": [{
                "Amount": 1,
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": { "ItemRef": { "value": "1" } },
            }],
        });
        let invoice = world.books.create(COMPANY, "Invoice", invoice).expect("QuickBooks takes it");
        let id = invoice["Id"].as_str().expect("an id").to_owned();
        let matches = if verb == "send" { "/send?" } else { "operation=" };
        world.books.faults().inject(Fault { matches: matches.into(), skip: 0, times: 1, effect: effect.clone() });
        let text = change(&id);
        let inputs = [("attack", "one_call"), ("verb", verb), ("entity", "Invoice"), ("text", text.as_str())];
        let enrollment = world.enrolled(&world.version(0), COMPANY, "1", "event", &inputs);
        let record = ended(&world, &enrollment).await;
        let results: Vec<_> = record.calls.iter().map(|call| call.result.as_str()).collect();
        assert_eq!(results, ["ok"], "{verb}, {effect:?}: {} {}", record.code, record.message);
        assert_eq!(writes(&world), 1, "{verb}, {effect:?}");
    });
}

fn of_version_0(id: &str) -> String {
    json!({ "Id": id, "SyncToken": "0" }).to_string()
}

fn update(id: &str) -> String {
    json!({ "Id": id, "SyncToken": "0", "sparse": true, "PrivateNote": "changed" }).to_string()
}

#[test]
fn a_change_whose_answer_is_lost_is_settled_by_reading_and_carried_out_once() {
    // Carried out and not told, and neither.
    for effect in [Effect::AnswerLost, Effect::NotCommitted] {
        told("update", "\"customer:create\"", effect.clone(), update);
        told("void", "\"invoice:void\"   ", effect.clone(), of_version_0);
        told("delete", "\"invoice:delete\" ", effect, of_version_0);
    }
}

#[test]
fn a_sending_whose_answer_is_lost_is_known_by_the_e_mail_s_state() {
    told("send", "\"invoice:send\"   ", Effect::AnswerLost, of_version_0);
}

/// Whether an e-mail went out can't be told from an invoice that says nothing of one, and a second one
/// can't be taken back.
#[test]
fn a_sending_that_quickbooks_never_got_is_sent_once_that_is_sure() {
    alone(&granted("\"invoice:send\"   "), async |world| {
        let lost = Fault { matches: "/send?".into(), skip: 0, times: 1, effect: Effect::NotCommitted };
        world.books.faults().inject(lost);
        let invoice = json!({
            "CustomerRef": { "value": "1" },
            "BillEmail": { "Address": "amy@example.com" },
            "Line": [{
                "Amount": 1,
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": { "ItemRef": { "value": "1" } },
            }],
        });
        let invoice = world.books.create(COMPANY, "Invoice", invoice).expect("QuickBooks takes it");
        let text = of_version_0(invoice["Id"].as_str().expect("an id"));
        let inputs = [("attack", "one_call"), ("verb", "send"), ("entity", "Invoice"), ("text", text.as_str())];
        let version = world.version(0);
        let enrollment = world.enrolled(&version, COMPANY, "1", "event", &inputs);
        let record = ended(&world, &Arc::clone(&enrollment)).await;
        // The guest refuses at its end, to tell what it was told.
        super::assert_ended(&record, qbo_host::runs::Status::Held, "partly_written");
        assert_eq!(writes(&world), 1);
    });
}

/// QuickBooks does not say for how long it knows a request, and a document without a marker can't be looked for.
#[test]
fn a_document_without_a_marker_whose_answer_is_lost_for_half_a_day_is_left_to_a_person() {
    let setting = Setting { versions: vec![version("tests/guests", None)], ..Setting::of_one_company() };
    alone(&setting, async |world| {
        let lost = Fault { matches: "/invoice?".into(), skip: 0, times: 1, effect: Effect::AnswerLost };
        let away = Fault { matches: "/invoice?".into(), skip: 0, times: 900, effect: Effect::NotCommitted };
        for fault in [lost, away] {
            world.books.faults().inject(fault);
        }
        let line = json!({
            "Amount": 1,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": { "ItemRef": { "value": "1" } },
        });
        let text = json!({ "CustomerRef": { "value": "1" }, "Line": [line] }).to_string();
        let inputs = [("attack", "one_call"), ("verb", "create"), ("entity", "Invoice"), ("text", text.as_str())];
        let enrollment = world.enrolled(&world.version(0), COMPANY, "1", "event", &inputs);
        let run = world.deliver(&enrollment).await.run;
        let record = world.end(run, Duration::from_secs(16 * 3_600)).await.expect("the run ends");
        super::assert_ended(&record, qbo_host::runs::Status::Held, "unclear");
        assert_eq!(writes(&world), 1);
    });
}
