//! What an action is: its definition, read once where it comes in.
//!
//! Owns the vocabulary of definitions and capabilities, and the rules by which a definition is
//! accepted. A [`Definition`] that exists is valid.
//!
//! Must not know: components, versions, approvals, how a form is shown or an option is fetched.

mod capability;
mod condition;
mod consistency;
mod inputs;
mod schema;
#[cfg(test)]
mod tests;

pub use capability::{BadCapability, Capability, Verb};
pub use condition::{Condition, NotClosed};
pub use inputs::{BadInput, fits, takes};
pub use schema::Schema;

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::enrollment::ObjectKind;

/// The longest definition, in bytes. Sixty inputs with a kilobyte each and thirty languages with
/// the longest texts that the schema allows take less than half of this.
pub const DEFINITION_BYTES_MAX: usize = 256 * 1024;

/// What an action tells about itself. The members are described for authors in
/// `actions-wit/definition.schema.json`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Definition {
    pub id: String,
    pub version: String,
    /// By language; `en` is always there.
    pub labels: BTreeMap<String, Labels>,
    pub object_types: Vec<ObjectKind>,
    /// The kind of sale that its document stands for; actions of one kind share the guard
    /// against duplicates.
    pub sale: Option<String>,
    pub inputs: Vec<Input>,
    pub outputs: Vec<Output>,
    pub capabilities: Vec<AskedCapability>,
    pub reads: Vec<Reads>,
    pub errors: Vec<DeclaredError>,
}

impl Definition {
    /// Reads and checks the text that a component gave for its definition.
    ///
    /// # Errors
    ///
    /// Lists everything that the schema or the rules beyond it refuse, not the first only.
    pub fn parse(text: &str) -> Result<Definition, BadDefinition> {
        if text.len() > DEFINITION_BYTES_MAX {
            return Err(BadDefinition::TooLong { bytes: text.len() });
        }
        let document = serde_json::from_str(text).map_err(BadDefinition::NotJson)?;
        let mut violations = schema::violations(&document);
        violations.extend(consistency::violations(&document));
        if !violations.is_empty() {
            return Err(BadDefinition::Invalid { violations });
        }
        serde_json::from_value(document).map_err(BadDefinition::NotJson)
    }

    /// Inputs that have a default, with it: what holds where neither step nor connection says more.
    pub fn defaults(&self) -> impl Iterator<Item = (String, String)> {
        self.inputs.iter().filter_map(|input| Some((input.name.clone(), input.default.clone()?)))
    }

    /// What is fetched when an object of this kind is enrolled.
    pub fn reads_of(&self, object: ObjectKind) -> Option<&Reads> {
        self.reads.iter().find(|reads| reads.object == object)
    }
}

/// The action's texts in one language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Labels {
    pub name: String,
    pub description: String,
    /// With `{{name}}` for the value of an input.
    pub card: String,
}

/// One field that people fill in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Input {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: InputType,
    pub scope: Scope,
    pub label: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub required: bool,
    pub default: Option<String>,
    /// Where the choices come from; present exactly when the type is a choice.
    #[serde(flatten)]
    pub choices: Option<Choices>,
}

/// What can be filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputType {
    Text,
    Number,
    Date,
    Choice,
    YesNo,
}

/// Where an input is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// In the workflow's step, or as a default of the connection.
    Step,
    /// Once for the connection.
    Connection,
}

/// Where the choices of an input come from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub enum Choices {
    #[serde(rename = "choices")]
    Listed(Vec<Choice>),
    #[serde(rename = "options")]
    FromQuickBooks(Options),
}

/// One choice of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Choice {
    pub value: String,
    pub label: String,
}

/// Choices that are rows of a QuickBooks entity.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Options {
    pub from: String,
    /// A condition of the query language, with a `?` for each of `depends_on` or none at all.
    #[serde(rename = "where")]
    pub condition: Option<Condition>,
    /// The property that people read.
    pub label: String,
    /// The property that the action gets.
    pub value: String,
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// A choice that stands before the rows.
    pub first: Option<Choice>,
}

/// One field that later steps of the workflow can use.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Output {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: OutputType,
    pub label: String,
    #[serde(default)]
    pub description: String,
}

/// What an output holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputType {
    Text,
    Number,
    Date,
    YesNo,
}

/// A capability that the action asks for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AskedCapability {
    pub capability: Capability,
    /// Whether a run without it is held before it begins.
    pub required: bool,
    pub reason: String,
}

/// What the action sees of an enrolled object of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Reads {
    pub object: ObjectKind,
    pub properties: Vec<String>,
    #[serde(default)]
    pub associated: Vec<ReadsAssociated>,
}

/// What the action sees of associated objects of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ReadsAssociated {
    pub kind: String,
    pub properties: Vec<String>,
}

/// A problem that the action may name.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DeclaredError {
    pub code: String,
    pub kind: ErrorKind,
    pub message: String,
}

/// What a problem asks of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// A person must mend something.
    Fix,
    /// A normal event, nothing to do.
    Skip,
    /// Not yet; the host tries again later.
    Wait,
    /// Worth a look, although the run succeeded.
    Warning,
}

/// One thing that is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Where, as a JSON pointer: `/inputs/0/name`. Empty for the whole document.
    pub path: String,
    /// The rule that is broken: a keyword of JSON Schema, or a word of the host's such as
    /// `duplicate_name`.
    pub rule: String,
    pub message: String,
    /// What belongs there.
    pub hint: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the document" } else { &self.path };
        write!(f, "{path}: {} [{}]", self.message, self.rule)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "; {}", self.hint) }
    }
}

/// Violations below each other, each on a line of its own.
struct Lines<'a>(&'a [Violation]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|violation| write!(f, "\n  {violation}"))
    }
}

/// Why a text is no definition.
#[derive(Debug, thiserror::Error)]
pub enum BadDefinition {
    #[error("the definition has {bytes} bytes, more than {DEFINITION_BYTES_MAX}")]
    TooLong { bytes: usize },
    #[error("the definition is not JSON")]
    NotJson(#[source] serde_json::Error),
    #[error("the definition is refused in {} places:{}", violations.len(), Lines(violations))]
    Invalid { violations: Vec<Violation> },
}
