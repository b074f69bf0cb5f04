//! The routes of runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::Host;
use super::body::{Body, Filter, Named};
use super::problem::Problem;
use crate::enrollment::IfExists;
use crate::ids::RunId;
use crate::runs::service::Shown;
use crate::runs::service_store::Query;
use crate::runs::store::Enqueued;
use crate::runs::{Accepted, Patience, RunRecord, StartRequest, Status};

/// Longest wait for the end of a run. Gateways in between give a request up after about a minute.
const WAIT_SECONDS_MAX: u64 = 50;

/// Longest name of an event, a reference, a source or a callback. HubSpot's callback ids have about 40.
const NAME_BYTES_MAX: usize = 200;

/// Runs of one page, unless fewer are asked for.
const PAGE: usize = 50;

/// Runs of the longest page.
const PAGE_MAX: usize = 200;

/// Who decided, as the timeline tells it: there is one token.
const BY: &str = "admin";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StartBody {
    action: String,
    object: String,
    portal: Option<String>,
    company: Option<String>,
    #[serde(default)]
    inputs: Inputs,
    event: Option<String>,
    #[serde(default)]
    preview: bool,
    if_exists: Option<IfExists>,
    reference: Option<String>,
    source: Option<String>,
    callback: Option<String>,
    #[serde(default)]
    wait_seconds: u64,
}

#[derive(Serialize)]
struct Started<'a> {
    run_id: RunId,
    url: String,
    /// `new`, `duplicate` or `joined`.
    accepted: &'static str,
    /// How the run ended, if it has.
    record: Option<&'a RunRecord>,
}

/// The members of an object, each of them: a map would keep the last of two that have one name.
#[derive(Default)]
struct Inputs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Inputs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Inputs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Inputs, A::Error> {
                let mut inputs = Vec::new();
                while let Some(input) = map.next_entry()? {
                    inputs.push(input);
                }
                Ok(Inputs(inputs))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl StartBody {
    fn request(self) -> Result<StartRequest, Problem> {
        for (member, text) in [
            ("event", &self.event),
            ("reference", &self.reference),
            ("source", &self.source),
            ("callback", &self.callback),
        ] {
            check_name(member, text.as_deref())?;
        }
        if self.wait_seconds > WAIT_SECONDS_MAX {
            return Err(Problem::BadMember(too_long()));
        }
        Ok(StartRequest {
            action: self.action,
            object: self.object.parse()?,
            portal: self.portal,
            company: self.company,
            inputs: self.inputs.0,
            event: self.event,
            preview: self.preview,
            if_exists: self.if_exists,
            reference: self.reference,
            source: self.source.unwrap_or_else(|| "api".into()),
            callback: self.callback,
        })
    }
}

fn too_long() -> String {
    format!("wait_seconds is at most {WAIT_SECONDS_MAX}")
}

fn check_name(member: &str, text: Option<&str>) -> Result<(), Problem> {
    let is_name = |text: &str| !text.is_empty() && text.len() <= NAME_BYTES_MAX && !text.chars().any(char::is_control);
    if text.is_none_or(is_name) {
        return Ok(());
    }
    Err(Problem::BadMember(format!("{member} has 1 to {NAME_BYTES_MAX} bytes, and no control characters")))
}

pub(super) async fn start(State(host): State<Arc<Host>>, Body(body): Body<StartBody>) -> Result<Response, Problem> {
    let patience = Duration::from_secs(body.wait_seconds);
    let Accepted { run, enqueued } = host.service.start(body.request()?).await?;
    let accepted = match enqueued {
        Enqueued::New => "new",
        Enqueued::Duplicate => "duplicate",
        Enqueued::Joined(_) => "joined",
    };
    // Of a new run that nobody waits for the answer is known.
    let record = match (enqueued, patience) {
        (Enqueued::New, Duration::ZERO) => None,
        (Enqueued::New | Enqueued::Duplicate | Enqueued::Joined(_), patience) => {
            host.service.wait(run, Patience(patience)).await?
        }
    };
    let status = if record.is_none() && enqueued == Enqueued::New { StatusCode::ACCEPTED } else { StatusCode::OK };
    let started = Started { run_id: run, url: url(run), accepted, record: record.as_deref() };
    Ok((status, [(header::LOCATION, url(run))], Json(started)).into_response())
}

fn url(run: RunId) -> String {
    format!("/v1/runs/{run}")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    company: Option<String>,
    action: Option<String>,
    object: Option<String>,
    status: Option<Status>,
    event: Option<String>,
    before: Option<RunId>,
    most: Option<usize>,
}

pub(super) async fn list(
    State(host): State<Arc<Host>>,
    Filter(wanted): Filter<Wanted>,
) -> Result<Json<serde_json::Value>, Problem> {
    let Wanted { company, action, object, status, event, before, most } = wanted;
    let most = most.unwrap_or(PAGE);
    if !(1..=PAGE_MAX).contains(&most) {
        return Err(Problem::BadFilter(format!("most is from 1 to {PAGE_MAX}")));
    }
    let runs = host.service.list(&Query { company, action, object, status, event, before, most }).await?;
    // A page that isn't full is the last.
    let next = runs.last().filter(|_| runs.len() == most).map(|last| last.run_id);
    Ok(Json(json!({ "runs": runs, "next": next })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    #[serde(default)]
    wait_seconds: u64,
}

pub(super) async fn show(
    State(host): State<Arc<Host>>,
    Named(run): Named,
    Filter(Look { wait_seconds }): Filter<Look>,
) -> Result<Json<Shown>, Problem> {
    if wait_seconds > WAIT_SECONDS_MAX {
        return Err(Problem::BadFilter(too_long()));
    }
    if wait_seconds > 0 {
        let _told_below = host.service.wait(run, Patience(Duration::from_secs(wait_seconds))).await?;
    }
    Ok(Json(host.service.show(run).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResumeBody {
    version: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoMembers {}

pub(super) async fn resume(
    State(host): State<Arc<Host>>,
    Named(run): Named,
    Body(ResumeBody { version }): Body<ResumeBody>,
) -> Result<Response, Problem> {
    host.service.resume(run, version.as_deref(), BY).await?;
    Ok(goes_on(run))
}

pub(super) async fn restart(
    State(host): State<Arc<Host>>,
    Named(run): Named,
    Body(NoMembers {}): Body<NoMembers>,
) -> Result<Response, Problem> {
    host.service.restart(run, BY).await?;
    Ok(goes_on(run))
}

pub(super) async fn cancel(
    State(host): State<Arc<Host>>,
    Named(run): Named,
    Body(NoMembers {}): Body<NoMembers>,
) -> Result<Response, Problem> {
    host.service.cancel(run, BY).await?;
    Ok(goes_on(run))
}

/// The wish is durable; what comes of it stands at the run's own URL.
fn goes_on(run: RunId) -> Response {
    let body = Json(json!({ "run_id": run, "url": url(run) }));
    (StatusCode::ACCEPTED, [(header::LOCATION, url(run))], body).into_response()
}
