//! Plays one case, step by step, over real HTTP. What came of it is compared in `verdict`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use qbo_simulator::quickbooks::Settings;

use super::NotChecked;
use super::case::Case;
use super::expected::ExpectedStatus;
use super::report::{Mismatch, Report, Seen};
use super::scene::Scene;
use super::stage::Stage;
use super::verdict::Verdict;
use crate::catalog::ActionVersion;
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
    let scene = Scene { case, version };
    scene.fits()?;
    let stage = Stage::start(scene.books(Settings::default())?, scene.portal()?, case.company.realm(), transport)?;
    let played = Play { scene, stage: &stage, sandbox }.play().await;
    stage.stop().await;
    let (mismatches, seen) = played?;
    Ok(Report { case: case.name.clone(), mismatches, seen, took: began.elapsed() })
}

/// One case on its stage.
struct Play<'p> {
    scene: Scene<'p>,
    stage: &'p Stage,
    sandbox: &'p Arc<Sandbox>,
}

impl Play<'_> {
    async fn play(&self) -> Result<(Vec<Mismatch>, Seen), Unavailable> {
        let Scene { case, version } = self.scene;
        let mut verdict = Verdict::new(case, &version.definition, self.stage);
        let host = self.host();
        let preview = self.run(&host, &self.scene.preview(&self.stage.connection)).await?;
        verdict.on_preview(&preview);
        let start = self.scene.start(&self.stage.connection);
        let event = self.run(&host, &start).await?;
        verdict.on_event(&event);
        let again = self.run(&host, &start).await?;
        verdict.on_event_again(&event, &again);
        if case.expect.status == ExpectedStatus::Succeeded {
            let afterwards = self.run(&self.host(), &start).await?;
            verdict.on_store_lost(&event, &afterwards);
        }
        let mut seen = Seen { usage: event.limits, ..Seen::default() };
        [&preview, &event].into_iter().for_each(|record| seen.add(record));
        for (place, later) in case.events.iter().enumerate() {
            let start = self.scene.later(&self.stage.connection, place, later);
            let record = self.run(&host, &start).await?;
            verdict.on_later(place, later, &record);
            seen.add(&record);
        }
        Ok((verdict.into_mismatches(), seen))
    }

    /// A host that knows of no run yet.
    fn host(&self) -> Runs {
        Runs::new(Arc::new(MemoryStore::default()), Arc::clone(self.sandbox))
    }

    async fn run(&self, runs: &Runs, start: &Start) -> Result<Arc<RunRecord>, Unavailable> {
        let patience = match self.scene.case.expect.status {
            // A run that is to wait is looked at when it does.
            ExpectedStatus::Waiting => Patience(Duration::ZERO),
            ExpectedStatus::Succeeded | ExpectedStatus::Refused | ExpectedStatus::Held => PATIENCE,
        };
        runs.run(start, patience).await
    }
}
