//! The settings of a connection: set over HTTP, and in every run that is accepted afterwards.

use http::{Method, Request};
use qbo_host::clock::Clock;
use qbo_host::runs::settings_store::SettingsStore as _;
use qbo_host::runs::{SqliteOptions, SqliteStore};
use qbo_simulator::hubspot::PORTAL;
use qbo_tests::{COMPANY, Stage, component};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::serving::{Answered, Serving, TOKEN};

/// Where the settings of the connection are.
pub(super) fn path() -> String {
    format!("/v1/connections/{PORTAL}/{COMPANY}/settings")
}

impl Serving {
    /// Changes members of the settings.
    pub(super) async fn set(&self, patch: Value) -> Answered {
        self.ask(Method::PATCH, &path(), Some(TOKEN), patch.to_string().as_bytes()).await
    }

    /// Puts a whole document in the place of a version.
    async fn put(&self, replaces: Option<&str>, document: Value) -> Answered {
        let mut request = Request::put(format!("{}{}", self.url, path()));
        request = request.header("authorization", format!("Bearer {TOKEN}"));
        if let Some(replaces) = replaces {
            request = request.header("if-match", replaces);
        }
        self.send(request.body(document.to_string().into()).expect("a request")).await
    }
}

/// The code and the place of everything that is wrong.
fn wrong(answered: &Answered) -> Vec<(String, String)> {
    answered.assert_problem(422, "bad_settings", "wrong settings");
    let problems = answered.body["problems"].as_array().expect("problems");
    let text = |problem: &Value, member: &str| problem[member].as_str().expect("a text").to_owned();
    assert!(problems.iter().all(|problem| !text(problem, "remedy").is_empty()), "{problems:?}");
    problems.iter().map(|problem| (text(problem, "code"), text(problem, "pointer"))).collect()
}

async fn inputs_of(serving: &Serving, started: &Answered) -> Value {
    serving.get(&format!("/v1/runs/{}", started.run_id())).await.body["inputs"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_comes_before_the_action_before_all_actions_before_the_definition() {
    let serving = Serving::start();
    let before = serving.run("deal:1003", json!({ "event": "before" })).await;
    assert_eq!(before.body["record"]["status"], "refused", "{before:?}");
    let defaults =
        json!({ "income_account": "79", "create_product": "no", "marker_place": "none", "po_number": "all" });
    let of_action = json!({ "create-invoice": { "create_product": "yes", "po_number": "action" } });
    let set = serving.set(json!({ "defaults": defaults, "actions": of_action })).await;
    assert_eq!((set.status, &set.body["version"]), (200, &json!(1)), "{set:?}");
    let made = serving.run("deal:1003", json!({ "event": "after", "inputs": { "po_number": "start" } })).await;
    assert_eq!(made.body["record"]["status"], "succeeded", "{made:?}");
    let inputs = inputs_of(&serving, &made).await;
    for (input, value) in [
        ("po_number", "start"),
        ("create_product", "yes"),
        ("income_account", "79"),
        ("marker_place", "none"),
        ("customer_is", "contact"),
    ] {
        assert_eq!(inputs[input], value, "{input}");
    }
    // What a run was accepted with is what it runs with, whatever is set meanwhile.
    assert_eq!(inputs_of(&serving, &before).await["create_product"], "no");
    let shown = serving.get(&path()).await.body;
    let origin = |name: &str| {
        let inputs = shown["inputs"].as_array().expect("inputs");
        let input = inputs.iter().find(|input| input["input"] == name).expect("the input");
        (input["value"].clone(), input["origin"].clone())
    };
    assert_eq!(origin("create_product"), (json!("yes"), json!("action")));
    assert_eq!(origin("income_account"), (json!("79"), json!("defaults")));
    assert_eq!(origin("customer_is"), (json!("contact"), json!("definition")));
    assert_eq!(origin("default_product"), (Value::Null, json!("nowhere")));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_with_settings_is_told_at_once_by_its_place() {
    let serving = Serving::start();
    let misfits = json!({
        "zone": "America/Springfield",
        "defaults": { "colour": "red", "transaction_date": "2026-02-30", "customer_is": "nobody" },
        "actions": { "create-invoice": { "invoices_synced": "true" }, "create-nothing": { "colour": "red" } },
    });
    let expected = [
        ("bad_input", "/defaults/customer_is"),
        ("bad_input", "/defaults/transaction_date"),
        ("bad_input", "/actions/create-invoice/invoices_synced"),
        ("unknown_input", "/defaults/colour"),
        ("unknown_action", "/actions/create-nothing"),
        ("unknown_zone", "/zone"),
    ];
    let found = wrong(&serving.set(misfits).await);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (code, pointer) in expected {
        assert!(found.contains(&(code.into(), pointer.into())), "{pointer}: {found:?}");
    }
    let malformed = json!({ "zone": 8, "if_exists": "maybe", "write_back": { "note": "yes" }, "default": {} });
    let found = wrong(&serving.set(malformed).await);
    let mut places: Vec<_> = found.iter().map(|(_, pointer)| pointer.as_str()).collect();
    places.sort_unstable();
    assert_eq!(places, ["", "/if_exists", "/write_back/note", "/zone"]);
    assert_eq!(serving.get(&path()).await.body["version"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_of_the_data_sync_is_written_as_json_and_checked() {
    let serving = Serving::start();
    let filter = |property: &str, operator: &str| {
        let filter = json!({ "propertyName": property, "operator": operator, "value": "customer" });
        json!({ "defaults": { "sync_filter": { "filterGroups": [{ "filters": [filter] }] } } })
    };
    for (patch, what) in [
        (filter("fax", "EQ"), "a property that no action reads"),
        (filter("lifecyclestage", "RESEMBLES"), "an operator that there is not"),
        (json!({ "defaults": { "sync_filter": "lifecyclestage = customer" } }), "no JSON"),
        (json!({ "defaults": { "sync_filter": { "filters": [] } } }), "no groups"),
    ] {
        assert_eq!(wrong(&serving.set(patch).await), [("bad_input".into(), "/defaults/sync_filter".into())], "{what}");
    }
    let mut patch = filter("lifecyclestage", "EQ");
    patch["defaults"]["customer_matching"] = json!("synced");
    assert_eq!(serving.set(patch).await.status, 200);
    let refused = serving.run("deal:1001", json!({})).await.body;
    assert_eq!(refused["record"]["problems"][0]["code"], "contact_not_eligible", "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_operators_the_second_does_not_overwrite_what_the_first_has_changed() {
    let serving = Serving::start();
    let read = serving.get(&path()).await;
    assert_eq!(read.headers["etag"], "\"0\"");
    let hers = serving.put(Some("\"0\""), json!({ "if_exists": "hold" })).await;
    assert_eq!((hers.status, &hers.headers["etag"]), (200, &"\"1\"".parse().expect("a header")));
    serving.put(Some("\"0\""), json!({})).await.assert_problem(412, "settings_changed", "his");
    serving.put(None, json!({})).await.assert_problem(428, "version_missing", "nobody's");
    serving.put(Some("latest"), json!({})).await.assert_problem(428, "version_missing", "no version");
    // Who changes members needs no version: both changes stand.
    let patches = futures::future::join_all((0..6).map(|number| {
        let name = ["po_number", "customer_memo"][number % 2];
        serving.set(json!({ "defaults": { name: number.to_string() } }))
    }));
    assert!(patches.await.iter().all(|patched| [200, 412].contains(&patched.status)));
    let shown = serving.get(&path()).await.body;
    assert_eq!(shown["settings"]["if_exists"], "hold");
    assert!(shown["settings"]["defaults"]["po_number"].is_string(), "{shown:#}");
    assert!(shown["settings"]["defaults"]["customer_memo"].is_string(), "{shown:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_outlive_the_service_and_a_member_that_is_taken_away_is_gone() {
    let serving = Serving::start();
    let set = serving.set(json!({ "zone": "Asia/Tokyo", "if_exists": "hold", "defaults": { "po_number": "7" } })).await;
    assert_eq!(set.body["zone"], "Asia/Tokyo");
    let serving = serving.again("");
    serving.run("deal:1001", json!({ "event": "first" })).await;
    let second = serving.run("deal:1001", json!({ "event": "second" })).await.body;
    assert_eq!((&second["record"]["status"], &second["record"]["code"]), (&json!("held"), &json!("already_exists")));
    let given = serving.run("deal:1001", json!({ "event": "third", "if_exists": "return" })).await.body;
    assert_eq!(given["record"]["status"], "refused");
    let set = serving.set(json!({ "zone": null, "if_exists": null, "defaults": { "po_number": null } })).await.body;
    assert_eq!((&set["zone"], &set["if_exists"]), (&json!("America/Los_Angeles"), &json!("return")));
    assert_eq!(set["settings"], json!({ "defaults": {} }));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_for_an_action_that_is_gone_can_be_taken_away() {
    let guest = format!("\n[actions.hostile-guest]\ncomponent = {:?}", component("tests/guests"));
    let serving = Serving::with("", &guest);
    let set = json!({ "actions": { "hostile-guest": { "attack": "refuse" } }, "if_exists": "hold" });
    assert_eq!(serving.set(set).await.status, 200);
    let serving = serving.again("");
    let found = wrong(&serving.set(json!({ "if_exists": null })).await);
    assert_eq!(found, [("unknown_action".into(), "/actions/hostile-guest".into())]);
    serving.command(&["connection", "set", "main", "--unset", "hostile-guest.attack"]);
    assert_eq!(serving.get(&path()).await.body["settings"], json!({ "actions": {}, "if_exists": "hold" }));
    assert_eq!(serving.set(json!({ "if_exists": null, "actions": { "hostile-guest": {} } })).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_can_not_be_read_let_nothing_start() {
    let folder = TempDir::new().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("qbo-host.db"), Clock::machine(), SqliteOptions::default());
    let store = store.expect("a store");
    let newer = json!({ "write_back": { "note": false, "properties": { "due_date": "qb_due" }, "task": true } });
    store.put_settings(&PORTAL.to_string(), COMPANY, 0, &newer.to_string()).await.expect("an answer");
    drop(store);
    let serving = Serving::on(Stage::new(), folder, "", "");
    let start = || serving.post("/v1/runs", json!({ "action": "create-invoice", "object": "deal:1001" }));
    let refused = start().await;
    refused.assert_problem(409, "settings_unreadable", "a fact of a newer host");
    assert_eq!(refused.body["problems"][0]["pointer"], "/write_back", "{refused:?}");
    assert_eq!(serving.get(&path()).await.body["settings"], newer);
    // A member that is not known is passed over, and takes no other with it.
    let known = json!({ "write_back": { "properties": null, "task": null } });
    assert_eq!(serving.set(known).await.body["write_back"]["note"], false);
    assert_eq!(start().await.status, 202);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_input_that_is_set_nowhere_refuses_the_start_and_tells_what_sets_it() {
    let guest = format!("\n[actions.hostile-guest]\ncomponent = {:?}", component("tests/guests"));
    let serving = Serving::with("", &guest);
    let start = || serving.post("/v1/runs", json!({ "action": "hostile-guest", "object": "deal:1001" }));
    let refused = start().await;
    refused.assert_problem(422, "input_missing", "nothing says which attack");
    let remedy = refused.body["remedy"].as_str().expect("a remedy").to_owned();
    assert!(remedy.contains("qbo-host connection set main attack="), "{remedy}");
    assert_eq!(serving.set(json!({ "defaults": { "attack": "refuse" } })).await.status, 200);
    assert_eq!(start().await.status, 202);
    // What an action itself finds missing names the same command.
    let refused = serving.run("deal:1003", json!({ "inputs": { "create_product": "yes" } })).await.body;
    let problem = &refused["record"]["problems"][0];
    assert_eq!(problem["code"], "input_missing", "{refused}");
    let command = format!("qbo-host connection set {PORTAL}/{COMPANY} income_account=");
    assert!(problem["remedy"].as_str().is_some_and(|remedy| remedy.contains(&command)), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_company_of_the_portal_has_settings_or_runs() {
    let serving = Serving::start();
    for (portal, company) in [(PORTAL.to_string().as_str(), "1"), ("1", COMPANY), ("%27", "1%20OR%201")] {
        let settings = format!("/v1/connections/{portal}/{company}/settings");
        serving.get(&settings).await.assert_problem(404, "unknown_connection", &settings);
    }
    let start = json!({ "action": "create-invoice", "object": "deal:1001", "portal": "1", "company": COMPANY });
    serving.post("/v1/runs", start).await.assert_problem(404, "unknown_connection", "another's company");
}
