//! The settings of connections: kept in the store, checked against the installed actions, and read by
//! every start.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{NotDone, Service};
use crate::connection::check::{Finding, check};
use crate::connection::settings::Effective;
use crate::connection::{Connection, Settings, WriteBack};
use crate::enrollment::IfExists;
use crate::runs::settings_store::{KeptSettings, Replaced};

/// A patch without a version meets at most so many others before it is given up.
const PATCH_TRIES: u32 = 5;

/// A connection's settings, and what they come to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShownSettings {
    /// What the operator calls the connection.
    pub name: Option<String>,
    /// The HubSpot account.
    pub portal: String,
    /// The QuickBooks company.
    pub company: String,
    /// Counts the changes; 0 while nothing was ever set.
    pub version: u64,
    /// When it was changed last.
    pub changed_at: Option<Timestamp>,
    /// The document.
    pub settings: Value,
    /// Where the books are kept.
    pub zone: String,
    /// What to do about a document that stands.
    pub if_exists: IfExists,
    /// What HubSpot is told about a document.
    pub write_back: WriteBack,
    /// Every input of every installed action.
    pub inputs: Vec<Effective>,
}

impl Service {
    /// The settings of a connection, and what each input comes to.
    pub async fn settings(&self, portal: &str, company: &str) -> Result<ShownSettings, NotDone> {
        self.check_open()?;
        let connection = self.connection(Some(portal), Some(company))?;
        let kept = self.store.settings(portal, company).await?;
        Ok(self.shown_settings(&connection, kept))
    }

    /// Puts a whole document in the place of the version `replaces`.
    pub async fn put_settings(
        &self,
        portal: &str,
        company: &str,
        replaces: u64,
        document: &Value,
    ) -> Result<ShownSettings, NotDone> {
        self.check_open()?;
        let connection = self.connection(Some(portal), Some(company))?;
        self.replace(&connection, replaces, document).await
    }

    /// Changes members of a document as RFC 7396 has it: `null` takes one away. Without the version
    /// that it `replaces` it changes whichever stands.
    pub async fn patch_settings(
        &self,
        portal: &str,
        company: &str,
        replaces: Option<u64>,
        patch: &Value,
    ) -> Result<ShownSettings, NotDone> {
        self.check_open()?;
        let connection = self.connection(Some(portal), Some(company))?;
        let mut tries = 1;
        loop {
            let kept = self.store.settings(portal, company).await?;
            let version = kept.as_ref().map_or(0, |kept| kept.version);
            let mut document = document(kept.as_ref());
            merge(&mut document, patch);
            match self.replace(&connection, replaces.unwrap_or(version), &document).await {
                Err(NotDone::SettingsChanged { .. }) if replaces.is_none() && tries < PATCH_TRIES => tries += 1,
                done => return done,
            }
        }
    }

    async fn replace(
        &self,
        connection: &Connection,
        replaces: u64,
        document: &Value,
    ) -> Result<ShownSettings, NotDone> {
        let (portal, company) = (connection.portal.as_str(), connection.quickbooks.realm());
        let installed = self.active_versions();
        let definitions: Vec<_> = installed.iter().map(|version| &version.version.definition).collect();
        let settings = Settings::check(document, &definitions).map_err(|problems| NotDone::Settings { problems })?;
        match self.store.put_settings(portal, company, replaces, &document.to_string()).await? {
            Replaced::Yes(kept) => {
                self.connections.write_back(portal, company, settings.write_back);
                Ok(self.shown_settings(connection, Some(kept)))
            }
            Replaced::No { version } => Err(NotDone::SettingsChanged { version }),
        }
    }

    /// Looks whether a connection can do what its actions will ask of it.
    pub async fn check_connection(&self, portal: &str, company: &str) -> Result<Vec<Finding>, NotDone> {
        self.check_open()?;
        let connection = self.connection(Some(portal), Some(company))?;
        let kept = document(self.store.settings(portal, company).await?.as_ref());
        let installed = self.active_versions();
        let actions: Vec<_> =
            installed.iter().map(|installed| (&installed.version.definition, &*installed.grants)).collect();
        let definitions: Vec<_> = actions.iter().map(|(definition, _)| *definition).collect();
        let misfits = Settings::check(&kept, &definitions).err().unwrap_or_default();
        Ok(check(&connection, &Settings::read(&kept), misfits, &actions).await)
    }

    /// What holds for a run of this connection that is accepted now.
    pub(super) async fn settings_of(&self, connection: &Connection) -> Result<Settings, NotDone> {
        let kept = self.store.settings(&connection.portal, connection.quickbooks.realm()).await?;
        Ok(Settings::read(&document(kept.as_ref())))
    }

    /// Lets what was set before this process began hold again for what HubSpot is told.
    pub async fn load_settings(&self) -> Result<(), NotDone> {
        for connection in self.connections.between(None, None) {
            let settings = self.settings_of(&connection).await?;
            self.connections.write_back(&connection.portal, connection.quickbooks.realm(), settings.write_back);
        }
        Ok(())
    }

    /// What commands call a connection by.
    pub(super) fn called(&self, connection: &Connection) -> String {
        let (portal, company) = (&connection.portal, connection.quickbooks.realm());
        self.connections.name(portal, company).unwrap_or_else(|| format!("{portal}/{company}"))
    }

    fn shown_settings(&self, connection: &Connection, kept: Option<KeptSettings>) -> ShownSettings {
        let (portal, company) = (connection.portal.clone(), connection.quickbooks.realm().to_owned());
        let document = document(kept.as_ref());
        let settings = Settings::read(&document);
        let installed = self.active_versions();
        let inputs = installed.iter().flat_map(|version| settings.effective(&version.version.definition));
        let zone = settings.zone.as_ref().unwrap_or(&connection.zone);
        ShownSettings {
            name: self.connections.name(&portal, &company),
            portal,
            company,
            version: kept.as_ref().map_or(0, |kept| kept.version),
            changed_at: kept.map(|kept| kept.changed_at),
            settings: document,
            zone: zone.iana_name().unwrap_or("UTC").to_owned(),
            if_exists: settings.if_exists,
            write_back: settings.write_back.clone(),
            inputs: inputs.collect(),
        }
    }
}

/// The document as it is kept, or an empty one.
fn document(kept: Option<&KeptSettings>) -> Value {
    let kept = kept.and_then(|kept| serde_json::from_str(&kept.document).ok());
    kept.unwrap_or_else(|| Value::Object(Map::new()))
}

/// RFC 7396: members of an object are merged, `null` takes one away, and everything else takes the place
/// of what stood there.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(members) = target.as_object_mut() else { return };
    for (name, change) in changes {
        if change.is_null() {
            members.remove(name);
        } else {
            merge(members.entry(name.clone()).or_insert(Value::Null), change);
        }
    }
}
