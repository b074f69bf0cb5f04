//! `connection set`: names and values of the command line become a change of the document, as RFC 7396
//! has it.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use http::Method;
use serde_json::{Map, Value, json};

use super::named::Named;
use crate::cli::answer::answer;
use crate::cli::folders::shown;
use crate::cli::service::ServiceArgs;
use crate::cli::{Failure, show};

#[derive(Args)]
pub(in crate::cli) struct SetArgs {
    /// The connection's name, or PORTAL/COMPANY
    #[arg(value_name = "CONNECTION")]
    connection: String,
    /// What is set
    #[arg(value_name = "KEY=VALUE", required_unless_present_any = ["unset", "file"])]
    values: Vec<String>,
    /// Takes a value away; may be repeated
    #[arg(long, value_name = "KEY")]
    unset: Vec<String>,
    /// A whole document, in place of the one that stands
    #[arg(long, value_name = "FILE", conflicts_with_all = ["values", "unset"])]
    file: Option<PathBuf>,
    /// The version that you have read: nothing is changed when another stands by now
    #[arg(long, value_name = "VERSION")]
    replaces: Option<u64>,
    #[command(flatten)]
    service: ServiceArgs,
    /// Prints one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

impl SetArgs {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let change = match &self.file {
            Some(file) => (Method::PUT, read(file)?),
            None => (Method::PATCH, self.patch()?),
        };
        let service = self.service.remote()?;
        let path = Named::find(&service, Some(&self.connection)).await?.path("settings");
        let replaces = match (self.replaces, &self.file) {
            (None, Some(_)) => {
                let stands: Value = service.get(&path).await?;
                stands["version"].as_u64()
            }
            (replaces, _) => replaces,
        };
        let (method, body) = change;
        let set: Value = service.change(method, &path, replaces, &body).await?;
        if self.json {
            answer(set);
        } else {
            answer(show::settings(&set).trim_end());
        }
        Ok(ExitCode::SUCCESS)
    }

    fn patch(&self) -> Result<Value, Failure> {
        let mut patch = json!({});
        for text in &self.values {
            let Some((key, value)) = text.split_once('=') else {
                let error = anyhow::anyhow!("'{}' sets nothing", text.escape_debug());
                return Err(Failure::usage(error, "write it as key=value").with_code("bad_input"));
            };
            put(&mut patch, key, read_value(key, value)?)?;
        }
        for key in &self.unset {
            put(&mut patch, key, Value::Null)?;
        }
        Ok(patch)
    }
}

/// Where a key stands in the document.
fn place(key: &str) -> Vec<&str> {
    match key.split_once('.') {
        None if ["zone", "if_exists", "write_back", "actions", "defaults"].contains(&key) => vec![key],
        None => vec!["defaults", key],
        Some(("write_back", _)) => key.split('.').collect(),
        Some(("defaults", input)) => vec!["defaults", input],
        Some(("actions", of_action)) => std::iter::once("actions").chain(of_action.splitn(2, '.')).collect(),
        Some((action, input)) => vec!["actions", action, input],
    }
}

/// Texts, but for what is JSON in the document.
fn read_value(key: &str, value: &str) -> Result<Value, Failure> {
    match (key, value) {
        ("write_back.note" | "write_back.invoice", "yes" | "true") => Ok(true.into()),
        ("write_back.note" | "write_back.invoice", "no" | "false") => Ok(false.into()),
        _ if value.trim_start().starts_with('{') => serde_json::from_str(value).map_err(|error| {
            let error = anyhow::Error::new(error).context(format!("the value of {key} begins like JSON and is none"));
            Failure::usage(error, "quote it for your shell, or write it into a file for --file").with_code("bad_json")
        }),
        _ => Ok(value.into()),
    }
}

/// Sets what a key names. One command can't set a member and a part of it to two things.
fn put(patch: &mut Value, key: &str, value: Value) -> Result<(), Failure> {
    let taken = || {
        let error = anyhow::anyhow!("'{}' is set as a part of what is set otherwise", key.escape_debug());
        Failure::usage(error, "set either the whole or its parts").with_code("bad_input")
    };
    let place = place(key);
    let (last, parents) = place.split_last().ok_or_else(taken)?;
    let mut at = patch;
    for parent in parents {
        let members = at.as_object_mut().ok_or_else(taken)?;
        at = members.entry(*parent).or_insert_with(|| Map::new().into());
    }
    at.as_object_mut().ok_or_else(taken)?.insert((*last).to_owned(), value);
    Ok(())
}

/// A document in a file.
pub(in crate::cli) fn read(file: &std::path::Path) -> Result<Value, Failure> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} can't be read", shown(file)));
    let text = text.map_err(|error| {
        Failure::usage(error, "name a file of settings that you may read").with_code("unreadable_file")
    })?;
    serde_json::from_str(&text).map_err(|error| {
        let error = anyhow::Error::new(error).context(format!("{} is not JSON", shown(file)));
        Failure::usage(error, "host/connection.schema.json describes the document").with_code("bad_json")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_name_places_of_the_document() {
        for (key, expected) in [
            ("zone", vec!["zone"]),
            ("income_account", vec!["defaults", "income_account"]),
            ("create-invoice.payment_terms", vec!["actions", "create-invoice", "payment_terms"]),
            ("write_back.properties.number", vec!["write_back", "properties", "number"]),
            ("actions.create-invoice", vec!["actions", "create-invoice"]),
            ("actions.create-invoice.payment_terms", vec!["actions", "create-invoice", "payment_terms"]),
        ] {
            assert_eq!(place(key), expected);
        }
        let mut patch = json!({});
        put(&mut patch, "a-b.c", "1".into()).ok().expect("room");
        put(&mut patch, "a-b.d", Value::Null).ok().expect("room");
        assert_eq!(patch, json!({ "actions": { "a-b": { "c": "1", "d": null } } }));
    }

    #[test]
    fn a_part_of_what_is_set_to_a_text_or_taken_away_is_refused() {
        for whole in ["x".into(), Value::Null] {
            let mut patch = json!({});
            put(&mut patch, "write_back", whole).ok().expect("room");
            assert!(put(&mut patch, "write_back.note", false.into()).is_err());
            assert!(put(&mut patch, "write_back.properties.number", "qb".into()).is_err());
        }
    }
}
