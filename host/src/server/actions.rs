//! The routes of what is installed.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::Host;

pub(super) async fn list(State(host): State<Arc<Host>>) -> Json<Value> {
    Json(json!({ "actions": host.service.actions() }))
}
