//! A world without sockets, on a time of its own: both simulators, a store, and any number of
//! processes of the host, one after another or at once. Time moves only when everybody waits, so that
//! hours pass in milliseconds, and one play repeats the last.
//!
//! It knows what can befall a process and its messages. What must come of it is for the tests.

mod audit;
pub mod billing;
mod broken;
pub mod chance;
pub mod crash_points;
pub mod gate;
mod network;
pub mod outage;
pub mod portal;
mod process;
mod reached;
pub mod seeded;
mod trace;
mod trouble;
mod watch;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use qbo_host::catalog::{ActionVersion, Catalog};
use qbo_host::clock::Clock;
use qbo_host::enrollment::{Enrollment, Event, IfExists};
use qbo_host::ids::RunId;
use qbo_host::runs::service_store::{Phase, ServiceStore, Stored};
use qbo_host::runs::{Accepted, MemoryStore, RunRecord};
use qbo_host::sandbox::{Limits, Sandbox};
use qbo_simulator::hubspot::{HubSpot, PORTAL};
use qbo_simulator::quickbooks::QuickBooks;
use qbo_simulator::{clock, hubspot, quickbooks};
use serde_json::Value;

use crate::{checkout, component};
pub use broken::Broken;
pub use gate::{Gate, Strike};
pub use network::{Seen, Traffic};
pub use process::Process;
pub use trace::Trace;
pub use trouble::Troubles;
pub use watch::Watch;

/// When every world begins.
pub const BEGIN: &str = "2026-03-02T15:00:00Z";

/// The engine of all worlds, whose course depends on no thread.
pub fn sandbox() -> Arc<Sandbox> {
    static SANDBOX: OnceLock<Arc<Sandbox>> = OnceLock::new();
    Arc::clone(SANDBOX.get_or_init(|| Arc::new(Sandbox::without_ticks().expect("the sandbox starts"))))
}

/// The component of `folder` for worlds, with `patched` put in the place of as many bytes: another
/// version of it. Must not be called in a play.
pub fn version(folder: &str, patched: Option<(&[u8], &[u8])>) -> Arc<ActionVersion> {
    static LOADED: OnceLock<Mutex<BTreeMap<String, Arc<ActionVersion>>>> = OnceLock::new();
    let mut loaded = LOADED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    let name = format!("{folder} {patched:?}");
    if let Some(version) = loaded.get(&name) {
        return Arc::clone(version);
    }
    let version = load(&sandbox(), folder, patched);
    loaded.insert(name, Arc::clone(&version));
    version
}

/// The same, for another engine.
pub fn load(sandbox: &Arc<Sandbox>, folder: &str, patched: Option<(&[u8], &[u8])>) -> Arc<ActionVersion> {
    let mut wasm = std::fs::read(component(folder)).expect("the component was built");
    if let Some((old, new)) = patched {
        assert_eq!(old.len(), new.len(), "a patch is as long as what it replaces");
        let place = wasm.windows(old.len()).position(|bytes| bytes == old).expect("what is patched is there");
        wasm[place..place + new.len()].copy_from_slice(new);
    }
    let catalog =
        Catalog::open(Arc::clone(sandbox), checkout().join("target/code-cache")).expect("the code cache opens");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let version = runtime.block_on(catalog.load(&wasm, Limits::default()));
    Arc::new(version.unwrap_or_else(|error| panic!("{folder}: {error}")))
}

/// `create-invoice`, for worlds.
pub fn create_invoice() -> Arc<ActionVersion> {
    version("action-modules/create-invoice", None)
}

/// What a world begins with.
#[derive(Clone)]
pub struct Setting {
    /// The actions that every process has installed; of one action the last is active.
    pub versions: Vec<Arc<ActionVersion>>,
    /// The companies, each with what the sample company has.
    pub companies: Vec<String>,
    /// The portal's objects, as the simulator loads them; all of the seed without.
    pub portal: Option<Value>,
    /// What is taken out of every process.
    pub broken: Broken,
    /// The engine that the versions were loaded for.
    pub sandbox: Arc<Sandbox>,
}

impl Setting {
    /// `create-invoice` in one company.
    pub fn of_one_company() -> Self {
        Self {
            versions: vec![create_invoice()],
            companies: vec![crate::COMPANY.to_owned()],
            portal: Some(portal::portal()),
            broken: Broken::Nothing,
            sandbox: sandbox(),
        }
    }
}

/// Everything outside the processes.
pub struct World {
    /// The time of the processes; the services' goes on evenly when its time of day jumps.
    pub clock: Clock,
    /// The companies.
    pub books: QuickBooks,
    /// The portal.
    pub portal: HubSpot,
    /// What the companies saw.
    pub traffic: Traffic,
    /// What was written to the store.
    pub watch: Watch,
    /// What happened.
    pub trace: Trace,
    versions: Vec<Arc<ActionVersion>>,
    companies: Vec<String>,
    broken: Broken,
    sandbox: Arc<Sandbox>,
    store: Mutex<Arc<dyn ServiceStore>>,
    processes: Mutex<Processes>,
}

#[derive(Default)]
struct Processes {
    started: u32,
    /// To whom requests from outside go.
    current: Option<Arc<Process>>,
}

/// Plays `drama` in a new world to its end. Everything it does happens on this thread.
pub fn play<T, F>(setting: &Setting, drama: impl FnOnce(Arc<World>) -> F) -> T
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let clock = Clock::moved(BEGIN.parse().expect("a time"));
    let moved = clock.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        // Everybody waits: time moves to the first who wakes.
        .on_thread_park(move || {
            moved.wake_next();
        })
        .build()
        .expect("a runtime");
    let drama = drama(Arc::new(World::new(setting, clock)));
    // As a task: what drives the runtime itself is woken only after time has moved.
    let played = runtime.block_on(async { tokio::spawn(drama).await });
    match played {
        Ok(played) => played,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}

impl World {
    fn new(setting: &Setting, clock: Clock) -> Self {
        let begin: Timestamp = BEGIN.parse().expect("a time");
        let (telling, waiting) = (clock.clone(), clock.clone());
        let lent = clock::Clock::lent(
            move || begin.saturating_add(telling.elapsed()).unwrap_or(begin),
            move |pause| {
                let waiting = waiting.clone();
                Box::pin(async move { waiting.sleep(pause).await })
            },
        );
        let books = QuickBooks::empty(quickbooks::Settings { clock: lent.clone(), ..quickbooks::Settings::default() });
        for realm in &setting.companies {
            books.add_sample(realm);
        }
        let settings = hubspot::Settings { clock: lent, ..hubspot::Settings::default() };
        let portal = match &setting.portal {
            None => HubSpot::seeded_with(settings),
            Some(objects) => {
                let portal = HubSpot::empty(settings);
                portal.load(objects).expect("a portal");
                portal
            }
        };
        let store: Arc<dyn ServiceStore> = Arc::new(MemoryStore::new(clock.clone()));
        Self {
            books,
            portal,
            traffic: Traffic::default(),
            watch: Watch::default(),
            trace: Trace::new(&clock),
            versions: setting.versions.clone(),
            companies: setting.companies.clone(),
            broken: setting.broken,
            sandbox: Arc::clone(&setting.sandbox),
            store: Mutex::new(store),
            processes: Mutex::default(),
            clock,
        }
    }

    /// The store itself, past every gate.
    pub fn store(&self) -> Arc<dyn ServiceStore> {
        Arc::clone(&self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts another store in its place: for processes that start from now on.
    pub fn set_store(&self, store: Arc<dyn ServiceStore>) {
        *self.store.lock().unwrap_or_else(PoisonError::into_inner) = store;
    }

    /// Starts a process, to which requests from outside go from now on. With `takes_over` no other
    /// one is running.
    pub fn start(self: &Arc<Self>, strike: Strike, takes_over: bool) -> Arc<Process> {
        self.start_troubled(strike, takes_over, Troubles::default())
    }

    /// Starts a process that has troubles.
    pub fn start_troubled(self: &Arc<Self>, strike: Strike, takes_over: bool, troubles: Troubles) -> Arc<Process> {
        let mut processes = self.processes.lock().unwrap_or_else(PoisonError::into_inner);
        processes.started += 1;
        let process = Arc::new(Process::start(self, processes.started, strike, takes_over, troubles));
        processes.current = Some(Arc::clone(&process));
        process
    }

    /// The process that was started last.
    pub fn current(&self) -> Option<Arc<Process>> {
        self.processes.lock().unwrap_or_else(PoisonError::into_inner).current.clone()
    }

    /// The version that came first in the setting, or another in its order.
    pub fn version(&self, place: usize) -> Arc<ActionVersion> {
        Arc::clone(&self.versions[place])
    }

    /// A deal that is enrolled now.
    pub fn enrollment(&self, company: &str, deal: &str, event: &str) -> Arc<Enrollment> {
        self.enrolled(&self.versions[0], company, deal, event, &[])
    }

    /// A deal that is enrolled now for any action.
    pub fn enrolled(
        &self,
        version: &ActionVersion,
        company: &str,
        deal: &str,
        event: &str,
        inputs: &[(&str, &str)],
    ) -> Arc<Enrollment> {
        self.enrolled_object(version, company, &format!("deal:{deal}"), event, inputs)
    }

    /// An object that is enrolled now for any action.
    pub fn enrolled_object(
        &self,
        version: &ActionVersion,
        company: &str,
        object: &str,
        event: &str,
        inputs: &[(&str, &str)],
    ) -> Arc<Enrollment> {
        let given = inputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Arc::new(Enrollment {
            event: Event {
                source: "world".into(),
                portal: PORTAL.to_string(),
                company: company.to_owned(),
                action: version.definition.id.clone(),
                id: event.to_owned(),
            },
            object: object.parse().expect("an object"),
            inputs: version.definition.defaults().chain(given).collect(),
            accepted_at: self.clock.now(),
            zone: jiff::tz::TimeZone::UTC,
            preview: false,
            if_exists: IfExists::default(),
            reference: None,
            callback: None,
        })
    }

    /// Asks for a run until it is acknowledged, by whichever process runs then: as HubSpot does.
    pub async fn deliver(&self, enrollment: &Arc<Enrollment>) -> Accepted {
        self.deliver_joining(enrollment, false).await
    }

    /// The same; with `join` a run of the same sale that is under way takes its place.
    pub async fn deliver_joining(&self, enrollment: &Arc<Enrollment>, join: bool) -> Accepted {
        loop {
            if let Some(process) = self.current() {
                let accepted = self.clock.timeout(DELIVERY_TIMEOUT, process.accept(enrollment, join)).await;
                if let Some(Some(accepted)) = accepted {
                    return accepted;
                }
            }
            self.clock.sleep(DELIVERED_AGAIN).await;
        }
    }

    /// The end of a run, if it comes within `limit`.
    pub async fn end(&self, run: RunId, limit: Duration) -> Option<Arc<RunRecord>> {
        let until = self.clock.elapsed() + limit;
        loop {
            if let Some(Stored { phase: Phase::Ended, record: Some(record), .. }) = self.stored(run).await {
                return Some(record);
            }
            if self.clock.elapsed() >= until {
                return None;
            }
            self.clock.sleep(LOOK).await;
        }
    }

    /// A run as the store has it.
    pub async fn stored(&self, run: RunId) -> Option<Stored> {
        self.store().run(run).await.expect("a store in memory answers")
    }

    /// What stands in a company's books because of a deal.
    pub fn invoices(&self, company: &str, deal: &str) -> Vec<Value> {
        self.documents_of(company, "Invoice", &format!("deal:{deal}"))
    }

    /// What stands in a company's books because of an object, such as `payment:31`.
    pub fn documents_of(&self, company: &str, entity: &str, object: &str) -> Vec<Value> {
        let marker = format!("{} ", object.replace(':', " "));
        let marked = |document: &Value| document["PrivateNote"].as_str().is_some_and(|note| note.contains(&marker));
        self.books.documents(company, entity).into_iter().filter(marked).collect()
    }
}

/// Who asks for a run gives up on the answer after this.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(5);

/// And asks again after this.
const DELIVERED_AGAIN: Duration = Duration::from_secs(1);

/// How often the store is looked at for the end of a run.
const LOOK: Duration = Duration::from_millis(500);
