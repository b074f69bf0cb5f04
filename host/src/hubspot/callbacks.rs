//! Tells a workflow of HubSpot that waits for an action how it ended (HubSpot's custom workflow
//! actions, "asynchronous custom action execution").

use http::Method;
use serde_json::{Map, Value, json};

use super::{Crm, NotTaken};

/// Completes callbacks of one portal.
pub struct Callbacks<'a>(&'a Crm);

impl Crm {
    /// The portal's callbacks.
    pub fn callbacks(&self) -> Callbacks<'_> {
        Callbacks(self)
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
        // A form writes a space as a plus sign, which a path does not know.
        let id = url::form_urlencoded::byte_serialize(callback.as_bytes()).collect::<String>().replace('+', "%20");
        let path = format!("/automation/v4/actions/callbacks/{id}/complete");
        self.0.tell(Method::POST, &path, Some(&body)).await?;
        Ok(())
    }
}
