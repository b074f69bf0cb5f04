//! The connections that a service has, and how often each was asked.

use serde::Serialize;

use super::Service;
use crate::connection::Connection;
use crate::quickbooks::Asked;

/// A connection in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConnectionLine {
    /// What the operator calls it.
    pub name: Option<String>,
    /// The HubSpot account.
    pub portal: String,
    /// The QuickBooks company.
    pub company: String,
    /// Where the company keeps its books.
    pub zone: String,
    /// Requests to QuickBooks since the host started, for all portals of the company together.
    pub asked: Asked,
}

impl Service {
    /// The connections, by portal and company.
    pub fn connections(&self) -> Vec<ConnectionLine> {
        let line = |connection: Connection| ConnectionLine {
            name: self.connections.name(&connection.portal, connection.quickbooks.realm()),
            portal: connection.portal.clone(),
            company: connection.quickbooks.realm().to_owned(),
            zone: connection.zone.iana_name().unwrap_or("UTC").to_owned(),
            asked: connection.quickbooks.asked(),
        };
        self.connections.between(None, None).into_iter().map(line).collect()
    }
}
