//! A portal described as data.
//!
//! The format is described at [`HubSpot::load`](super::HubSpot::load). A fixture is read whole before
//! anything of it is stored, and it knows nothing of requests.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::kind::Kind;
use super::object::ObjectId;
use super::portal::{AssociationError, Portal};

#[derive(Debug)]
pub(super) struct Fixture {
    objects: Vec<FixtureObject>,
    custom_properties: Vec<(Kind, String)>,
}

#[derive(Debug)]
struct FixtureObject {
    kind: Kind,
    id: Option<u64>,
    properties: Vec<(String, String)>,
    archived: bool,
    labels: Vec<String>,
    associated: Vec<FixtureObject>,
}

impl Fixture {
    pub(super) fn parse(fixture: &Value) -> Result<Self, FixtureError> {
        let mut parsed = Self { objects: Vec::new(), custom_properties: Vec::new() };
        for (name, value) in map(fixture, "the fixture")? {
            if name == "custom_properties" {
                parsed.custom_properties = custom_properties(value)?;
            } else {
                parsed.objects.extend(objects(name, value)?);
            }
        }
        // A label belongs to an association, and these objects stand for themselves.
        match parsed.objects.iter().find(|object| !object.labels.is_empty()) {
            Some(_) => Err(wrong("labels", "on an associated object")),
            None => Ok(parsed),
        }
    }

    pub(super) fn store(self, at: Timestamp, portal: &mut Portal) -> Result<(), FixtureError> {
        for (kind, property) in &self.custom_properties {
            portal.define(*kind, property);
        }
        for object in self.objects {
            object.store(at, portal)?;
        }
        Ok(())
    }
}

impl FixtureObject {
    fn parse(kind: Kind, described: &Value) -> Result<Self, FixtureError> {
        let mut object = Self {
            kind,
            id: None,
            properties: Vec::new(),
            archived: false,
            labels: Vec::new(),
            associated: Vec::new(),
        };
        for (name, value) in map(described, kind.singular())? {
            match name.as_str() {
                "id" => object.id = Some(id(value)?),
                "properties" => object.properties = properties(value)?,
                "archived" => object.archived = value.as_bool().ok_or_else(|| wrong("archived", "true or false"))?,
                "labels" => object.labels = texts(value, "labels")?,
                associated => object.associated.extend(objects(associated, value)?),
            }
        }
        Ok(object)
    }

    fn store(self, at: Timestamp, portal: &mut Portal) -> Result<ObjectId, FixtureError> {
        let stored = ObjectId { kind: self.kind, id: self.id.unwrap_or_else(|| portal.id_unused()) };
        portal.put(at, stored, &self.properties);
        for mut associated in self.associated {
            let labels = std::mem::take(&mut associated.labels);
            let other = associated.store(at, portal)?;
            portal.associate(stored, other, None)?;
            for label in labels {
                portal.associate(stored, other, Some(&label))?;
            }
        }
        if self.archived {
            portal.archive(at, stored);
        }
        Ok(stored)
    }
}

/// An object's id as every interface of the simulator takes it: a decimal number, written as text.
pub(super) fn parse_id(text: &str) -> Option<u64> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

fn objects(name: &str, described: &Value) -> Result<Vec<FixtureObject>, FixtureError> {
    let kind = kind(name)?;
    let list = described.as_array().ok_or_else(|| wrong(name, "a list of objects"))?;
    list.iter().map(|object| FixtureObject::parse(kind, object)).collect()
}

fn custom_properties(described: &Value) -> Result<Vec<(Kind, String)>, FixtureError> {
    let mut all = Vec::new();
    for (name, properties) in map(described, "custom_properties")? {
        let kind = kind(name)?;
        all.extend(texts(properties, name)?.into_iter().map(|property| (kind, property)));
    }
    Ok(all)
}

fn kind(name: &str) -> Result<Kind, FixtureError> {
    Kind::named(name).ok_or_else(|| FixtureError::Kind { name: name.to_owned() })
}

fn id(value: &Value) -> Result<u64, FixtureError> {
    text(value).as_deref().and_then(parse_id).ok_or_else(|| wrong("id", "a decimal number"))
}

fn properties(described: &Value) -> Result<Vec<(String, String)>, FixtureError> {
    let pairs = map(described, "properties")?.iter();
    pairs
        .map(|(name, value)| {
            let value = text(value).ok_or_else(|| wrong(name, "text, a number, true, false or null"))?;
            Ok((name.clone(), value))
        })
        .collect()
}

/// A property's value as HubSpot keeps it. Numbers keep their digits; null is no value.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn texts(value: &Value, name: &str) -> Result<Vec<String>, FixtureError> {
    let list = value.as_array().ok_or_else(|| wrong(name, "a list of texts"))?;
    list.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(|| wrong(name, "a list of texts"))).collect()
}

fn map<'value>(value: &'value Value, name: &str) -> Result<&'value Map<String, Value>, FixtureError> {
    value.as_object().ok_or_else(|| wrong(name, "a JSON object"))
}

fn wrong(name: &str, expected: &'static str) -> FixtureError {
    FixtureError::Shape { name: name.to_owned(), expected }
}

/// Why a fixture describes no portal.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FixtureError {
    #[error("HubSpot has no object type {name:?}")]
    Kind { name: String },
    #[error("{name} must be {expected}")]
    Shape { name: String, expected: &'static str },
    #[error("the fixture associates what cannot be associated")]
    Association(#[from] AssociationError),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn stored(fixture: &Value) -> Result<Portal, FixtureError> {
        let mut portal = Portal::new();
        Fixture::parse(fixture)?.store(Timestamp::UNIX_EPOCH, &mut portal)?;
        Ok(portal)
    }

    #[test]
    fn associated_objects_are_stored_with_their_labels_in_the_order_of_the_file() {
        let portal = stored(&json!({"deals": [{"id": "1", "contacts": [
            {"id": "9", "properties": {"firstname": "Jane"}},
            {"id": "7", "labels": ["Billing contact"]},
        ]}]}));
        let portal = portal.unwrap();
        let deal = ObjectId { kind: Kind::Deal, id: 1 };
        let contacts: Vec<_> =
            portal.associated(deal, Kind::Contact).map(|other| (other.to.id, other.types.len())).collect();
        assert_eq!(contacts, [(9, 1), (7, 2)]);
    }

    #[test]
    fn an_object_that_is_named_again_is_the_same_one() {
        let portal = stored(&json!({
            "deals": [{"id": "1", "properties": {"dealname": "Fountain"}, "quotes": [{"id": "2"}]}],
            "quotes": [{"id": "2", "properties": {"hs_title": "Fountain"}, "line_items": [{"id": "3"}]}],
            "payments": [{"id": "4", "deals": [{"id": "1"}], "quotes": [{"id": "2"}]}],
        }));
        let portal = portal.unwrap();
        let (deal, quote) = (ObjectId { kind: Kind::Deal, id: 1 }, ObjectId { kind: Kind::Quote, id: 2 });
        let count = |from, to| portal.associated(from, to).count();
        assert_eq!([count(deal, Kind::Quote), count(deal, Kind::Payment), count(quote, Kind::Deal)], [1, 1, 1]);
        assert_eq!([count(quote, Kind::LineItem), count(quote, Kind::Payment)], [1, 1]);
        assert_eq!(portal.object(deal).unwrap().now().properties["dealname"], "Fountain");
        assert_eq!(portal.object(quote).unwrap().now().properties["hs_title"], "Fountain");
    }

    #[test]
    fn a_number_keeps_its_digits_and_null_is_no_value() {
        let portal = stored(&json!({"deals": [{"id": 1, "properties": {"amount": 10.50, "dealname": null}}]})).unwrap();
        let deal = portal.object(ObjectId { kind: Kind::Deal, id: 1 }).unwrap();
        let properties: Vec<_> = deal.now().properties.iter().collect();
        assert_eq!(properties, [(&"amount".to_owned(), &"10.5".to_owned())]);
    }

    #[test]
    fn what_is_no_portal_is_refused() {
        let kind = stored(&json!({"dealz": []})).unwrap_err();
        assert!(matches!(kind, FixtureError::Kind { .. }));
        let shape = stored(&json!({"deals": [{"id": "one"}]})).unwrap_err();
        assert!(matches!(shape, FixtureError::Shape { .. }));
        let label = stored(&json!({"deals": [{"id": "1", "labels": ["Primary"]}]})).unwrap_err();
        assert!(matches!(label, FixtureError::Shape { .. }));
        let parents = stored(&json!({"deals": [
            {"id": "1", "line_items": [{"id": "3"}]},
            {"id": "2", "line_items": [{"id": "3"}]},
        ]}));
        assert!(matches!(parents.unwrap_err(), FixtureError::Association(_)));
    }
}
