//! The inputs of an action as the command line gives them: which there are, what each takes, and
//! that none is missing.

use std::collections::BTreeMap;

use super::Failure;
use crate::action::{Choices, Definition, Input, InputType};

/// The inputs as given, then the definition's defaults.
pub(super) fn inputs(definition: &Definition, given: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let mut inputs = BTreeMap::new();
    for text in given {
        let (input, value) = read(definition, text)?;
        if inputs.insert(input.name.clone(), value.to_owned()).is_some() {
            let error = anyhow::anyhow!("the input '{}' is given twice", input.name);
            return Err(Failure::usage(error, "give each input once").with_code("bad_input"));
        }
    }
    for input in &definition.inputs {
        if let Some(default) = &input.default {
            inputs.entry(input.name.clone()).or_insert_with(|| default.clone());
        } else if input.required && !inputs.contains_key(&input.name) {
            let error = anyhow::anyhow!("the input '{}' ({}) is set nowhere", input.name, input.label);
            let hint = format!("set it with --input {}=…; it takes {}", input.name, takes(input));
            return Err(Failure::usage(error, hint).with_code("input_missing"));
        }
    }
    Ok(inputs)
}

fn read<'a>(definition: &'a Definition, text: &'a str) -> Result<(&'a Input, &'a str), Failure> {
    let Some((name, value)) = text.split_once('=') else {
        let error = anyhow::anyhow!("'{}' is not an input", text.escape_debug());
        return Err(Failure::usage(error, "write it as --input name=value").with_code("bad_input"));
    };
    let Some(input) = definition.inputs.iter().find(|input| input.name == name) else {
        let names: Vec<_> = definition.inputs.iter().map(|input| input.name.as_str()).collect();
        let error = anyhow::anyhow!("{} has no input '{}'", definition.id, name.escape_debug());
        return Err(Failure::usage(error, format!("its inputs are: {}", names.join(", "))).with_code("unknown_input"));
    };
    if fits(input, value) {
        return Ok((input, value));
    }
    let error = anyhow::anyhow!("'{}' does not fit the input '{name}'", value.escape_debug());
    Err(Failure::usage(error, format!("it takes {}", takes(input))).with_code("bad_input"))
}

fn fits(input: &Input, value: &str) -> bool {
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
pub(super) fn takes(input: &Input) -> String {
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
