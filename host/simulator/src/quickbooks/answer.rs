//! How answers look on the wire: status, headers, envelopes, and the gateway's own refusals.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::books::envelope_time;
use super::fault::Fault;

/// An answer before its headers, and what it did.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    content_type: &'static str,
    pub(crate) body: Bytes,
    /// Whether something was stored for it.
    pub(crate) committed: bool,
}

impl Answer {
    /// A success of the Accounting API.
    pub(crate) fn success(member: &str, value: Value, now: Timestamp) -> Self {
        let body = json!({ member: value, "time": envelope_time(now) });
        Self::new(StatusCode::OK, "application/json;charset=utf-8", body.to_string())
    }

    /// The answer to a request that was answered before.
    pub(crate) fn replayed(body: Bytes) -> Self {
        Self::new(StatusCode::OK, "application/json;charset=utf-8", body)
    }

    pub(crate) fn fault(fault: &Fault, now: Timestamp) -> Self {
        let body = json!({ "Fault": fault.body(), "time": envelope_time(now) });
        Self::new(fault.status, "application/json", body.to_string())
    }

    /// A refusal that never reached the service: its JSON is in lower case.
    pub(crate) fn gateway(gateway: &Gateway, now: Timestamp) -> Self {
        let error = json!({
            "message": gateway.message,
            "detail": gateway.detail,
            "code": gateway.code,
            "element": null,
        });
        let body = json!({
            "warnings": null,
            "intuitObject": null,
            "fault": { "error": [error], "type": gateway.kind },
            "report": null,
            "queryResponse": null,
            "batchItemResponse": [],
            "attachableResponse": [],
            "syncErrorResponse": null,
            "requestId": null,
            "time": now.as_millisecond(),
            "status": null,
            "cdcresponse": [],
        });
        Self::new(gateway.status, "application/json", body.to_string())
    }

    /// A document to print.
    pub(crate) fn pdf(document: Vec<u8>) -> Self {
        Self::new(StatusCode::OK, "application/pdf", document)
    }

    /// JSON outside the Accounting API.
    pub(crate) fn plain(status: StatusCode, body: &Value) -> Self {
        Self::new(status, "application/json;charset=utf-8", body.to_string())
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self::new(status, "application/json;charset=utf-8", Bytes::new())
    }

    pub(crate) fn committed(mut self) -> Self {
        self.committed = true;
        self
    }

    fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, content_type, body: body.into(), committed: false }
    }

    /// The answer with the headers that every answer has.
    pub(crate) fn into_response(self, trace: &str) -> Response<Bytes> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        let uncached = "max-age=0, no-cache, no-store, must-revalidate, private";
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(uncached));
        headers.insert(http::header::EXPIRES, HeaderValue::from_static("0"));
        if let Ok(trace) = HeaderValue::from_str(trace) {
            headers.insert(HeaderName::from_static("intuit_tid"), trace);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            let challenge = "Bearer realm=\"Intuit\", error=\"invalid_token\"";
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response
    }
}

/// A refusal of the gateway before the service.
#[derive(Debug)]
pub(crate) struct Gateway {
    status: StatusCode,
    kind: &'static str,
    code: &'static str,
    message: &'static str,
    detail: String,
}

impl Gateway {
    /// The detail really quotes the token.
    pub(crate) fn expired_token(token: &str) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            kind: "AUTHENTICATION",
            code: "3200",
            message: "message=AuthenticationFailed; errorCode=003200; statusCode=401",
            detail: format!("Token expired: {token}"),
        }
    }

    pub(crate) fn no_token() -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            kind: "AUTHENTICATION",
            code: "3202",
            message: "message=EmptyField; errorCode=003202; statusCode=401",
            detail: "Authorization header is missing or empty".to_owned(),
        }
    }

    pub(crate) fn other_company() -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            kind: "AuthorizationFault",
            code: "3100",
            message: "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
            detail: "The application is not authorised for this company".to_owned(),
        }
    }

    pub(crate) fn throttled() -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            kind: "SERVICE",
            code: "3001",
            message: "message=ThrottleExceeded; errorCode=003001; statusCode=429",
            detail: "The request limit was reached.  Try again later".to_owned(),
        }
    }
}
