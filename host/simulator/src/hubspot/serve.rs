//! The way of every request: admin or CRM, fault, token, rate, route, log.
//!
//! It owns headers and statuses and knows no object.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use serde_json::{Value, json};

use super::answer::{Answer, CrmError};
use super::rate::WINDOW;
use super::request::CrmRequest;
use super::routes::{self, Context, route};
use super::{Shared, State, TOKEN};
use crate::faults::{Effect, Fault, Refusal, suffer};
use crate::requests::LoggedRequest;
use crate::server::AnswerLost;

const RATE_MAX: HeaderName = HeaderName::from_static("x-hubspot-ratelimit-max");
const RATE_REMAINING: HeaderName = HeaderName::from_static("x-hubspot-ratelimit-remaining");
const RATE_INTERVAL: HeaderName = HeaderName::from_static("x-hubspot-ratelimit-interval-milliseconds");
const CORRELATION_ID: HeaderName = HeaderName::from_static("x-hubspot-correlation-id");

/// The account is being moved; the answer says in how many seconds to come back.
const MIGRATING: u16 = 477;
const MIGRATING_SECONDS: u16 = 2;

pub(super) async fn handle(shared: &Arc<Shared>, request: Request<Bytes>) -> Result<Response<Bytes>, AnswerLost> {
    let request = CrmRequest::new(request);
    if let ["simulator", what] = request.segments().as_slice() {
        return Ok(administer(shared, &request, what));
    }
    let effect = shared.faults.take(&request.method, &request.line, &request.body);
    let works = effect.as_ref().is_none_or(is_carried_out);
    let answer_lost = matches!(effect, Some(Effect::AnswerLost));
    let (method, line) = (request.method.to_string(), request.line.clone());

    let own = Arc::clone(shared);
    let commit = move || {
        let (answer, committed) = answer(&own, &request);
        let status = (!answer_lost).then(|| answer.status().as_u16());
        log(&own, request.method.to_string(), request.line.clone(), status, committed);
        answer
    };
    let refuse = |refusal| response(&mut shared.state(), Err(refusal_error(refusal)), &HeaderMap::new());
    let suffered = suffer(effect, &shared.settings.clock, commit, refuse).await;
    if !works {
        let status = suffered.as_ref().ok().map(|answer| answer.status().as_u16());
        log(shared, method, line, status, false);
    }
    suffered
}

/// Whether a request under this effect is carried out, now or later.
fn is_carried_out(effect: &Effect) -> bool {
    match effect {
        Effect::AnswerLost | Effect::LateCommit { .. } | Effect::MalformedAnswer | Effect::Slow { .. } => true,
        Effect::Throttled
        | Effect::ServerError { .. }
        | Effect::HtmlError
        | Effect::ExpiredToken
        | Effect::NotCommitted
        | Effect::Fault { .. } => false,
    }
}

fn refusal_error(refusal: Refusal) -> CrmError {
    match refusal {
        Refusal::Throttled => CrmError::Throttled,
        Refusal::ExpiredToken => CrmError::TokenExpired,
        // The portal has no list of codes; to it, this is a request that it can't read.
        Refusal::Fault { .. } => CrmError::Server { status: StatusCode::BAD_REQUEST },
        Refusal::ServerError { status } => {
            CrmError::Server { status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR) }
        }
    }
}

/// The answer, and whether it stored something.
fn answer(shared: &Shared, request: &CrmRequest) -> (Response<Bytes>, bool) {
    let mut state = shared.state();
    let mut rate_headers = HeaderMap::new();
    let outcome = carry_out(shared, &mut state, request, &mut rate_headers);
    let committed = outcome.as_ref().is_ok_and(|answer| answer.committed);
    (response(&mut state, outcome, &rate_headers), committed)
}

fn carry_out(
    shared: &Shared,
    state: &mut State,
    request: &CrmRequest,
    rate_headers: &mut HeaderMap,
) -> Result<Answer, CrmError> {
    if request.bearer_token() != Some(TOKEN) {
        return Err(CrmError::Unauthenticated);
    }
    let settings = &shared.settings;
    let now = settings.clock.now();
    if let Some(limit) = settings.requests_max.filter(|_| !routes::is_search(request)) {
        let remaining = state.rate.admit(now, limit);
        rate_headers.insert(RATE_MAX, limit.into());
        rate_headers.insert(RATE_REMAINING, remaining.unwrap_or(0).into());
        rate_headers.insert(RATE_INTERVAL, i64::try_from(WINDOW.as_millis()).unwrap_or(i64::MAX).into());
        remaining.ok_or(CrmError::Throttled)?;
    }
    let State { portal, callbacks, .. } = state;
    route(&mut Context { portal, callbacks, request, settings, now })
}

fn response(state: &mut State, outcome: Result<Answer, CrmError>, headers: &HeaderMap) -> Response<Bytes> {
    state.correlations += 1;
    let correlation_id = format!("00000000-0000-4000-8000-{:012x}", state.correlations);
    let (status, body) = match outcome {
        Ok(answer) => (answer.status, answer.body),
        Err(error) => (error.status(), error.body(&correlation_id)),
    };
    let mut response = json_response(status, &body);
    if status.as_u16() == MIGRATING {
        response.headers_mut().insert(RETRY_AFTER, MIGRATING_SECONDS.into());
    }
    response.headers_mut().extend(headers.clone());
    if let Ok(value) = HeaderValue::from_str(&correlation_id) {
        response.headers_mut().insert(CORRELATION_ID, value);
    }
    response
}

/// `POST` and `DELETE /simulator/faults`, `GET /simulator/requests`, `GET /simulator/callbacks`.
fn administer(shared: &Shared, request: &CrmRequest, what: &str) -> Response<Bytes> {
    let no_content = || json_response(StatusCode::NO_CONTENT, &Value::Null);
    match (request.method.as_str(), what) {
        ("POST", "faults") => match serde_json::from_slice::<Fault>(&request.body) {
            Ok(fault) => {
                shared.faults.inject(fault);
                no_content()
            }
            Err(cause) => json_response(StatusCode::BAD_REQUEST, &json!({ "message": cause.to_string() })),
        },
        ("DELETE", "faults") => {
            shared.faults.clear();
            no_content()
        }
        ("GET", "callbacks") => json_response(StatusCode::OK, &json!(shared.state().callbacks)),
        ("GET", "requests") => json_response(StatusCode::OK, &json!(shared.requests.all())),
        _ => json_response(StatusCode::NOT_FOUND, &json!({ "message": "no such path" })),
    }
}

fn json_response(status: StatusCode, body: &Value) -> Response<Bytes> {
    let text = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let mut response = Response::new(text);
    *response.status_mut() = status;
    if !body.is_null() {
        let json = HeaderValue::from_static("application/json;charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, json);
    }
    response
}

fn log(shared: &Shared, method: String, path: String, status: Option<u16>, committed: bool) {
    shared.requests.push(LoggedRequest { method, path, requestid: None, status, committed });
}
