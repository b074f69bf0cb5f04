//! `store`: a service's store, looked after from outside.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Failure;
use super::answer::answer;
use super::service::ServiceArgs;
use crate::clock::Clock;
use crate::runs::{Finding, LOOK_BACK, NoStore, SqliteStore};

#[derive(Subcommand)]
pub(super) enum StoreCommand {
    /// Copies the store of a service to a new file, while the service goes on
    #[command(after_help = "\
Examples:
  qbo-host store backup runs-of-monday.db")]
    Backup(BackupArgs),
    /// Makes a store of a backup. The service then looks in QuickBooks before it makes a document
    #[command(after_help = "\
Examples:
  qbo-host store restore runs-of-monday.db --to runs.db")]
    Restore(RestoreArgs),
    /// Looks for whatever can't be so in a store or a backup
    #[command(after_help = "\
Examples:
  qbo-host store check runs.db")]
    Check(CheckArgs),
}

#[derive(Args)]
pub(super) struct RestoreArgs {
    /// The backup
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    /// The store's file, which must not be there
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// For how long QuickBooks is asked what was made since the backup, before a document is made.
    /// HubSpot repeats what was not answered for three days
    #[arg(long, value_name = "HOURS", default_value_t = LOOK_BACK.as_secs() / 3_600)]
    look_back_hours: u64,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct CheckArgs {
    /// The store or backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
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
            Self::Restore(restore) => restore.json,
            Self::Check(check) => check.json,
        }
    }

    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Backup(backup) => backup.run().await,
            Self::Restore(restore) => restore.run(),
            Self::Check(check) => check.run(),
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

impl RestoreArgs {
    fn run(self) -> Result<ExitCode, Failure> {
        let look_back = Duration::from_secs(self.look_back_hours.saturating_mul(3_600));
        SqliteStore::restore(&self.backup, &self.to, &Clock::machine(), look_back).map_err(failure)?;
        if self.json {
            answer(json!({ "store": self.to, "look_back_hours": self.look_back_hours }));
        } else {
            answer(format_args!(
                "{} is a store now; for {} hours each document is looked for in QuickBooks before it is made",
                self.to.display(),
                self.look_back_hours
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl CheckArgs {
    fn run(self) -> Result<ExitCode, Failure> {
        let findings = SqliteStore::check(&self.file).map_err(failure)?;
        let sound = findings.is_empty();
        if self.json {
            let findings: Vec<_> = findings.iter().map(told).collect();
            answer(json!({ "store": self.file, "sound": sound, "findings": findings }));
        } else if sound {
            answer(format_args!("{} is sound", self.file.display()));
        } else {
            findings.iter().map(told).for_each(answer);
        }
        Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn told(finding: &Finding) -> String {
    format!("{}: {}", finding.fact, finding.place)
}

/// A store that can't be used.
pub(super) fn failure(error: NoStore) -> Failure {
    let (code, hint) = (error.code(), error.hint());
    Failure::new(error.into(), hint).with_code(code)
}
