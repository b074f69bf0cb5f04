//! Tells a workflow of HubSpot that waits for an action how it ended (HubSpot's custom workflow
//! actions, "asynchronous custom action execution").

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::{Map, Value, json};

use super::Crm;
use super::crm::Portal;
use crate::quickbooks::Transport;

/// Completes callbacks of one portal.
pub struct Callbacks<'a> {
    portal: &'a Portal,
    transport: &'a Transport,
}

impl Crm {
    /// The portal's callbacks.
    pub fn callbacks(&self) -> Callbacks<'_> {
        let (portal, transport) = self.reached();
        Callbacks { portal, transport }
    }
}

impl Callbacks<'_> {
    /// Lets the execution that waits for `callback` go on with `outputs`: as done, or as failed with
    /// a code. Either way the workflow goes on; HubSpot knows no other end.
    pub async fn complete(
        &self,
        callback: &str,
        failed: Option<&str>,
        mut outputs: Map<String, Value>,
    ) -> Result<(), NotTaken> {
        if let Some(code) = failed {
            outputs.insert("errorCode".into(), code.into());
        }
        // Last, since it is HubSpot's own name.
        let state = if failed.is_some() { "FAIL_CONTINUE" } else { "SUCCESS" };
        outputs.insert("hs_execution_state".into(), state.into());
        // HubSpot's description of 2026 requires `typedOutputs`; earlier ones don't know it.
        let body = json!({ "outputFields": outputs, "typedOutputs": {} });
        let root = self.portal.base_url.trim_end_matches('/');
        // A form writes a space as a plus sign, which a path does not know.
        let id = url::form_urlencoded::byte_serialize(callback.as_bytes()).collect::<String>().replace('+', "%20");
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!("{root}/automation/v4/actions/callbacks/{id}/complete"))
            .header("authorization", format!("Bearer {}", self.portal.token.expose()))
            .header("content-type", "application/json")
            .body(Bytes::from(body.to_string()))
            .map_err(|_| NotTaken::Refused("the callback's id is none".into()))?;
        let answer = self.transport.send(request).await.map_err(|error| NotTaken::Unavailable(error.to_string()))?;
        taken(answer.status())
    }
}

fn taken(status: StatusCode) -> Result<(), NotTaken> {
    match status.as_u16() {
        200..=299 => Ok(()),
        // A token that is renewed later must not cost the workflow its answer.
        401 | 408 | 423 | 429 | 477 | 500..=599 => Err(NotTaken::Unavailable(format!("it answers {status}"))),
        _ => Err(NotTaken::Refused(format!("it answers {status}"))),
    }
}

/// HubSpot did not take a callback.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// Not now; it is sent again.
    #[error("HubSpot does not take the callback now: {0}")]
    Unavailable(String),
    /// Never: it expired, was completed before, or is none.
    #[error("HubSpot refuses the callback: {0}")]
    Refused(String),
}
