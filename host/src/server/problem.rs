//! What went wrong, as RFC 9457 has it: one place where errors get their status, code and words.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::enrollment::BadObject;
use crate::options::NoChoices;
use crate::runs::service::NotDone;
use crate::runs::service_store::NoBackup;

/// Whoever meets a host that is away for a moment asks again after so many seconds.
const RETRY_AFTER_SECONDS: u16 = 2;

impl Problem {
    fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::NoRoute => "no_route",
            Self::WrongMethod => "wrong_method",
            Self::BodyTooLarge => "body_too_large",
            Self::SlowBody => "body_too_slow",
            Self::BodyBrokenOff => "bad_json",
            Self::BadJson(_) => "bad_json",
            Self::BadMember(_) => "bad_member",
            Self::BadFilter(_) => "bad_filter",
            Self::BadObject(_) => "bad_object",
            Self::NoVersion => "version_missing",
            Self::NotDone(not_done) => not_done.code(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NoRoute => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::SlowBody => StatusCode::REQUEST_TIMEOUT,
            Self::BodyBrokenOff | Self::BadJson(_) => StatusCode::BAD_REQUEST,
            Self::BadMember(_) | Self::BadFilter(_) | Self::BadObject(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NoVersion => StatusCode::PRECONDITION_REQUIRED,
            Self::NotDone(not_done) => status(not_done),
        }
    }

    fn remedy(&self) -> String {
        let remedy = match self {
            Self::Unauthorized => "send the service's token: Authorization: Bearer …",
            Self::NoRoute => "host/README.md lists every route",
            Self::WrongMethod => "the header Allow names the methods",
            Self::BodyTooLarge => "send at most 64 KiB",
            Self::SlowBody | Self::BodyBrokenOff => "send the whole body at once",
            Self::BadJson(_) => "send one JSON object",
            Self::BadMember(_) => "correct the member, or leave it out",
            Self::BadFilter(_) => "correct the parameter, or leave it out",
            Self::BadObject(_) => "write it as deal:1001; HubSpot shows the record id in the record's address",
            Self::NoVersion => "send the version that you have read, as the header If-Match",
            Self::NotDone(not_done) => return not_done.hint(),
        };
        remedy.into()
    }
}

fn status(not_done: &NotDone) -> StatusCode {
    match not_done {
        NotDone::Starting | NotDone::Stopping | NotDone::Unavailable(_) | NotDone::StandingUnknown(_) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        NotDone::UnknownAction { .. }
        | NotDone::UnknownConnection { .. }
        | NotDone::UnknownRun
        | NotDone::UnknownVersion { .. }
        | NotDone::NoChoices(NoChoices::UnknownInput { .. }) => StatusCode::NOT_FOUND,
        NotDone::ConnectionUnnamed
        | NotDone::WrongObjectType { .. }
        | NotDone::Input { .. }
        | NotDone::Settings { .. }
        | NotDone::NoChoices(NoChoices::NotAChoice { .. } | NoChoices::BadCursor) => StatusCode::UNPROCESSABLE_ENTITY,
        NotDone::SettingsChanged { .. } => StatusCode::PRECONDITION_FAILED,
        NotDone::EventTaken { .. }
        | NotDone::CallbackTaken { .. }
        | NotDone::AmbiguousVersion { .. }
        | NotDone::SettingsUnreadable { .. }
        | NotDone::NotInstalled
        | NotDone::NotEnded
        | NotDone::Ended { .. }
        | NotDone::DocumentsStand { .. }
        | NotDone::NoBackup(NoBackup::Volatile | NoBackup::Exists(_)) => StatusCode::CONFLICT,
        NotDone::NoBackup(NoBackup::Failed(_)) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, code) = (self.status(), self.code());
        let mut problem = json!({
            "type": format!("/problems/{code}"),
            "title": title(code),
            "status": status.as_u16(),
            "detail": self.to_string(),
            "code": code,
            "remedy": self.remedy(),
        });
        if let Self::NotDone(NotDone::DocumentsStand { documents }) = &self {
            problem["documents"] = json!(documents);
        }
        if let Self::NotDone(NotDone::Settings { problems } | NotDone::SettingsUnreadable { unreadable: problems }) =
            &self
        {
            problem["problems"] = json!(problems);
        }
        let mut response = (status, problem.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER_SECONDS.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// A code in words: `unknown_run` is "Unknown run".
fn title(code: &str) -> String {
    let words = code.replace('_', " ");
    let (first, rest) = words.split_at(words.len().min(1));
    first.to_ascii_uppercase() + rest
}

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// No token, or another.
    #[error("the request does not hold the service's token")]
    Unauthorized,
    /// No such path.
    #[error("there is nothing at this path")]
    NoRoute,
    /// The path takes other methods.
    #[error("this path does not take this method")]
    WrongMethod,
    /// More bytes than a body may have.
    #[error("the body is larger than 64 KiB")]
    BodyTooLarge,
    /// It took too long to come.
    #[error("the body did not come in time")]
    SlowBody,
    /// It ended early.
    #[error("the body broke off")]
    BodyBrokenOff,
    /// Not JSON.
    #[error("the body is not JSON: {0}")]
    BadJson(String),
    /// JSON, with a member that is not known, missing, or of another type.
    #[error("the body is refused: {0}")]
    BadMember(String),
    /// A parameter that is not known, or has another form.
    #[error("the query is refused: {0}")]
    BadFilter(String),
    /// The enrolled object's name.
    #[error(transparent)]
    BadObject(#[from] BadObject),
    /// A whole document takes the place of one that the caller has read.
    #[error("the request does not say which version it replaces")]
    NoVersion,
    /// The service did not do it.
    #[error(transparent)]
    NotDone(#[from] NotDone),
}
