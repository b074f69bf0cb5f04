//! What a run gives its guest, lent to the contract's types: a pure function of the claim and the
//! snapshot.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::bindings::qbo::actions::types;
use crate::enrollment::{Associated, CrmObject, Enrollment, Snapshot, StandingDocument};
use crate::ids::RunId;

/// What an attempt is given, besides the door.
pub struct Given {
    /// The run; seeds randomness.
    pub run: RunId,
    /// Under which the run is kept, by which it is known should the host die with its guest.
    pub mark: RunId,
    /// What asked for it; the guest's clock stands where it was accepted.
    pub enrollment: Arc<Enrollment>,
    /// The enrolled object.
    pub snapshot: Arc<Snapshot>,
}

/// The parts of the contract's enrollment that are made for it; the rest is lent as it is.
pub(super) struct Lent<'a> {
    given: &'a Given,
    run_id: String,
    accepted_at: String,
    company_date: String,
    marker: String,
    /// The moments among the enrolled object's properties, as days where the company keeps its books.
    days: Vec<(String, String)>,
    inputs: Vec<(&'a str, &'a str)>,
    properties: Vec<(&'a str, &'a str)>,
    associated: Vec<LentAssociated<'a>>,
}

struct LentAssociated<'a> {
    associated: &'a Associated,
    properties: Vec<(&'a str, &'a str)>,
    labels: Vec<&'a str>,
}

impl Given {
    pub(super) fn accepted_at(&self) -> Timestamp {
        self.enrollment.accepted_at
    }

    pub(super) fn lend(&self) -> Lent<'_> {
        let Enrollment { inputs, accepted_at, zone, .. } = &*self.enrollment;
        let associated = |associated| LentAssociated {
            associated,
            properties: properties(&associated.object),
            labels: associated.labels.iter().map(String::as_str).collect(),
        };
        Lent {
            given: self,
            run_id: self.run.to_string(),
            accepted_at: accepted_at.to_string(),
            company_date: accepted_at.to_zoned(zone.clone()).date().to_string(),
            marker: self.enrollment.marker(),
            days: days(&self.snapshot.object, zone),
            inputs: inputs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            properties: properties(&self.snapshot.object),
            associated: self.snapshot.associated.iter().map(associated).collect(),
        }
    }
}

/// A guest knows no zones: whatever of the object is a moment gets its day as a fact.
fn days(object: &CrmObject, zone: &TimeZone) -> Vec<(String, String)> {
    let moments = object.properties.iter().filter_map(|(name, value)| Some((name, value.parse::<Timestamp>().ok()?)));
    moments.map(|(name, at)| (format!("date:{name}"), at.to_zoned(zone.clone()).date().to_string())).collect()
}

fn properties(object: &CrmObject) -> Vec<(&str, &str)> {
    object.properties.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

impl Lent<'_> {
    /// Calls `with` with the contract's enrollment.
    pub(super) async fn with<T>(&self, with: impl AsyncFnOnce(types::Enrollment<'_>) -> T) -> T {
        let enrollment = &self.given.enrollment;
        let associated: Vec<_> = self
            .associated
            .iter()
            .map(|lent| types::Associated {
                object: crm_object(&lent.associated.object, &lent.properties),
                parent: &lent.associated.parent,
                labels: &lent.labels,
            })
            .collect();
        let documents: Vec<_> = self.given.snapshot.documents.iter().map(document).collect();
        let mut facts = vec![
            ("portal-id", enrollment.event.portal.as_str()),
            ("marker", &self.marker),
            ("preview", if enrollment.preview { "true" } else { "false" }),
            ("capabilities", &self.given.snapshot.capabilities),
        ];
        facts.extend(self.days.iter().map(|(name, day)| (name.as_str(), day.as_str())));
        let enrollment = types::Enrollment {
            event_id: &enrollment.event.id,
            run_id: &self.run_id,
            accepted_at: &self.accepted_at,
            company_date: &self.company_date,
            zone: enrollment.zone.iana_name().unwrap_or("UTC"),
            object: crm_object(&self.given.snapshot.object, &self.properties),
            associated: &associated,
            documents: &documents,
            inputs: &self.inputs,
            facts: &facts,
        };
        with(enrollment).await
    }
}

fn document(document: &StandingDocument) -> types::Document<'_> {
    types::Document {
        object: &document.object,
        entity: &document.entity,
        id: &document.id,
        number: &document.number,
        total: &document.total,
        status: &document.status,
        event_id: &document.event,
    }
}

fn crm_object<'a>(object: &'a CrmObject, properties: &'a [(&'a str, &'a str)]) -> types::CrmObject<'a> {
    types::CrmObject { kind: &object.kind, id: &object.id, properties }
}
