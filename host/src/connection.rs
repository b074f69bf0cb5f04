//! A connection: one HubSpot portal bound to one QuickBooks company.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::hubspot::Crm;
use crate::quickbooks::Client;

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
}
