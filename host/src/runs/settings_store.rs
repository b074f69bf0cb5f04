//! What a service asks of a store about the settings of its connections.

use async_trait::async_trait;
use jiff::Timestamp;

use super::store::Unavailable;

/// Keeps one document for each connection.
#[async_trait]
pub trait SettingsStore: Send + Sync + 'static {
    /// The document of the connection between these two; nothing while it never had one.
    async fn settings(&self, portal: &str, company: &str) -> Result<Option<KeptSettings>, Unavailable>;

    /// Puts `document` in the place of the version `replaces`, which is 0 while there is none. Whoever
    /// meets another version has read what somebody changed since. Repeating it changes nothing.
    async fn put_settings(
        &self,
        portal: &str,
        company: &str,
        replaces: u64,
        document: &str,
    ) -> Result<Replaced, Unavailable>;
}

/// A connection's document as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSettings {
    /// Counts the changes, from 1.
    pub version: u64,
    /// When it was changed last, by the store's clock.
    pub changed_at: Timestamp,
    /// JSON text.
    pub document: String,
}

/// Whether a document took the place of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced {
    /// It did, and is kept like this.
    Yes(KeptSettings),
    /// Another version stands there; nothing changed.
    No {
        /// Which one; 0 for none.
        version: u64,
    },
}
