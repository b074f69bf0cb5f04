//! What a person decides about a run: to let it go on, to begin it anew, or to end it.

use super::{NotDone, Service};
use crate::catalog::Version;
use crate::effects::{self, Standing};
use crate::ids::{Digest, RunId};
use crate::runs::history::Document;
use crate::runs::service_store::{Changed, Phase, Stored};

impl Service {
    /// Lets a held run go on, with the component it had or with an installed `version`: its name or
    /// its digest. `by` says who wanted it.
    pub async fn resume(&self, run: RunId, version: Option<&str>, by: &str) -> Result<(), NotDone> {
        let stored = self.stored(run).await?;
        let digest = match version {
            Some(version) => Some(self.version(&stored.enrollment.event.action, version)?),
            None if self.installed.at(stored.digest).is_some() => None,
            None => return Err(NotDone::NotInstalled),
        };
        self.changed(self.store.resume(run, digest, by).await?)
    }

    /// Lets a run that has ended begin anew with the active version, when no transaction of it
    /// stands.
    pub async fn restart(&self, run: RunId, by: &str) -> Result<(), NotDone> {
        let stored = self.stored(run).await?;
        if stored.phase != Phase::Ended {
            return Err(NotDone::NotEnded);
        }
        let action = &stored.enrollment.event.action;
        let Some(Version { version, .. }) = self.installed.active(action) else {
            return Err(NotDone::UnknownAction { action: action.clone(), known: self.installed.actions() });
        };
        let documents = self.standing(&stored).await?;
        if !documents.is_empty() {
            return Err(NotDone::DocumentsStand { documents });
        }
        self.changed(self.store.restart(run, stored.epoch, version.digest, by).await?)
    }

    /// Asks a run that has not ended to end.
    pub async fn cancel(&self, run: RunId, by: &str) -> Result<(), NotDone> {
        self.changed(self.store.cancel(run, by).await?)
    }

    fn changed(&self, changed: Changed) -> Result<(), NotDone> {
        match changed {
            Changed::Yes => {
                self.runs.held.work_came();
                Ok(())
            }
            Changed::Unknown => Err(NotDone::UnknownRun),
            Changed::NotEnded => Err(NotDone::NotEnded),
            Changed::Ended(status) => Err(NotDone::Ended { status }),
        }
    }

    /// The transactions of the run that stand in QuickBooks, or whose answer is not known.
    async fn standing(&self, stored: &Stored) -> Result<Vec<String>, NotDone> {
        let event = &stored.enrollment.event;
        let Some(connection) = self.connections.get(&event.portal, &event.company) else {
            let (portal, company) = (event.portal.clone(), event.company.clone());
            return Err(NotDone::UnknownConnection { portal, company });
        };
        let mut documents = Vec::new();
        for made in stored.history.standing() {
            let standing = effects::standing(&connection.quickbooks, &made.document).await;
            match standing.map_err(NotDone::StandingUnknown)? {
                Standing::Yes { .. } => documents.push(name_of(&made.document)),
                Standing::No => {}
            }
        }
        let unanswered = stored.history.records.iter().filter(|record| record.is_unanswered());
        documents.extend(unanswered.map(|record| format!("{} {}, unanswered", record.call.verb, record.call.entity)));
        Ok(documents)
    }

    /// The installed version of `action` that is called so.
    fn version(&self, action: &str, text: &str) -> Result<Digest, NotDone> {
        let named = || (action.to_owned(), text.to_owned());
        if let Ok(digest) = text.parse::<Digest>() {
            let known = self.installed.at(digest).filter(|known| known.version.definition.id == action);
            let (action, version) = named();
            return known.map(|_| digest).ok_or(NotDone::UnknownVersion { action, version });
        }
        let versions: Vec<_> = self.installed.named(action, text).iter().map(|known| known.version.digest).collect();
        let (action, version) = named();
        match versions.as_slice() {
            [] => Err(NotDone::UnknownVersion { action, version }),
            [only] => Ok(*only),
            several => {
                let digests = several.iter().map(ToString::to_string).collect();
                Err(NotDone::AmbiguousVersion { action, version, digests })
            }
        }
    }
}

fn name_of(document: &Document) -> String {
    format!("{} {}", document.entity, document.doc_number.as_ref().unwrap_or(&document.id))
}
