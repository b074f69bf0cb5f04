//! The routes of the store, and whether the host is well.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Host;
use super::body::Body;
use super::problem::Problem;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BackupBody {
    file: PathBuf,
}

pub(super) async fn backup(
    State(host): State<Arc<Host>>,
    Body(BackupBody { file }): Body<BackupBody>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    // The caller's folder is not the service's.
    if !file.is_absolute() {
        return Err(Problem::BadMember("file is a whole path, from the root on".into()));
    }
    host.service.backup(&file).await?;
    Ok((StatusCode::CREATED, Json(json!({ "file": file }))))
}

/// The process answers.
pub(super) async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

/// It takes runs: the store answers, and every action is installed.
pub(super) async fn ready(State(host): State<Arc<Host>>) -> Result<Json<Value>, Problem> {
    let counts = host.service.ready().await?;
    Ok(Json(json!({ "status": "ready", "runs": counts })))
}
