//! `demo`: the whole product on simulators, over real HTTP: one story through all six actions, one
//! refusal of each, and the books afterwards.

mod accounts;
mod script;
mod told;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use super::action::{build_modules, load, open_catalog};
use super::answer::answer;
use super::connect::simulators;
use super::folders::{ActionsFolder, CodeFolder, shown};
use super::simulator::{Addresses, Running};
use super::stop::StopRequest;
use super::{Failure, show};
use crate::catalog::ActionVersion;
use crate::catalog::build::Built;
use crate::clock::Clock;
use crate::connection::Connection;
use crate::enrollment::{BadObject, Enrollment, Event, IfExists};
use crate::grant::Grants;
use crate::runs::service_store::{MessageState, ServiceStore};
use crate::runs::store::Store;
use crate::runs::{MemoryStore, Patience, RunRecord, Runs, Start, tell};
use accounts::Accounts;
use script::{Change, REFUSED, SETTINGS, STORY, Scene};

/// What the demo says is fixed, so whatever is wrong with it is ours.
const BUG: &str = "this is a bug in the host; please report it";

/// A deal that the demo leaves alone, to try.
const DEAL_TO_TRY: &str = "deal:1007";

#[derive(Args)]
#[command(after_help = "\
Examples:
  qbo-host demo
  qbo-host demo --json
  qbo-host demo --keep")]
pub(super) struct Demo {
    /// Prints one JSON object
    #[arg(long)]
    pub(super) json: bool,
    /// Keeps the simulators running afterwards, where `run start` looks for them
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    addresses: Addresses,
    #[command(flatten)]
    actions: ActionsFolder,
    #[command(flatten)]
    code: CodeFolder,
}

impl Demo {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let stop = if self.keep { Some(StopRequest::listen()?) } else { None };
        // Before anything is built: a taken port would make that a waste of time.
        let running = if self.keep { self.addresses.start()? } else { Running::anywhere()? };
        let built = build_modules(Vec::new(), &self.actions)?;
        let (sandbox, catalog) = open_catalog(&self.code)?;
        let mut versions = BTreeMap::new();
        for module in &built {
            let version = load(&catalog, &module.component).await?.0;
            versions.insert(version.definition.id.clone(), Arc::new(version));
        }
        let connection = simulators(&running.quickbooks_url(), &running.hubspot_url())?;
        if !self.json {
            introduce(&versions, &running);
        }
        let began = Instant::now();
        // It looks for no earlier documents: its companies are as new as it is.
        let store = Arc::new(MemoryStore::default());
        let runs = Runs::new(Arc::clone(&store) as Arc<dyn Store>, sandbox);
        let play = Play { store, runs, versions, connection, running: &running, quiet: self.json };
        let story = play.all(&STORY).await?;
        let accounts = play.accounts();
        let notes = play.notes(&story).await?;
        let refused = play.all(&REFUSED).await?;
        if self.json {
            let records: Vec<&RunRecord> = story.iter().chain(&refused).map(AsRef::as_ref).collect();
            answer(serde_json::json!({ "runs": records, "accounts": accounts.json(), "notes": notes }));
        } else {
            conclude(&story, &refused, &accounts, notes);
            let (runs, took) = (story.len() + refused.len(), began.elapsed());
            answer(format_args!(
                "{runs} runs in {}.{:02} s, at QuickBooks' pace of 9 requests in a second.\n",
                took.as_secs(),
                took.subsec_millis() / 10
            ));
            self.propose(&built, &running);
        }
        if let Some(mut stop) = stop {
            stop.received().await;
        }
        running.stop().await;
        let played = STORY.iter().zip(&story).chain(REFUSED.iter().zip(&refused));
        let right = played.into_iter().all(|(scene, record)| scene.is_told_by(record))
            && accounts.agree()
            && notes == story.len();
        Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    /// Three commands that work word for word.
    fn propose(&self, built: &[Built], running: &Running) {
        const PROGRAM: &str = "cargo run --release --";
        let Some(create_invoice) = built.iter().find(|module| module.name == "create-invoice") else { return };
        let component = shown(&create_invoice.component);
        let action = if self.actions.is_usual() { &create_invoice.name } else { &component };
        let start = format!("{PROGRAM} run start --action {action} --object {DEAL_TO_TRY}");
        answer("Try next:");
        answer(format_args!("  {PROGRAM} action inspect {component}"));
        if self.keep {
            let options = running.options();
            answer(format_args!("  {start} --preview{options}"));
            answer(format_args!("  {start} --event monday{options}"));
            answer("The last one may be repeated: the same event makes one invoice.");
            answer("Both simulators run until this command ends. Stop it with Ctrl-C.");
        } else {
            answer(format_args!("  {PROGRAM} demo --keep"));
            answer(format_args!("  {start} --preview"));
            answer("The last one needs the simulators of the second: use two terminals.");
        }
    }
}

/// HubSpot gets this long for the notes of one run; the simulator takes milliseconds.
const NOTES_PATIENCE: Duration = Duration::from_secs(5);

/// Everything that the scenes are played with.
struct Play<'p> {
    store: Arc<MemoryStore>,
    runs: Runs,
    versions: BTreeMap<String, Arc<ActionVersion>>,
    connection: Connection,
    running: &'p Running,
    quiet: bool,
}

impl Play<'_> {
    async fn all(&self, scenes: &[Scene]) -> Result<Vec<Arc<RunRecord>>, Failure> {
        let mut records = Vec::new();
        for scene in scenes {
            if let Some(Change { kind, id, properties }) = &scene.before {
                self.running.portal().put(kind, id, properties);
            }
            let run = self.runs.run(&self.start(scene)?, Patience(Duration::from_secs(10))).await;
            let record = run.map_err(|error| Failure::new(error.into(), BUG))?;
            if !self.quiet {
                eprintln!("  {}: {}", scene.title, record.status.as_str());
            }
            records.push(record);
        }
        Ok(records)
    }

    fn start(&self, scene: &Scene) -> Result<Start, Failure> {
        let Some(version) = self.versions.get(scene.action) else {
            let error = anyhow::anyhow!("this checkout has no {}", scene.action);
            return Err(Failure::new(error, "run the demo in a whole checkout").with_code("no_checkout"));
        };
        let definition = &version.definition;
        let known = |&(name, _): &(&str, &str)| definition.inputs.iter().any(|input| input.name == name);
        let set = SETTINGS.into_iter().filter(known).map(|(name, value)| (name.to_owned(), value.to_owned()));
        let event = Event {
            source: "demo".into(),
            portal: self.connection.portal.clone(),
            company: self.connection.quickbooks.realm().into(),
            action: definition.id.clone(),
            id: format!("demo {}", scene.object),
        };
        let enrollment = Enrollment {
            event,
            object: scene.object.parse().map_err(|error: BadObject| Failure::new(error.into(), BUG))?,
            inputs: definition.inputs_of(set).map_err(|error| Failure::new(error.into(), BUG))?,
            accepted_at: Clock::machine().now(),
            zone: self.connection.zone.clone(),
            preview: false,
            if_exists: IfExists::default(),
            reference: None,
            callback: None,
        };
        Ok(Start {
            enrollment: Arc::new(enrollment),
            version: Arc::clone(version),
            grants: Arc::new(Grants::of(definition, |_| true)),
            connection: self.connection.clone(),
        })
    }

    /// Tells HubSpot about the documents, and how many of the notes it took.
    async fn notes(&self, story: &[Arc<RunRecord>]) -> Result<usize, Failure> {
        let mut taken = 0;
        for record in story {
            let store = Arc::clone(&self.store) as Arc<dyn ServiceStore>;
            let messages = tell(store, &self.connection, record.run_id, NOTES_PATIENCE).await;
            let messages = messages.map_err(|error| Failure::new(error.into(), BUG))?;
            taken += messages.iter().filter(|message| message.state == MessageState::Taken).count();
        }
        Ok(taken)
    }

    fn accounts(&self) -> Accounts {
        let today = Clock::machine().now().to_zoned(self.connection.zone.clone()).date();
        Accounts::read(self.running.books(), self.connection.quickbooks.realm(), self.running.portal(), today)
    }
}

fn introduce(versions: &BTreeMap<String, Arc<ActionVersion>>, running: &Running) {
    answer(format_args!("QuickBooks is simulated at {}", running.quickbooks_url()));
    answer(format_args!("HubSpot is simulated at {}\n", running.hubspot_url()));
    if let Some(version) = versions.get("create-invoice") {
        answer(show::asked(&version.definition));
    }
}

fn conclude(story: &[Arc<RunRecord>], refused: &[Arc<RunRecord>], accounts: &Accounts, notes: usize) {
    answer(told::scenes(&STORY, story));
    answer(format_args!("HubSpot has {notes} notes that tell of these documents.\n"));
    answer(told::accounts(accounts));
    answer(told::scenes(&REFUSED, refused));
    answer(format_args!("Why, and what to do about it:\n{}", show::reasons(refused)));
    if let Some(record) = story.first() {
        answer(format_args!("How {} went, call by call:\n{}", record.object, show::timeline(record)));
    }
}
