//! What asked for a run and what it is about. Plain values, parsed once at the edge.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ids::RunId;

/// One execution of one step: the identity that never makes two documents.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Event {
    /// Who asked: `cli`, later `hubspot`.
    pub source: String,
    /// The HubSpot account.
    pub portal: String,
    /// The QuickBooks company's realm id.
    pub company: String,
    /// The action's id.
    pub action: String,
    /// The source's own name for this execution.
    pub id: String,
}

/// A request to run one action for one object, accepted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Enrollment {
    /// Its identity.
    pub event: Event,
    /// The enrolled object.
    pub object: ObjectRef,
    /// Inputs as the step, the connection and the definition's defaults give them.
    pub inputs: BTreeMap<String, String>,
    /// When it was accepted; the run's clock stands here.
    pub accepted_at: Timestamp,
    /// Where the company keeps its books.
    #[serde(with = "zone")]
    pub zone: TimeZone,
    /// Nothing is sent; writes are answered from an overlay.
    pub preview: bool,
    /// What to do about a document that stands for the same sale.
    #[serde(default)]
    pub if_exists: IfExists,
    /// Tells apart what is made for one object on purpose, such as its instalments: each reference
    /// gets a document of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// HubSpot's name for the execution that waits for the end, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<String>,
}

impl Enrollment {
    /// The text on a document by which people and the host find the run that made it.
    pub fn marker(&self) -> String {
        let run = RunId::of(&self.event);
        format!("HubSpot {} {} · run {}", self.object.kind, self.object.id, run.short())
    }
}

/// What to do when a document of the same sale stands already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IfExists {
    /// Make none, and tell which one stands.
    #[default]
    Return,
    /// Make none, and let a person decide.
    Hold,
    /// Make another.
    Another,
}

/// A zone is kept by its name.
mod zone {
    use super::{Deserialize, Deserializer, Serializer, TimeZone, de};

    pub(super) fn serialize<S: Serializer>(zone: &TimeZone, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(zone.iana_name().unwrap_or("UTC"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
        TimeZone::get(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Kinds of object that can be enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// A HubSpot deal.
    Deal,
    /// A HubSpot quote.
    Quote,
    /// A HubSpot payment.
    Payment,
}

impl ObjectKind {
    /// The word in the contract, the CLI and the definition.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deal => "deal",
            Self::Quote => "quote",
            Self::Payment => "payment",
        }
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Names one object, written `deal:789`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRef {
    /// Its kind.
    pub kind: ObjectKind,
    /// HubSpot's record id, decimal digits.
    pub id: String,
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

impl Serialize for ObjectRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ObjectRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl FromStr for ObjectRef {
    type Err = BadObject;

    fn from_str(text: &str) -> Result<Self, BadObject> {
        let (kind, id) = text.split_once(':').ok_or_else(|| BadObject::Form(text.into()))?;
        let kind = match kind {
            "deal" => ObjectKind::Deal,
            "quote" => ObjectKind::Quote,
            "payment" => ObjectKind::Payment,
            _ => return Err(BadObject::Kind(kind.into())),
        };
        // HubSpot's ids have up to 13 digits today; 20 fit its 64 bits.
        if id.is_empty() || id.len() > 20 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadObject::Id(id.into()));
        }
        Ok(Self { kind, id: id.into() })
    }
}

/// One HubSpot record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct CrmObject {
    /// Singular kind, such as `line_item`.
    pub kind: String,
    /// HubSpot's record id.
    pub id: String,
    /// Properties that have a value.
    pub properties: Vec<(String, String)>,
}

/// A record associated with the enrolled object.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Associated {
    /// The record.
    pub object: CrmObject,
    /// The id of the record it is associated with.
    pub parent: String,
    /// Labels of the association.
    pub labels: Vec<String>,
}

/// The enrolled object as a run sees it: what the definition reads, fetched once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Snapshot {
    /// The enrolled object.
    pub object: CrmObject,
    /// Ordered by kind, then by numeric id.
    pub associated: Vec<Associated>,
    /// What was granted when the snapshot was taken, `entity:verb` with a space between: recorded
    /// with it, so that a later attempt sees the same. A revocation since then is a denial.
    pub capabilities: String,
    /// What stood for the same sale when the snapshot was taken.
    #[serde(default)]
    pub documents: Vec<StandingDocument>,
}

/// A document that stands for the same sale, made by another run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct StandingDocument {
    /// The object it was made for, kind and id.
    #[serde(default)]
    pub object: String,
    /// QuickBooks' entity name.
    pub entity: String,
    /// QuickBooks' id.
    pub id: String,
    /// The number people see, or empty.
    pub number: String,
    /// Decimal text.
    pub total: String,
    /// A word of its own state, such as `open`.
    #[serde(default)]
    pub status: String,
    /// The id of the event that asked for it.
    pub event: String,
}

/// An object's name that can't be read.
#[derive(Debug, thiserror::Error)]
pub enum BadObject {
    /// No colon.
    #[error("'{0}' does not name an object; write its kind and id, as in deal:789")]
    Form(String),
    /// Not a kind that can be enrolled.
    #[error("'{0}' can't be enrolled; the kinds are deal, quote and payment")]
    Kind(String),
    /// Not digits.
    #[error("'{0}' is not a HubSpot record id; it is made of digits only")]
    Id(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_and_written_alike() {
        let object: ObjectRef = "deal:789".parse().unwrap();
        assert_eq!(object.to_string(), "deal:789");
    }

    #[test]
    fn what_names_no_object_is_refused() {
        for text in ["789", "ticket:1", "deal:", "deal:1 OR 1", "deal:../../quotes", "deal:123456789012345678901"] {
            assert!(text.parse::<ObjectRef>().is_err(), "{text}");
        }
    }
}
