//! The settings of one connection: what holds for every run between a portal and a company unless
//! its start says otherwise.
//!
//! Owns the document's form, what fits the installed actions, and the order in which a value is
//! looked for: the start, the settings for its action, those for all, the definition's default. Must
//! not know where a document is kept, nor what QuickBooks or HubSpot say to its values.

mod filter;
mod fit;
mod read;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;

use super::WriteBack;
use crate::action::{BadInput, Definition, Input, takes};
use crate::enrollment::IfExists;

/// One connection's settings.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// Where the books are kept, if the service's own settings don't hold.
    pub zone: Option<TimeZone>,
    /// What to do about a document that stands, where the start says nothing.
    pub if_exists: IfExists,
    /// What HubSpot is told about a document.
    pub write_back: WriteBack,
    /// Values for every action, by the input's name.
    defaults: Values,
    /// Values for one action, by its id.
    actions: BTreeMap<String, Values>,
}

/// Values by the input's name, as the action gets them.
type Values = BTreeMap<String, String>;

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BadSetting {
    /// Where, as a JSON pointer: `/defaults/zone`. Empty for the whole document.
    pub pointer: String,
    /// Stable code.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

impl BadSetting {
    /// What is kept at `pointer` can't be read.
    pub fn unreadable(pointer: &str, why: &serde_json::Error) -> Self {
        Self {
            pointer: pointer.to_owned(),
            code: "settings_unreadable",
            message: format!("what is kept can't be read: {why}"),
            remedy: "set it again, or go back to the host that wrote it".into(),
        }
    }
}

/// Where the value of an input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The settings for this action alone.
    Action,
    /// The settings for all actions.
    Defaults,
    /// The action's definition.
    Definition,
    /// It is set nowhere.
    Nowhere,
}

/// An input of an action as a run would get it whose start names no value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Effective {
    /// The action.
    pub action: String,
    /// The input.
    pub input: String,
    /// What people call it.
    pub label: String,
    /// A sentence on it.
    pub description: String,
    /// What it takes, in words.
    pub takes: String,
    /// Whether a run can't do without.
    pub required: bool,
    /// The value.
    pub value: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
}

impl Settings {
    /// Reads a document, and checks it against the definitions of the installed actions.
    ///
    /// # Errors
    ///
    /// Lists everything that is wrong, not the first only.
    pub fn check(document: &Value, definitions: &[&Definition]) -> Result<Self, Vec<BadSetting>> {
        let malformed = read::malformed(document);
        if !malformed.is_empty() {
            return Err(malformed);
        }
        let (settings, unreadable) = Self::read(document);
        let mut found = fit::unfit(&settings, definitions);
        found.extend(unreadable);
        if found.is_empty() { Ok(settings) } else { Err(found) }
    }

    /// The same for one action alone: what concerns others is passed over.
    ///
    /// # Errors
    ///
    /// Lists everything that is wrong with what concerns the action.
    pub fn check_for(document: &Value, definition: &Definition) -> Result<Self, Vec<BadSetting>> {
        let of_others = |bad: &BadSetting| match bad.code {
            "unknown_action" => true,
            "unknown_input" => bad.pointer.starts_with("/defaults/"),
            _ => false,
        };
        match Self::check(document, &[definition]) {
            Err(problems) if !problems.iter().all(of_others) => {
                Err(problems.into_iter().filter(|bad| !of_others(bad)).collect())
            }
            Ok(_) | Err(_) => Ok(Self::read(document).0),
        }
    }

    /// Reads a document that was checked when it was kept: what it says, and what of it can't be read, as
    /// when an older host meets a word of a newer one. Members that a newer host wrote besides are passed over.
    pub fn read(document: &Value) -> (Self, Vec<BadSetting>) {
        read::settings(document)
    }

    /// The inputs of a run: `given`, then these settings, then the definition's defaults.
    ///
    /// # Errors
    ///
    /// The first input that can't be taken, or that is required and set nowhere.
    pub fn inputs(&self, definition: &Definition, given: Vec<(String, String)>) -> Result<Values, BadInput> {
        let mut inputs = given;
        for input in &definition.inputs {
            let is_given = inputs.iter().any(|(name, _)| *name == input.name);
            if !is_given && let Some((value, _)) = self.value(definition, input) {
                inputs.push((input.name.clone(), value.to_owned()));
            }
        }
        definition.inputs_of(inputs)
    }

    /// What these settings say of an input, and where.
    fn value(&self, definition: &Definition, input: &Input) -> Option<(&str, Origin)> {
        let of_action = self.actions.get(&definition.id).and_then(|values| values.get(&input.name));
        let of_all = self.defaults.get(&input.name);
        let of_action = of_action.map(|value| (value.as_str(), Origin::Action));
        of_action.or_else(|| of_all.map(|value| (value.as_str(), Origin::Defaults)))
    }

    /// Every input of an action as a run would get it whose start names no value.
    pub fn effective(&self, definition: &Definition) -> Vec<Effective> {
        let effective = |input: &Input| {
            let set = self.value(definition, input).map(|(value, origin)| (value.to_owned(), origin));
            let set = set.or_else(|| Some((input.default.clone()?, Origin::Definition)));
            let (value, origin) = set.map_or((None, Origin::Nowhere), |(value, origin)| (Some(value), origin));
            Effective {
                action: definition.id.clone(),
                input: input.name.clone(),
                label: input.label.clone(),
                description: input.description.clone(),
                takes: takes(input),
                required: input.required,
                value,
                origin,
            }
        };
        definition.inputs.iter().map(effective).collect()
    }
}
