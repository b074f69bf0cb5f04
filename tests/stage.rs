//! The stage that tests play on: components built once, both simulators on free ports, and a host
//! that runs actions against them.

pub mod binary;
pub mod kill;
mod replay;
pub mod world;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use qbo_host::action::Capability;
use qbo_host::catalog::{ActionVersion, Catalog, build};
use qbo_host::clock::Clock;
use qbo_host::conformance;
use qbo_host::connection::{Connection, WriteBack};
use qbo_host::enrollment::{Enrollment, Event, IfExists};
use qbo_host::grant::Grants;
use qbo_host::hubspot::{Crm, Portal};
use qbo_host::quickbooks::{Client, Company, OAuth, Rates, Secret, Transport};
use qbo_host::runs::{MemoryStore, Patience, RunRecord, Runs, Start};
use qbo_host::sandbox::limits::ANSWER_BYTES_MAX;
use qbo_host::sandbox::{Limits, Sandbox};
use qbo_simulator::hubspot::{HubSpot, PORTAL, TOKEN};
use qbo_simulator::quickbooks::{CLIENT_ID, CLIENT_SECRET, QuickBooks};
use tokio::sync::OnceCell;

/// The sample company of the simulator.
pub const COMPANY: &str = "4620816365000000001";

/// The checkout that is tested.
pub fn checkout() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the tests live in the checkout").to_owned()
}

/// The component of the crate in `folder` of the checkout, built once for each test run.
pub fn component(folder: &str) -> PathBuf {
    static BUILT: OnceLock<std::sync::Mutex<BTreeMap<String, PathBuf>>> = OnceLock::new();
    let mut built = BUILT.get_or_init(Default::default).lock().expect("no build panicked");
    if let Some(path) = built.get(folder) {
        return path.clone();
    }
    build::ensure_target(&|_| {}).expect("wasm32-wasip2 can be had");
    let path = build::build(&checkout().join(folder), &checkout().join("target/actions"), &|_| {})
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .component;
    built.insert(folder.to_owned(), path.clone());
    path
}

/// One engine for all tests: its pool reserves a lot of address space.
pub fn sandbox() -> Arc<Sandbox> {
    static SANDBOX: OnceLock<Arc<Sandbox>> = OnceLock::new();
    Arc::clone(SANDBOX.get_or_init(|| Arc::new(Sandbox::start().expect("the sandbox starts"))))
}

/// A catalog on the shared sandbox.
pub fn catalog() -> Catalog {
    Catalog::open(sandbox(), checkout().join("target/code-cache")).expect("the code cache opens")
}

/// The action of the crate in `folder`, loaded once.
pub async fn action(folder: &str) -> Arc<ActionVersion> {
    static LOADED: OnceCell<tokio::sync::Mutex<BTreeMap<String, Arc<ActionVersion>>>> = OnceCell::const_new();
    let loaded = LOADED.get_or_init(async || Default::default()).await;
    let mut loaded = loaded.lock().await;
    if let Some(version) = loaded.get(folder) {
        return Arc::clone(version);
    }
    let wasm = std::fs::read(component(folder)).expect("the component was built");
    let version = catalog().load(&wasm, Limits::default()).await;
    let version = Arc::new(version.unwrap_or_else(|error| panic!("{folder}: {error}")));
    loaded.insert(folder.to_owned(), Arc::clone(&version));
    version
}

/// `create-invoice`.
pub async fn create_invoice() -> Arc<ActionVersion> {
    action("action-modules/create-invoice").await
}

/// Both simulators, and runs against them.
pub struct Stage {
    /// The QuickBooks companies.
    pub books: QuickBooks,
    /// The HubSpot portal.
    pub portal: HubSpot,
    /// What runs reach.
    pub connection: Connection,
    /// The runs.
    pub runs: Runs,
    /// Where the simulators listen: QuickBooks, HubSpot.
    pub addresses: (SocketAddr, SocketAddr),
    _simulators: conformance::Stage,
}

impl Stage {
    /// The seeded simulators, and the sample company.
    pub fn new() -> Self {
        Self::for_company(COMPANY)
    }

    /// The seeded simulators, and one of their companies.
    pub fn for_company(realm: &str) -> Self {
        Self::with(QuickBooks::seeded(), HubSpot::seeded(), realm)
    }

    /// Simulators as given.
    pub fn with(books: QuickBooks, portal: HubSpot, realm: &str) -> Self {
        // Real sockets run on real time, so waiting for a lost answer is kept short.
        let transport = Transport::http(Duration::from_secs(2), ANSWER_BYTES_MAX).expect("an HTTP client");
        let simulators = conformance::Stage::start(books.clone(), portal.clone(), realm, &transport);
        let simulators = simulators.expect("free ports");
        Self {
            books,
            portal,
            connection: simulators.connection.clone(),
            runs: Runs::new(Arc::new(MemoryStore::default()), sandbox()),
            addresses: simulators.addresses(),
            _simulators: simulators,
        }
    }

    /// A start of `create-invoice` for a deal, with all it asks for.
    pub async fn invoice(&self, deal: &str, event: &str, inputs: &[(&str, &str)]) -> Start {
        self.start(create_invoice().await, &format!("deal:{deal}"), event, inputs)
    }

    /// A start with everything granted that the action asks for.
    pub fn start(&self, version: Arc<ActionVersion>, object: &str, event: &str, inputs: &[(&str, &str)]) -> Start {
        let definition = &version.definition;
        let defaults = definition.defaults();
        let given = inputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let inputs = defaults.chain(given).collect();
        let enrollment = Enrollment {
            event: Event {
                source: "test".into(),
                portal: self.connection.portal.clone(),
                company: self.connection.quickbooks.realm().into(),
                action: definition.id.clone(),
                id: event.into(),
            },
            object: object.parse().expect("an object"),
            inputs,
            accepted_at: Clock::machine().now(),
            zone: self.connection.zone.clone(),
            preview: false,
            if_exists: IfExists::default(),
            reference: None,
            callback: None,
        };
        let grants = Arc::new(Grants::of(definition, |_| true));
        Start { enrollment: Arc::new(enrollment), version, grants, connection: self.connection.clone() }
    }

    /// Runs it to its end, or for ten seconds.
    pub async fn run(&self, start: &Start) -> Arc<RunRecord> {
        self.runs.run(start, Patience(Duration::from_secs(10))).await.expect("the store answers")
    }

    /// What stands in the books of the connected company.
    pub fn documents(&self, entity: &str) -> Vec<serde_json::Value> {
        self.books.documents(self.connection.quickbooks.realm(), entity)
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::new()
    }
}

/// A connection to a company and the portal of the simulators, which are reached at `urls` through
/// `transports`: QuickBooks, HubSpot.
pub fn connection(realm: &str, urls: [&str; 2], transports: [Transport; 2], rates: Rates, clock: &Clock) -> Connection {
    let ([quickbooks, hubspot], [to_quickbooks, to_hubspot]) = (urls, transports);
    let company = Company {
        base_url: quickbooks.to_owned(),
        realm: realm.into(),
        oauth: OAuth {
            token_url: format!("{quickbooks}/oauth2/v1/tokens/bearer"),
            client_id: CLIENT_ID.into(),
            client_secret: Secret::new(CLIENT_SECRET),
            refresh_token: Secret::new(format!("simulator-refresh-{realm}")),
        },
        rates,
    };
    let portal = Portal { base_url: hubspot.to_owned(), token: Secret::new(TOKEN) };
    Connection {
        portal: PORTAL.to_string(),
        zone: jiff::tz::TimeZone::UTC,
        quickbooks: Arc::new(Client::new(company, to_quickbooks, clock)),
        hubspot: Arc::new(Crm::new(portal, to_hubspot, clock)),
        write_back: WriteBack::default(),
    }
}

/// Everything `definition` asks for, but for these.
pub fn without(version: &ActionVersion, denied: &[&str]) -> Arc<Grants> {
    let denied: Vec<Capability> = denied.iter().map(|text| text.parse().expect("a capability")).collect();
    Arc::new(Grants::of(&version.definition, |capability| !denied.contains(capability)))
}
