//! One process of a host: its runs, its clients, its dispatch, and the gate through which all of them
//! reach the world.

use std::sync::Arc;
use std::time::Duration;

use qbo_host::catalog::{ActionVersion, Installed};
use qbo_host::connection::{Connection, Connections};
use qbo_host::enrollment::Enrollment;
use qbo_host::grant::Grants;
use qbo_host::quickbooks::Rates;
use qbo_host::runs::service_store::ServiceStore;
use qbo_host::runs::{Accepted, Dispatch, Runs, Start};
use tokio::task::JoinHandle;

use super::World;
use super::gate::{Gate, Strike};
use super::network::Network;
use super::reached::Reached;
use super::trouble::Troubles;

/// Runs of one company under way at once, as a service has it.
const COMPANY_MAX: usize = 8;

/// A process.
pub struct Process {
    /// Where it can be struck.
    pub gate: Arc<Gate>,
    /// Its runs.
    pub runs: Arc<Runs>,
    /// The store as it reaches it.
    pub store: Arc<dyn ServiceStore>,
    installed: Arc<Installed>,
    connections: Arc<Connections>,
    network: Network,
    dispatch: JoinHandle<()>,
}

impl Process {
    /// Starts a process. With `takes_over` it is the only one of the store, and everything that is
    /// held is its.
    pub(crate) fn start(world: &Arc<World>, number: u32, strike: Strike, takes_over: bool, troubles: Troubles) -> Self {
        let gate = Arc::new(Gate::new(number, world.trace.clone(), strike));
        let store: Arc<dyn ServiceStore> = Arc::new(Reached {
            store: world.store(),
            gate: Arc::clone(&gate),
            troubles: troubles.clone(),
            watch: world.watch.clone(),
            broken: world.broken,
        });
        let network = Network {
            clock: world.clock.clone(),
            gate: Arc::clone(&gate),
            troubles,
            books: world.books.clone(),
            portal: world.portal.clone(),
            traffic: world.traffic.clone(),
            broken: world.broken,
        };
        let (installed, connections) = (Arc::new(Installed::default()), Arc::new(Connections::default()));
        for version in &world.versions {
            let grants = Arc::new(Grants::of(&version.definition, |_| true));
            installed.activate(Arc::clone(version), grants);
        }
        for realm in &world.companies {
            connections.put(connect(&network, realm));
        }
        let sandbox = Arc::clone(&world.sandbox);
        // The trait object of the narrower trait, which the runs need.
        let narrow = Arc::clone(&store);
        let runs = Runs::with(narrow, sandbox, world.clock.clone(), Arc::clone(&installed), Arc::clone(&connections));
        let runs = Arc::new(runs);
        let dispatch = tokio::spawn({
            let (runs, store) = (Arc::clone(&runs), Arc::clone(&store));
            async move {
                if takes_over {
                    store.take_over(&[]).await.expect("the store opens");
                }
                Dispatch::new(runs, store, COMPANY_MAX).run(std::future::pending(), Duration::ZERO).await;
            }
        });
        Self { gate, runs, store, installed, connections, network, dispatch }
    }

    /// Asks for a run of the action that is active.
    pub async fn accept(&self, enrollment: &Arc<Enrollment>, join: bool) -> Option<Accepted> {
        self.runs.accept(&self.begin(enrollment), join).await.ok()
    }

    /// What is asked for, with what this process has.
    pub fn begin(&self, enrollment: &Arc<Enrollment>) -> Start {
        let active = self.installed.active(&enrollment.event.action).expect("the action is installed");
        Start {
            enrollment: Arc::clone(enrollment),
            version: active.version,
            grants: active.grants,
            connection: self.connection(&enrollment.event.portal, &enrollment.event.company),
        }
    }

    fn connection(&self, portal: &str, company: &str) -> Connection {
        let connect = || Connection { portal: portal.to_owned(), ..connect(&self.network, company) };
        self.connections.get(portal, company).unwrap_or_else(connect)
    }

    /// Makes an installed version the one that new runs get.
    pub fn activate(&self, version: &Arc<ActionVersion>) {
        self.installed.activate(Arc::clone(version), Arc::new(Grants::of(&version.definition, |_| true)));
    }

    /// Ends it, whatever it is doing.
    pub fn kill(&self) {
        self.gate.die();
        self.dispatch.abort();
    }
}

fn connect(network: &Network, realm: &str) -> Connection {
    let transports = [network.to_quickbooks(), network.to_hubspot()];
    crate::connection(realm, ["http://quickbooks", "http://hubspot"], transports, Rates::default(), &network.clock)
}
