//! Why a list of choices is empty, in words that fit under a field of a form.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Asked, Search, rows};
use crate::action::{Definition, Verb};
use crate::effects::{NotAnswered, ask_ungranted};
use crate::quickbooks::Wait;

/// Why there are no choices.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Why {
    /// Stable code.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    /// Whether the list could not be had, rather than being empty.
    pub failed: bool,
}

impl Why {
    /// A list that could not be had.
    pub fn failed(code: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), remedy: remedy.into(), failed: true }
    }

    /// QuickBooks can't be asked now.
    fn away(wait: &Wait) -> Self {
        let remedy = match wait.code {
            "signed_out" => "connect the company again, and set the new refresh token",
            "throttled" => "wait a minute, then open the list again",
            _ => "open the list again in a while",
        };
        let message = match wait.code {
            "throttled" => "this company's requests of the last minute are used up".into(),
            _ => wait.message.clone(),
        };
        Self::failed(wait.code, message, remedy)
    }

    fn empty(code: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { failed: false, ..Self::failed(code, message, remedy) }
    }
}

/// Nothing of a list fits.
pub(super) fn nothing(search: &Search, what: &str) -> Why {
    if search.is_empty() {
        return Why::empty("no_choices", format!("there is no {what} to choose"), "leave the field empty");
    }
    let message = format!("nothing matches '{}'", search.text.escape_debug());
    Why::empty("nothing_matches", message, "search for a part of the name")
}

/// Another input comes first.
pub(super) fn fill_in(input: &str) -> Why {
    Why::empty("fill_in_first", format!("the choices depend on {input}"), format!("fill in {input} first"))
}

/// QuickBooks has no such rows.
pub(super) async fn no_rows(asked: &Asked<'_>) -> Why {
    let entity = &asked.options.from;
    if !asked.search.is_empty() {
        return nothing(asked.search, entity);
    }
    if entity.eq_ignore_ascii_case("class") && !tracks_classes(asked).await {
        let message = "this company has no classes, for class tracking is off";
        let remedy = "turn it on in QuickBooks, under Account and settings, Advanced, Categories";
        return Why::empty("class_tracking_off", message, remedy);
    }
    let message = match &asked.options.condition {
        Some(condition) => format!("this company has no {entity} of which {} holds", condition.text()),
        None => format!("this company has no {entity}"),
    };
    Why::empty("no_choices", message, "make one in QuickBooks, or leave the field empty")
}

/// Whether a class can be chosen at all. A company that can't be asked is not said to be wrong.
async fn tracks_classes(asked: &Asked<'_>) -> bool {
    let Ok(answer) = ask_ungranted(asked.client, "SELECT * FROM Preferences", &[]).await else { return true };
    let preferences = rows::of(&answer, "Preferences").into_iter().next().unwrap_or_default();
    let is_on = |name: &str| preferences["AccountingInfoPrefs"][name] == Value::Bool(true);
    is_on("ClassTrackingPerTxn") || is_on("ClassTrackingPerTxnLine")
}

/// QuickBooks was not asked, or did not answer. Of a capability that is missing the definition tells more.
pub(super) fn unanswered(definition: &Definition, no_answer: NotAnswered) -> Why {
    match no_answer {
        NotAnswered::Denied { capability } => denied(definition, &capability),
        other => Why::from(other),
    }
}

impl From<NotAnswered> for Why {
    fn from(no_answer: NotAnswered) -> Self {
        match no_answer {
            NotAnswered::Denied { capability } => {
                Why::failed("denied", format!("the capability {capability} is not granted"), "approve it")
            }
            NotAnswered::BadStatement(bad) => {
                let message = format!("what was searched for can not be asked: {bad}");
                Why::failed("search_refused", message, "search for a shorter part of the name")
            }
            NotAnswered::Refused(fault) => {
                let message = format!("QuickBooks refuses the question ({}): {}", fault.code, fault.message);
                Why::failed(
                    "question_refused",
                    message,
                    "look at the company in QuickBooks, or tell the action's author",
                )
            }
            NotAnswered::Wait(wait) => Self::away(&wait),
        }
    }
}

fn denied(definition: &Definition, capability: &str) -> Why {
    let asks = definition
        .capabilities
        .iter()
        .any(|asked| asked.capability.verb == Verb::Query && asked.capability.to_string() == capability);
    let remedy = if asks {
        format!("approve it: take {capability} out of deny of actions.{}", definition.id)
    } else {
        format!("{} does not ask for it; tell its author", definition.id)
    };
    Why::failed("denied", format!("the choices need the capability {capability}, which is not granted"), remedy)
}
