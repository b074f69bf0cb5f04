//! The routes of connections: which there are, and their settings. The version of a document goes with
//! it as `ETag` and `If-Match`, so that nobody overwrites what somebody else has just changed.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::Host;
use super::body::Body;
use super::problem::Problem;
use crate::connection::accounts::Accounts;
use crate::runs::service::ShownSettings;

/// Portal and company, as the path names them.
type Between = Path<(String, String)>;

pub(super) async fn list(State(host): State<Arc<Host>>) -> Json<Value> {
    Json(json!({ "connections": host.service.connections() }))
}

pub(super) async fn accounts(
    State(host): State<Arc<Host>>,
    Path(portal): Path<String>,
) -> Result<Json<Accounts>, Problem> {
    Ok(Json(host.service.accounts(&portal).await?))
}

pub(super) async fn settings(
    State(host): State<Arc<Host>>,
    Path((portal, company)): Between,
) -> Result<Response, Problem> {
    Ok(shown(&host.service.settings(&portal, &company).await?))
}

pub(super) async fn put_settings(
    State(host): State<Arc<Host>>,
    Path((portal, company)): Between,
    headers: HeaderMap,
    Body(document): Body<Map<String, Value>>,
) -> Result<Response, Problem> {
    let replaces = version(&headers)?.ok_or(Problem::NoVersion)?;
    let document = Value::Object(document);
    Ok(shown(&host.service.put_settings(&portal, &company, replaces, &document).await?))
}

pub(super) async fn patch_settings(
    State(host): State<Arc<Host>>,
    Path((portal, company)): Between,
    headers: HeaderMap,
    Body(patch): Body<Map<String, Value>>,
) -> Result<Response, Problem> {
    let replaces = version(&headers)?;
    let patch = Value::Object(patch);
    Ok(shown(&host.service.patch_settings(&portal, &company, replaces, &patch).await?))
}

pub(super) async fn check(
    State(host): State<Arc<Host>>,
    Path((portal, company)): Between,
) -> Result<Json<Value>, Problem> {
    let findings = host.service.check_connection(&portal, &company).await?;
    Ok(Json(json!({ "findings": findings })))
}

/// The version that the caller has read.
fn version(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(named) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let version = named.to_str().ok().and_then(|text| text.trim().trim_matches('"').parse().ok());
    version.map(Some).ok_or(Problem::NoVersion)
}

fn shown(settings: &ShownSettings) -> Response {
    let mut response = Json(settings).into_response();
    if let Ok(version) = HeaderValue::try_from(format!("\"{}\"", settings.version)) {
        response.headers_mut().insert(header::ETAG, version);
    }
    response
}
