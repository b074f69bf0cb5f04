//! Plays one case, step by step. What came of it is compared in `verdict`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use qbo_simulator::hubspot::HubSpot;
use qbo_simulator::quickbooks::QuickBooks;

use super::NotChecked;
use super::case::Case;
use super::expected::ExpectedStatus;
use super::report::{Mismatch, Report};
use super::stage::{NoStage, Stage};
use super::verdict::Verdict;
use crate::catalog::ActionVersion;
use crate::enrollment::{Enrollment, Event, IfExists};
use crate::grant::Grants;
use crate::quickbooks::Transport;
use crate::runs::store::Unavailable;
use crate::runs::{MemoryStore, Patience, RunRecord, Runs, Start};
use crate::sandbox::Sandbox;

/// A run that is to come to its end gets this long; the simulators answer in milliseconds.
const PATIENCE: Patience = Patience(Duration::from_secs(20));

pub(super) async fn check(
    sandbox: &Arc<Sandbox>,
    transport: &Transport,
    version: &Arc<ActionVersion>,
    case: &Case,
) -> Result<Report, NotChecked> {
    let began = Instant::now();
    let stage = set(transport, case)?;
    let played = Play { case, version, stage: &stage, sandbox }.play().await;
    stage.stop().await;
    Ok(Report { case: case.name.clone(), mismatches: played?, took: began.elapsed() })
}

/// The seeded simulators with what the case puts into them.
fn set(transport: &Transport, case: &Case) -> Result<Stage, NoStage> {
    let (books, portal) = (QuickBooks::seeded(), HubSpot::seeded());
    let realm = case.company.realm();
    let refused = |entity: &str| {
        let entity = entity.to_owned();
        move |fault| NoStage::Entity { entity, fault }
    };
    for (entity, body) in case.quickbooks.entities.iter().flatten() {
        books.create(realm, entity, body.clone()).map_err(refused(entity))?;
    }
    if let Some(preferences) = &case.quickbooks.preferences {
        books.update_preferences(realm, preferences.clone()).map_err(refused("Preferences"))?;
    }
    if let Some(fixture) = &case.hubspot {
        portal.load(fixture)?;
    }
    Stage::start(books, portal, realm, transport)
}

/// One case on its stage.
struct Play<'p> {
    case: &'p Case,
    version: &'p Arc<ActionVersion>,
    stage: &'p Stage,
    sandbox: &'p Arc<Sandbox>,
}

impl Play<'_> {
    async fn play(&self) -> Result<Vec<Mismatch>, Unavailable> {
        let mut verdict = Verdict::new(self.case, &self.version.definition, self.stage);
        let host = self.host();
        let preview = self.run(&host, true).await?;
        verdict.on_preview(&preview);
        let event = self.run(&host, false).await?;
        verdict.on_event(&event);
        let again = self.run(&host, false).await?;
        verdict.on_event_again(&event, &again);
        if self.case.expect.status == ExpectedStatus::Succeeded {
            let afterwards = self.run(&self.host(), false).await?;
            verdict.on_store_lost(&event, &afterwards);
        }
        Ok(verdict.into_mismatches())
    }

    /// A host that knows of no run yet.
    fn host(&self) -> Runs {
        Runs::new(Arc::new(MemoryStore::default()), Arc::clone(self.sandbox))
    }

    async fn run(&self, runs: &Runs, preview: bool) -> Result<Arc<RunRecord>, Unavailable> {
        let patience = match self.case.expect.status {
            // A run that is to wait is looked at when it does.
            ExpectedStatus::Waiting => Patience(Duration::ZERO),
            ExpectedStatus::Succeeded | ExpectedStatus::Refused | ExpectedStatus::Held => PATIENCE,
        };
        runs.run(&self.start(preview), patience).await
    }

    fn start(&self, preview: bool) -> Start {
        let definition = &self.version.definition;
        let connection = &self.stage.connection;
        let defaults = definition.defaults();
        let event = Event {
            source: "case".into(),
            portal: connection.portal.clone(),
            company: connection.quickbooks.realm().into(),
            action: definition.id.clone(),
            // A preview is an event of its own: it takes no identity from the run.
            id: if preview { format!("{} previewed", self.case.name) } else { self.case.name.clone() },
        };
        let enrollment = Enrollment {
            event,
            object: self.case.object.clone(),
            inputs: defaults.chain(self.case.inputs()).collect(),
            accepted_at: self.case.accepted_at,
            zone: connection.zone.clone(),
            preview,
            if_exists: IfExists::default(),
            callback: None,
        };
        let denied = &self.case.denied;
        Start {
            enrollment: Arc::new(enrollment),
            version: Arc::clone(self.version),
            grants: Arc::new(Grants::of(definition, |capability| !denied.contains(capability))),
            connection: connection.clone(),
        }
    }
}
