//! What goes wrong on purpose, request by request.
//!
//! A fault is armed by a test or through `POST /simulator/faults`, waits for the request it matches,
//! and is spent. This module decides *which* request suffers *what*; the services decide what a
//! commit and an answer are, and wrap their work in [`suffer`].

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Response};
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::server::AnswerLost;

/// The faults that are armed; copies share them.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<Fault>>>);

/// One armed fault.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fault {
    /// A part of `METHOD /path?query body`, percent-decoded; empty matches every request.
    pub matches: String,
    /// How many matching requests pass unharmed first.
    #[serde(default)]
    pub skip: u32,
    /// How many matching requests suffer it.
    #[serde(default = "once")]
    pub times: u32,
    pub effect: Effect,
}

/// What happens to the request that a fault meets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Effect {
    /// The work is committed, then the connection drops.
    AnswerLost,
    /// The work is committed so much later, in its own task even if the caller has gone, and
    /// answered then.
    LateCommit { after_ms: u64 },
    /// Refused with 429 before anything is done.
    Throttled,
    /// Refused with a server error before anything is done.
    ServerError { status: u16 },
    /// Refused with 503 and a page of HTML, as gateways do.
    HtmlError,
    /// The work is committed and answered with 200, but the JSON breaks off in the middle.
    MalformedAnswer,
    /// The work is committed at once and answered so much later.
    Slow { by_ms: u64 },
    /// Refused with 401, as if the access token had just expired.
    ExpiredToken,
    /// The connection drops before anything is done.
    NotCommitted,
    /// Refused with a fault of the service's own list before anything is done.
    Fault { code: String },
}

/// How a service words the refusals that only it can word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Throttled,
    ServerError { status: u16 },
    ExpiredToken,
    Fault { code: String },
}

impl Effect {
    /// Whether the work of the request is done under this effect, sooner or later.
    pub(crate) fn commits(&self) -> bool {
        match self {
            Self::AnswerLost | Self::LateCommit { .. } | Self::MalformedAnswer | Self::Slow { .. } => true,
            Self::Throttled
            | Self::ServerError { .. }
            | Self::HtmlError
            | Self::ExpiredToken
            | Self::NotCommitted
            | Self::Fault { .. } => false,
        }
    }
}

impl Faults {
    /// Arms a fault. Of several that match a request, the one armed first meets it.
    pub fn inject(&self, fault: Fault) {
        self.armed().push(fault);
    }

    /// Disarms everything.
    pub fn clear(&self) {
        self.armed().clear();
    }

    /// Whether every armed fault has met its requests.
    pub fn are_spent(&self) -> bool {
        self.armed().is_empty()
    }

    /// Spends the fault that meets this request. `path_and_query` is percent-decoded.
    pub(crate) fn take(&self, method: &Method, path_and_query: &str, body: &[u8]) -> Option<Effect> {
        let mut armed = self.armed();
        if armed.is_empty() {
            return None;
        }
        let line = format!("{method} {path_and_query} {}", String::from_utf8_lossy(body));
        let mut met = None;
        for fault in armed.iter_mut().filter(|fault| line.contains(&fault.matches)) {
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if fault.times > 0 {
                fault.times -= 1;
                met = Some(fault.effect.clone());
                break;
            }
        }
        armed.retain(|fault| fault.times > 0);
        met
    }

    fn armed(&self) -> MutexGuard<'_, Vec<Fault>> {
        // Nothing panics while it holds the lock, so a poisoned list is still a good one.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does the work of one request under an effect. `commit` does it and words the answer; it must not
/// block. Waiting is done on `clock`. `refuse` words a refusal of the service itself.
pub(crate) async fn suffer(
    effect: Option<Effect>,
    clock: &Clock,
    commit: impl FnOnce() -> Response<Bytes> + Send + 'static,
    refuse: impl FnOnce(Refusal) -> Response<Bytes>,
) -> Result<Response<Bytes>, AnswerLost> {
    match effect {
        None => Ok(commit()),
        Some(Effect::NotCommitted) => Err(AnswerLost),
        Some(Effect::AnswerLost) => {
            commit();
            Err(AnswerLost)
        }
        Some(Effect::LateCommit { after_ms }) => {
            let clock = clock.clone();
            let late = tokio::spawn(async move {
                clock.sleep(Duration::from_millis(after_ms)).await;
                commit()
            });
            late.await.map_err(|_| AnswerLost)
        }
        Some(Effect::Slow { by_ms }) => {
            let answer = commit();
            clock.sleep(Duration::from_millis(by_ms)).await;
            Ok(answer)
        }
        Some(Effect::MalformedAnswer) => Ok(broken_off(&commit())),
        Some(Effect::HtmlError) => Ok(html_page()),
        Some(Effect::Throttled) => Ok(refuse(Refusal::Throttled)),
        Some(Effect::ServerError { status }) => Ok(refuse(Refusal::ServerError { status })),
        Some(Effect::ExpiredToken) => Ok(refuse(Refusal::ExpiredToken)),
        Some(Effect::Fault { code }) => Ok(refuse(Refusal::Fault { code })),
    }
}

fn broken_off(answer: &Response<Bytes>) -> Response<Bytes> {
    let body = answer.body();
    let mut broken = Response::new(body.slice(..body.len() / 2));
    *broken.headers_mut() = answer.headers().clone();
    broken
}

fn html_page() -> Response<Bytes> {
    let page = "<html><head><title>503 Service Temporarily Unavailable</title></head>\n\
                <body><center><h1>503 Service Temporarily Unavailable</h1></center></body></html>\n";
    let mut answer = Response::new(Bytes::from_static(page.as_bytes()));
    *answer.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
    let html = http::HeaderValue::from_static("text/html");
    answer.headers_mut().insert(http::header::CONTENT_TYPE, html);
    answer
}

fn once() -> u32 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(matches: &str, skip: u32, times: u32) -> Fault {
        let matches = matches.to_owned();
        Fault { matches, skip, times, effect: Effect::Throttled }
    }

    #[test]
    fn a_fault_lets_the_skipped_requests_pass_and_is_spent_after_its_times() {
        let faults = Faults::default();
        faults.inject(fault("POST /v3", 1, 2));
        let met = || faults.take(&Method::POST, "/v3/company/1/invoice", b"{}").is_some();
        assert_eq!([met(), met(), met(), met()], [false, true, true, false]);
    }

    #[test]
    fn a_fault_matches_the_body_too_and_no_other_request() {
        let faults = Faults::default();
        faults.inject(fault("jane@example.com", 0, 1));
        assert!(faults.take(&Method::POST, "/v3", b"{}").is_none());
        assert!(faults.take(&Method::POST, "/v3", b"{\"a\":\"jane@example.com\"}").is_some());
    }

    #[test]
    fn a_fault_is_written_in_json_with_its_kind_and_once_by_default() {
        let text = r#"{"matches":"","effect":{"kind":"late_commit","after_ms":40000}}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert_eq!((fault.skip, fault.times), (0, 1));
        assert_eq!(fault.effect, Effect::LateCommit { after_ms: 40_000 });
    }
}
