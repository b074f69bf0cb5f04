//! What is set: whether each row of QuickBooks that it names is there, active, and of the right kind.

use std::collections::BTreeSet;

use super::{Approved, Finding};
use crate::action::{Choices, Options, Scope};
use crate::connection::settings::{Effective, Origin};
use crate::connection::{Connection, Settings};
use crate::options::{Standing, standing};

/// Looks at every row that the settings name, once for each kind of rows that it is to be one of.
pub(super) async fn stand(connection: &Connection, settings: &Settings, actions: &[Approved<'_>]) -> Vec<Finding> {
    let mut looked_at = BTreeSet::new();
    let mut found = Vec::new();
    for (definition, _) in actions {
        for (input, effective) in definition.inputs.iter().zip(settings.effective(definition)) {
            let (Some(Choices::FromQuickBooks(options)), Some(value)) = (&input.choices, &effective.value) else {
                continue;
            };
            let is_first = options.first.as_ref().is_some_and(|first| first.value == *value);
            let condition =
                options.condition.as_ref().map(|condition| (condition.text().to_owned(), condition.values([])));
            let pointer = pointer(&effective);
            if !is_first && looked_at.insert((pointer.clone(), options.from.clone(), condition)) {
                found.push(stands(connection, options, &pointer, &effective.input, value).await);
            }
        }
    }
    found
}

async fn stands(connection: &Connection, options: &Options, pointer: &str, input: &str, value: &str) -> Finding {
    let entity = &options.from;
    let choose = format!("choose another: qbo-host action options shows those of {input}");
    match standing(&connection.quickbooks, options, value).await {
        Ok(Standing::Stands(label)) => Finding::fine(pointer, format!("{input} is the {entity} {label}")),
        Ok(Standing::Inactive(label)) => {
            let message = format!("{input} is the {entity} {label}, which is inactive");
            Finding::error("choice_inactive", pointer, message, format!("make it active in QuickBooks, or {choose}"))
        }
        Ok(Standing::Unfit(label)) => {
            let message = format!("{input} is the {entity} {label}, which is of another kind than it has to be");
            Finding::error("choice_unfit", pointer, message, choose)
        }
        Ok(Standing::Gone) => {
            let message = format!("{input} is {value}, and there is no such {entity}");
            Finding::error("choice_gone", pointer, message, choose)
        }
        Err(no_answer) => Finding::unanswered(pointer, no_answer),
    }
}

/// Where the actions of the project take where their documents bear the run's marker.
const MARKER_PLACE: &str = "marker_place";

/// Documents without a marker, one finding for each place that says so. The host looks for a marker before it
/// sends again what may have been made.
pub(super) fn unmarked(settings: &Settings, actions: &[Approved<'_>]) -> Vec<Finding> {
    let effective = actions.iter().flat_map(|(definition, _)| settings.effective(definition));
    let unmarked =
        effective.filter(|effective| effective.input == MARKER_PLACE && effective.value.as_deref() == Some("none"));
    let places: BTreeSet<String> = unmarked.map(|effective| pointer(&effective)).collect();
    let warning = |place: String| {
        let message = "documents bear no reference, so one whose answer was lost, or that came after a backup, is \
                       not found again and could be made twice";
        Finding::warning("marker_off", &place, message, "set marker_place to private_note")
    };
    places.into_iter().map(warning).collect()
}

/// Required inputs that have no value before a run is started.
pub(super) fn missing(settings: &Settings, actions: &[Approved<'_>]) -> Vec<Finding> {
    let of_action = |(definition, _): &Approved<'_>| {
        let effective = definition.inputs.iter().zip(settings.effective(definition));
        let missing = effective.filter(|(input, effective)| input.required && effective.value.is_none());
        missing.map(|(input, effective)| unset(input.scope, &effective)).collect::<Vec<_>>()
    };
    actions.iter().flat_map(of_action).collect()
}

fn unset(scope: Scope, effective: &Effective) -> Finding {
    let Effective { action, input, label, takes, .. } = effective;
    let message = format!("{action} needs {input} ({label}), which is set nowhere");
    let remedy = format!("set it with `connection set`, as {input}=…; it takes {takes}");
    match scope {
        Scope::Connection => Finding::error("input_missing", action, message, remedy),
        // The workflow's step may still say it.
        Scope::Step => Finding::warning("input_missing", action, message, remedy),
    }
}

fn pointer(effective: &Effective) -> String {
    match effective.origin {
        Origin::Action => format!("/actions/{}/{}", effective.action, effective.input),
        Origin::Defaults => format!("/defaults/{}", effective.input),
        Origin::Definition | Origin::Nowhere => format!("{}/{}", effective.action, effective.input),
    }
}
