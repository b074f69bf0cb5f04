//! One request that tells HubSpot something, or looks first whether it knows: what its answer means
//! for whoever will have to try again. Knows no object and no message.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::Crm;

/// HubSpot may still be carrying out a request whose answer was lost, or that a gateway gave up on. Who looks for what it made waits so
/// long first: most are carried out within a second, or never.
pub const STILL_AT_WORK: Duration = Duration::from_secs(5);

/// HubSpot's own text about a refusal is kept as far as this.
const WHY_CHARACTERS_MAX: usize = 200;

/// HubSpot's error body; each member may be missing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct ErrorBody {
    message: String,
}

impl Crm {
    /// Sends one request, and gives the body of the answer.
    pub(super) async fn tell(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Bytes, NotTaken> {
        let (portal, transport) = self.reached();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", portal.base_url.trim_end_matches('/')))
            .header("authorization", format!("Bearer {}", portal.token.expose()))
            .header("content-type", "application/json")
            .body(body.map_or_else(Bytes::new, |body| Bytes::from(body.to_string())))
            .map_err(|_| NotTaken::refused("it has an id that can be none".into()))?;
        let answer = transport.send(request).await;
        let answer =
            answer.map_err(|error| NotTaken::Unavailable { why: error.to_string(), after: Some(STILL_AT_WORK) })?;
        match answer.status().as_u16() {
            200..=299 => Ok(answer.into_body()),
            _ => Err(not_taken(&answer)),
        }
    }
}

fn not_taken(answer: &Response<Bytes>) -> NotTaken {
    let status = answer.status();
    let later = |after| NotTaken::Unavailable { why: format!("it answers {status}"), after };
    let refused = |never| NotTaken::Refused { never, why: sentence(status, answer.body()) };
    match status.as_u16() {
        // A token that is renewed later must not cost anybody an answer.
        401 | 423 | 429 | 477 => later(retry_after(answer)),
        // What it gave up on it may still carry out.
        408 | 500..=599 => later(retry_after(answer).max(Some(STILL_AT_WORK))),
        403 => refused(Never::ScopeMissing),
        404 => refused(Never::ObjectGone),
        400 if contains(answer.body(), b"PROPERTY_DOESNT_EXIST") => refused(Never::PropertyUnknown),
        _ => refused(Never::Refused),
    }
}

fn sentence(status: StatusCode, body: &Bytes) -> String {
    let ErrorBody { message } = serde_json::from_slice(body).unwrap_or_default();
    let printable = message.chars().filter(|character| !character.is_control()).take(WHY_CHARACTERS_MAX);
    match printable.collect::<String>() {
        said if said.is_empty() => format!("it answers {status}"),
        said => format!("it answers {}: {said}", status.as_u16()),
    }
}

/// HubSpot tells seconds, when it moves an account or asks to slow down.
fn retry_after(answer: &Response<Bytes>) -> Option<Duration> {
    let seconds = answer.headers().get(http::header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn contains(body: &[u8], word: &[u8]) -> bool {
    body.windows(word.len()).any(|window| window == word)
}

/// HubSpot did not take what it was told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// Not now; it is told again.
    #[error("HubSpot does not take it now: {why}")]
    Unavailable {
        /// A sentence without HubSpot in it.
        why: String,
        /// Not earlier than this, if that is known.
        after: Option<Duration>,
    },
    /// Never.
    #[error("HubSpot refuses it: {why}")]
    Refused {
        /// What a person may have to mend.
        never: Never,
        /// A sentence without HubSpot in it.
        why: String,
    },
}

/// Why HubSpot will never take something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Never {
    /// It hasn't got what this is about, or not any more.
    ObjectGone,
    /// It has no property of that name.
    PropertyUnknown,
    /// The connection's token may not.
    ScopeMissing,
    /// It says no, and nothing more is known.
    Refused,
}

impl Never {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::ObjectGone => "hubspot_object_gone",
            Self::PropertyUnknown => "hubspot_property_unknown",
            Self::ScopeMissing => "hubspot_scope_missing",
            Self::Refused => "hubspot_message_refused",
        }
    }
}

impl NotTaken {
    /// Not now, and nothing is known of when.
    pub fn later(why: impl Into<String>) -> Self {
        Self::Unavailable { why: why.into(), after: None }
    }

    /// Never, for a reason without a code of its own.
    pub fn refused(why: String) -> Self {
        Self::Refused { never: Never::Refused, why }
    }

    /// HubSpot hasn't got what this is about.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Refused { never: Never::ObjectGone, .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hubspot_may_still_carry_out_is_looked_for_no_sooner_than_it_is_done() {
        for (status, retry_after, expected) in [
            (503, None, Some(5)),
            (408, Some("1"), Some(5)),
            (502, Some("40"), Some(40)),
            (429, Some("1"), Some(1)),
            (401, None, None),
        ] {
            let mut answer = Response::builder().status(status);
            if let Some(seconds) = retry_after {
                answer = answer.header("retry-after", seconds);
            }
            let NotTaken::Unavailable { after, .. } = not_taken(&answer.body(Bytes::new()).unwrap()) else {
                panic!("{status} is for good");
            };
            assert_eq!(after, expected.map(Duration::from_secs), "{status}");
        }
    }
}
