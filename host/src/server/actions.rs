//! The routes of what is installed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::Host;
use super::body::Filter;
use super::problem::Problem;
use crate::options::{Page, Wanted};

pub(super) async fn list(State(host): State<Arc<Host>>) -> Json<Value> {
    Json(json!({ "actions": host.service.actions() }))
}

/// Whatever is no parameter of its own is the value of an input.
pub(super) async fn options(
    State(host): State<Arc<Host>>,
    Path((action, input)): Path<(String, String)>,
    Filter(mut parameters): Filter<BTreeMap<String, String>>,
) -> Result<Json<Page>, Problem> {
    let mut own = |name: &str| parameters.remove(name).filter(|value| !value.is_empty());
    let (portal, company) = (own("portal"), own("company"));
    let (search, after) = (own("q"), own("after"));
    let wanted = Wanted { input, search, after, depends_on: parameters };
    Ok(Json(host.service.options(&action, (portal.as_deref(), company.as_deref()), wanted).await?))
}
