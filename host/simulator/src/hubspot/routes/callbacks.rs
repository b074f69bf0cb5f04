//! Callbacks: an action that answered `BLOCK` tells later how it ended, and the workflow goes on.
//!
//! The portal runs no workflows, so it knows no execution that waits: it takes whatever is a
//! callback's completion and remembers it, as often as it comes. What HubSpot answers to a callback
//! that expired or was completed before is documented nowhere; a fault stands in for it.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Context;
use crate::hubspot::CompletedCallback;
use crate::hubspot::answer::{Answer, CrmError};

/// HubSpot's own output field.
const STATE: &str = "hs_execution_state";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Completion {
    output_fields: Map<String, Value>,
}

pub(super) fn complete(context: &mut Context<'_>, id: &str) -> Result<Answer, CrmError> {
    let Completion { output_fields } = context.request.json()?;
    match output_fields.get(STATE).and_then(Value::as_str) {
        Some("SUCCESS" | "FAIL_CONTINUE") => {}
        _ => {
            let message = format!("{STATE} must be SUCCESS or FAIL_CONTINUE");
            return Err(CrmError::invalid("INVALID_EXECUTION_STATE", "outputFields", message));
        }
    }
    context.callbacks.push(CompletedCallback { id: id.to_owned(), output_fields });
    Ok(Answer::stored(StatusCode::NO_CONTENT, Value::Null))
}
