//! Objects over HTTP: read one or many, create, change, archive.

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Context;
use super::associations;
use crate::hubspot::answer::{Answer, CrmError, batch_error, object as object_json};
use crate::hubspot::fixture::parse_id;
use crate::hubspot::kind::Kind;
use crate::hubspot::object::ObjectId;
use crate::hubspot::portal::Portal;

/// HubSpot's limit on the inputs of a batch.
const BATCH_INPUTS_MAX: usize = 100;

/// HubSpot's longest page of a list of objects, and the one it answers unless asked.
const LIST_PAGE_SIZE_MAX: usize = 100;
const LIST_PAGE_SIZE_DEFAULT: usize = 10;

/// Who took a payment.
const PROCESSOR: &str = "hs_processor_type";

/// The longest note.
const NOTE_CHARACTERS_MAX: usize = 65_536;

#[derive(Deserialize)]
struct BatchRead {
    inputs: Vec<Input>,
    #[serde(default)]
    properties: Vec<String>,
    #[serde(rename = "idProperty")]
    id_property: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Input {
    pub(super) id: String,
    pub(super) after: Option<String>,
}

#[derive(Deserialize)]
struct Write {
    #[serde(default)]
    properties: Map<String, Value>,
    #[serde(default)]
    associations: Vec<WrittenAssociation>,
}

#[derive(Deserialize)]
struct WrittenAssociation {
    to: Input,
    types: Vec<WrittenType>,
}

#[derive(Deserialize)]
struct WrittenType {
    #[serde(rename = "associationTypeId")]
    id: u64,
}

pub(super) fn read(context: &mut Context<'_>, object: ObjectId) -> Result<Answer, CrmError> {
    let Context { portal, request, .. } = context;
    let found = match request.parameter("archived") {
        Some("true") => portal.archived(object),
        Some(_) | None => portal.object(object),
    };
    let found = found.ok_or_else(|| CrmError::missing(object.kind, &object.id.to_string()))?;
    let mut body = object_json(portal, object, found.created, found.now(), &request.names("properties"));
    let mut associated = Map::new();
    for name in request.names("associations") {
        let to = Kind::named(&name).ok_or(CrmError::Kind { name })?;
        // HubSpot leaves a type out when nothing of it is associated.
        if let Some(page) = associations::first_page(portal, request, object, to) {
            associated.insert(to.association_key().to_owned(), page);
        }
    }
    if !associated.is_empty() {
        body["associations"] = associated.into();
    }
    Ok(Answer::read(body))
}

pub(super) fn list(context: &mut Context<'_>, kind: Kind) -> Result<Answer, CrmError> {
    let Context { portal, request, .. } = context;
    let page = request.page(LIST_PAGE_SIZE_DEFAULT, LIST_PAGE_SIZE_MAX)?;
    let asked = request.names("properties");
    let all = portal.objects(kind).filter(|(_, object)| !object.now().archived);
    let (results, after) =
        page.of(all.map(|(id, object)| object_json(portal, id, object.created, object.now(), &asked)));
    Ok(Answer::read(associations::paged(results, after, request, request.path())))
}

/// Answers in the order of the ids, whatever the order of the inputs: HubSpot promises none.
pub(super) fn batch_read(context: &mut Context<'_>, kind: Kind) -> Result<Answer, CrmError> {
    let batch: BatchRead = context.request.json()?;
    check_size(batch.inputs.len(), BATCH_INPUTS_MAX)?;
    if batch.id_property.is_some() {
        return Err(CrmError::invalid("PROPERTY_NOT_UNIQUE", "idProperty", "this portal has no unique properties"));
    }
    let portal = &*context.portal;
    let asked = |input: &Input| parse_id(&input.id).map(|id| ObjectId { kind, id });
    let present = |object: &ObjectId| portal.object(*object).is_some();
    let (found, missing): (Vec<_>, Vec<_>) =
        batch.inputs.iter().partition(|input| asked(input).as_ref().is_some_and(present));
    let mut found: Vec<ObjectId> = found.into_iter().filter_map(asked).collect();
    found.sort();
    found.dedup();
    let results = found.into_iter().filter_map(|id| {
        let object = portal.object(id)?;
        Some(object_json(portal, id, object.created, object.now(), &batch.properties))
    });
    let errors = missing_objects(kind, &missing);
    Ok(Answer::batch(results.collect(), errors, context.now))
}

pub(super) fn create(context: &mut Context<'_>, kind: Kind) -> Result<Answer, CrmError> {
    let write: Write = context.request.json()?;
    let properties = checked_properties(context.portal, kind, &write.properties)?;
    let written = |wanted: &str| properties.iter().any(|(name, value)| name == wanted && !value.is_empty());
    if let Some(missing) = kind.required_properties().iter().find(|required| !written(required)) {
        return Err(CrmError::invalid("MISSING_PROPERTY", missing, format!("{missing} is required")));
    }
    check_processor(kind, properties.iter().find(|(name, _)| name == PROCESSOR).map(|(_, value)| value.as_str()))?;
    let mut associated = Vec::new();
    for association in &write.associations {
        associated.extend(associations::resolve(context.portal, kind, &association.to.id, association.type_ids())?);
    }
    let object = ObjectId { kind, id: context.portal.id_unused() };
    context.portal.put(context.now, object, &properties);
    for (other, label) in associated {
        context.portal.associate(object, other, label.as_deref())?;
    }
    Ok(Answer::stored(StatusCode::CREATED, current(context.portal, object, &names(&properties))))
}

pub(super) fn update(context: &mut Context<'_>, object: ObjectId) -> Result<Answer, CrmError> {
    let write: Write = context.request.json()?;
    let Some(found) = context.portal.object(object) else {
        return Err(CrmError::missing(object.kind, &object.id.to_string()));
    };
    check_processor(object.kind, found.now().properties.get(PROCESSOR).map(String::as_str))?;
    let properties = checked_properties(context.portal, object.kind, &write.properties)?;
    context.portal.put(context.now, object, &properties);
    Ok(Answer::stored(StatusCode::OK, current(context.portal, object, &names(&properties))))
}

/// A payment that HubSpot or its processor took can be neither changed nor made up from outside.
fn check_processor(kind: Kind, processor: Option<&str>) -> Result<(), CrmError> {
    if kind == Kind::Payment && matches!(processor, Some("hs_payments" | "byo_stripe")) {
        let message = "payments that Commerce Hub processed cannot be written";
        return Err(CrmError::invalid("PAYMENT_NOT_EDITABLE", PROCESSOR, message));
    }
    Ok(())
}

/// Archiving what is archived or never was is no error.
pub(super) fn archive(context: &mut Context<'_>, object: ObjectId) -> Result<Answer, CrmError> {
    let committed = context.portal.object(object).is_some();
    context.portal.archive(context.now, object);
    Ok(Answer { status: StatusCode::NO_CONTENT, body: Value::Null, committed })
}

pub(super) fn check_size(inputs: usize, inputs_max: usize) -> Result<(), CrmError> {
    if inputs <= inputs_max {
        return Ok(());
    }
    Err(CrmError::invalid("INVALID_BATCH_SIZE", "inputs", format!("a batch has at most {inputs_max} inputs")))
}

impl WrittenAssociation {
    fn type_ids(&self) -> impl Iterator<Item = u64> {
        self.types.iter().map(|written| written.id)
    }
}

fn missing_objects(kind: Kind, missing: &[&Input]) -> Vec<Value> {
    if missing.is_empty() {
        return Vec::new();
    }
    let ids: Vec<&str> = missing.iter().map(|input| input.id.as_str()).collect();
    let message = format!("there is no {} {}", kind.singular(), ids.join(", "));
    vec![batch_error("OBJECT_NOT_FOUND", None, &message, json!({ "ids": ids }))]
}

/// Properties as HubSpot stores them. Unlike a read, a write of an unknown property is refused.
fn checked_properties(
    portal: &Portal,
    kind: Kind,
    written: &Map<String, Value>,
) -> Result<Vec<(String, String)>, CrmError> {
    let read_only = ["hs_object_id", kind.created_property(), kind.modified_property()];
    let check = |(name, value): (&String, &Value)| {
        if !portal.defines(kind, name) {
            return Err(CrmError::invalid("PROPERTY_DOESNT_EXIST", name, format!("there is no property {name:?}")));
        }
        if read_only.contains(&name.as_str()) {
            return Err(CrmError::invalid("READ_ONLY_VALUE", name, format!("{name} cannot be written")));
        }
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            Value::Null => String::new(),
            Value::Array(_) | Value::Object(_) => {
                return Err(CrmError::invalid("INVALID_JSON", name, format!("{name} must be text")));
            }
        };
        if name == "hs_note_body" && text.chars().count() > NOTE_CHARACTERS_MAX {
            let message = format!("{name} has at most {NOTE_CHARACTERS_MAX} characters");
            return Err(CrmError::invalid("PROPERTY_TOO_LONG", name, message));
        }
        Ok((name.clone(), text))
    };
    written.iter().map(check).collect()
}

fn names(properties: &[(String, String)]) -> Vec<String> {
    properties.iter().map(|(name, _)| name.clone()).collect()
}

fn current(portal: &Portal, object: ObjectId, asked: &[String]) -> Value {
    portal.object(object).map_or(Value::Null, |found| object_json(portal, object, found.created, found.now(), asked))
}
