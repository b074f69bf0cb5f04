//! `demo`: the whole product on simulators, over real HTTP: three deals become invoices, two are
//! refused and say why.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use super::action::{build_modules, load, open_catalog};
use super::answer::answer;
use super::connect::ConnectionArgs;
use super::folders::{ActionsFolder, CodeFolder, shown};
use super::simulator::{Addresses, Running};
use super::stop::StopRequest;
use super::{Failure, show};
use crate::catalog::ActionVersion;
use crate::catalog::build::Built;
use crate::clock::Clock;
use crate::connection::Connection;
use crate::enrollment::{Enrollment, Event, IfExists, ObjectKind, ObjectRef};
use crate::grant::Grants;
use crate::runs::{MemoryStore, Patience, RunRecord, Runs, Start, Status};

/// A deal of the simulated portal.
struct Deal {
    id: &'static str,
    /// What is special about it.
    title: &'static str,
    /// Inputs that differ from their defaults.
    inputs: &'static [(&'static str, &'static str)],
}

const DEALS: [Deal; 5] = [
    Deal { id: "1001", title: "a new customer", inputs: &[] },
    Deal { id: "1002", title: "a line discount", inputs: &[] },
    Deal { id: "1003", title: "a new product", inputs: &[("create_product", "yes"), ("income_account", "79")] },
    Deal { id: "1004", title: "four mistakes", inputs: &[] },
    Deal { id: "1005", title: "in euros", inputs: &[] },
];

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
        let Some(create_invoice) = built.iter().find(|module| module.name == "create-invoice") else {
            let error = anyhow::anyhow!("this checkout has no create-invoice");
            return Err(Failure::new(error, "run the demo in a whole checkout").with_code("no_checkout"));
        };
        let (sandbox, catalog) = open_catalog(&self.code)?;
        let version = Arc::new(load(&catalog, &create_invoice.component).await?.0);
        let connection = ConnectionArgs::simulators(running.quickbooks_url(), running.hubspot_url()).connect()?;
        if !self.json {
            introduce(&version, &running);
        }
        let began = Instant::now();
        let runs = Runs::new(Arc::new(MemoryStore::default()), sandbox);
        let records = run_all(&runs, &version, &connection, self.json).await?;
        if self.json {
            let records: Vec<&RunRecord> = records.iter().map(AsRef::as_ref).collect();
            answer(serde_json::json!({ "runs": records }));
        } else {
            conclude(&records, began.elapsed());
            self.propose(create_invoice, &running);
        }
        if let Some(mut stop) = stop {
            stop.received().await;
        }
        running.stop().await;
        let open = |record: &Arc<RunRecord>| matches!(record.status, Status::Held | Status::Waiting);
        Ok(if records.iter().any(open) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    /// Three commands that work word for word.
    fn propose(&self, create_invoice: &Built, running: &Running) {
        const PROGRAM: &str = "cargo run --release --";
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

async fn run_all(
    runs: &Runs,
    version: &Arc<ActionVersion>,
    connection: &Connection,
    quiet: bool,
) -> Result<Vec<Arc<RunRecord>>, Failure> {
    let grants = Arc::new(Grants::of(&version.definition, |_| true));
    let mut records = Vec::new();
    for deal in &DEALS {
        let start = start(version, &grants, connection, deal);
        let run = runs.run(&start, Patience(Duration::from_secs(10))).await;
        let record = run.map_err(|error| Failure::new(error.into(), "this is a bug in the host; please report it"))?;
        if !quiet {
            eprintln!("  {} {}: {}", record.object, deal.title, record.status.as_str());
        }
        records.push(record);
    }
    Ok(records)
}

fn start(version: &Arc<ActionVersion>, grants: &Arc<Grants>, connection: &Connection, deal: &Deal) -> Start {
    let defaults = version.definition.defaults();
    let chosen = deal.inputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let event = Event {
        source: "demo".into(),
        portal: connection.portal.clone(),
        company: connection.quickbooks.realm().into(),
        action: version.definition.id.clone(),
        id: format!("demo-{}", deal.id),
    };
    let enrollment = Enrollment {
        event,
        object: ObjectRef { kind: ObjectKind::Deal, id: deal.id.into() },
        inputs: defaults.chain(chosen).collect(),
        accepted_at: Clock::machine().now(),
        zone: connection.zone.clone(),
        preview: false,
        if_exists: IfExists::default(),
        reference: None,
        callback: None,
    };
    Start {
        enrollment: Arc::new(enrollment),
        version: Arc::clone(version),
        grants: Arc::clone(grants),
        connection: connection.clone(),
    }
}

fn introduce(version: &ActionVersion, running: &Running) {
    answer(format_args!("QuickBooks is simulated at {}", running.quickbooks_url()));
    answer(format_args!("HubSpot is simulated at {}\n", running.hubspot_url()));
    answer(show::asked(&version.definition));
}

fn conclude(records: &[Arc<RunRecord>], took: Duration) {
    let titles: Vec<_> = DEALS.iter().map(|deal| deal.title).collect();
    answer(show::runs(records, &titles));
    answer(format_args!("Why, and what to do about it:\n{}", show::reasons(records)));
    if let Some(record) = records.first() {
        answer(format_args!("How {} went, call by call:\n{}", record.object, show::timeline(record)));
    }
    answer(format_args!(
        "{} runs in {}.{:02} s, at QuickBooks' pace of 9 requests in a second.\n",
        records.len(),
        took.as_secs(),
        took.subsec_millis() / 10
    ));
}
