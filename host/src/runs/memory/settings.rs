//! The settings of connections, in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::runs::settings_store::{KeptSettings, Replaced, SettingsStore};
use crate::runs::store::Unavailable;

#[async_trait]
impl SettingsStore for MemoryStore {
    async fn settings(&self, portal: &str, company: &str) -> Result<Option<KeptSettings>, Unavailable> {
        Ok(self.lock().settings.get(&(portal.to_owned(), company.to_owned())).cloned())
    }

    async fn put_settings(
        &self,
        portal: &str,
        company: &str,
        replaces: u64,
        document: &str,
    ) -> Result<Replaced, Unavailable> {
        let between = (portal.to_owned(), company.to_owned());
        let changed_at = self.clock.now();
        let mut state = self.lock();
        let stands = state.settings.get(&between);
        let version = stands.map_or(0, |stands| stands.version);
        match stands {
            Some(stands) if version == replaces + 1 && stands.document == document => {
                return Ok(Replaced::Yes(stands.clone()));
            }
            _ if version != replaces => return Ok(Replaced::No { version }),
            Some(_) | None => {}
        }
        let kept = KeptSettings { version: replaces + 1, changed_at, document: document.to_owned() };
        state.settings.insert(between, kept.clone());
        Ok(Replaced::Yes(kept))
    }
}
