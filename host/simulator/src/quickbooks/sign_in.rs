//! The token endpoints.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::State;
use super::answer::Answer;
use super::dispatch::signed;
use super::oauth::{CLIENT_ID, CLIENT_SECRET};
use super::request::Incoming;

/// Exchanges a refresh token for an access token.
pub(crate) fn token(state: &mut State, request: &Incoming, now: Timestamp) -> Answer {
    if !is_known_client(request) {
        return Answer::plain(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_client" }));
    }
    if request.form("grant_type").as_deref() != Some("refresh_token") {
        return Answer::plain(StatusCode::BAD_REQUEST, &json!({ "error": "unsupported_grant_type" }));
    }
    let rotation = state.settings.refresh_token_rotation;
    let lifetime = signed(state.settings.token_lifetime);
    let sent = request.form("refresh_token").unwrap_or_default();
    match state.tokens.refresh(&sent, rotation, lifetime, now) {
        Some(mut tokens) => {
            if !request.wants_hard_expiry()
                && let Some(tokens) = tokens.as_object_mut()
            {
                tokens.remove("x_refresh_token_hard_expires_in");
            }
            Answer::plain(StatusCode::OK, &tokens).committed()
        }
        None => {
            let description = "Incorrect or invalid refresh token";
            let body = json!({ "error": "invalid_grant", "error_description": description });
            Answer::plain(StatusCode::BAD_REQUEST, &body)
        }
    }
}

/// Ends a connection; the token comes as JSON or as a form.
pub(crate) fn revoke(state: &mut State, request: &Incoming) -> Answer {
    if !is_known_client(request) {
        return Answer::plain(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_client" }));
    }
    let json: Option<Value> = serde_json::from_slice(&request.body).ok();
    let token = json.and_then(|body| Some(body.get("token")?.as_str()?.to_owned()));
    let token = token.or_else(|| request.form("token")).unwrap_or_default();
    if state.tokens.revoke(&token) {
        Answer::empty(StatusCode::OK).committed()
    } else {
        Answer::plain(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_request" }))
    }
}

fn is_known_client(request: &Incoming) -> bool {
    request.client().is_some_and(|(id, secret)| id == CLIENT_ID && secret == CLIENT_SECRET)
}
