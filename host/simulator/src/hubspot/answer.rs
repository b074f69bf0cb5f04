//! What the portal answers: a status with a JSON body, or one of HubSpot's error bodies.
//!
//! Clients are to read `category` and `errors[].code`; the messages are prose.

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::object::{ObjectId, Version};
use super::portal::{AssociationError, Portal};

/// The answer to a request that HubSpot carried out.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Null sends no body.
    pub(super) body: Value,
    /// Whether something was stored.
    pub(super) committed: bool,
}

impl Answer {
    pub(super) fn read(body: Value) -> Self {
        Self { status: StatusCode::OK, body, committed: false }
    }

    pub(super) fn stored(status: StatusCode, body: Value) -> Self {
        Self { status, body, committed: true }
    }

    /// The answer to a batch: 207 as soon as one input failed.
    pub(super) fn batch(results: Vec<Value>, errors: Vec<Value>, now: Timestamp) -> Self {
        let mut body = json!({ "status": "COMPLETE", "results": results });
        let mut status = StatusCode::OK;
        if !errors.is_empty() {
            status = StatusCode::MULTI_STATUS;
            body["numErrors"] = errors.len().into();
            body["errors"] = errors.into();
        }
        body["startedAt"] = time(now).into();
        body["completedAt"] = time(now).into();
        Self { status, body, committed: false }
    }
}

/// One object with the properties that were asked for, or the default ones. HubSpot drops a property
/// that it does not know without a word, and answers null for one that has no value.
pub(super) fn object(
    portal: &Portal,
    object: ObjectId,
    created: Timestamp,
    version: &Version,
    asked: &[String],
) -> Value {
    let kind = object.kind;
    let mut properties = Map::new();
    properties.insert(kind.created_property().to_owned(), time(created).into());
    properties.insert(kind.modified_property().to_owned(), time(version.since).into());
    properties.insert("hs_object_id".to_owned(), object.id.to_string().into());
    let default = kind.default_properties().iter().copied();
    let names: Vec<&str> =
        if asked.is_empty() { default.collect() } else { asked.iter().map(String::as_str).collect() };
    for name in names.into_iter().filter(|name| portal.defines(kind, name)) {
        if !properties.contains_key(name) {
            properties.insert(name.to_owned(), version.properties.get(name).map(String::as_str).into());
        }
    }
    json!({
        "id": object.id.to_string(),
        "properties": properties,
        "createdAt": time(created),
        "updatedAt": time(version.since),
        "archived": version.archived,
    })
}

/// HubSpot writes milliseconds, always.
pub(super) fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// One entry of a batch's `errors`.
pub(super) fn batch_error(category: &str, sub_category: Option<&str>, message: &str, context: Value) -> Value {
    let mut error = json!({ "status": "error", "category": category, "message": message, "context": context });
    if let Some(sub_category) = sub_category {
        error["subCategory"] = sub_category.into();
    }
    error
}

/// Why HubSpot did not carry out a request.
#[derive(Debug, thiserror::Error)]
pub(super) enum CrmError {
    #[error("the request holds no token of this portal")]
    Unauthenticated,
    #[error("the access token has expired")]
    TokenExpired,
    #[error("no such path")]
    Path,
    #[error("there is no object type {name:?}")]
    Kind { name: String },
    #[error("there is no {object}")]
    Object { object: String },
    /// `part` is the part of the request that HubSpot refuses.
    #[error("{message}")]
    Invalid { code: &'static str, part: String, message: String },
    #[error("there is a property {name:?} already")]
    PropertyExists { name: String },
    #[error("too many requests")]
    Throttled,
    #[error("the portal does not carry this out")]
    Server { status: StatusCode },
}

impl CrmError {
    pub(super) fn invalid(code: &'static str, part: &str, message: impl Into<String>) -> Self {
        Self::Invalid { code, part: part.to_owned(), message: message.into() }
    }

    pub(super) fn missing(kind: Kind, id: &str) -> Self {
        Self::Object { object: format!("{} {id}", kind.singular()) }
    }

    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated | Self::TokenExpired => StatusCode::UNAUTHORIZED,
            Self::Path | Self::Object { .. } => StatusCode::NOT_FOUND,
            Self::Kind { .. } | Self::Invalid { .. } => StatusCode::BAD_REQUEST,
            Self::PropertyExists { .. } => StatusCode::CONFLICT,
            Self::Throttled => StatusCode::TOO_MANY_REQUESTS,
            Self::Server { status } => *status,
        }
    }

    /// HubSpot's error body. Throttling alone has an `errorType` instead of a `category`.
    pub(super) fn body(&self, correlation_id: &str) -> Value {
        let mut body = json!({ "status": "error", "message": self.to_string(), "correlationId": correlation_id });
        let category = match self {
            Self::Unauthenticated => Some("INVALID_AUTHENTICATION"),
            Self::TokenExpired => Some("EXPIRED_AUTHENTICATION"),
            Self::Object { .. } => Some("OBJECT_NOT_FOUND"),
            Self::Kind { .. } | Self::Invalid { .. } => Some("VALIDATION_ERROR"),
            Self::PropertyExists { .. } => Some("OBJECT_ALREADY_EXISTS"),
            Self::Server { status } => category_of(*status),
            Self::Path | Self::Throttled => None,
        };
        if let Some(category) = category {
            body["category"] = category.into();
        }
        match self {
            Self::Invalid { code, part, message } => {
                body["errors"] = json!([{ "message": message, "in": part, "code": code }]);
            }
            Self::Throttled => {
                body["errorType"] = "RATE_LIMIT".into();
                body["policyName"] = "TEN_SECONDLY_ROLLING".into();
            }
            Self::Unauthenticated
            | Self::TokenExpired
            | Self::Path
            | Self::Kind { .. }
            | Self::Object { .. }
            | Self::PropertyExists { .. }
            | Self::Server { .. } => {}
        }
        body
    }
}

/// The category of what a fault has the portal refuse by its status alone.
fn category_of(status: StatusCode) -> Option<&'static str> {
    match status.as_u16() {
        403 => Some("MISSING_SCOPES"),
        423 => Some("LOCKED"),
        477 => Some("MIGRATION_IN_PROGRESS"),
        _ => None,
    }
}

impl From<AssociationError> for CrmError {
    fn from(cause: AssociationError) -> Self {
        Self::invalid("INVALID_ASSOCIATION", "associations", cause.to_string())
    }
}
