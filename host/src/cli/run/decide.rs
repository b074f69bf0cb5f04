//! `run resume`, `run restart` and `run cancel`: what a person decides about a service's run.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::cli::Failure;
use crate::cli::answer::answer;
use crate::cli::service::ServiceArgs;
use crate::ids::RunId;

/// One run.
#[derive(Args)]
pub(in crate::cli) struct RunArgs {
    /// The run's id, as `run list` has it
    #[arg(value_name = "ID")]
    run: RunId,
    #[command(flatten)]
    service: ServiceArgs,
    /// Prints one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args)]
pub(in crate::cli) struct ResumeArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// Goes on with this installed version: its name, or the digest of its component
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
}

impl RunArgs {
    pub(super) async fn restart(self) -> Result<ExitCode, Failure> {
        self.ask("restart", &json!({}), "begins anew").await
    }

    pub(super) async fn cancel(self) -> Result<ExitCode, Failure> {
        self.ask("cancel", &json!({}), "ends when what it sent is answered").await
    }

    async fn ask(&self, verb: &str, body: &Value, becomes: &str) -> Result<ExitCode, Failure> {
        let run = self.run;
        let done: Value = self.service.remote()?.post(&format!("/v1/runs/{run}/{verb}"), body).await?;
        if self.json {
            answer(done);
        } else {
            answer(format_args!("run {run} {becomes}; `qbo-host run show {run}` tells how it stands"));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl ResumeArgs {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let body = match &self.version {
            Some(version) => json!({ "version": version }),
            None => json!({}),
        };
        self.run.ask("resume", &body, "goes on").await
    }
}
