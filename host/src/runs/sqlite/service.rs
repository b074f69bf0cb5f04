//! What a service asks of the store in a file.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use super::time::duration;
use super::{NoStore, SqliteStore, backup, caps, claims, components, messages, people, reads, settings};
use crate::ids::{Digest, RunId};
use crate::runs::service_store::{
    Changed, Counts, Due, Message, NoBackup, Query, RunLine, ServiceStore, Settled, Stored,
};
use crate::runs::settings_store::{KeptSettings, Replaced, SettingsStore};
use crate::runs::store::{Fence, Unavailable};

#[async_trait]
impl ServiceStore for SqliteStore {
    async fn claim(&self, most: usize, company_max: usize) -> Result<Due, Unavailable> {
        let company_max = i64::try_from(company_max).unwrap_or(i64::MAX);
        let (taken, next) = self.writer.change(move |work| claims::claim(work, most, company_max)).await?;
        let mut held = Vec::with_capacity(taken.len());
        for taken in taken {
            let fence = taken.fence();
            match taken.claim() {
                Ok(claim) => held.push(claim),
                // The others are held already, and go on.
                Err(why) => {
                    if let Err(unavailable) = self.set_aside(fence, why).await {
                        tracing::warn!(run.id = %fence.run, "run {} is not set aside: {unavailable}", fence.run);
                    }
                }
            }
        }
        Ok(Due { claims: held, next: next.map(duration) })
    }

    async fn take_over(&self, polled: &[RunId]) -> Result<(), Unavailable> {
        let polled = polled.to_vec();
        self.writer.change(move |work| people::take_over(work, &polled)).await
    }

    async fn renew(&self, fences: &[Fence]) -> Result<(), Unavailable> {
        let fences = fences.to_vec();
        self.writer.change(move |work| people::renew(work, &fences)).await
    }

    async fn run(&self, run: RunId) -> Result<Option<Stored>, Unavailable> {
        self.readers.read(move |tables| reads::run(tables, run)).await
    }

    async fn runs(&self, query: &Query) -> Result<Vec<RunLine>, Unavailable> {
        let query = query.clone();
        self.readers.read(move |tables| reads::runs(tables, &query)).await
    }

    async fn counts(&self) -> Result<Counts, Unavailable> {
        self.readers.read(reads::counts).await
    }

    async fn resume(&self, run: RunId, digest: Option<Digest>, by: &str) -> Result<Changed, Unavailable> {
        let by = by.to_owned();
        self.writer.change(move |work| people::resume(work, run, digest, &by)).await
    }

    async fn restart(&self, run: RunId, epoch: u64, digest: Digest, by: &str) -> Result<Changed, Unavailable> {
        let by = by.to_owned();
        self.writer.change(move |work| people::restart(work, run, epoch, digest, &by)).await
    }

    async fn cancel(&self, run: RunId, by: &str) -> Result<Changed, Unavailable> {
        let by = by.to_owned();
        self.writer.change(move |work| people::cancel(work, run, &by)).await
    }

    async fn put_component(&self, digest: Digest, wasm: Arc<[u8]>) -> Result<(), Unavailable> {
        caps::fits("a component", wasm.len(), caps::COMPONENT_BYTES_MAX)?;
        self.writer.change(move |work| components::put(work, digest, &wasm)).await
    }

    async fn component(&self, digest: Digest) -> Result<Option<Arc<[u8]>>, Unavailable> {
        self.readers.read(move |tables| components::get(tables, digest)).await
    }

    async fn components_needed(&self) -> Result<BTreeSet<Digest>, Unavailable> {
        self.readers.read(components::needed).await
    }

    async fn forget_components(&self, active: &BTreeSet<Digest>) -> Result<(), Unavailable> {
        let active = active.clone();
        self.writer.change(move |work| components::forget(work, &active)).await
    }

    async fn messages(&self, most: usize) -> Result<Vec<Message>, Unavailable> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.writer.change(move |work| messages::due(work, most)).await
    }

    async fn settle_message(&self, message: &Message, settled: Settled) -> Result<(), Unavailable> {
        let message = message.clone();
        self.writer.change(move |work| messages::settle(work, &message, &settled)).await
    }

    async fn backup(&self, to: &Path) -> Result<(), NoBackup> {
        let (file, to, now) = (self.file.clone(), to.to_owned(), self.time.now());
        let copied = tokio::task::spawn_blocking(move || backup::backup(&file, &to, now)).await;
        match copied {
            Ok(Ok(())) => Ok(()),
            Ok(Err(NoStore::Exists(to))) => Err(NoBackup::Exists(to)),
            Ok(Err(error)) => Err(NoBackup::Failed(error.to_string())),
            Err(died) => Err(NoBackup::Failed(died.to_string())),
        }
    }
}

#[async_trait]
impl SettingsStore for SqliteStore {
    async fn settings(&self, portal: &str, company: &str) -> Result<Option<KeptSettings>, Unavailable> {
        let (portal, company) = (portal.to_owned(), company.to_owned());
        self.readers.read(move |tables| settings::get(tables, &portal, &company)).await
    }

    async fn put_settings(
        &self,
        portal: &str,
        company: &str,
        replaces: u64,
        document: &str,
    ) -> Result<Replaced, Unavailable> {
        caps::fits("the settings of a connection", document.len(), caps::ENROLLMENT_BYTES_MAX)?;
        let (portal, company, document) = (portal.to_owned(), company.to_owned(), document.to_owned());
        self.writer.change(move |work| settings::put(work, (&portal, &company), replaces, &document)).await
    }
}
