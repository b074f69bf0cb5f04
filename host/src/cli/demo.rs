//! `demo`: the whole product on simulators, over real HTTP: three deals become invoices, two are
//! refused and say why.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use super::action::{Folders, build_modules, load, open_catalog};
use super::connect::ConnectionArgs;
use super::simulator::{Running, Simulators, stopped};
use super::{Failure, show};
use crate::catalog::ActionVersion;
use crate::clock::Clock;
use crate::connection::Connection;
use crate::enrollment::{Enrollment, Event, ObjectKind, ObjectRef};
use crate::grant::Grants;
use crate::runs::{MemoryStore, Patience, RunRecord, Runs, Start};

/// The deals shown: HubSpot's id, what is special about it, and inputs that differ from their defaults.
const DEALS: [(&str, &str, &[(&str, &str)]); 5] = [
    ("1001", "new customer", &[]),
    ("1002", "fractions, discount", &[]),
    ("1003", "new product", &[("create_product", "yes"), ("income_account", "79")]),
    ("1004", "unusable in several ways", &[]),
    ("1005", "in euros", &[]),
];

#[derive(Args)]
pub(super) struct Demo {
    /// Prints one JSON object
    #[arg(long)]
    pub(super) json: bool,
    /// Keeps the simulators running afterwards, on their usual ports
    #[arg(long)]
    keep: bool,
    #[command(flatten)]
    folders: Folders,
}

impl Demo {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let built = build_modules(Vec::new(), &self.folders.actions)?;
        let Some(create_invoice) = built.iter().find(|module| module.name == "create-invoice") else {
            let error = anyhow::anyhow!("this checkout has no create-invoice");
            return Err(Failure::new(error, "run the demo in a whole checkout"));
        };
        let began = Instant::now();
        let simulators = if self.keep { Simulators::usual() } else { Simulators::anywhere() };
        let running = simulators.start()?;
        let (sandbox, catalog) = open_catalog(&self.folders)?;
        let version = Arc::new(load(&catalog, &create_invoice.component).await?);
        let grants = Arc::new(Grants::of(&version.definition, |_| true));
        let connection = ConnectionArgs::simulators(
            format!("http://{}", running.quickbooks.address()),
            format!("http://{}", running.hubspot.address()),
        )
        .connect()?;
        if !self.json {
            introduce(&version, &running);
        }
        let runs = Runs::new(Arc::new(MemoryStore::default()), sandbox);
        let mut records = Vec::new();
        for (deal, title, inputs) in DEALS {
            let start = start(&version, &grants, &connection, deal, inputs);
            let record = runs
                .run(&start, Patience(Duration::from_secs(10)))
                .await
                .map_err(|error| Failure::new(error.into(), "this is a bug in the host; please report it"))?;
            if !self.json {
                eprintln!("  {} {title}: {}", record.object, record.status.as_str());
            }
            records.push(record);
        }
        if self.json {
            println!("{}", serde_json::json!({ "runs": records }));
        } else {
            conclude(&records, began.elapsed(), self.keep);
        }
        if self.keep {
            stopped().await;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn start(
    version: &Arc<ActionVersion>,
    grants: &Arc<Grants>,
    connection: &Connection,
    deal: &str,
    inputs: &[(&str, &str)],
) -> Start {
    let defaults = version.definition.inputs.iter().filter_map(|input| Some((input.name.clone(), input.default.clone()?)));
    let chosen = inputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let event = Event {
        source: "demo".into(),
        portal: connection.portal.clone(),
        company: connection.quickbooks.realm().into(),
        action: version.definition.id.clone(),
        id: format!("demo-{deal}"),
    };
    let enrollment = Enrollment {
        event,
        object: ObjectRef { kind: ObjectKind::Deal, id: deal.into() },
        inputs: defaults.chain(chosen).collect(),
        accepted_at: Clock::system().now(),
        zone: connection.zone.clone(),
        preview: false,
    };
    Start {
        enrollment,
        version: Arc::clone(version),
        grants: Arc::clone(grants),
        connection: connection.clone(),
    }
}

fn introduce(version: &ActionVersion, running: &Running) {
    println!("QuickBooks and HubSpot are simulated on {} and {}.", running.quickbooks.address(), running.hubspot.address());
    println!(
        "{} {} is loaded as a sandboxed component. It asks for these capabilities, and gets them:\n",
        version.definition.id, version.definition.version
    );
    println!("{}", show::capabilities(&version.definition));
}

fn conclude(records: &[RunRecord], took: Duration, kept: bool) {
    let titles: Vec<_> = DEALS.iter().map(|(_, title, _)| *title).collect();
    println!("\n{}", show::runs(records, &titles));
    println!("Why, and what to look at:\n{}", show::reasons(records));
    if let Some(record) = records.first() {
        println!("How {} went, call by call:\n{}", record.object, show::timeline(record));
    }
    println!("{} runs in {}.{:02} s. Try next:", records.len(), took.as_secs(), took.subsec_millis() / 10);
    let program = "cargo run --release --";
    println!("  {program} action inspect target/actions/create-invoice.wasm");
    if !kept {
        println!("  {program} demo --keep      (in another terminal; then:)");
    }
    println!("  {program} run start --action create-invoice --object deal:1006 --preview");
    if kept {
        println!("  {program} run start --action create-invoice --object deal:1002 --event again");
    }
}
