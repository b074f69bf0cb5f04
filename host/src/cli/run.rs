//! `run start`: one action for one object, now.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::action::{Folders, load, open_catalog};
use super::connect::ConnectionArgs;
use super::{Failure, show};
use crate::action::{Capability, Choices, Definition, Input, InputType};
use crate::clock::Clock;
use crate::enrollment::{Enrollment, Event, ObjectRef};
use crate::grant::Grants;
use crate::runs::{MemoryStore, Patience, RunRecord, Runs, Start, Status};

#[derive(Subcommand)]
pub(super) enum RunCommand {
    /// Runs an action for one object and tells how it ended
    Start(StartArgs),
}

#[derive(Args)]
pub(super) struct StartArgs {
    /// An action's name, or the file of its component
    #[arg(long, value_name = "NAME")]
    action: String,
    /// The enrolled object, such as deal:1001
    #[arg(long, value_name = "KIND:ID")]
    object: String,
    /// An input of the action; may be repeated
    #[arg(long = "input", value_name = "NAME=VALUE")]
    inputs: Vec<String>,
    /// Names the event; the same event is the same run and never makes two documents. Without it
    /// this is a new event
    #[arg(long, value_name = "ID")]
    event: Option<String>,
    /// Sends nothing, and shows what would be sent
    #[arg(long)]
    preview: bool,
    /// Withholds a capability that the action asks for; may be repeated
    #[arg(long = "deny", value_name = "CAPABILITY")]
    denied: Vec<String>,
    /// How long to go on trying while QuickBooks or HubSpot can't be reached, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    patience: u64,
    #[command(flatten)]
    connection: ConnectionArgs,
    #[command(flatten)]
    folders: Folders,
    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

impl RunCommand {
    pub(super) fn json(&self) -> bool {
        match self {
            Self::Start(start) => start.json,
        }
    }

    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Start(start) => start.run().await,
        }
    }
}

impl StartArgs {
    async fn run(self) -> Result<ExitCode, Failure> {
        let object = parse_object(&self.object)?;
        let denied = self.denied.iter().map(|text| parse_capability(text)).collect::<Result<Vec<_>, _>>()?;
        let connection = self.connection.connect()?;
        let (sandbox, catalog) = open_catalog(&self.folders)?;
        let version = load(&catalog, &component_of(&self.action, &self.folders.actions)?).await?;
        check_kind(&version.definition, &object)?;
        let inputs = inputs(&version.definition, &self.inputs)?;
        let clock = Clock::system();
        let event = Event {
            source: "cli".into(),
            portal: connection.portal.clone(),
            company: connection.quickbooks.realm().into(),
            action: version.definition.id.clone(),
            id: self.event.unwrap_or_else(|| format!("{}-{}", clock.now().as_nanosecond(), std::process::id())),
        };
        let enrollment = Enrollment {
            event,
            object,
            inputs,
            accepted_at: clock.now(),
            zone: connection.zone.clone(),
            preview: self.preview,
        };
        let grants = Arc::new(Grants::of(&version.definition, |capability| !denied.contains(capability)));
        let start = Start { enrollment, version: Arc::new(version), grants, connection };
        let runs = Runs::new(Arc::new(MemoryStore::default()), sandbox);
        let record = runs
            .run(&start, Patience(Duration::from_secs(self.patience)))
            .await
            .map_err(|error| Failure::new(error.into(), "start the run again with the same --event"))?;
        if self.json {
            println!("{}", show::json(&record));
        } else {
            print!("{}", show::run(&record));
        }
        Ok(exit_code(&record))
    }
}

/// 0 when the run did what was asked; 1 when a person has to look.
fn exit_code(record: &RunRecord) -> ExitCode {
    match record.status {
        Status::Succeeded | Status::Previewed => ExitCode::SUCCESS,
        Status::Refused | Status::Held | Status::Waiting => ExitCode::FAILURE,
    }
}

fn parse_object(text: &str) -> Result<ObjectRef, Failure> {
    text.parse().map_err(|error: crate::enrollment::BadObject| {
        Failure::usage(error.into(), "HubSpot shows the record id in the record's address").with_code("bad_object")
    })
}

fn parse_capability(text: &str) -> Result<Capability, Failure> {
    text.parse().map_err(|error: crate::action::BadCapability| {
        Failure::usage(error.into(), "write it as in invoice:create").with_code("bad_capability")
    })
}

fn check_kind(definition: &Definition, object: &ObjectRef) -> Result<(), Failure> {
    if definition.object_types.contains(&object.kind) {
        return Ok(());
    }
    let kinds: Vec<_> = definition.object_types.iter().map(|kind| kind.as_str()).collect();
    let error = anyhow::anyhow!("{} is not for a {}", definition.id, object.kind);
    Err(Failure::usage(error, format!("it runs for: {}", kinds.join(", "))).with_code("wrong_object_type"))
}

/// A name is looked up among the built components; anything that looks like a path is one.
fn component_of(action: &str, folder: &Path) -> Result<PathBuf, Failure> {
    let path = if Path::new(action).extension().is_some_and(|kind| kind == "wasm") {
        PathBuf::from(action)
    } else {
        folder.join(format!("{action}.wasm"))
    };
    if path.is_file() {
        return Ok(path);
    }
    let error = anyhow::anyhow!("there is no action '{action}': {} does not exist", path.display());
    Err(Failure::usage(error, "build the actions with `qbo-host action build`").with_code("unknown_action"))
}

/// The inputs as given, then the definition's defaults.
fn inputs(definition: &Definition, given: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let mut inputs = BTreeMap::new();
    for text in given {
        let Some((name, value)) = text.split_once('=') else {
            let error = anyhow::anyhow!("'{text}' is not an input");
            return Err(Failure::usage(error, "write it as --input name=value").with_code("bad_input"));
        };
        let Some(input) = definition.inputs.iter().find(|input| input.name == name) else {
            let names: Vec<_> = definition.inputs.iter().map(|input| input.name.as_str()).collect();
            let error = anyhow::anyhow!("{} has no input '{name}'", definition.id);
            return Err(Failure::usage(error, format!("its inputs are: {}", names.join(", "))).with_code("unknown_input"));
        };
        check_value(input, value)?;
        inputs.insert(name.to_owned(), value.to_owned());
    }
    for input in &definition.inputs {
        if let Some(default) = &input.default {
            inputs.entry(input.name.clone()).or_insert_with(|| default.clone());
        } else if input.required && !inputs.contains_key(&input.name) {
            let error = anyhow::anyhow!("the input '{}' ({}) is set nowhere", input.name, input.label);
            let hint = format!("set it with --input {}=…", input.name);
            return Err(Failure::usage(error, hint).with_code("input_missing"));
        }
    }
    Ok(inputs)
}

fn check_value(input: &Input, value: &str) -> Result<(), Failure> {
    let (fits, wanted) = match (input.kind, &input.choices) {
        (InputType::Choice, Some(Choices::Listed(choices))) => {
            let values: Vec<_> = choices.iter().map(|choice| choice.value.as_str()).collect();
            (values.contains(&value), values.join(", "))
        }
        (InputType::YesNo, _) => (["yes", "no"].contains(&value), "yes, no".into()),
        (InputType::Number, _) => (value.parse::<rust_decimal::Decimal>().is_ok(), "a number".into()),
        (InputType::Date, _) => (value.parse::<jiff::civil::Date>().is_ok(), "a date, YYYY-MM-DD".into()),
        (InputType::Text | InputType::Choice, _) => (true, String::new()),
    };
    if fits {
        return Ok(());
    }
    let error = anyhow::anyhow!("'{}' does not fit the input '{}'", value.escape_debug(), input.name);
    Err(Failure::usage(error, format!("it takes: {wanted}")).with_code("bad_input"))
}
