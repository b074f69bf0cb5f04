//! The check of a connection looks at the real company and the real portal; and the commands that set,
//! show and check.

use qbo_simulator::faults::{Effect, Fault};
use qbo_simulator::hubspot::PORTAL;
use qbo_tests::{COMPANY, Stage, component};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::serving::Serving;
use crate::cli::binary::{finish, qbo_host};

/// Level, code and place of everything that was found, but for what is fine.
async fn found(serving: &Serving) -> Vec<(String, String, String)> {
    let checked = serving.post(&format!("/v1/connections/{PORTAL}/{COMPANY}/check"), json!({})).await;
    assert_eq!(checked.status, 200, "{checked:?}");
    let findings = checked.body["findings"].as_array().expect("findings").clone();
    let text = |finding: &Value, member: &str| finding[member].as_str().expect("a text").to_owned();
    let wrong = findings.iter().filter(|finding| finding["level"] != "ok");
    let wrong = wrong.inspect(|finding| assert_ne!(finding["remedy"], "", "{finding}"));
    wrong.map(|finding| (text(finding, "level"), text(finding, "code"), text(finding, "about"))).collect()
}

fn finding(level: &str, code: &str, about: &str) -> (String, String, String) {
    (level.into(), code.into(), about.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_as_it_should_be_has_nothing_against_it() {
    let serving = Serving::start();
    serving.set(json!({ "defaults": { "income_account": "79", "default_product": "1" } })).await;
    assert_eq!(found(&serving).await, []);
    let checked = serving.command(&["connection", "check"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_without_a_marker_are_a_warning() {
    let serving = Serving::start();
    let defaults = json!({ "income_account": "79", "default_product": "1", "marker_place": "none" });
    serving.set(json!({ "defaults": defaults })).await;
    assert_eq!(found(&serving).await, [finding("warning", "marker_off", "/defaults/marker_place")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_gone_inactive_or_of_another_kind_is_an_error() {
    let serving = Serving::start();
    let defaults = json!({ "income_account": "7", "default_product": "999", "payment_terms": "5" });
    let set = serving.set(json!({ "defaults": defaults, "actions": { "create-invoice": { "customer": "14" } } })).await;
    assert_eq!(set.status, 200, "{set:?}");
    let found = found(&serving).await;
    for expected in [
        finding("error", "choice_unfit", "/defaults/income_account"),
        finding("error", "choice_gone", "/defaults/default_product"),
        finding("error", "choice_inactive", "/defaults/payment_terms"),
        finding("error", "choice_inactive", "/actions/create-invoice/customer"),
    ] {
        assert!(found.contains(&expected), "{expected:?}: {found:?}");
    }
    assert_eq!(found.len(), 4, "{found:?}");
    let checked = serving.command(&["connection", "check", "main", "--json"]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    assert!(checked.json()["findings"].as_array().is_some_and(|findings| findings.len() > 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn preferences_that_change_what_is_made_are_warnings() {
    let serving = Serving::start();
    let preferences = json!({ "SalesFormsPrefs": { "AllowDiscount": false, "CustomTxnNumbers": true } });
    serving.stage.books.update_preferences(COMPANY, preferences).expect("QuickBooks takes it");
    let found = found(&serving).await;
    assert!(found.contains(&finding("warning", "discounts_off", "company")), "{found:?}");
    assert!(found.contains(&finding("warning", "numbers_by_hand", "company")), "{found:?}");
    assert_eq!(serving.command(&["connection", "check"]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_or_a_portal_that_can_not_be_used_is_an_error() {
    let serving = Serving::denying("customer:query");
    assert_eq!(found(&serving).await, [finding("error", "capability_missing", "create-invoice")]);
    let serving = Serving::denying("term:query");
    assert_eq!(found(&serving).await, [finding("warning", "capability_missing", "create-invoice")]);
    let fault = |matches: &str, effect| Fault { matches: matches.into(), skip: 0, times: 1_000, effect };
    let lacks = fault("GET /crm/v3/objects/line_items", Effect::ServerError { status: 403 });
    serving.stage.portal.faults().inject(lacks);
    let lacks = fault("PATCH /crm/v3/objects/notes", Effect::ServerError { status: 403 });
    serving.stage.portal.faults().inject(lacks);
    let scopes: Vec<_> = found(&serving).await.into_iter().filter(|(_, _, about)| about == "portal").collect();
    assert_eq!(scopes, vec![finding("error", "hubspot_scope_missing", "portal"); 2]);
    let told = serving.command(&["connection", "check", "--json"]).stdout;
    for scope in ["crm.objects.line_items.read", "crm.objects.contacts.write"] {
        assert!(told.contains(scope), "{told}");
    }
    serving.stage.portal.faults().inject(fault("/crm/", Effect::ExpiredToken));
    assert!(found(&serving).await.contains(&finding("error", "hubspot_refused", "portal")));

    let serving = Serving::start();
    serving.stage.books.faults().inject(fault("", Effect::ExpiredToken));
    assert_eq!(found(&serving).await, [finding("error", "signed_out", "company")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_property_that_is_to_take_the_number_must_be_there() {
    let serving = Serving::start();
    serving.set(json!({ "write_back": { "properties": { "number": "quickbooks_number" } } })).await;
    assert!(found(&serving).await.contains(&finding("error", "property_missing", "/write_back/properties")));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_set_shown_and_taken_away_by_commands() {
    let serving = Serving::start();
    let set = serving.command(&[
        "connection",
        "set",
        "main",
        "zone=America/New_York",
        "income_account=79",
        "create-invoice.create_product=yes",
        "write_back.note=no",
        r#"sync_filter={"filterGroups":[]}"#,
        "--json",
    ]);
    assert_eq!(set.code, Some(0), "{set:?}");
    let expected = json!({
        "zone": "America/New_York",
        "write_back": { "note": false },
        "defaults": { "income_account": "79", "sync_filter": { "filterGroups": [] } },
        "actions": { "create-invoice": { "create_product": "yes" } },
    });
    assert_eq!(set.json()["settings"], expected);
    let shown = serving.command(&["connection", "show"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    for part in ["version 1", "create-invoice", "create_product", "income_account", "America/New_York"] {
        assert!(shown.stdout.contains(part), "no {part}: {}", shown.stdout);
    }
    assert!(shown.stdout.lines().all(|line| line.chars().count() <= 80), "{}", shown.stdout);
    let between = format!("{PORTAL}/{COMPANY}");
    let unset = serving.command(&["connection", "set", &between, "--unset", "zone", "--replaces", "1", "--json"]);
    assert_eq!(unset.json()["settings"]["zone"], Value::Null, "{unset:?}");
    let late = serving.command(&["connection", "set", &between, "zone=UTC", "--replaces", "1", "--json"]);
    late.assert_error(1, "settings_changed");
    serving.command(&["connection", "set", "main", "colour=red", "--json"]).assert_error(2, "bad_settings");
    serving.command(&["connection", "set", "main", "colour", "--json"]).assert_error(2, "bad_input");
    serving.command(&["connection", "show", "nobody", "--json"]).assert_error(2, "unknown_connection");
    let listed = serving.command(&["connection", "list", "--json"]).json();
    assert_eq!(listed["connections"][0]["name"], "main");
    assert_eq!(serving.command(&["connection", "list"]).code, Some(0));

    let file = serving.folder().join("settings.json");
    std::fs::write(&file, json!({ "if_exists": "hold" }).to_string()).expect("a file");
    let file = file.to_str().expect("a path");
    let put = serving.command(&["connection", "set", "main", "--file", file, "--json"]);
    assert_eq!(put.json()["settings"], json!({ "if_exists": "hold" }), "{put:?}");
    serving.command(&["connection", "set", "main", "--file", "no-file", "--json"]).assert_error(2, "unreadable_file");
}

#[tokio::test(flavor = "multi_thread")]
async fn choices_are_shown_by_a_command() {
    let serving = Serving::start();
    let shown = serving.command(&["action", "options", "create-invoice", "payment_terms"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.stdout.contains("company-default") && shown.stdout.contains("Net 30"), "{}", shown.stdout);
    let found = serving.command(&["action", "options", "create-invoice", "customer", "--search", "COOL", "--json"]);
    assert_eq!(found.json()["options"].as_array().map(Vec::len), Some(1), "{found:?}");
    let empty = serving.command(&["action", "options", "create-invoice", "class", "--json"]);
    assert_eq!((empty.code, &empty.json()["why"]["code"]), (Some(0), &json!("class_tracking_off")));
    serving.command(&["action", "options", "create-invoice", "colour", "--json"]).assert_error(2, "unknown_input");
    let denied = Serving::denying("customer:query");
    let failed = denied.command(&["action", "options", "create-invoice", "customer", "--json"]);
    assert_eq!((failed.code, &failed.json()["why"]["code"]), (Some(1), &json!("denied")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_without_a_service_takes_settings_from_a_file() {
    let (stage, folder) = (Stage::new(), TempDir::new().expect("a folder"));
    component("action-modules/create-invoice");
    let (quickbooks, hubspot) = stage.addresses;
    let start = |settings: &Value, more: &[&str]| {
        let file = folder.path().join("settings.json");
        std::fs::write(&file, settings.to_string()).expect("a file");
        let mut command = qbo_host(&["run", "start", "--json", "--action", "create-invoice", "--object", "deal:1003"]);
        command.env("QBO_HOST_QUICKBOOKS_URL", format!("http://{quickbooks}"));
        command.env("QBO_HOST_HUBSPOT_URL", format!("http://{hubspot}"));
        command.arg("--settings").arg(&file).args(more);
        finish(command)
    };
    let wrong = json!({ "defaults": { "customer_is": "nobody" } });
    start(&wrong, &["--preview"]).assert_error(2, "bad_settings");
    // What concerns other actions is theirs to judge.
    let settings = json!({
        "defaults": { "create_product": "no", "income_account": "79", "expense_account": "8" },
        "actions": { "create-invoice": { "create_product": "yes" }, "create-expense": {} },
    });
    let given = start(&settings, &["--preview", "--input", "create_product=no"]);
    assert_eq!(given.json()["status"], "refused", "{given:?}");
    let made = start(&settings, &[]);
    assert_eq!((made.code, &made.json()["code"]), (Some(0), &json!("created")), "{made:?}");
}
