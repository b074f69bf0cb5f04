//! What HubSpot is told about a document that was made.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a connection writes back to the objects that a document is about. A member that a newer host wrote is
/// passed over: it must not take the others with it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct WriteBack {
    /// A note on the deal or quote, and for a payment on its deal and contact.
    pub note: bool,
    /// HubSpot properties of the deal or quote that take a fact about the invoice, estimate or sales receipt.
    pub properties: BTreeMap<Fact, String>,
    /// A HubSpot invoice object besides. HubSpot's own sync could send it to QuickBooks again.
    pub invoice: bool,
}

/// What can be told about a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The number that people see.
    Number,
    /// The total, as decimal text.
    Total,
    /// How the run ended.
    Status,
    /// Where people find it in QuickBooks.
    Link,
}

impl Default for WriteBack {
    fn default() -> Self {
        Self { note: true, properties: BTreeMap::new(), invoice: false }
    }
}
