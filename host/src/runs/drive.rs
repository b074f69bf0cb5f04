//! One claimed run on its way to its end: snapshot → attempt → end. Crash anywhere: another attempt
//! replays the history and goes on.

use std::sync::Arc;

use super::Runs;
use super::ending::{self, Judged, Next, Told, Waiting};
use super::record::RunRecord;
use super::store::{Claim, Fenced, Learned, NewMessage, Release, Unavailable};
use crate::catalog::ActionVersion;
use crate::connection::Connection;
use crate::effects::{self, Door, Standing, Stop};
use crate::enrollment::{IfExists, Snapshot, StandingDocument};
use crate::grant::Grants;
use crate::hubspot::NoSnapshot;
use crate::ids::RunId;
use crate::quickbooks::Wait;
use crate::sandbox::{Attempted, Ending, Given};

/// The enrolled object with everything that the action reads of it. A deal with 750 lines, as many as
/// QuickBooks takes, of 100 properties of 50 bytes has less than half of it.
const SNAPSHOT_BYTES_MAX: usize = 8 << 20;

/// Why there is no snapshot to run with.
enum NoStart {
    /// The run ends with it.
    End(Box<RunRecord>),
    /// The run goes on later.
    Wait(Wait),
}

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
                return match ending::settled(&mut door).await {
                    Ok(()) => self.finish(claim, door.learned(), told.without_guest(door.history())).await,
                    Err(stop) => self.conclude(claim, told.unsettled(stop, &door)).await,
                };
            }
        };
        let missing = grants.missing(&version.definition);
        if !missing.is_empty() && claim.history.records.is_empty() {
            return self.finish(claim, Learned::default(), told.missing(&missing)).await;
        }
        let snapshot = match self.snapshot(claim, &told, &version, &grants, &connection).await {
            Ok(snapshot) => snapshot,
            Err(NoStart::End(record)) => return self.finish(claim, Learned::default(), *record).await,
            Err(NoStart::Wait(wait)) => return self.release(claim, told.waiting(wait)).await,
        };
        door.learn_snapshot(Arc::clone(&snapshot));
        let attempted = self.attempt(claim, &version, &snapshot, door).await;
        let judged = told.judge(attempted).await;
        self.conclude(claim, judged).await
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

    async fn conclude(&self, claim: &Claim, judged: Judged) -> Result<Next, Unavailable> {
        match judged {
            Judged::End { learned, record } => self.finish(claim, learned, *record).await,
            Judged::Wait(waiting) => self.release(claim, waiting).await,
            Judged::Lost => Ok(Next::Lost),
        }
    }

    /// The enrolled object, and what stands for the same sale: as recorded, or as it is now.
    async fn snapshot(
        &self,
        claim: &Claim,
        told: &Told<'_>,
        version: &ActionVersion,
        grants: &Grants,
        connection: &Connection,
    ) -> Result<Arc<Snapshot>, NoStart> {
        let documents = self.standing(claim, connection).await.map_err(NoStart::Wait)?;
        let wants_another = claim.enrollment.if_exists == IfExists::Another;
        if let Some(recorded) = &claim.history.snapshot {
            // A run that a person resumed: others of its sale may have ended while it was held.
            let unseen = |document: &&StandingDocument| !recorded.documents.contains(document);
            return match documents.iter().find(unseen) {
                Some(made) if !wants_another => Err(NoStart::End(Box::new(told.sale_changed(made)))),
                Some(_) | None => Ok(Arc::clone(recorded)),
            };
        }
        if !documents.is_empty() && !wants_another {
            return Err(NoStart::End(Box::new(told.already_exists(&documents))));
        }
        // The object that was accepted first: the same event is the same run.
        let object = &claim.enrollment.object;
        let reads = version.definition.reads_of(object.kind);
        let seen = match connection.hubspot.snapshot(object, reads).await {
            Ok(seen) => seen,
            Err(NoSnapshot::Unknown(object)) => return Err(NoStart::End(Box::new(told.unknown_object(&object)))),
            Err(error @ NoSnapshot::Unavailable(_)) => {
                return Err(NoStart::Wait(Wait::company("hubspot_unavailable", error.to_string())));
            }
            // These are about this object, or what this action reads; others of the company go on.
            Err(error @ NoSnapshot::Incomplete(_)) => {
                return Err(NoStart::Wait(Wait::new("hubspot_unavailable", error.to_string())));
            }
            Err(error @ NoSnapshot::Forbidden) => {
                return Err(NoStart::Wait(Wait::new("hubspot_refused", error.to_string())));
            }
            Err(error @ NoSnapshot::Refused(_)) => {
                return Err(NoStart::Wait(Wait::company("hubspot_refused", error.to_string())));
            }
        };
        let bytes = seen.bytes();
        if bytes > SNAPSHOT_BYTES_MAX {
            return Err(NoStart::End(Box::new(told.object_too_large(bytes, SNAPSHOT_BYTES_MAX))));
        }
        Ok(Arc::new(Snapshot {
            object: seen.object,
            associated: seen.associated,
            capabilities: grants.to_string(),
            documents,
        }))
    }

    /// Which of the documents that other runs made for this sale stand still.
    async fn standing(&self, claim: &Claim, connection: &Connection) -> Result<Vec<StandingDocument>, Wait> {
        let mut documents: Vec<StandingDocument> = Vec::new();
        for made in claim.sale.iter().flat_map(|sale| &sale.made) {
            let known = |other: &StandingDocument| other.id == made.document.id && other.entity == made.document.entity;
            if documents.iter().any(known) {
                continue;
            }
            match effects::standing(&connection.quickbooks, &made.document).await? {
                Standing::No => {}
                Standing::Yes => documents.push(StandingDocument {
                    object: claim.enrollment.object.to_string(),
                    entity: made.document.entity.clone(),
                    id: made.document.id.clone(),
                    number: made.document.doc_number.clone().unwrap_or_default(),
                    total: made.document.total.clone().unwrap_or_default(),
                    status: "open".into(),
                    event: made.event.clone(),
                }),
            }
        }
        Ok(documents)
    }

    async fn finish(&self, claim: &Claim, learned: Learned, record: RunRecord) -> Result<Next, Unavailable> {
        let record = Arc::new(record);
        let messages = messages(claim, &record);
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

/// What HubSpot is told about a run that ended: the execution that waits for it goes on.
fn messages(claim: &Claim, record: &RunRecord) -> Vec<NewMessage> {
    let Some(callback) = &claim.enrollment.callback else { return Vec::new() };
    let outputs: serde_json::Map<_, _> =
        record.outputs.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let body = serde_json::json!({
        "callback": callback,
        "status": record.status.as_str(),
        "refusal": record.refusal,
        "code": record.code,
        "message": record.message,
        "outputs": outputs,
    });
    vec![NewMessage { kind: "callback".into(), body: body.to_string() }]
}
