//! Tokens, limits and faults, whatever the path.

use jiff::{SignedDuration, Timestamp};
use qbo_simulator::clock::Clock;
use qbo_simulator::faults::Effect;
use qbo_simulator::hubspot::{HubSpot, Settings};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{Client, ids};

#[tokio::test]
async fn a_request_without_the_token_is_refused() {
    let client = Client::seeded();
    let answer = client.http.get(format!("{}/crm/v3/objects/deals/1001", client.base)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(body["category"], "INVALID_AUTHENTICATION");
    assert!(body["correlationId"].is_string());
}

#[tokio::test]
async fn requests_beyond_the_limit_are_throttled_until_the_window_moves() {
    let clock = Clock::fixed(Timestamp::UNIX_EPOCH);
    let settings = Settings { clock: clock.clone(), requests_max: Some(2), ..Settings::default() };
    let client = Client::of(HubSpot::empty(settings));
    let deal = || client.get("/crm/v3/objects/deals/1");
    assert_eq!(deal().await.headers["x-hubspot-ratelimit-remaining"], "1");
    assert_eq!(deal().await.headers["x-hubspot-ratelimit-max"], "2");
    let throttled = deal().await;
    assert_eq!((throttled.status, &throttled.body["errorType"]), (429, &json!("RATE_LIMIT")));
    assert_eq!(throttled.body["policyName"], "TEN_SECONDLY_ROLLING");
    assert_eq!(throttled.headers["x-hubspot-ratelimit-interval-milliseconds"], "10000");
    let search = client.post("/crm/v3/objects/deals/search", json!({})).await;
    assert!(search.status == 200 && !search.headers.contains_key("x-hubspot-ratelimit-max"));
    clock.advance(SignedDuration::from_secs(10));
    assert_eq!(deal().await.status, 404);
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_change_or_before_it() {
    let client = Client::seeded();
    let change = |name: &str| json!({ "properties": { "dealname": name } });
    for (effect, name, stored) in [(Effect::AnswerLost, "after", "after"), (Effect::NotCommitted, "before", "after")] {
        client.inject("PATCH", effect);
        let lost = client.ask(Method::PATCH, "/crm/v3/objects/deals/1001", Some(change(name))).await;
        assert!(lost.is_err());
        assert_eq!(client.hubspot.property("deal", "1001", "dealname").as_deref(), Some(stored));
    }
    let logged: Vec<_> = client.hubspot.requests().iter().map(|request| (request.status, request.committed)).collect();
    assert_eq!(logged, [(None, true), (None, false)]);
}

#[tokio::test]
async fn the_portal_fails_on_demand_in_its_own_words() {
    let client = Client::seeded();
    let deal = "/crm/v3/objects/deals/1001";
    client.inject(deal, Effect::Throttled);
    assert_eq!(client.get(deal).await.body["errorType"], "RATE_LIMIT");
    client.inject(deal, Effect::ExpiredToken);
    let expired = client.get(deal).await;
    assert_eq!((expired.status, &expired.body["category"]), (401, &json!("EXPIRED_AUTHENTICATION")));
    client.inject(deal, Effect::ServerError { status: 502 });
    assert_eq!(client.get(deal).await.status, 502);
    client.inject(deal, Effect::ServerError { status: 403 });
    assert_eq!(client.get(deal).await.body["category"], "MISSING_SCOPES");
    client.inject(deal, Effect::ServerError { status: 477 });
    let moving = client.get(deal).await;
    assert_eq!((moving.status, &moving.headers["retry-after"]), (477, &"2".parse().unwrap()));
    client.inject(deal, Effect::MalformedAnswer);
    let malformed = client.get(deal).await;
    assert_eq!((malformed.status, malformed.body), (200, Value::Null));
    assert_eq!(client.get(deal).await.status, 200);
}

#[tokio::test]
async fn faults_and_the_log_are_reached_over_http_without_a_token() {
    let client = Client::seeded();
    let fault = json!({ "matches": "deals/1001", "effect": { "kind": "throttled" } });
    assert_eq!(client.post("/simulator/faults", fault.clone()).await.status, 204);
    assert_eq!(client.get("/crm/v3/objects/deals/1001").await.status, 429);
    client.post("/simulator/faults", fault).await;
    client.ask(Method::DELETE, "/simulator/faults", None).await.unwrap();
    assert_eq!(client.get("/crm/v3/objects/deals/1001?properties=deal%6Eame").await.status, 200);
    let log = client.get("/simulator/requests").await.body;
    assert_eq!(ids(&log, "status"), ["429", "200"]);
    assert_eq!(log[1]["path"], "/crm/v3/objects/deals/1001?properties=dealname");
    assert_eq!(client.post("/simulator/faults", json!({ "effect": "none" })).await.status, 400);
}
