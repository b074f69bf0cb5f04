//! What an action is told of an answer, or why nobody can be told yet.

use bytes::Bytes;

use super::fault::{self, Answer};
use super::{Wait, envelope};
use crate::action::Verb;
use crate::runs::history::{Call, Fault, Reply};

/// An answer, by who has to do something about it.
pub(super) enum Read {
    /// The action: a definite answer.
    Reply(Reply),
    /// Nobody: it is asked again later.
    Wait(Wait),
    /// Nobody, but not before QuickBooks' own pause is over.
    Throttled(Wait),
    /// The token is renewed; or, if it was new, a person connects the company again.
    SignedOut(Wait),
}

/// Reads the answer to `call`.
pub(super) fn read(call: &Call, answer: &http::Response<Bytes>) -> Read {
    let wanted = if call.verb == Verb::Query { "QueryResponse" } else { call.entity.as_str() };
    if answer.status().is_success()
        && let Ok(body) = std::str::from_utf8(answer.body())
        && let Some(entity) = envelope::open(body, wanted)
    {
        return Read::Reply(Ok(entity.to_owned()));
    }
    let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let (content_type, tid) = (header("content-type"), header("intuit_tid"));
    match fault::read(answer.status().as_u16(), content_type, tid, answer.body()) {
        Answer::Accepted(_) => Read::Wait(malformed(&format!("it holds no {wanted}"), tid.map(Into::into))),
        Answer::Malformed { reason, tid } => Read::Wait(malformed(&reason, tid)),
        Answer::Rejected(rejection) => {
            let message = if rejection.detail.is_empty() { rejection.message } else { rejection.detail };
            Read::Reply(Err(Fault { code: rejection.code, message, body: rejection.body }))
        }
        Answer::Throttled { tid } => {
            Read::Throttled(Wait::company("throttled", format!("QuickBooks asks for patience{}", named(tid))))
        }
        Answer::SignedOut { code, tid } | Answer::Forbidden { code, tid } => Read::SignedOut(Wait::company(
            "signed_out",
            format!("QuickBooks refuses this connection ({code}); connect the company again{}", named(tid)),
        )),
        Answer::Closed { code, tid } => {
            let message =
                format!("the company's QuickBooks subscription has ended or is not paid ({code}){}", named(tid));
            Read::Wait(Wait::company("subscription_ended", message))
        }
        Answer::Unfinished { code, tid } => {
            let message = format!(
                "QuickBooks could not finish a request of this run and does not say whether it was done ({code}){}",
                named(tid)
            );
            Read::Wait(Wait { unfinished: true, ..Wait::new("quickbooks_unavailable", message) })
        }
        Answer::Unavailable { code, tid } => {
            let message = format!("QuickBooks is out of order ({code}){}", named(tid));
            Read::Wait(Wait::company("quickbooks_unavailable", message))
        }
        Answer::InProgress { tid } => {
            let message = format!("QuickBooks is still working on an earlier request of this run{}", named(tid));
            Read::Wait(Wait::new("quickbooks_unavailable", message))
        }
    }
}

fn malformed(reason: &str, tid: Option<String>) -> Wait {
    let message = format!(
        "QuickBooks' answer can't be read ({reason}); whether it was carried out is asked again later{}",
        named(tid)
    );
    Wait::new("malformed_answer", message)
}

/// Intuit's support asks for this id.
fn named(tid: Option<String>) -> String {
    tid.map_or_else(String::new, |tid| format!("; intuit_tid {tid}"))
}
