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

#[tokio::test]
async fn the_end_that_no_refresh_moves_is_named_to_those_who_ask() {
    let client = Client::craigs().await;
    let ask = |header: Option<&'static str>| {
        let mut request = http::Request::post("/oauth2/v1/tokens/bearer")
            .header("authorization", "Basic c2ltdWxhdG9yLWNsaWVudDpzaW11bGF0b3Itc2VjcmV0");
        if let Some(value) = header {
            request = request.header("x-include-refresh-token-hard-expires-in", value);
        }
        let form = format!("grant_type=refresh_token&refresh_token=simulator-refresh-{CRAIGS_DESIGN}");
        client.answer(request.body(bytes::Bytes::from(form)).unwrap())
    };
    let five_years = 5 * 365 * 24 * 60 * 60;
    assert_eq!(ask(Some("true")).await.unwrap().json()["x_refresh_token_hard_expires_in"], json!(five_years));
    for header in [None, Some("false")] {
        assert_eq!(ask(header).await.unwrap().json().get("x_refresh_token_hard_expires_in"), None);
    }
}

#[tokio::test]
async fn after_five_years_only_a_person_can_connect_again() {
    let client = Client::craigs().await;
    let mut token = format!("simulator-refresh-{CRAIGS_DESIGN}");
    for _ in 0..5 * 365 / 73 - 1 {
        client.clock.advance(SignedDuration::from_hours(73 * 24));
        token = client.refresh(&token).await.json()["refresh_token"].as_str().unwrap().to_owned();
    }
    client.clock.advance(SignedDuration::from_hours(73 * 24));
    assert_eq!(client.refresh(&token).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn an_access_token_refreshes_nothing_and_another_grant_is_unknown() {
    let client = Client::craigs().await;
    let refused = client.refresh(&client.token).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (400, &json!("invalid_grant")));
    let request = http::Request::post("/oauth2/v1/tokens/bearer")
        .header("authorization", "Basic c2ltdWxhdG9yLWNsaWVudDpzaW11bGF0b3Itc2VjcmV0")
        .body(bytes::Bytes::from_static(b"grant_type=password"));
    assert_eq!(client.answer(request.unwrap()).await.unwrap().json()["error"], "unsupported_grant_type");
}
