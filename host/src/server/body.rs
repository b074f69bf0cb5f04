//! What a request brings along, read once where it comes in: a JSON body, a run's id, a filter.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::error::Category;

use super::problem::Problem;
use super::{BODY_WAIT, Host};
use crate::ids::RunId;
use crate::runs::service::NotDone;

/// A JSON object. No body at all is an empty one.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<Host>> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, host: &Arc<Host>) -> Result<Self, Problem> {
        let read = host.clock.timeout(BODY_WAIT, Bytes::from_request(request, host)).await;
        let bytes = read.ok_or(Problem::SlowBody)?.map_err(|rejection| {
            if rejection.status().as_u16() == 413 { Problem::BodyTooLarge } else { Problem::BodyBrokenOff }
        })?;
        let bytes = if bytes.is_empty() { &b"{}"[..] } else { &bytes };
        // A list would be taken for the members in their order.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            serde_json::from_slice::<IgnoredAny>(bytes).map_err(refused)?;
            return Err(Problem::BadMember("it is not a JSON object".into()));
        }
        serde_json::from_slice(bytes).map(Self).map_err(refused)
    }
}

fn refused(error: serde_json::Error) -> Problem {
    match error.classify() {
        Category::Data => Problem::BadMember(error.to_string()),
        Category::Io | Category::Syntax | Category::Eof => Problem::BadJson(error.to_string()),
    }
}

/// The run that a path names. What can't be a run's id is that of no run.
pub(super) struct Named(pub(super) RunId);

impl FromRequestParts<Arc<Host>> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, host: &Arc<Host>) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, host).await;
        let run = path.ok().and_then(|Path(text)| text.parse().ok());
        run.map(Self).ok_or(Problem::NotDone(NotDone::UnknownRun))
    }
}

/// The query of a URL.
pub(super) struct Filter<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<Host>> for Filter<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Host>) -> Result<Self, Problem> {
        let query = Query::<T>::try_from_uri(&parts.uri);
        query.map(|Query(filter)| Self(filter)).map_err(|rejection| Problem::BadFilter(rejection.body_text()))
    }
}
