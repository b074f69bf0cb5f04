//! `run start`: one action for one object, now, by this command itself or by a service.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::remote::OwnFlags;
use crate::action::{Capability, Definition};
use crate::cli::action::{load, open_catalog};
use crate::cli::advice::advice;
use crate::cli::answer::answer;
use crate::cli::connect::ConnectionArgs;
use crate::cli::connection::read_settings;
use crate::cli::folders::{ActionsFolder, CodeFolder, shown};
use crate::cli::inputs::inputs;
use crate::cli::service::{ServiceArgs, told};
use crate::cli::{Failure, show};
use crate::clock::Clock;
use crate::connection::{Connection, Settings};
use crate::enrollment::{Enrollment, Event, ObjectRef};
use crate::grant::Grants;
use crate::runs::service_store::{MessageLine, MessageState};
use crate::runs::store::Store;
use crate::runs::{MemoryStore, Patience, RefusalKind, RunRecord, Runs, Start, Status, tell};

/// Whoever waits longer at a terminal has forgotten about it.
const PATIENCE_SECONDS_MAX: u64 = 86_400;

/// How long HubSpot is told what a run made, when no service goes on with that. Enough for one look after
/// an answer that was lost.
const HUBSPOT_PATIENCE: Duration = Duration::from_secs(10);

/// How far back QuickBooks is asked for what the same event made, as long as by a service with a new
/// store: this command never has one that remembers.
const LOOK_BACK: Duration = Duration::from_secs(72 * 60 * 60);

#[derive(Args)]
pub(in crate::cli) struct StartArgs {
    // Before the flags that it looks for: whoever reads one takes it away.
    #[command(flatten)]
    pub(super) own_flags: OwnFlags,
    /// An action's name, or the file of its component
    #[arg(long, value_name = "NAME")]
    pub(super) action: String,
    /// The enrolled object, such as deal:1001
    #[arg(long, value_name = "KIND:ID")]
    pub(super) object: String,
    /// An input of the action; may be repeated
    #[arg(long = "input", value_name = "NAME=VALUE")]
    pub(super) inputs: Vec<String>,
    /// Settings of the connection, as a service keeps them: a file of JSON
    #[arg(long, value_name = "FILE")]
    pub(super) settings: Option<PathBuf>,
    /// Names the event; the same event is the same run and never makes two documents. Without it
    /// this is a new event, which only a simulator or a preview takes
    #[arg(long, value_name = "ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(super) event: Option<String>,
    /// Tells apart what is made for one object on purpose, such as its instalments: each reference
    /// gets a document of its own
    #[arg(long, value_name = "TEXT", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(super) reference: Option<String>,
    /// Sends nothing, and shows what would be sent
    #[arg(long)]
    pub(super) preview: bool,
    /// Withholds a capability that the action asks for; may be repeated
    #[arg(long = "deny", value_name = "CAPABILITY")]
    pub(super) denied: Vec<String>,
    /// How long to go on trying while QuickBooks or HubSpot can't be reached, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=PATIENCE_SECONDS_MAX))]
    pub(super) patience: u64,
    #[command(flatten)]
    service: ServiceArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
    #[command(flatten)]
    actions: ActionsFolder,
    #[command(flatten)]
    code: CodeFolder,
    /// Prints one JSON object
    #[arg(long)]
    pub(super) json: bool,
}

impl StartArgs {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        if self.service.service.is_some() {
            let service = self.service.remote()?;
            return self.run_by(service).await;
        }
        let object = parse_object(&self.object)?;
        let denied = self.denied.iter().map(|text| parse_capability(text)).collect::<Result<Vec<_>, _>>()?;
        let mut connection = self.connection.connect()?;
        let event = self.event_id()?;
        let component = component_of(&self.action, &self.actions.path()?)?;
        let (sandbox, catalog) = open_catalog(&self.code)?;
        let (version, _) = load(&catalog, &component).await?;
        check_kind(&version.definition, &object)?;
        check_denied(&version.definition, &denied)?;
        let settings = self.settings(&version.definition)?;
        connection.zone = settings.zone.clone().unwrap_or(connection.zone);
        connection.write_back = settings.write_back.clone();
        let enrollment = self.enrollment(event, &version.definition, &settings, &connection, object)?;
        let grants = Arc::new(Grants::of(&version.definition, |capability| !denied.contains(capability)));
        let start = Start { enrollment: Arc::new(enrollment), version: Arc::new(version), grants, connection };
        if self.event.is_none() && !self.preview {
            // Before anything is sent: whoever ends this command early needs the name to go on.
            eprintln!("event {}", start.enrollment.event.id);
        }
        let store = Arc::new(MemoryStore::default().looking_back(LOOK_BACK));
        let runs = Runs::new(Arc::clone(&store) as Arc<dyn Store>, sandbox);
        let record = self.to_the_end(&runs, &start).await?;
        let messages = self.told_hubspot(store, &start.connection, &record).await?;
        let hint = advice(&record, &self.connection).or_else(|| untold(&messages));
        if self.json {
            let mut value = show::json(&record, hint.as_deref());
            value["messages"] = serde_json::json!(messages);
            answer(value);
        } else {
            let text = show::run(&record, hint.as_deref()) + &show::messages(&messages);
            answer(text.trim_end());
        }
        Ok(exit_code(&record))
    }

    /// Tells HubSpot what the run made.
    async fn told_hubspot(
        &self,
        store: Arc<MemoryStore>,
        connection: &Connection,
        record: &RunRecord,
    ) -> Result<Vec<MessageLine>, Failure> {
        let telling = tell(store, connection, record.run_id, HUBSPOT_PATIENCE);
        let messages = told("HubSpot has not taken what it is told about the run yet", telling).await;
        messages.map_err(|error| Failure::new(error.into(), "start the run again with the same --event"))
    }

    /// What the file says, as far as it concerns this action.
    fn settings(&self, definition: &Definition) -> Result<Settings, Failure> {
        let Some(file) = &self.settings else { return Ok(Settings::default()) };
        Settings::check_for(&read_settings(file)?, definition).map_err(|problems| {
            let told = problems.iter().map(|bad| format!("{}: {}; {}", bad.pointer, bad.message, bad.remedy));
            let error = anyhow::anyhow!("the settings in {} are refused in {} places", shown(file), problems.len());
            Failure::usage(error, told.collect::<Vec<_>>().join("\n")).with_code("bad_settings")
        })
    }

    /// The event's name: as given, or one that no other start has. A real company takes none of those,
    /// since this command knows no earlier run and a second start would make a second document.
    fn event_id(&self) -> Result<String, Failure> {
        if let Some(event) = &self.event {
            return Ok(event.clone());
        }
        if !self.preview && !self.connection.is_quickbooks_simulated() {
            let error =
                anyhow::anyhow!("without a service and without --event nothing tells a second start from the first");
            let hint = "name the event with --event, the same one each time you start it, or start it by a --service";
            return Err(Failure::usage(error, hint).with_code("event_missing"));
        }
        Ok(format!("{}-{}", Clock::machine().now().as_nanosecond(), std::process::id()))
    }

    fn enrollment(
        &self,
        event: String,
        definition: &Definition,
        settings: &Settings,
        connection: &Connection,
        object: ObjectRef,
    ) -> Result<Enrollment, Failure> {
        let event = Event {
            source: "cli".into(),
            portal: connection.portal.clone(),
            company: connection.quickbooks.realm().into(),
            action: definition.id.clone(),
            id: event,
        };
        Ok(Enrollment {
            event,
            object,
            inputs: inputs(definition, settings, &self.inputs)?,
            accepted_at: Clock::machine().now(),
            zone: connection.zone.clone(),
            preview: self.preview,
            if_exists: settings.if_exists,
            reference: self.reference.clone(),
            callback: None,
        })
    }

    /// Runs to the end or as long as there is patience, and says so when it takes long.
    async fn to_the_end(&self, runs: &Runs, start: &Start) -> Result<Arc<RunRecord>, Failure> {
        let may_be_down = if self.connection.are_simulators() { "; are the simulators running?" } else { "" };
        let what = format!("no end of the run yet, trying for up to {} s{may_be_down}", self.patience);
        let ended = told(&what, runs.run(start, Patience(Duration::from_secs(self.patience)))).await;
        ended.map_err(|error| Failure::new(error.into(), "start the run again with the same --event"))
    }
}

/// Nobody tells HubSpot later, since this command keeps no store. The document stands all the same.
fn untold(messages: &[MessageLine]) -> Option<String> {
    let all_told = messages.iter().all(|message| message.state == MessageState::Taken);
    let hint = "HubSpot does not know all of it, and this command tells it no more: a service does, and keeps trying";
    (!all_told).then(|| hint.to_owned())
}

/// 0 when the run did what was asked, or had nothing to do; 1 when a person has to look.
pub(super) fn exit_code(record: &RunRecord) -> ExitCode {
    match record.status {
        Status::Succeeded | Status::Previewed => ExitCode::SUCCESS,
        Status::Refused if record.refusal == Some(RefusalKind::Skip) => ExitCode::SUCCESS,
        Status::Refused | Status::Held | Status::Cancelled | Status::Waiting => ExitCode::FAILURE,
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

/// Withholding what nobody asks for would look as if it had an effect.
fn check_denied(definition: &Definition, denied: &[Capability]) -> Result<(), Failure> {
    let asked: Vec<_> = definition.capabilities.iter().map(|asked| &asked.capability).collect();
    let Some(unasked) = denied.iter().find(|denied| !asked.contains(denied)) else { return Ok(()) };
    let error = anyhow::anyhow!("{} does not ask for {unasked}", definition.id);
    let asked: Vec<_> = asked.iter().map(ToString::to_string).collect();
    Err(Failure::usage(error, format!("it asks for: {}", asked.join(", "))).with_code("bad_capability"))
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
    let error = anyhow::anyhow!("there is no action '{}': {} does not exist", action.escape_debug(), shown(&path));
    Err(Failure::usage(error, "build the actions with `qbo-host action build`").with_code("unknown_action"))
}
