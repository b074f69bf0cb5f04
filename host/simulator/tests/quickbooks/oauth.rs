//! Tokens.

use jiff::SignedDuration;
use qbo_simulator::quickbooks::{CRAIGS_DESIGN, MAPLE_LEAF, RefreshTokenRotation, Settings};
use serde_json::json;

use super::client::Client;

#[tokio::test]
async fn an_access_token_ends_after_an_hour_and_the_refusal_quotes_it() {
    let client = Client::with(CRAIGS_DESIGN, Settings::default()).await;
    client.clock.advance(SignedDuration::from_mins(60));
    let answer = client.get("customer/1").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "3200"));
    let detail = answer.json()["fault"]["error"][0]["detail"].clone();
    assert_eq!(detail, json!(format!("Token expired: {}", client.token)));
}

#[tokio::test]
async fn a_token_opens_only_its_own_company() {
    let mut client = Client::craigs().await;
    client.realm = MAPLE_LEAF.to_owned();
    let answer = client.get("customer/1").await;
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (403, "3100"));
}

#[tokio::test]
async fn the_refresh_token_keeps_its_value_for_a_day_and_the_old_one_then_lives_another() {
    let client = Client::craigs().await;
    let first = format!("simulator-refresh-{CRAIGS_DESIGN}");
    assert_eq!(client.refresh(&first).await.json()["refresh_token"], json!(first));
    client.clock.advance(SignedDuration::from_hours(24));
    let second = client.refresh(&first).await.json()["refresh_token"].clone();
    assert_ne!(second, json!(first));
    assert_eq!(client.refresh(&first).await.json()["refresh_token"], second);
    client.clock.advance(SignedDuration::from_hours(24));
    let answer = client.refresh(&first).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn in_the_other_documented_mode_the_old_refresh_token_dies_at_once() {
    let client = Client::craigs().await;
    client.service.set_refresh_token_rotation(RefreshTokenRotation::OldValueDies);
    client.clock.advance(SignedDuration::from_hours(24));
    let first = format!("simulator-refresh-{CRAIGS_DESIGN}");
    assert_eq!(client.refresh(&first).await.status, 200);
    assert_eq!(client.refresh(&first).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_refresh_token_dies_of_100_idle_days() {
    let client = Client::craigs().await;
    client.clock.advance(SignedDuration::from_hours(101 * 24));
    let answer = client.refresh(&format!("simulator-refresh-{CRAIGS_DESIGN}")).await;
    assert_eq!(answer.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_revoked_connection_opens_nothing() {
    let client = Client::craigs().await;
    let request = http::Request::post("/v2/oauth2/tokens/revoke")
        .header("authorization", "Basic c2ltdWxhdG9yLWNsaWVudDpzaW11bGF0b3Itc2VjcmV0")
        .body(bytes::Bytes::from(json!({"token": client.token}).to_string()));
    assert_eq!(client.answer(request.unwrap()).await.unwrap().status, 200);
    assert_eq!(client.get("customer/1").await.status, 401);
    let answer = client.refresh(&format!("simulator-refresh-{CRAIGS_DESIGN}")).await;
    assert_eq!(answer.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn an_unknown_client_gets_no_token() {
    let client = Client::craigs().await;
    let request = http::Request::post("/oauth2/v1/tokens/bearer")
        .header("authorization", "Basic d3Jvbmc6d3Jvbmc=")
        .body(bytes::Bytes::from_static(b"grant_type=refresh_token&refresh_token=x"));
    let answer = client.answer(request.unwrap()).await.unwrap();
    assert_eq!((answer.status.as_u16(), answer.json()), (401, json!({"error": "invalid_client"})));
}

#[tokio::test]
async fn a_request_without_a_token_is_refused() {
    let mut client = Client::craigs().await;
    client.token = String::new();
    assert_eq!(client.get("customer/1").await.status, 401);
}
