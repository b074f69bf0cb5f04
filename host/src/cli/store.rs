//! `store`: a service's store, looked after from outside.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Failure;
use super::answer::answer;
use super::service::ServiceArgs;

#[derive(Subcommand)]
pub(super) enum StoreCommand {
    /// Copies the store of a service to a new file, while the service goes on
    #[command(after_help = "\
Examples:
  qbo-host store backup runs-of-monday.db")]
    Backup(BackupArgs),
}

#[derive(Args)]
pub(super) struct BackupArgs {
    /// A file that is not there yet, on the service's machine
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    service: ServiceArgs,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

impl StoreCommand {
    pub(super) fn json(&self) -> bool {
        match self {
            Self::Backup(backup) => backup.json,
        }
    }

    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Backup(backup) => backup.run().await,
        }
    }
}

impl BackupArgs {
    async fn run(self) -> Result<ExitCode, Failure> {
        let file = std::path::absolute(&self.file)
            .context("the current folder can't be told")
            .map_err(|error| Failure::new(error, "name the file from the root on"))?;
        let done: Value = self.service.remote()?.post("/v1/store/backup", &json!({ "file": file })).await?;
        if self.json {
            answer(done);
        } else {
            answer(format_args!("the store is copied to {}", file.display()));
        }
        Ok(ExitCode::SUCCESS)
    }
}
