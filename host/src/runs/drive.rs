//! One claimed run on its way to its end: snapshot → attempt → end. Crash anywhere: another attempt
//! replays the history and goes on.

use std::sync::Arc;

use super::Runs;
use super::ending::{self, Judged, Next, Told, Waiting};
use super::history::History;
use super::outbox;
use super::record::RunRecord;
use super::snapshot::{Begin, NoBegin};
use super::store::{Claim, Fenced, Learned, NewMessage, Release, Unavailable};
use crate::catalog::ActionVersion;
use crate::effects::{Door, Stop};
use crate::enrollment::Snapshot;
use crate::ids::RunId;
use crate::quickbooks::Wait;
use crate::sandbox::{Attempted, Ending, Given};

impl Runs {
    /// Drives a claimed run as far as it goes now, and records how it stands then.
    pub(super) async fn drive(&self, claim: Claim) -> Result<Next, Unavailable> {
        let mut holding = self.holding(claim.fence);
        let next = self.drive_held(&claim).await?;
        holding.ended(&next);
        Ok(next)
    }

    async fn drive_held(&self, claim: &Claim) -> Result<Next, Unavailable> {
        let event = &claim.enrollment.event;
        let installed = self.installed.at(claim.digest);
        let named = installed.as_ref().map(|known| known.version.definition.version.clone()).unwrap_or_default();
        let told = Told::new(claim, &named);
        let Some(connection) = self.connections.get(&event.portal, &event.company) else {
            let unanswered = claim.history.records.iter().any(|record| record.is_unanswered());
            if claim.cancelled && !unanswered {
                return self.finish(claim, Learned::default(), told.cancelled(&claim.history)).await;
            }
            let wait = Wait::new("not_connected", "this host has no connection between the portal and the company");
            return self.release(claim, told.waiting(wait)).await;
        };
        let (store, client) = (Arc::clone(&self.store), Arc::clone(&connection.quickbooks));
        let grants = installed.as_ref().map(|known| Arc::clone(&known.grants)).unwrap_or_default();
        let mut door = Door::new(claim, store, client, Arc::clone(&grants), &self.clock);
        let version = match installed {
            Some(known) if !claim.cancelled && !told.is_deadly() => known.version,
            // No guest code any more; what was sent is known before the run ends.
            Some(_) | None => {
                return self.settle(claim, &told, door, |history| told.without_guest(history)).await;
            }
        };
        let missing = grants.missing(&version.definition);
        if !missing.is_empty() && claim.history.records.is_empty() {
            return self.finish(claim, Learned::default(), told.missing(&missing)).await;
        }
        let Begin { snapshot, sale_taken } = match self.begin(claim, &told, &version, &grants, &connection).await {
            Ok(begin) => begin,
            Err(NoBegin::End(record)) => return self.finish(claim, Learned::default(), *record).await,
            Err(NoBegin::SaleChanged(made)) => {
                return self.settle(claim, &told, door, |history| told.sale_changed(&made, history)).await;
            }
            Err(NoBegin::Wait(wait)) => return self.release(claim, told.waiting(wait)).await,
            Err(NoBegin::After(other)) => return self.release(claim, told.waiting_for(other)).await,
            Err(NoBegin::Lost) => return Ok(Next::Lost),
            Err(NoBegin::Unavailable(unavailable)) => return Err(unavailable),
        };
        door.learn_snapshot(Arc::clone(&snapshot), sale_taken);
        let attempted = self.attempt(claim, &version, &snapshot, door).await;
        match told.judge(attempted).await {
            Judged::End { learned, record } => {
                let written_back = outbox::written_back(claim, &record, &snapshot, &connection);
                self.end(claim, learned, *record, written_back).await
            }
            judged @ (Judged::Wait(_) | Judged::Lost) => self.conclude(claim, judged).await,
        }
    }

    /// One attempt. While QuickBooks takes long, its instance is free for others, and the guest is
    /// replayed when the answer is in.
    async fn attempt(
        &self,
        claim: &Claim,
        version: &ActionVersion,
        snapshot: &Arc<Snapshot>,
        mut door: Door,
    ) -> Attempted {
        loop {
            let given = Given {
                // A preview shows the marker and the randomness of the run it previews.
                run: RunId::of(&claim.enrollment.event),
                mark: claim.fence.run,
                enrollment: Arc::clone(&claim.enrollment),
                snapshot: Arc::clone(snapshot),
            };
            match self.sandbox.attempt(&version.loaded, given, door).await {
                Attempted { ending: Ending::Stopped(Stop::Parked), door: Some(mut parked), usage, log } => {
                    if let Some(Err(stop)) = parked.sent().await {
                        return Attempted { ending: Ending::Stopped(stop), door: Some(parked), usage, log };
                    }
                    parked.rewind();
                    door = parked;
                }
                attempted => return attempted,
            }
        }
    }

    /// Ends a run whose guest is not run any more, when everything that was sent is answered.
    async fn settle(
        &self,
        claim: &Claim,
        told: &Told<'_>,
        mut door: Door,
        record: impl FnOnce(&History) -> RunRecord + Send,
    ) -> Result<Next, Unavailable> {
        match ending::settled(&mut door).await {
            Ok(()) => self.finish(claim, door.learned(), record(door.history())).await,
            Err(stop) => self.conclude(claim, told.unsettled(stop, &door)).await,
        }
    }

    async fn conclude(&self, claim: &Claim, judged: Judged) -> Result<Next, Unavailable> {
        match judged {
            Judged::End { learned, record } => self.finish(claim, learned, *record).await,
            Judged::Wait(waiting) => self.release(claim, waiting).await,
            Judged::Lost => Ok(Next::Lost),
        }
    }

    /// Ends a run that made nothing that HubSpot is told of.
    async fn finish(&self, claim: &Claim, learned: Learned, record: RunRecord) -> Result<Next, Unavailable> {
        self.end(claim, learned, record, Vec::new()).await
    }

    /// Ends the run, and keeps what HubSpot is told about it in the same commit.
    async fn end(
        &self,
        claim: &Claim,
        learned: Learned,
        record: RunRecord,
        mut messages: Vec<NewMessage>,
    ) -> Result<Next, Unavailable> {
        let record = Arc::new(record);
        messages.extend(outbox::callback(claim, &record));
        match self.store.finish(claim.fence, learned, Arc::clone(&record), messages).await? {
            Fenced::No => Ok(Next::End(record)),
            Fenced::Yes => Ok(Next::Lost),
        }
    }

    async fn release(&self, claim: &Claim, waiting: Waiting) -> Result<Next, Unavailable> {
        let Waiting { record, pause, cpu_exhausted, asked } = waiting;
        let record = Arc::new(*record);
        let release = Release { record: Arc::clone(&record), pause, cpu_exhausted, asked };
        match self.store.release(claim.fence, release).await? {
            Fenced::No => {
                // Not the message: it may be the action's own sentence.
                tracing::info!(run.id = %record.run_id, code = record.code, "run {} waits: {}", record.run_id, record.code);
                Ok(Next::Wait { record, pause })
            }
            Fenced::Yes => Ok(Next::Lost),
        }
    }
}
