//! Whether a value that somebody has set is still one of the choices.

use serde_json::Value;

use super::rows;
use crate::action::Options;
use crate::effects::{NotAnswered, ask_ungranted};
use crate::quickbooks::Client;

/// What became of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It is one of the choices, and is called this.
    Stands(String),
    /// The row is there, and inactive.
    Inactive(String),
    /// The row is there, and none of those that the definition means.
    Unfit(String),
    /// There is no such row.
    Gone,
}

/// Looks for `value` among the rows that `options` declare, whatever other inputs are.
pub async fn standing(client: &Client, options: &Options, value: &str) -> Result<Standing, NotAnswered> {
    let any = row(client, options, "Active IN (true, false)", Vec::new(), value).await?;
    let Some(any) = any else { return Ok(Standing::Gone) };
    let label = rows::text_at(&any, &options.label).unwrap_or_else(|| value.to_owned());
    if any["Active"] == Value::Bool(false) {
        return Ok(Standing::Inactive(label));
    }
    match &options.condition {
        // What depends on another input can be told of a run only.
        Some(condition) if condition.inputs() == 0 => {
            let fits = row(client, options, condition.text(), condition.values([]), value).await?;
            Ok(if fits.is_some() { Standing::Stands(label) } else { Standing::Unfit(label) })
        }
        Some(_) | None => Ok(Standing::Stands(label)),
    }
}

async fn row(
    client: &Client,
    options: &Options,
    condition: &str,
    mut values: Vec<String>,
    value: &str,
) -> Result<Option<Value>, NotAnswered> {
    values.push(value.to_owned());
    let text = format!("SELECT * FROM {} WHERE {condition} AND {} = ? MAXRESULTS 1", options.from, options.value);
    let answer = ask_ungranted(client, &text, &values).await?;
    Ok(rows::of(&answer, &options.from).into_iter().next())
}
