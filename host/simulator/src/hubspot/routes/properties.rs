//! The properties of a type over HTTP: those that HubSpot ships, and the portal's own.
//!
//! The portal keeps names only. Every property is text here, whatever it was declared as.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Context;
use crate::hubspot::answer::{Answer, CrmError};
use crate::hubspot::kind::Kind;

/// What HubSpot wants to know of a property before it makes one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewProperty {
    name: String,
    label: String,
    group_name: String,
    r#type: String,
    field_type: String,
}

pub(super) fn list(context: &Context<'_>, kind: Kind) -> Answer {
    let results: Vec<Value> = context.portal.properties(kind).map(|name| property(kind, name)).collect();
    Answer::read(json!({ "results": results }))
}

pub(super) fn read(context: &Context<'_>, kind: Kind, name: &str) -> Result<Answer, CrmError> {
    if !context.portal.defines(kind, name) {
        return Err(CrmError::Object { object: format!("{} property {name}", kind.singular()) });
    }
    Ok(Answer::read(property(kind, name)))
}

pub(super) fn create(context: &mut Context<'_>, kind: Kind) -> Result<Answer, CrmError> {
    let new: NewProperty = context.request.json()?;
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if !new.name.starts_with(|first: char| first.is_ascii_lowercase()) || !new.name.bytes().all(is_name) {
        let message = "a name begins with a letter and has lower case letters, digits and underscores";
        return Err(CrmError::invalid("INVALID_NAME", "name", message));
    }
    if context.portal.defines(kind, &new.name) {
        return Err(CrmError::PropertyExists { name: new.name });
    }
    context.portal.define(kind, &new.name);
    let body = json!({
        "name": new.name, "label": new.label, "groupName": new.group_name, "type": new.r#type,
        "fieldType": new.field_type, "hubspotDefined": false, "archived": false,
    });
    Ok(Answer::stored(StatusCode::CREATED, body))
}

fn property(kind: Kind, name: &str) -> Value {
    let shipped = kind.shipped_properties().any(|own| own == name);
    let group = format!("{}information", kind.singular().replace('_', ""));
    json!({
        "name": name, "label": name, "groupName": group, "type": "string", "fieldType": "text",
        "hubspotDefined": shipped, "archived": false,
    })
}
