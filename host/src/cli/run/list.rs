//! `run list` and `run show`: the runs of a service, to look at.

use std::process::ExitCode;

use clap::Args;
use serde::Deserialize;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use crate::cli::answer::answer;
use crate::cli::service::ServiceArgs;
use crate::cli::{Failure, show};
use crate::ids::RunId;
use crate::runs::service_store::RunLine;

#[derive(Args)]
pub(in crate::cli) struct ListArgs {
    /// Only runs that stand so: succeeded, refused, previewed, held, cancelled or waiting
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only runs of this QuickBooks company
    #[arg(long, value_name = "REALM")]
    company: Option<String>,
    /// Only runs of this action
    #[arg(long, value_name = "NAME")]
    action: Option<String>,
    /// Only runs for this object, such as deal:1001
    #[arg(long, value_name = "KIND:ID")]
    object: Option<String>,
    /// Only the run of this event
    #[arg(long, value_name = "ID")]
    event: Option<String>,
    /// Only runs that were accepted before this one
    #[arg(long, value_name = "ID")]
    before: Option<RunId>,
    /// At most so many
    #[arg(long, value_name = "COUNT", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=200))]
    most: u16,
    #[command(flatten)]
    service: ServiceArgs,
    /// Prints one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args)]
pub(in crate::cli) struct ShowArgs {
    /// The run's id, as `run list` has it
    #[arg(value_name = "ID")]
    run: RunId,
    #[command(flatten)]
    service: ServiceArgs,
    /// Prints one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Deserialize)]
struct Page {
    runs: Vec<RunLine>,
    next: Option<RunId>,
}

impl ListArgs {
    fn path(&self) -> String {
        let mut query = Serializer::new(String::new());
        let (before, most) = (self.before.map(|run| run.to_string()), self.most.to_string());
        let filters = [
            ("status", &self.status),
            ("company", &self.company),
            ("action", &self.action),
            ("object", &self.object),
            ("event", &self.event),
            ("before", &before),
        ];
        for (name, value) in filters {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
        query.append_pair("most", &most);
        format!("/v1/runs?{}", query.finish())
    }

    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let page: Value = self.service.remote()?.get(&self.path()).await?;
        if self.json {
            answer(page);
            return Ok(ExitCode::SUCCESS);
        }
        let Page { runs, next } = read(page)?;
        if runs.is_empty() {
            answer("no runs");
            return Ok(ExitCode::SUCCESS);
        }
        answer(show::lines(&runs).trim_end());
        if let Some(next) = next {
            answer(format_args!("older ones: --before {next}"));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl ShowArgs {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let shown: Value = self.service.remote()?.get(&format!("/v1/runs/{}", self.run)).await?;
        if self.json {
            answer(shown);
        } else {
            answer(show::whole(&read(shown)?).trim_end());
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|error| {
        let error = anyhow::Error::new(error).context("the service's answer can't be read");
        Failure::new(error, "use a command of the service's own version")
    })
}
