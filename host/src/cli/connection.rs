//! `connection`: the connections of a service, what is set for each, and whether it works.

mod named;
mod set;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::answer;
use super::service::ServiceArgs;
use super::{Failure, show};
use crate::connection::check::{Finding, Level};
use named::Named;
pub(super) use set::read as read_settings;

#[derive(Subcommand)]
pub(super) enum ConnectionCommand {
    /// Lists the connections of a service
    #[command(after_help = "\
Examples:
  qbo-host connection list")]
    List(ListArgs),
    /// Shows what is set for a connection, where each value comes from, and what it means
    #[command(after_help = "\
Examples:
  qbo-host connection show
  qbo-host connection show main --json")]
    Show(LookArgs),
    /// Sets values for every run that a connection begins from now on
    #[command(after_help = "\
Examples:
  qbo-host connection set main income_account=79 create-invoice.payment_terms=3
  qbo-host connection set main zone=America/New_York if_exists=hold --unset default_product
  qbo-host connection set main write_back.properties.number=quickbooks_number
  qbo-host connection set 50000001/4620816365000000001 --file settings.json --replaces 3

A name alone is an input of every action that has it; before it may stand the action's id and a dot.
--file takes a whole document in place of the one that stands.")]
    Set(set::SetArgs),
    /// Looks whether a connection can do what its actions will ask of it, and changes nothing
    #[command(after_help = "\
Examples:
  qbo-host connection check
  qbo-host connection check main --json")]
    Check(LookArgs),
}

#[derive(Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    service: ServiceArgs,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct LookArgs {
    /// The connection's name, or PORTAL/COMPANY; may be left out where there is one
    #[arg(value_name = "CONNECTION")]
    connection: Option<String>,
    #[command(flatten)]
    service: ServiceArgs,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Deserialize)]
struct Checked {
    findings: Vec<Finding>,
}

impl ConnectionCommand {
    pub(super) fn json(&self) -> bool {
        match self {
            Self::List(list) => list.json,
            Self::Show(look) | Self::Check(look) => look.json,
            Self::Set(set) => set.json,
        }
    }

    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::List(list) => list.run().await,
            Self::Show(look) => look.show().await,
            Self::Set(set) => set.run().await,
            Self::Check(look) => look.check().await,
        }
    }
}

impl ListArgs {
    async fn run(self) -> Result<ExitCode, Failure> {
        let list: Value = self.service.remote()?.get("/v1/connections").await?;
        if self.json {
            answer(list);
        } else {
            answer(show::connections(&list).trim_end());
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl LookArgs {
    async fn show(self) -> Result<ExitCode, Failure> {
        let service = self.service.remote()?;
        let named = Named::find(&service, self.connection.as_deref()).await?;
        let shown: Value = service.get(&named.path("settings")).await?;
        if self.json {
            answer(shown);
        } else {
            answer(show::settings(&shown).trim_end());
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn check(self) -> Result<ExitCode, Failure> {
        let service = self.service.remote()?;
        let named = Named::find(&service, self.connection.as_deref()).await?;
        let checked: Checked = service.post(&named.path("check"), &json!({})).await?;
        let findings = checked.findings;
        let failed = findings.iter().any(|finding| finding.level == Level::Error);
        if self.json {
            answer(json!({ "findings": findings }));
        } else {
            answer(show::findings(&findings).trim_end());
        }
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
