//! Where cases and tests play: both simulators on free ports of this machine, and a connection to
//! one company of theirs. Knows how the simulators are reached, and nothing of cases.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use qbo_simulator::hubspot::{FixtureError, HubSpot, PORTAL, TOKEN};
use qbo_simulator::quickbooks::{CLIENT_ID, CLIENT_SECRET, QuickBooks};
use qbo_simulator::server::Server;
use serde_json::Value;

use crate::clock::Clock;
use crate::connection::{Connection, WriteBack};
use crate::hubspot::{Crm, Portal};
use crate::quickbooks::{Client, Company, OAuth, Rates, Secret, Transport};

/// Where the simulated companies keep their books.
const ZONE: &str = "America/Los_Angeles";

/// Two simulators that listen, and a connection to them.
pub struct Stage {
    /// The QuickBooks companies.
    pub books: QuickBooks,
    /// The HubSpot portal.
    pub portal: HubSpot,
    /// What runs reach.
    pub connection: Connection,
    quickbooks: Server,
    hubspot: Server,
}

impl Stage {
    /// Lets the simulators listen, and connects the company `realm` through `transport`. Must be
    /// called inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// When no port of this machine can be had.
    pub fn start(books: QuickBooks, portal: HubSpot, realm: &str, transport: &Transport) -> Result<Self, NoStage> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let (quickbooks, hubspot) = (books.serve(any)?, portal.serve(any)?);
        let urls = [quickbooks.address(), hubspot.address()].map(|address| format!("http://{address}"));
        let transports = [transport.clone(), transport.clone()];
        let connection = connection(realm, urls, transports, &Clock::machine())?;
        Ok(Self { books, portal, connection, quickbooks, hubspot })
    }

    /// Where they listen: QuickBooks, HubSpot.
    pub fn addresses(&self) -> (SocketAddr, SocketAddr) {
        (self.quickbooks.address(), self.hubspot.address())
    }

    /// What stands in the books of the connected company.
    pub fn documents(&self, entity: &str) -> Vec<Value> {
        self.books.documents(self.connection.quickbooks.realm(), entity)
    }

    /// Writes that QuickBooks accepted so far, by its own account. An answer that was given again
    /// is no write.
    pub fn writes(&self) -> usize {
        let of_company = |path: &str| path.trim_start_matches('/').starts_with("v3/company/");
        self.books.requests().iter().filter(|request| request.committed && of_company(&request.path)).count()
    }

    /// Stops both simulators.
    pub async fn stop(self) {
        self.quickbooks.stop().await;
        self.hubspot.stop().await;
    }
}

/// A connection to a simulated company and portal, which are reached at `urls` through `transports`:
/// QuickBooks, HubSpot.
pub(super) fn connection(
    realm: &str,
    [quickbooks, hubspot]: [String; 2],
    [to_quickbooks, to_hubspot]: [Transport; 2],
    clock: &Clock,
) -> Result<Connection, NoStage> {
    let company = Company {
        realm: realm.into(),
        oauth: OAuth {
            token_url: format!("{quickbooks}/oauth2/v1/tokens/bearer"),
            client_id: CLIENT_ID.into(),
            client_secret: Secret::new(CLIENT_SECRET),
            refresh_token: Secret::new(format!("simulator-refresh-{realm}")),
        },
        base_url: quickbooks,
        // The pace has tests of its own; here it would only make the cases slow.
        rates: Rates {
            per_second: 1_000,
            per_minute: 10_000,
            in_flight: 8,
            throttled_pause: Duration::from_millis(100),
        },
    };
    let portal = Portal { base_url: hubspot, token: Secret::new(TOKEN) };
    Ok(Connection {
        portal: PORTAL.to_string(),
        zone: TimeZone::get(ZONE).map_err(NoStage::Zone)?,
        quickbooks: Arc::new(Client::new(company, to_quickbooks, clock)),
        hubspot: Arc::new(Crm::new(portal, to_hubspot, clock)),
        write_back: WriteBack::default(),
    })
}

/// Why there is no stage.
#[derive(Debug, thiserror::Error)]
pub enum NoStage {
    /// The simulators can't listen.
    #[error("no port of this machine can be had")]
    NoPort(#[from] std::io::Error),
    /// The zone is not known.
    #[error("the zone of the sample companies is not known here")]
    Zone(#[source] jiff::Error),
    /// HubSpot's simulator does not understand the fixture.
    #[error("the HubSpot fixture is not one")]
    Fixture(#[from] FixtureError),
    /// QuickBooks' simulator refuses an entity.
    #[error("QuickBooks refuses the prepared {entity}: {fault}")]
    Entity {
        /// Its name.
        entity: String,
        /// QuickBooks' fault body.
        fault: Value,
    },
}
