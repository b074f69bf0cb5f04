//! HubSpot's JSON, as far as the host reads it. Ids come as text or as numbers.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// One record.
#[derive(Debug, Deserialize)]
pub(super) struct Record {
    #[serde(deserialize_with = "id")]
    pub(super) id: String,
    #[serde(default)]
    pub(super) properties: BTreeMap<String, Option<serde_json::Value>>,
}

/// A page of associations.
#[derive(Debug, Deserialize)]
pub(super) struct Associations {
    #[serde(default)]
    pub(super) results: Vec<Association>,
    pub(super) paging: Option<Paging>,
}

/// One association.
#[derive(Debug, Deserialize)]
pub(super) struct Association {
    #[serde(rename = "toObjectId", deserialize_with = "id")]
    pub(super) to: String,
    #[serde(rename = "associationTypes", default)]
    pub(super) types: Vec<AssociationType>,
}

#[derive(Debug, Deserialize)]
pub(super) struct AssociationType {
    pub(super) label: Option<String>,
}

/// The ways in which two kinds are associated.
#[derive(Debug, Deserialize)]
pub(super) struct AssociationTypes {
    #[serde(default)]
    pub(super) results: Vec<DefinedType>,
}

/// One of them.
#[derive(Debug, Deserialize)]
pub(super) struct DefinedType {
    #[serde(default)]
    pub(super) category: String,
    #[serde(rename = "typeId")]
    pub(super) id: u64,
    pub(super) label: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Paging {
    pub(super) next: Option<NextPage>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NextPage {
    #[serde(deserialize_with = "id")]
    pub(super) after: String,
}

/// A batch of records.
#[derive(Debug, Deserialize)]
pub(super) struct Batch {
    #[serde(default)]
    pub(super) results: Vec<Record>,
}

fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => Ok(text),
        serde_json::Value::Number(number) => Ok(number.to_string()),
        other => Err(serde::de::Error::custom(format!("an id is text or a number, not {other}"))),
    }
}
