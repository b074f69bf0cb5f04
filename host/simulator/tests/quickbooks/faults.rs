//! Injected faults, and faults of a whole company.

use qbo_simulator::faults::{Effect, Fault};
use qbo_simulator::quickbooks::RateLimits;
use serde_json::{Value, json};

use super::client::{Client, line, sale};

fn inject(client: &Client, matches: &str, effect: Effect) {
    client.service.faults().inject(Fault { matches: matches.to_owned(), skip: 0, times: 1, effect });
}

async fn invoice(client: &Client) -> Option<(u16, String)> {
    let body = sale("1", &[line("1", "1")]).to_string();
    let answer = client.ask(http::Method::POST, "invoice?requestid=r1", body).await.ok()?;
    Some((answer.status.as_u16(), answer.text))
}

fn stored(client: &Client) -> usize {
    client.service.documents(&client.realm, "Invoice").len()
}

#[tokio::test]
async fn a_lost_answer_has_committed_and_its_repetition_is_replayed() {
    let client = Client::craigs().await;
    inject(&client, "/invoice", Effect::AnswerLost);
    assert_eq!(invoice(&client).await, None);
    assert_eq!(stored(&client), 1);
    assert_eq!(client.service.requests().last().unwrap().status, None);
    assert_eq!(invoice(&client).await.unwrap().0, 200);
    assert_eq!(stored(&client), 1);
}

#[tokio::test]
async fn a_connection_that_drops_early_has_committed_nothing() {
    let client = Client::craigs().await;
    inject(&client, "requestid=r1", Effect::NotCommitted);
    assert_eq!(invoice(&client).await, None);
    assert_eq!(stored(&client), 0);
}

#[tokio::test]
async fn throttling_is_worded_by_the_gateway_in_lower_case() {
    let client = Client::craigs().await;
    inject(&client, "", Effect::Throttled);
    let (status, text) = invoice(&client).await.unwrap();
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status, 429);
    assert_eq!(body["fault"]["error"][0]["code"], "3001");
    assert_eq!(stored(&client), 0);
}

#[tokio::test]
async fn a_server_error_is_a_system_fault() {
    let client = Client::craigs().await;
    inject(&client, "", Effect::ServerError { status: 500 });
    let (status, text) = invoice(&client).await.unwrap();
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(status, 500);
    assert_eq!((&body["Fault"]["type"], &body["Fault"]["Error"][0]["code"]), (&json!("SystemFault"), &json!("10000")));
}

#[tokio::test]
async fn a_gateway_can_answer_with_a_page_and_the_service_with_half_an_answer() {
    let client = Client::craigs().await;
    inject(&client, "", Effect::HtmlError);
    assert_eq!(invoice(&client).await.unwrap().0, 503);
    inject(&client, "", Effect::MalformedAnswer);
    let (status, text) = invoice(&client).await.unwrap();
    assert_eq!(status, 200);
    assert!(serde_json::from_str::<Value>(&text).is_err());
    assert_eq!(stored(&client), 1);
}

#[tokio::test]
async fn a_fault_can_be_asked_for_by_its_code() {
    let client = Client::craigs().await;
    for (code, http, message) in [("6540", 400, "Deposited Transaction cannot be changed"), ("10000", 500, "An app")] {
        inject(&client, "/invoice", Effect::Fault { code: code.to_owned() });
        let (status, text) = invoice(&client).await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((status, &body["Fault"]["Error"][0]["code"]), (http, &json!(code)));
        assert!(text.contains(message));
    }
    assert_eq!(stored(&client), 0);
}

#[tokio::test]
async fn an_expired_token_is_quoted_in_the_refusal() {
    let client = Client::craigs().await;
    inject(&client, "", Effect::ExpiredToken);
    let (status, text) = invoice(&client).await.unwrap();
    assert_eq!(status, 401);
    assert!(text.contains(&client.token));
}

#[tokio::test(start_paused = true)]
async fn a_slow_answer_has_committed_at_once() {
    let client = Client::craigs().await;
    inject(&client, "", Effect::Slow { by_ms: 1000 });
    let impatient = tokio::time::timeout(std::time::Duration::from_millis(500), invoice(&client)).await;
    assert!(impatient.is_err());
    assert_eq!(stored(&client), 1);
}

#[tokio::test]
async fn limits_are_kept_in_the_simulators_time() {
    let client = Client::craigs().await;
    client.service.set_rate_limits(Some(RateLimits { per_second: 2, per_minute: 3, batches_per_minute: 1 }));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(client.get("customer/1").await.status.as_u16());
    }
    client.clock.advance(jiff::SignedDuration::from_secs(1));
    for _ in 0..2 {
        statuses.push(client.get("customer/1").await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 429, 200, 429]);
}

#[tokio::test]
async fn a_company_whose_subscription_ended_refuses_everything() {
    let client = Client::craigs().await;
    client.service.set_suspended(&client.realm, true);
    assert_eq!(client.get("customer/1").await.code(), "6190");
    client.service.set_suspended(&client.realm, false);
    assert_eq!(client.get("customer/1").await.status, 200);
}

#[tokio::test]
async fn what_does_not_exist_is_told_apart() {
    let client = Client::craigs().await;
    assert_eq!(client.get("customer/9999").await.code(), "610");
    assert_eq!(client.get("customer/1.5").await.code(), "2030");
    assert_eq!(client.get("customer/1/5").await.code(), "500");
    assert_eq!(client.get("custmoer/1").await.code(), "2000");
    assert_eq!(client.refused("invoice", &json!({"BadJson": 1})).await, "2010");
    let malformed = client.ask(http::Method::POST, "invoice", "{".to_owned()).await.unwrap();
    assert_eq!(malformed.code(), "2010");
}

#[tokio::test]
async fn over_a_limit_only_that_company_is_refused_in_the_gateways_spelling_and_nothing_is_done() {
    let client = Client::craigs().await;
    client.service.set_rate_limits(Some(RateLimits { batches_per_minute: 1, ..RateLimits::DOCUMENTED }));
    let batch =
        json!({"BatchItemRequest": [{"bId": "1", "operation": "create", "Customer": {"DisplayName": "Jane Doe"}}]});
    assert_eq!(client.post("batch", &batch).await.status, 200);
    let refused = client.post("batch?requestid=b2", &batch).await;
    assert_eq!(refused.status, 429);
    let fault = refused.json()["fault"].clone();
    let error = json!({"message": "message=ThrottleExceeded; errorCode=003001; statusCode=429",
        "detail": "The request limit was reached.  Try again later", "code": "3001", "element": null});
    assert_eq!(fault, json!({"error": [error], "type": "SERVICE"}));
    assert_eq!(client.get("customer/1").await.status, 200);
    client.clock.advance(jiff::SignedDuration::from_mins(1));
    let named = client.post("batch?requestid=b2", &batch).await.json();
    assert_eq!(named["BatchItemResponse"][0]["Fault"]["Error"][0]["code"], "6240");
}
