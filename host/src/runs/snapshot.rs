//! What an attempt begins with: the enrolled object as HubSpot shows it, joined with what HubSpot
//! associates with it to one family, and the documents that stand for that family. Or the end of the
//! run, where one of them is in its way.
//!
//! It must not know what the action makes of all that.

use std::sync::Arc;

use super::Runs;
use super::ending::Told;
use super::family::{Family, Obstacle};
use super::record::RunRecord;
use super::store::{Claim, Joined, Sale, Unavailable};
use crate::catalog::ActionVersion;
use crate::connection::Connection;
use crate::enrollment::{Associated, Enrollment, IfExists, ObjectRef, Snapshot, StandingDocument};
use crate::grant::Grants;
use crate::hubspot::{NoSnapshot, Seen};
use crate::ids::{RunId, SaleKey};
use crate::quickbooks::Wait;

/// The enrolled object with everything that the action reads of it. A deal with 750 lines, as many as
/// QuickBooks takes, of 100 properties of 50 bytes has less than half of it.
const SNAPSHOT_BYTES_MAX: usize = 8 << 20;

/// What an attempt begins with.
pub(super) struct Begin {
    pub(super) snapshot: Arc<Snapshot>,
    /// [`Sale::taken`] when the family's documents were looked at.
    pub(super) sale_taken: Option<u64>,
}

impl Runs {
    /// The snapshot that is recorded, or a new one.
    pub(super) async fn begin(
        &self,
        claim: &Claim,
        told: &Told<'_>,
        version: &ActionVersion,
        grants: &Grants,
        connection: &Connection,
    ) -> Result<Begin, NoBegin> {
        let another = claim.enrollment.if_exists == IfExists::Another;
        let mut family = Family::new(&connection.quickbooks, &claim.enrollment);
        let previewed = self.previewed_sale(claim, version, &[]).await?;
        let known = claim.sale.as_ref().or(previewed.as_ref());
        if let Some(recorded) = &claim.history.snapshot {
            // A run that was resumed, or whose family has grown: others of it may have ended meanwhile.
            let unseen = if another { Vec::new() } else { family.obstacles(known, &recorded.documents).await? };
            return match unseen.first() {
                Some(made) => Err(NoBegin::SaleChanged(Box::new(made.document.clone()))),
                None => Ok(Begin { snapshot: Arc::clone(recorded), sale_taken: known.map(|sale| sale.taken) }),
            };
        }
        // What is known already spares HubSpot the question.
        let stop = |obstacles: Vec<Obstacle>| match obstacles.as_slice() {
            [] => Ok(()),
            obstacles => Err(NoBegin::end(told.stopped(obstacles))),
        };
        if !another {
            stop(family.obstacles(known, &[]).await?)?;
        }
        let Seen { object, associated } = self.read(&claim.enrollment, told, version, connection).await?;
        let joined = self.join(claim, version, &associated).await?;
        let sale = joined.as_ref().or(known);
        if !another {
            stop(family.obstacles(sale, &[]).await?)?;
        }
        let documents = family.shown(sale).await?;
        let snapshot = Snapshot { object, associated, capabilities: grants.to_string(), documents };
        Ok(Begin { snapshot: Arc::new(snapshot), sale_taken: sale.map(|sale| sale.taken) })
    }

    /// The object that was accepted first: the same event is the same run.
    async fn read(
        &self,
        enrollment: &Enrollment,
        told: &Told<'_>,
        version: &ActionVersion,
        connection: &Connection,
    ) -> Result<Seen, NoBegin> {
        let object = &enrollment.object;
        let reads = version.definition.reads_of(object.kind);
        let seen = match connection.hubspot.snapshot(object, reads).await {
            Ok(seen) => seen,
            Err(NoSnapshot::Unknown(object)) => return Err(NoBegin::end(told.unknown_object(&object))),
            Err(error @ NoSnapshot::Unavailable(_)) => {
                return Err(NoBegin::Wait(Wait::company("hubspot_unavailable", error.to_string())));
            }
            // These are about this object, or what this action reads; others of the company go on.
            Err(error @ NoSnapshot::Incomplete(_)) => {
                return Err(NoBegin::Wait(Wait::new("hubspot_unavailable", error.to_string())));
            }
            Err(error @ NoSnapshot::Forbidden) => {
                return Err(NoBegin::Wait(Wait::new("hubspot_refused", error.to_string())));
            }
            Err(error @ NoSnapshot::Refused(_)) => {
                return Err(NoBegin::Wait(Wait::company("hubspot_refused", error.to_string())));
            }
        };
        match seen.bytes() {
            bytes if bytes > SNAPSHOT_BYTES_MAX => Err(NoBegin::end(told.object_too_large(bytes, SNAPSHOT_BYTES_MAX))),
            _ => Ok(seen),
        }
    }

    /// Makes one family of the run's sale and what HubSpot associates with its object. Gives the sale
    /// as it stands then, where there was anything to join.
    async fn join(
        &self,
        claim: &Claim,
        version: &ActionVersion,
        associated: &[Associated],
    ) -> Result<Option<Sale>, NoBegin> {
        if claim.enrollment.preview {
            return self.previewed_sale(claim, version, associated).await;
        }
        let others = associated_sales(&claim.enrollment, associated);
        if claim.sale.is_none() || others.is_empty() {
            return Ok(None);
        }
        match self.store.join_sales(claim.fence, others).await? {
            Joined::Yes(sale) => Ok(sale),
            Joined::Fenced => Err(NoBegin::Lost),
            Joined::Held(by) => Err(NoBegin::After(by)),
        }
    }

    /// The sale that a preview would make a document for, with what stands for it and for what HubSpot
    /// associates with its object. A preview has no sale of its own: it takes and joins nothing.
    async fn previewed_sale(
        &self,
        claim: &Claim,
        version: &ActionVersion,
        associated: &[Associated],
    ) -> Result<Option<Sale>, NoBegin> {
        let Enrollment { event, object, preview, .. } = &*claim.enrollment;
        let Some(kind) = version.definition.sale.as_ref().filter(|_| *preview) else { return Ok(None) };
        let key = SaleKey::of(event, object);
        let mut sales = associated_sales(&claim.enrollment, associated);
        sales.push(key.clone());
        let made = self.store.made_for(sales).await?;
        Ok(Some(Sale { key, kind: kind.clone(), taken: 0, made }))
    }
}

/// The sales of the deals, quotes and payments beside an object. Two of one kind are two sales, even
/// where HubSpot associates them: a renewal is not what it renews.
fn associated_sales(enrollment: &Enrollment, associated: &[Associated]) -> Vec<SaleKey> {
    let objects = associated.iter().filter_map(|Associated { object, .. }| {
        let object: ObjectRef = format!("{}:{}", object.kind, object.id).parse().ok()?;
        (object.kind != enrollment.object.kind).then_some(object)
    });
    objects.map(|object| SaleKey::of(&enrollment.event, &object)).collect()
}

/// Why an attempt doesn't begin.
pub(super) enum NoBegin {
    /// The run ends with it.
    End(Box<RunRecord>),
    /// While the run was held or waited, another one made this document for its sale. What became of
    /// the run's own writes is to be known before it ends.
    SaleChanged(Box<StandingDocument>),
    /// The run goes on later.
    Wait(Wait),
    /// The run goes on when this one has ended: both work on the same family.
    After(RunId),
    /// Another attempt holds the run.
    Lost,
    /// The store does not answer.
    Unavailable(Unavailable),
}

impl NoBegin {
    fn end(record: RunRecord) -> Self {
        Self::End(Box::new(record))
    }
}

impl From<Wait> for NoBegin {
    fn from(wait: Wait) -> Self {
        Self::Wait(wait)
    }
}

impl From<Unavailable> for NoBegin {
    fn from(unavailable: Unavailable) -> Self {
        Self::Unavailable(unavailable)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::enrollment::{CrmObject, Event};

    fn enrollment(object: &str) -> Enrollment {
        Enrollment {
            event: Event {
                source: "test".into(),
                portal: "7".into(),
                company: "8".into(),
                action: "any".into(),
                id: "event".into(),
            },
            object: object.parse().unwrap(),
            inputs: [].into(),
            accepted_at: Timestamp::UNIX_EPOCH,
            zone: TimeZone::UTC,
            preview: false,
            if_exists: IfExists::default(),
            reference: None,
            callback: None,
        }
    }

    #[test]
    fn a_sale_is_a_deal_with_its_quotes_and_payments_and_nobody_else() {
        let associated = [("contact", "3"), ("deal", "2"), ("line_item", "4"), ("payment", "5"), ("quote", "1")];
        let associated = associated.map(|(kind, id)| Associated {
            object: CrmObject { kind: kind.into(), id: id.into(), properties: Vec::new() },
            parent: "1".into(),
            labels: Vec::new(),
        });
        let joined = |object: &str| -> Vec<String> {
            let sales = associated_sales(&enrollment(object), &associated);
            sales.iter().map(|key| key.as_str().to_owned()).collect()
        };
        assert_eq!(joined("deal:1"), ["8/7/payment:5", "8/7/quote:1"]);
        assert_eq!(joined("quote:1"), ["8/7/deal:2", "8/7/payment:5"]);
        assert_eq!(joined("payment:9"), ["8/7/deal:2", "8/7/quote:1"]);
    }
}
