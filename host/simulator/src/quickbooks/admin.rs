//! The simulator's own routes, which the real service does not have and which need no token.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::QuickBooks;
use super::answer::Answer;
use super::request::Incoming;
use super::webhooks::Subscriber;
use crate::faults::Fault;

/// Answers a request to `/simulator`; `None` for every other one.
pub(crate) fn answer(service: &QuickBooks, request: &Incoming) -> Option<Answer> {
    let answer = match (&request.method, request.segments().as_slice()) {
        (&Method::POST, ["simulator", "faults"]) => match serde_json::from_slice::<Fault>(&request.body) {
            Ok(fault) => {
                service.faults().inject(fault);
                Answer::empty(StatusCode::NO_CONTENT)
            }
            Err(error) => {
                let detail = json!({ "title": "this is no fault", "detail": error.to_string() });
                Answer::plain(StatusCode::BAD_REQUEST, &detail)
            }
        },
        (&Method::DELETE, ["simulator", "faults"]) => {
            service.faults().clear();
            Answer::empty(StatusCode::NO_CONTENT)
        }
        (&Method::GET, ["simulator", "requests"]) => {
            let requests = serde_json::to_value(service.requests()).unwrap_or(Value::Null);
            Answer::plain(StatusCode::OK, &requests)
        }
        (&Method::POST, ["simulator", "webhooks"]) => match serde_json::from_slice::<Subscriber>(&request.body) {
            Ok(subscriber) => {
                service.subscribe(Some(subscriber));
                Answer::empty(StatusCode::NO_CONTENT)
            }
            Err(error) => {
                let detail = json!({ "title": "this is no subscriber", "detail": error.to_string() });
                Answer::plain(StatusCode::BAD_REQUEST, &detail)
            }
        },
        (&Method::DELETE, ["simulator", "webhooks"]) => {
            service.subscribe(None);
            Answer::empty(StatusCode::NO_CONTENT)
        }
        (&Method::GET, ["simulator", "webhooks"]) => {
            let notifications = serde_json::to_value(service.notifications()).unwrap_or(Value::Null);
            Answer::plain(StatusCode::OK, &notifications)
        }
        (_, ["simulator", ..]) => Answer::empty(StatusCode::NOT_FOUND),
        _ => return None,
    };
    Some(answer)
}
