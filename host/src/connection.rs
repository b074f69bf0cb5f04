//! A connection: one HubSpot portal bound to one QuickBooks company.

mod write_back;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::tz::TimeZone;

use crate::hubspot::Crm;
use crate::quickbooks::Client;
pub use write_back::{Fact, WriteBack};

/// What a run reaches.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The HubSpot account's id.
    pub portal: String,
    /// Where the company keeps its books: the zone of a document's date.
    pub zone: TimeZone,
    /// The company.
    pub quickbooks: Arc<Client>,
    /// The portal.
    pub hubspot: Arc<Crm>,
    /// What HubSpot is told about a document.
    pub write_back: WriteBack,
}

/// The connections of a host, by portal and company.
#[derive(Debug, Default)]
pub struct Connections(RwLock<BTreeMap<(String, String), Connection>>);

impl Connections {
    /// Adds a connection, or puts it in the place of the one between the same two.
    pub fn put(&self, connection: Connection) {
        let between = (connection.portal.clone(), connection.quickbooks.realm().to_owned());
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(between, connection);
    }

    /// The connection of `portal` to `company`.
    pub fn get(&self, portal: &str, company: &str) -> Option<Connection> {
        let connections = self.0.read().unwrap_or_else(PoisonError::into_inner);
        connections.get(&(portal.to_owned(), company.to_owned())).cloned()
    }

    /// The connections between these two, as far as they are named.
    pub fn between(&self, portal: Option<&str>, company: Option<&str>) -> Vec<Connection> {
        let connections = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let named = |((of, with), _): &(&(String, String), &Connection)| {
            portal.is_none_or(|portal| portal == of) && company.is_none_or(|company| company == with)
        };
        connections.iter().filter(named).map(|(_, connection)| connection.clone()).collect()
    }
}
