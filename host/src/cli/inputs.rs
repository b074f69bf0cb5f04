//! The inputs of an action as the command line gives them.

use std::collections::BTreeMap;

use super::Failure;
use crate::action::{BadInput, Definition};
use crate::connection::Settings;

/// The inputs as given, then what is set, then the definition's defaults.
pub(super) fn inputs(
    definition: &Definition,
    settings: &Settings,
    given: &[String],
) -> Result<BTreeMap<String, String>, Failure> {
    settings.inputs(definition, pairs(given)?).map_err(|error| {
        let hint = match &error {
            BadInput::Missing { name, takes, .. } => format!("set it with --input {name}=…; it takes {takes}"),
            BadInput::Unknown { .. } | BadInput::Unfit { .. } | BadInput::Twice(_) => error.hint(),
        };
        let code = error.code();
        Failure::usage(error.into(), hint).with_code(code)
    })
}

/// Names and values, as far as they can be told apart without a definition.
pub(super) fn pairs(given: &[String]) -> Result<Vec<(String, String)>, Failure> {
    given.iter().map(|text| pair(text)).collect()
}

fn pair(text: &str) -> Result<(String, String), Failure> {
    let Some((name, value)) = text.split_once('=') else {
        let error = anyhow::anyhow!("'{}' is not an input", text.escape_debug());
        return Err(Failure::usage(error, "write it as --input name=value").with_code("bad_input"));
    };
    Ok((name.to_owned(), value.to_owned()))
}
