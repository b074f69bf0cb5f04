//! `run start --service`: the run is a service's, and goes on there when this command ends.

use std::process::ExitCode;
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use serde::Deserialize;
use serde_json::{Value, json};

use super::start::{StartArgs, exit_code};
use crate::cli::answer::answer;
use crate::cli::inputs::pairs;
use crate::cli::service::Remote;
use crate::cli::{Failure, show};
use crate::clock::Clock;
use crate::ids::RunId;
use crate::runs::RunRecord;
use crate::runs::service::Shown;
use crate::runs::service_store::Phase;

/// The service waits so long for one request; a longer patience asks again.
const WAIT_SECONDS: u64 = 20;

/// Flags that say how this command runs an action by itself, by the names that clap has for them.
const OWN_FLAGS: [&str; 5] = ["quickbooks", "hubspot", "zone", "actions", "code_cache"];

/// Those of them that stand on the command line. What the environment holds is meant for every command.
#[derive(Clone, Default)]
pub(super) struct OwnFlags(Vec<String>);

impl FromArgMatches for OwnFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |name: &&str| matches.value_source(name) == Some(ValueSource::CommandLine);
        Ok(Self(OWN_FLAGS.iter().filter(|name| given(name)).map(|name| name.replace('_', "-")).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for OwnFlags {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}

#[derive(Deserialize)]
struct Started {
    run_id: RunId,
    record: Option<RunRecord>,
}

impl StartArgs {
    pub(super) async fn run_by(self, service: Remote) -> Result<ExitCode, Failure> {
        if let Some(denied) = self.denied.first() {
            let error =
                anyhow::anyhow!("a service's approvals are its own; {} can't be withheld", denied.escape_debug());
            return Err(Failure::usage(error, "set deny for the action in the service's settings"));
        }
        if let Some(flag) = self.own_flags.0.first() {
            let error =
                anyhow::anyhow!("a service has actions and connections of its own; --{flag} changes nothing there");
            let hint = "choose one of its connections with --portal and --company, or leave out --service";
            return Err(Failure::usage(error, hint));
        }
        if self.settings.is_some() {
            let error = anyhow::anyhow!("a service has settings of its own for each connection");
            return Err(Failure::usage(error, "change them with `qbo-host connection set`"));
        }
        let patience = Clock::machine().elapsed() + Duration::from_secs(self.patience);
        let started: Started = service.post("/v1/runs", &self.body()?).await?;
        let record = match started.record {
            Some(record) => Some(record),
            None => end(&service, started.run_id, patience).await?,
        };
        let Some(record) = record else {
            let run = started.run_id;
            let going_on = json!({ "run_id": run, "status": "waiting" });
            let told = format!("run {run} goes on; `qbo-host run show {run}` tells how it stands");
            answer(if self.json { going_on.to_string() } else { told });
            return Ok(ExitCode::FAILURE);
        };
        if self.json {
            answer(show::json(&record, None));
        } else {
            answer(show::run(&record, None).trim_end());
        }
        Ok(exit_code(&record))
    }

    fn body(&self) -> Result<Value, Failure> {
        let inputs: serde_json::Map<String, Value> =
            pairs(&self.inputs)?.into_iter().map(|(name, value)| (name, value.into())).collect();
        let mut body = json!({
            "action": self.action,
            "object": self.object,
            "inputs": inputs,
            "preview": self.preview,
            "source": "cli",
            "wait_seconds": self.patience.min(WAIT_SECONDS),
        });
        let named = [
            ("event", &self.event),
            ("reference", &self.reference),
            ("portal", &self.connection.portal),
            ("company", &self.connection.company),
        ];
        for (member, value) in named {
            if let Some(value) = value {
                body[member] = value.clone().into();
            }
        }
        Ok(body)
    }
}

/// The run's end, if it comes in time.
async fn end(service: &Remote, run: RunId, until: Duration) -> Result<Option<RunRecord>, Failure> {
    let clock = Clock::machine();
    loop {
        let left = until.saturating_sub(clock.elapsed()).as_secs();
        let wait = left.min(WAIT_SECONDS);
        let shown: Shown = service.get(&format!("/v1/runs/{run}?wait_seconds={wait}")).await?;
        match shown.phase {
            Phase::Ended => return Ok(shown.record),
            Phase::Queued | Phase::Running if left == 0 => return Ok(None),
            Phase::Queued | Phase::Running => {}
        }
    }
}
