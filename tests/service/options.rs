//! The choices of inputs: through the door, with its grants and pace, and with a reason when there are
//! none.

use http::Method;
use qbo_simulator::faults::{Effect, Fault};
use qbo_simulator::hubspot::PORTAL;
use qbo_tests::COMPANY;
use reqwest::Url;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::serving::{Answered, Serving};
use crate::sandbox::shapes;

impl Serving {
    async fn options(&self, input: &str, parameters: &[(&str, &str)]) -> Answered {
        let path = format!("{}/v1/actions/create-invoice/inputs/{input}/options", self.url);
        let mut url = Url::parse(&path).expect("a URL");
        url.query_pairs_mut().append_pair("portal", &PORTAL.to_string()).append_pair("company", COMPANY);
        url.query_pairs_mut().extend_pairs(parameters);
        self.get(&format!("{}?{}", url.path(), url.query().unwrap_or_default())).await
    }

    fn make(&self, entity: &str, body: Value) -> Value {
        self.stage.books.create(COMPANY, entity, body).expect("QuickBooks takes it")
    }
}

fn labels(page: &Answered) -> Vec<String> {
    assert_eq!(page.status, 200, "{page:?}");
    let options = page.body["options"].as_array().expect("options");
    options.iter().map(|option| option["label"].as_str().expect("a label").to_owned()).collect()
}

fn why(page: &Answered) -> &str {
    assert_eq!(page.body["options"].as_array().map(Vec::len), Some(0), "{page:?}");
    for member in ["message", "remedy"] {
        assert!(page.body["why"][member].as_str().is_some_and(|text| !text.is_empty()), "{page:?}");
    }
    page.body["why"]["code"].as_str().expect("a code")
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_follow_the_first_choice_in_their_order_and_inactive_ones_are_left_out() {
    let serving = Serving::start();
    serving.make("Customer", json!({ "DisplayName": "aardvark & sons" }));
    let page = serving.options("customer", &[]).await;
    let labels = labels(&page);
    assert_eq!(labels[0], "From the enrolled object");
    assert_eq!(page.body["options"][0]["value"], "from-object");
    assert!(labels.contains(&"aardvark & sons".to_owned()));
    assert!(!labels.contains(&"Kate Whelan".to_owned()), "she is inactive");
    let accounts = self::labels(&serving.options("income_account", &[]).await);
    let mut sorted = accounts.clone();
    sorted.sort_by_key(|label| label.to_lowercase());
    assert_eq!(accounts, sorted);
    assert!(!accounts.contains(&"Fees Billed".to_owned()), "it is inactive");
    let listed = self::labels(&serving.options("customer_is", &[]).await);
    assert_eq!(listed, ["The contact", "The company"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_parts_of_names_in_any_case_and_never_more() {
    let serving = Serving::start();
    for name in ["O'Brien' OR Active = true", "50% off", "Ünal GmbH", "Back\\slash"] {
        serving.make("Customer", json!({ "DisplayName": name }));
    }
    let find = async |q: &str| labels(&serving.options("customer", &[("q", q)]).await);
    assert_eq!(find("o'brien'").await, ["O'Brien' OR Active = true"]);
    assert_eq!(find("' OR Active = true").await, ["O'Brien' OR Active = true"]);
    assert_eq!(find("0% o").await, ["50% off"]);
    assert_eq!(find("%").await, ["50% off"]);
    assert_eq!(find("k\\s").await, ["Back\\slash"]);
    assert_eq!(find("ENROLLED").await, ["From the enrolled object"]);
    assert_eq!(labels(&serving.options("income_account", &[("q", "landscaping services:job")]).await).len(), 4);
    for q in ["nobody is called so", "'; DROP", "x' MAXRESULTS 1"] {
        assert_eq!(why(&serving.options("customer", &[("q", q)]).await), "nothing_matches", "{q}");
    }
    let long = "x".repeat(5_000);
    assert_eq!(why(&serving.options("customer", &[("q", &long)]).await), "search_refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_and_fifty_rows_come_in_three_pages() {
    let serving = Serving::start();
    for number in 0..250 {
        serving.make("Customer", json!({ "DisplayName": format!("Crowd {number:03}") }));
    }
    let mut found = Vec::new();
    let mut after = None;
    let mut pages = 0;
    loop {
        let mut parameters = vec![("q", "crowd")];
        parameters.extend(after.as_deref().map(|after| ("after", after)));
        let page = serving.options("customer", &parameters).await;
        found.extend(labels(&page));
        pages += 1;
        match page.body["after"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(pages, 3);
    let expected: Vec<_> = (0..250).map(|number| format!("Crowd {number:03}")).collect();
    assert_eq!(found, expected);
    serving.options("customer", &[("after", "200")]).await.assert_problem(422, "bad_cursor", "made by hand");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_list_says_why() {
    let serving = Serving::start();
    assert_eq!(why(&serving.options("class", &[]).await), "class_tracking_off");
    let tracked = json!({ "AccountingInfoPrefs": { "ClassTrackingPerTxn": true } });
    let serving = Serving::start();
    serving.stage.books.update_preferences(COMPANY, tracked).expect("QuickBooks takes it");
    assert_eq!(why(&serving.options("class", &[]).await), "no_choices");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_can_not_be_had_says_why_and_keeps_its_first_choice() {
    let kept_first = |page: &Answered| labels(page) == ["From the enrolled object"];
    let failed = |page: &Answered| page.body["why"]["failed"].as_bool() == Some(true);
    let code = |page: &Answered| page.body["why"]["code"].clone();
    let serving = Serving::denying("customer:query");
    let page = serving.options("customer", &[]).await;
    assert_eq!(code(&page), "denied", "{page:?}");
    assert!(kept_first(&page) && failed(&page), "{page:?}");
    assert!(page.body["why"]["remedy"].as_str().is_some_and(|remedy| remedy.contains("customer:query")), "{page:?}");
    assert_eq!(serving.stage.books.pace(COMPANY).requests, 0, "nobody was asked");

    let serving = Serving::start();
    for (effect, expected) in [
        (Effect::NotCommitted, "quickbooks_unavailable"),
        (Effect::ServerError { status: 503 }, "quickbooks_unavailable"),
        (Effect::Throttled, "throttled"),
    ] {
        let fault = Fault { matches: "/query".into(), skip: 0, times: 1, effect };
        serving.stage.books.faults().inject(fault);
        let page = serving.options("customer", &[]).await;
        assert_eq!(code(&page), expected, "{page:?}");
        assert!(kept_first(&page) && failed(&page), "{page:?}");
    }
    assert!(labels(&serving.options("customer", &[]).await).len() > 1, "it works again");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_list_is_refused() {
    let serving = Serving::start();
    serving.options("colour", &[]).await.assert_problem(404, "unknown_input", "no such input");
    serving.options("po_number", &[]).await.assert_problem(422, "not_a_choice", "a text");
    let other = serving.get("/v1/actions/create-nothing/inputs/customer/options").await;
    other.assert_problem(404, "unknown_action", "no such action");
    let elsewhere = serving.get("/v1/actions/create-invoice/inputs/customer/options?company=1").await;
    assert_eq!(why(&elsewhere), "not_connected");
    let stranger = serving.ask(Method::GET, "/v1/portals/1/accounts", None, b"").await;
    stranger.assert_problem(401, "unauthorized", "no token");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_field_preselects_the_only_company_and_tells_one_to_reconnect() {
    let serving = Serving::start();
    let accounts = serving.get(&format!("/v1/portals/{PORTAL}/accounts")).await.body;
    assert_eq!((&accounts["preselected"], &accounts["options"][0]["value"]), (&json!(COMPANY), &json!(COMPANY)));
    assert_ne!(accounts["options"][0]["label"], COMPANY);
    let none = serving.get("/v1/portals/1/accounts").await.body;
    assert_eq!(none["options"][0]["why"]["code"], "not_connected");
    assert_eq!((none["options"].as_array().map(Vec::len), &none["preselected"]), (Some(1), &Value::Null));
    let revoked = Fault { matches: String::new(), skip: 0, times: 1_000, effect: Effect::ExpiredToken };
    serving.stage.books.faults().inject(revoked);
    assert_eq!(why_of(&serving, "customer").await, "signed_out");
    let accounts = serving.get(&format!("/v1/portals/{PORTAL}/accounts")).await.body;
    assert_eq!(accounts["options"][0]["why"]["code"], "signed_out");
    assert_eq!(accounts["preselected"], Value::Null);
}

async fn why_of(serving: &Serving, input: &str) -> String {
    serving.options(input, &[]).await.body["why"]["code"].as_str().expect("a reason").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn choices_that_depend_on_another_input_wait_for_its_value() {
    let mut definition: Value = serde_json::from_str(include_str!("../guests/definition.json")).expect("JSON");
    let options = json!({
        "from": "Account", "where": "AccountType = ? AND Name < 'D' AND Active = true", "label": "Name", "value": "Id",
        "depends_on": ["attack"],
    });
    definition["inputs"] = json!([
        { "name": "attack", "type": "text", "scope": "step", "label": "Kind" },
        { "name": "account", "type": "choice", "scope": "step", "label": "Account", "options": options },
    ]);
    let asked = json!({ "capability": "account:query", "required": false, "reason": "shows accounts" });
    definition["capabilities"].as_array_mut().expect("a list").push(asked);
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("guest.wasm");
    std::fs::write(&file, shapes::with_definition("harmless", &definition.to_string())).expect("a file");
    let serving = Serving::with("", &format!("\n[actions.hostile-guest]\ncomponent = {file:?}"));
    let path = "/v1/actions/hostile-guest/inputs/account/options";
    assert_eq!(why(&serving.get(path).await), "fill_in_first");
    assert_eq!(labels(&serving.get(&format!("{path}?attack=Bank")).await), ["Checking"]);
    assert_eq!(why(&serving.get(&format!("{path}?attack=Bank%27%20OR%20Id%20%3E%20%270")).await), "no_choices");
    serving.set(json!({ "defaults": { "attack": "Bank" } })).await;
    assert_eq!(labels(&serving.get(path).await), ["Checking"]);
}
