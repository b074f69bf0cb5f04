//! What QuickBooks answers, read for what is to be done about it.
//!
//! Owns the difference between *no*, *not now* and *nothing certain*: only a definite no may end a
//! write, everything else leaves its intent unanswered. It also owns what is kept of an answer: a
//! bounded part, and of an answer that may hold the access token only its code and `intuit_tid`.
//!
//! Must not know: which call was asked, what a run does next, how long anybody waits.

mod body;
mod codes;
#[cfg(test)]
mod tests;

pub use codes::{Ending, Explanation, explain, explained};

use body::Fault;

/// How much of a fault's body is kept, in bytes. A fault with one error takes some hundred; even
/// the list of known properties in fault 2010 is cut short by QuickBooks itself. The rest is room
/// for a document with many bad lines.
pub const BODY_BYTES_MAX: usize = 16 * 1024;

/// How much of an `intuit_tid` is kept, in bytes. The known form has 35.
const TID_BYTES_MAX: usize = 100;

/// One answer, by what it means for the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<'body> {
    /// It was done: the body, which is a JSON object without a fault.
    Accepted(&'body str),
    /// A definite no. Nothing was written, and the same call will be refused again.
    Rejected(Rejection),
    /// Too many requests; nothing was done. QuickBooks asks for a minute of patience.
    Throttled { tid: Option<String> },
    /// The access token is expired or unknown; nothing was done. The detail of such an answer
    /// holds the token, so nothing else of it is kept.
    SignedOut { code: String, tid: Option<String> },
    /// The app may not use this company, or no longer: a person must connect it again.
    Forbidden { code: String, tid: Option<String> },
    /// The company itself is closed to everybody until a person renews its subscription.
    Closed { code: String, tid: Option<String> },
    /// QuickBooks, or something in front of it, is out of order. A write may have been done.
    Unavailable { code: String, tid: Option<String> },
    /// This one operation failed without a reason; others may work. A write may have been done.
    Unfinished { code: String, tid: Option<String> },
    /// Another request with the same `requestid` is still running (fault 600). Its answer comes
    /// to whoever sends the same request later.
    InProgress { tid: Option<String> },
    /// Success by its status, but not an answer that can be read. A write may have been done.
    Malformed { reason: String, tid: Option<String> },
}

/// QuickBooks' definite no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The code of the first error, such as `6240`; `http-400` where QuickBooks named none.
    pub code: String,
    pub message: String,
    pub detail: String,
    /// The property concerned, or empty.
    pub element: String,
    /// All errors, the first among them. Empty where QuickBooks named none.
    pub errors: Vec<FaultError>,
    /// The fault as JSON text. Empty when it was not JSON or longer than [`BODY_BYTES_MAX`].
    pub body: String,
    /// QuickBooks' name for this exchange; Intuit's support asks for it.
    pub tid: Option<String>,
}

/// One error of a fault. Whatever was missing is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FaultError {
    pub code: String,
    pub message: String,
    pub detail: String,
    pub element: String,
}

/// Reads an answer. `tid` is the header `intuit_tid`.
pub fn read<'body>(status: u16, content_type: Option<&str>, tid: Option<&str>, body: &'body [u8]) -> Answer<'body> {
    let tid = tid.map(|tid| body::cut(tid, TID_BYTES_MAX).to_owned());
    match status {
        200..=299 => read_success(status, tid, body),
        401 => {
            let fault = body::fault(body).unwrap_or_default();
            signed_out(&fault, status, tid)
        }
        429 => Answer::Throttled { tid },
        400..=499 => read_refusal(status, content_type, tid, body),
        // A redirection is none of QuickBooks' answers: something else spoke.
        _ => {
            let fault = body::fault(body).unwrap_or_default();
            Answer::Unavailable { code: fault.code_or(status), tid }
        }
    }
}

fn read_success(status: u16, tid: Option<String>, body: &[u8]) -> Answer<'_> {
    match body::success(body) {
        Ok(text) => Answer::Accepted(text),
        // QuickBooks may say no under the status 200.
        Err(body::NoSuccess::Fault) => {
            let fault = body::fault(body).unwrap_or_default();
            by_code(fault, status, tid)
        }
        Err(body::NoSuccess::NotText | body::NoSuccess::NotAnObject) => {
            Answer::Malformed { reason: "not a JSON object".to_owned(), tid }
        }
        Err(body::NoSuccess::NotJson { line, column }) => {
            Answer::Malformed { reason: format!("not JSON from line {line}, column {column} on"), tid }
        }
    }
}

fn read_refusal(status: u16, content_type: Option<&str>, tid: Option<String>, body: &[u8]) -> Answer<'static> {
    if let Some(fault) = body::fault(body) {
        return by_code(fault, status, tid);
    }
    match status {
        403 => Answer::Forbidden { code: http_code(status), tid },
        408 | 425 => Answer::Unavailable { code: http_code(status), tid },
        // Too large for whatever stands in front of QuickBooks, at any time.
        413 | 414 | 431 => Answer::Rejected(Rejection::without_fault(status, tid)),
        // A page is made by a gateway that could not reach QuickBooks, not by QuickBooks.
        _ if body::is_page(content_type, body) => Answer::Unavailable { code: http_code(status), tid },
        _ => Answer::Rejected(Rejection::without_fault(status, tid)),
    }
}

/// Decides by the errors rather than by the status, since QuickBooks sends most codes with 400.
/// What says least about the call goes first: a token that is expired proves nothing about the
/// body, whatever else is listed.
fn by_code(fault: Fault, status: u16, tid: Option<String>) -> Answer<'static> {
    if fault.is_authentication() {
        return signed_out(&fault, status, tid);
    }
    if fault.has_code(&["3001"]) {
        return Answer::Throttled { tid };
    }
    if fault.has_code(&["6190"]) {
        return Answer::Closed { code: fault.code_or(status), tid };
    }
    if fault.has_code(&["130", "140", "150", "10000"]) || (status < 300 && !fault.names_a_code()) {
        return Answer::Unavailable { code: fault.code_or(status), tid };
    }
    // These say that an operation failed, and not that nothing was done.
    if fault.has_code(&["1000", "1010", "1020"]) {
        return Answer::Unfinished { code: fault.code_or(status), tid };
    }
    if fault.has_code(&["600"]) {
        return Answer::InProgress { tid };
    }
    if status == 403 || fault.has_code(&["120", "3100"]) {
        return Answer::Forbidden { code: fault.code_or(status), tid };
    }
    Answer::Rejected(Rejection::of(fault, status, tid))
}

fn signed_out(fault: &Fault, status: u16, tid: Option<String>) -> Answer<'static> {
    Answer::SignedOut { code: fault.code_or(status), tid }
}

fn http_code(status: u16) -> String {
    format!("http-{status}")
}

impl Fault {
    /// The code of the first error that has one.
    fn code_or(&self, status: u16) -> String {
        let named = self.errors.iter().map(|error| &error.code).find(|code| !code.is_empty());
        named.cloned().unwrap_or_else(|| http_code(status))
    }

    fn names_a_code(&self) -> bool {
        self.errors.iter().any(|error| !error.code.is_empty())
    }

    fn has_code(&self, codes: &[&str]) -> bool {
        self.errors.iter().any(|error| codes.contains(&error.code.as_str()))
    }

    /// Told by type and message too: the price of a code that we don't know is a token in the
    /// history.
    fn is_authentication(&self) -> bool {
        self.has_code(&["100", "110", "3200", "3202"])
            || self.kind.to_ascii_lowercase().starts_with("authentication")
            || self
                .errors
                .iter()
                .any(|error| error.message.contains("AuthenticationFailed") || error.detail.starts_with("Token "))
    }
}

impl Rejection {
    fn of(fault: Fault, status: u16, tid: Option<String>) -> Self {
        let first = fault.errors.first().cloned().unwrap_or_else(|| FaultError {
            message: format!("status {status} without a fault"),
            ..FaultError::default()
        });
        Self {
            code: fault.code_or(status),
            message: first.message,
            detail: first.detail,
            element: first.element,
            errors: fault.errors,
            body: fault.text,
            tid,
        }
    }

    fn without_fault(status: u16, tid: Option<String>) -> Self {
        Self::of(Fault::default(), status, tid)
    }
}
