//! What an action is given: the enrolled object, what is associated with it, and the inputs.
//! Plain data, read once from the contract's types. How a property becomes a number or a date
//! is the matter of `properties`.

use crate::bindings::qbo::actions::types;
use crate::{Date, Problem};

/// Everything an action may know about one run.
#[derive(Debug, Clone)]
pub struct Enrollment {
    /// Names the execution that asked for this run.
    pub event_id: String,
    /// Names the run.
    pub run_id: String,
    /// When the event was accepted, RFC 3339 in UTC.
    pub accepted_at: String,
    /// The same moment as a date where the company keeps its books.
    pub company_date: Date,
    /// The IANA name of that time zone.
    pub zone: String,
    /// The enrolled object.
    pub object: CrmObject,
    /// What the definition's `reads` asked for, ordered by kind, then by numeric id.
    pub associated: Vec<Associated>,
    /// What the host already made for this sale and still stands.
    pub documents: Vec<Document>,
    inputs: Vec<(String, String)>,
    facts: Vec<(String, String)>,
}

impl Enrollment {
    #[cfg(test)]
    pub(crate) fn of_parts(object: CrmObject, associated: Vec<Associated>, inputs: Vec<(String, String)>) -> Self {
        Self {
            event_id: String::new(),
            run_id: String::new(),
            accepted_at: String::new(),
            company_date: Date::parse("2026-01-05").unwrap(),
            zone: String::new(),
            object,
            associated,
            documents: Vec::new(),
            inputs,
            facts: Vec::new(),
        }
    }

    /// An input of the step, the connection or the definition's default; `None` if it is set
    /// nowhere or empty.
    pub fn input(&self, name: &str) -> Option<&str> {
        value_of(&self.inputs, name)
    }

    /// What the host knows besides, such as `portal-id`.
    pub fn fact(&self, name: &str) -> Option<&str> {
        value_of(&self.facts, name)
    }

    /// The day of a moment that the enrolled object's property holds, where the company keeps its
    /// books. A guest knows no time zones, so the host counts the days.
    pub fn day_of(&self, property: &str) -> Result<Option<Date>, Problem> {
        let counted = self.fact(&format!("date:{property}")).and_then(Date::parse);
        counted.map_or_else(|| self.object.date(property), |day| Ok(Some(day)))
    }

    /// Whether a capability, such as `customer:create`, is granted to this run. To be asked before
    /// the first write; a denial after it would leave something half done.
    pub fn may(&self, capability: &str) -> bool {
        self.fact("capabilities").is_none_or(|granted| granted.split(' ').any(|one| one == capability))
    }

    /// The text that names this run on a document.
    pub fn marker(&self) -> &str {
        self.fact("marker").unwrap_or(&self.run_id)
    }

    /// The records of a kind that are associated with the enrolled object itself.
    pub fn associated<'e>(&'e self, kind: &'e str) -> impl Iterator<Item = &'e Associated> {
        let parent = &self.object.id;
        self.associated.iter().filter(move |one| one.object.kind == kind && one.parent == *parent)
    }

    /// The standing documents of one QuickBooks entity.
    pub fn documents<'e>(&'e self, entity: &'e str) -> impl Iterator<Item = &'e Document> {
        self.documents.iter().filter(move |document| document.entity == entity)
    }
}

/// One HubSpot record as it stood when the run took its snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmObject {
    /// `deal`, `quote`, `payment`, `contact`, `line_item`, …
    pub kind: String,
    /// HubSpot's record id.
    pub id: String,
    properties: Vec<(String, String)>,
}

impl CrmObject {
    /// A record from its parts.
    pub fn new(kind: impl Into<String>, id: impl Into<String>, properties: Vec<(String, String)>) -> Self {
        Self { kind: kind.into(), id: id.into(), properties }
    }

    /// A property's text without the blanks around it; `None` if it is absent or blank.
    pub fn text(&self, property: &str) -> Option<&str> {
        value_of(&self.properties, property)
    }
}

/// A record that is associated with the enrolled object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Associated {
    /// The record.
    pub object: CrmObject,
    /// The id of the record it is associated with.
    pub parent: String,
    /// The labels of the association, such as `Billing contact`.
    pub labels: Vec<String>,
}

/// A QuickBooks document that stands for this sale already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The object it was made for, kind and id: `deal:789`.
    pub object: String,
    /// QuickBooks' entity name.
    pub entity: String,
    /// QuickBooks' id.
    pub id: String,
    /// The number people see, or empty.
    pub number: String,
    /// Its total as decimal text.
    pub total: String,
    /// Its own state, such as `open` or `closed`.
    pub status: String,
    /// The event that made it.
    pub event_id: String,
}

// A record has some twenty properties: a scan beats building an index for one run.
fn value_of<'v>(values: &'v [(String, String)], name: &str) -> Option<&'v str> {
    let (_, value) = values.iter().find(|(known, _)| known == name)?;
    let value = value.trim();
    (!value.is_empty()).then_some(value)
}

impl From<types::Enrollment> for Enrollment {
    fn from(given: types::Enrollment) -> Self {
        let company_date = Date::parse(&given.company_date)
            // A host that breaks the contract is a bug, and a trap is how a bug is shown.
            .expect("the contract gives company-date as YYYY-MM-DD");
        Self {
            event_id: given.event_id,
            run_id: given.run_id,
            accepted_at: given.accepted_at,
            company_date,
            zone: given.zone,
            object: given.object.into(),
            associated: given.associated.into_iter().map(Into::into).collect(),
            documents: given.documents.into_iter().map(Into::into).collect(),
            inputs: given.inputs,
            facts: given.facts,
        }
    }
}

impl From<types::CrmObject> for CrmObject {
    fn from(given: types::CrmObject) -> Self {
        Self::new(given.kind, given.id, given.properties)
    }
}

impl From<types::Associated> for Associated {
    fn from(given: types::Associated) -> Self {
        Self { object: given.object.into(), parent: given.parent, labels: given.labels }
    }
}

impl From<types::Document> for Document {
    fn from(given: types::Document) -> Self {
        Self {
            object: given.object,
            entity: given.entity,
            id: given.id,
            number: given.number,
            total: given.total,
            status: given.status,
            event_id: given.event_id,
        }
    }
}
