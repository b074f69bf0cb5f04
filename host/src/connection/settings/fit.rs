//! Whether settings fit the installed actions. A name that no action knows is refused: it is a
//! misspelt one far more often than that of an action that is still to come. Where nothing is set for it,
//! there is nothing to refuse: an action that is gone must not be in the way of every other change.

use super::{BadSetting, Settings, Values, filter};
use crate::action::{Definition, Input, fits, takes};

/// Everything that no action takes.
pub(super) fn unfit(settings: &Settings, definitions: &[&Definition]) -> Vec<BadSetting> {
    let mut found = values("/defaults", &settings.defaults, definitions);
    for (action, of_action) in settings.actions.iter().filter(|(_, of_action)| !of_action.is_empty()) {
        let pointer = format!("/actions/{action}");
        match definitions.iter().find(|definition| definition.id == *action) {
            Some(definition) => found.extend(values(&pointer, of_action, &[definition])),
            None => found.push(BadSetting {
                pointer,
                code: "unknown_action",
                message: format!("there is no action '{action}'"),
                remedy: format!(
                    "installed are: {}; `connection set --unset actions.{action}` takes it away",
                    names(definitions.iter().map(|definition| &definition.id))
                ),
            }),
        }
    }
    found
}

fn values(pointer: &str, values: &Values, definitions: &[&Definition]) -> Vec<BadSetting> {
    let mut found = Vec::new();
    for (name, value) in values {
        let pointer = format!("{pointer}/{name}");
        let takers: Vec<(&Definition, &Input)> =
            definitions.iter().filter_map(|definition| Some((*definition, input(definition, name)?))).collect();
        if takers.is_empty() {
            let message = match definitions {
                [only] => format!("{} has no input '{name}'", only.id),
                _ => format!("no installed action has an input '{name}'"),
            };
            let remedy = unknown_remedy(name, definitions);
            found.push(BadSetting { pointer, code: "unknown_input", message, remedy });
            continue;
        }
        found.extend(takers.into_iter().filter_map(|(definition, input)| misfit(&pointer, definition, input, value)));
    }
    found
}

fn input<'d>(definition: &'d Definition, name: &str) -> Option<&'d Input> {
    definition.inputs.iter().find(|input| input.name == name)
}

fn misfit(pointer: &str, definition: &Definition, input: &Input, value: &str) -> Option<BadSetting> {
    let (action, name) = (&definition.id, &input.name);
    let bad = |message: String, remedy: String| BadSetting {
        pointer: pointer.to_owned(),
        code: "bad_input",
        message,
        remedy,
    };
    if !fits(input, value) {
        let message = format!("'{}' does not fit the input '{name}' of {action}", value.escape_debug());
        return Some(bad(
            message,
            format!("it takes {}; to set it for one action, write it below /actions", takes(input)),
        ));
    }
    if name == filter::INPUT
        && let Err(why) = filter::check(value, definition)
    {
        let message = format!("the filter can not be applied by {action}: {why}");
        return Some(bad(
            message,
            "copy it from the data sync: filterGroups of filters, over contact properties".into(),
        ));
    }
    None
}

/// The inputs there are, those first that resemble the name.
fn unknown_remedy(name: &str, definitions: &[&Definition]) -> String {
    let mut known: Vec<&String> =
        definitions.iter().flat_map(|definition| &definition.inputs).map(|input| &input.name).collect();
    known.sort_by_key(|known| (!is_like(known, name), known.as_str()));
    known.dedup();
    format!("its inputs are: {}", names(known.into_iter()))
}

fn is_like(known: &str, name: &str) -> bool {
    known.split('_').any(|word| name.split('_').any(|part| part == word))
}

fn names<'n>(names: impl Iterator<Item = &'n String>) -> String {
    names.map(String::as_str).collect::<Vec<_>>().join(", ")
}
