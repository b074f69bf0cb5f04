//! The inputs of one run: which there are, what each takes, and that none is missing.

use std::collections::BTreeMap;

use super::{Choices, Definition, Input, InputType};

impl Definition {
    /// The inputs as given, then the definition's defaults.
    ///
    /// # Errors
    ///
    /// The first input that can't be taken, or that is missing.
    pub fn inputs_of(
        &self,
        given: impl IntoIterator<Item = (String, String)>,
    ) -> Result<BTreeMap<String, String>, BadInput> {
        let mut inputs = BTreeMap::new();
        for (name, value) in given {
            let input = self.input(&name)?;
            if !fits(input, &value) {
                return Err(BadInput::Unfit { name, value, takes: takes(input) });
            }
            if inputs.insert(name, value).is_some() {
                return Err(BadInput::Twice(input.name.clone()));
            }
        }
        for input in &self.inputs {
            if let Some(default) = &input.default {
                inputs.entry(input.name.clone()).or_insert_with(|| default.clone());
            } else if input.required && !inputs.contains_key(&input.name) {
                let (name, label) = (input.name.clone(), input.label.clone());
                return Err(BadInput::Missing { name, label, takes: takes(input) });
            }
        }
        Ok(inputs)
    }

    fn input(&self, name: &str) -> Result<&Input, BadInput> {
        self.inputs.iter().find(|input| input.name == name).ok_or_else(|| BadInput::Unknown {
            action: self.id.clone(),
            name: name.to_owned(),
            known: self.inputs.iter().map(|input| input.name.clone()).collect(),
        })
    }
}

/// Whether an input takes this value, as far as its definition tells.
pub fn fits(input: &Input, value: &str) -> bool {
    match (input.kind, &input.choices) {
        (InputType::Choice, Some(Choices::Listed(choices))) => choices.iter().any(|choice| choice.value == value),
        // Only QuickBooks knows its rows; the action looks the value up.
        (InputType::Choice, Some(Choices::FromQuickBooks(_)) | None) | (InputType::Text, _) => true,
        (InputType::YesNo, _) => ["yes", "no"].contains(&value),
        (InputType::Number, _) => value.parse::<rust_decimal::Decimal>().is_ok(),
        (InputType::Date, _) => value.parse::<jiff::civil::Date>().is_ok(),
    }
}

/// What an input takes, in words.
pub fn takes(input: &Input) -> String {
    match (input.kind, &input.choices) {
        (InputType::Choice, Some(Choices::Listed(choices))) => {
            choices.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>().join(" or ")
        }
        (InputType::Choice, Some(Choices::FromQuickBooks(options))) => {
            let rows = format!("the {} of a QuickBooks {}", options.value, options.from);
            match &options.first {
                Some(first) => format!("{}, or {rows}", first.value),
                None => rows,
            }
        }
        (InputType::YesNo, _) => "yes or no".into(),
        (InputType::Number, _) => "a number".into(),
        (InputType::Date, _) => "a date, YYYY-MM-DD".into(),
        (InputType::Text, _) | (InputType::Choice, None) => "text".into(),
    }
}

/// An input that can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadInput {
    /// The definition has none of this name.
    #[error("{action} has no input '{}'", name.escape_debug())]
    Unknown {
        /// The action.
        action: String,
        /// What was given.
        name: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The value is none that it takes.
    #[error("'{}' does not fit the input '{name}'", value.escape_debug())]
    Unfit {
        /// The input.
        name: String,
        /// What was given.
        value: String,
        /// What it takes, in words.
        takes: String,
    },
    /// It was given twice.
    #[error("the input '{0}' is given twice")]
    Twice(String),
    /// It is required, and set nowhere.
    #[error("the input '{name}' ({label}) is set nowhere")]
    Missing {
        /// The input.
        name: String,
        /// What people call it.
        label: String,
        /// What it takes, in words.
        takes: String,
    },
}

impl BadInput {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown_input",
            Self::Unfit { .. } => "bad_input",
            Self::Twice(_) => "bad_input",
            Self::Missing { .. } => "input_missing",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unknown { known, .. } => format!("its inputs are: {}", known.join(", ")),
            Self::Unfit { takes, .. } => format!("it takes {takes}"),
            Self::Twice(_) => "give each input once".into(),
            Self::Missing { name, takes, .. } => format!("set {name}; it takes {takes}"),
        }
    }
}
