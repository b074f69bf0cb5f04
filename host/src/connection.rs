//! A connection: one HubSpot portal bound to one QuickBooks company.

pub mod accounts;
pub mod check;
pub mod settings;
mod write_back;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::tz::TimeZone;

use crate::hubspot::Crm;
use crate::quickbooks::Client;
pub use settings::Settings;
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

/// The connections of a host.
#[derive(Debug, Default)]
pub struct Connections {
    /// By portal and company.
    connected: RwLock<BTreeMap<(String, String), Known>>,
    /// What the operator calls them, with their portal and company.
    names: RwLock<BTreeMap<String, (String, String)>>,
}

#[derive(Debug)]
struct Known {
    connection: Connection,
    /// The version of the settings that it writes back by.
    settings: u64,
}

impl Connections {
    /// Adds a connection, or puts it in the place of the one between the same two.
    pub fn put(&self, connection: Connection) {
        let between = (connection.portal.clone(), connection.quickbooks.realm().to_owned());
        let known = Known { connection, settings: 0 };
        self.connected.write().unwrap_or_else(PoisonError::into_inner).insert(between, known);
    }

    /// Adds a connection unless there is one between the same two: a start was given its own before it
    /// was accepted, and what is set meanwhile holds.
    pub fn put_if_new(&self, connection: Connection) {
        let between = (connection.portal.clone(), connection.quickbooks.realm().to_owned());
        let mut connected = self.connected.write().unwrap_or_else(PoisonError::into_inner);
        connected.entry(between).or_insert(Known { connection, settings: 0 });
    }

    /// Adds a connection under the name that the operator calls it by.
    pub fn put_named(&self, name: &str, connection: Connection) {
        let between = (connection.portal.clone(), connection.quickbooks.realm().to_owned());
        self.names.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), between);
        self.put(connection);
    }

    /// What the operator calls the connection of `portal` to `company`.
    pub fn name(&self, portal: &str, company: &str) -> Option<String> {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        let mut found = names.iter().filter(|(_, (of, with))| of == portal && with == company);
        found.next().map(|(name, _)| name.clone())
    }

    /// Says anew what HubSpot is told about documents of a connection, as version `settings` has it. What
    /// an earlier version says is passed over: two changes may come here in another order than to the store.
    pub fn write_back(&self, portal: &str, company: &str, settings: u64, write_back: WriteBack) {
        let mut connections = self.connected.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = connections.get_mut(&(portal.to_owned(), company.to_owned()))
            && settings >= known.settings
        {
            known.settings = settings;
            known.connection.write_back = write_back;
        }
    }

    /// The connection of `portal` to `company`.
    pub fn get(&self, portal: &str, company: &str) -> Option<Connection> {
        let connections = self.connected.read().unwrap_or_else(PoisonError::into_inner);
        connections.get(&(portal.to_owned(), company.to_owned())).map(|known| known.connection.clone())
    }

    /// The connections between these two, as far as they are named.
    pub fn between(&self, portal: Option<&str>, company: Option<&str>) -> Vec<Connection> {
        let connections = self.connected.read().unwrap_or_else(PoisonError::into_inner);
        let named = |((of, with), _): &(&(String, String), &Known)| {
            portal.is_none_or(|portal| portal == of) && company.is_none_or(|company| company == with)
        };
        connections.iter().filter(named).map(|(_, known)| known.connection.clone()).collect()
    }
}
