//! The settings of connections: kept in the store, checked against the installed actions, and read by
//! every start.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{NotDone, Service};
use crate::connection::check::{Finding, check};
use crate::connection::settings::{BadSetting, Effective};
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
        self.shown_settings(&connection, kept)
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
            let mut document = document(kept.as_ref())?;
            merge(&mut document, patch);
            prune(&mut document);
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
                self.connections.write_back(portal, company, kept.version, settings.write_back);
                self.shown_settings(connection, Some(kept))
            }
            Replaced::No { version } => Err(NotDone::SettingsChanged { version }),
        }
    }

    /// Looks whether a connection can do what its actions will ask of it.
    pub async fn check_connection(&self, portal: &str, company: &str) -> Result<Vec<Finding>, NotDone> {
        self.check_open()?;
        let connection = self.connection(Some(portal), Some(company))?;
        let kept = document(self.store.settings(portal, company).await?.as_ref())?;
        let installed = self.active_versions();
        let actions: Vec<_> =
            installed.iter().map(|installed| (&installed.version.definition, &*installed.grants)).collect();
        let definitions: Vec<_> = actions.iter().map(|(definition, _)| *definition).collect();
        let misfits = Settings::check(&kept, &definitions).err().unwrap_or_default();
        // What can't be read is among the misfits.
        let (settings, _) = Settings::read(&kept);
        Ok(check(&connection, &settings, misfits, &actions).await)
    }

    /// What holds for a run of this connection that is accepted now. Nothing begins with defaults in the
    /// place of what was set and can't be read.
    pub(super) async fn settings_of(&self, connection: &Connection) -> Result<Settings, NotDone> {
        read(self.store.settings(&connection.portal, connection.quickbooks.realm()).await?.as_ref())
    }

    /// Lets what was set before this process began hold again for what HubSpot is told. A connection whose
    /// settings can't be read takes no start, and no other connection suffers from it.
    pub async fn load_settings(&self) -> Result<(), NotDone> {
        for connection in self.connections.between(None, None) {
            let (portal, company) = (connection.portal.as_str(), connection.quickbooks.realm());
            let Some(kept) = self.store.settings(portal, company).await? else { continue };
            match read(Some(&kept)) {
                Ok(settings) => self.connections.write_back(portal, company, kept.version, settings.write_back),
                Err(unreadable) => {
                    tracing::warn!(portal, company, code = unreadable.code(), "{unreadable}; it takes no start");
                }
            }
        }
        Ok(())
    }

    /// What commands call a connection by.
    pub(super) fn called(&self, connection: &Connection) -> String {
        let (portal, company) = (&connection.portal, connection.quickbooks.realm());
        self.connections.name(portal, company).unwrap_or_else(|| format!("{portal}/{company}"))
    }

    fn shown_settings(&self, connection: &Connection, kept: Option<KeptSettings>) -> Result<ShownSettings, NotDone> {
        let (portal, company) = (connection.portal.clone(), connection.quickbooks.realm().to_owned());
        let document = document(kept.as_ref())?;
        // What can't be read is shown as it stands in the document.
        let (settings, _) = Settings::read(&document);
        let installed = self.active_versions();
        let inputs = installed.iter().flat_map(|version| settings.effective(&version.version.definition));
        let zone = settings.zone.as_ref().unwrap_or(&connection.zone);
        Ok(ShownSettings {
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
        })
    }
}

/// The document as it is kept, or an empty one where nothing was ever set.
fn document(kept: Option<&KeptSettings>) -> Result<Value, NotDone> {
    let Some(kept) = kept else { return Ok(Value::Object(Map::new())) };
    serde_json::from_str(&kept.document)
        .map_err(|error| NotDone::SettingsUnreadable { unreadable: vec![BadSetting::unreadable("", &error)] })
}

/// What is kept, or defaults where nothing was ever set.
fn read(kept: Option<&KeptSettings>) -> Result<Settings, NotDone> {
    let (settings, unreadable) = Settings::read(&document(kept)?);
    if unreadable.is_empty() { Ok(settings) } else { Err(NotDone::SettingsUnreadable { unreadable }) }
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

/// An action whose last value was taken away is not named any more.
fn prune(document: &mut Value) {
    if let Some(actions) = document.get_mut("actions").and_then(Value::as_object_mut) {
        actions.retain(|_, of_action| of_action.as_object().is_none_or(|values| !values.is_empty()));
    }
}
