//! Associations over HTTP: the lists inside and beside an object (v3), and with their types (v4).

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Context;
use super::objects::{Input, check_size};
use crate::hubspot::answer::{Answer, CrmError, batch_error, object as object_json};
use crate::hubspot::association_types::{AssociationType, Category};
use crate::hubspot::fixture::parse_id;
use crate::hubspot::kind::Kind;
use crate::hubspot::object::ObjectId;
use crate::hubspot::portal::Associated;
use crate::hubspot::portal::Portal;
use crate::hubspot::request::{CrmRequest, Page, start};

/// The longest page of associations, and the one that HubSpot answers unless asked for less.
const PAGE_SIZE_MAX: usize = 500;

/// How many associations of a type an object's own answer lists before it points to the rest.
const LISTED_MAX: usize = 100;

/// HubSpot's limit on the inputs of a batch of associations.
const BATCH_INPUTS_MAX: usize = 1_000;

#[derive(Deserialize)]
struct BatchRead {
    inputs: Vec<Input>,
}

pub(super) fn list(context: &mut Context<'_>, from: ObjectId, to: Kind) -> Result<Answer, CrmError> {
    check_present(context.portal, from)?;
    let page = context.request.page(PAGE_SIZE_MAX, PAGE_SIZE_MAX)?;
    let (results, after) = page.of(context.portal.associated(from, to).map(associated_v4));
    Ok(Answer::read(paged(results, after, context.request, context.request.path())))
}

pub(super) fn list_v3(context: &mut Context<'_>, from: ObjectId, to: Kind) -> Result<Answer, CrmError> {
    check_present(context.portal, from)?;
    let page = context.request.page(PAGE_SIZE_MAX, PAGE_SIZE_MAX)?;
    let (results, after) = page_v3(context.portal, from, to, page);
    Ok(Answer::read(paged(results, after, context.request, context.request.path())))
}

/// What an object's own answer lists of a type, or nothing if nothing is associated.
pub(super) fn first_page(portal: &Portal, request: &CrmRequest, from: ObjectId, to: Kind) -> Option<Value> {
    let (results, after) = page_v3(portal, from, to, Page { start: 0, size: LISTED_MAX });
    let path = format!("/crm/v3/objects/{}/{}/associations/{}", from.kind.plural(), from.id, to.plural());
    (!results.is_empty()).then(|| paged(results, after, request, &path))
}

pub(super) fn associate(context: &mut Context<'_>, from: ObjectId, to: ObjectId) -> Result<Answer, CrmError> {
    check_present(context.portal, from)?;
    check_present(context.portal, to)?;
    context.portal.associate(from, to, None)?;
    let ends = json!({ "from": { "id": from.id.to_string() }, "to": { "id": to.id.to_string() } });
    let body = json!({ "status": "COMPLETE", "results": [ends] });
    Ok(Answer::stored(StatusCode::OK, body))
}

/// The older form, which names the type in words (`note_to_deal`) or by its id, and answers the object.
pub(super) fn associate_v3(
    context: &mut Context<'_>,
    from: ObjectId,
    to: ObjectId,
    name: &str,
) -> Result<Answer, CrmError> {
    check_present(context.portal, from)?;
    check_present(context.portal, to)?;
    let types = context.portal.association_types(from.kind, to.kind);
    let named = |found: &&AssociationType| found.id.to_string() == name || type_name(from.kind, to.kind, found) == name;
    let Some(found) = types.iter().find(named) else {
        let message = format!("{} to {} has no association type {name:?}", from.kind.singular(), to.kind.singular());
        return Err(CrmError::invalid("INVALID_ASSOCIATION", "associationType", message));
    };
    context.portal.associate(from, to, found.label.as_deref())?;
    let object = context.portal.object(from).ok_or_else(|| CrmError::missing(from.kind, &from.id.to_string()))?;
    Ok(Answer::stored(StatusCode::OK, object_json(context.portal, from, object.created, object.now(), &[])))
}

pub(super) fn batch_read(context: &mut Context<'_>, from: Kind, to: Kind) -> Result<Answer, CrmError> {
    let batch: BatchRead = context.request.json()?;
    check_size(batch.inputs.len(), BATCH_INPUTS_MAX)?;
    let mut results = Vec::new();
    let mut errors = Vec::new();
    for input in &batch.inputs {
        let page = Page { start: start(input.after.as_deref())?, size: PAGE_SIZE_MAX };
        let all =
            parse_id(&input.id).into_iter().flat_map(|id| context.portal.associated(ObjectId { kind: from, id }, to));
        let (entries, after) = page.of(all.map(associated_v4));
        if entries.is_empty() {
            errors.push(no_associations(from, to, &input.id));
            continue;
        }
        let mut result = json!({ "from": { "id": input.id }, "to": entries });
        if let Some(after) = after {
            result["paging"] = json!({ "next": { "after": after } });
        }
        results.push(result);
    }
    Ok(Answer::batch(results, errors, context.now))
}

/// Every way in which two types may be associated, for clients that do not know the ids.
pub(super) fn labels(context: &mut Context<'_>, from: Kind, to: Kind) -> Answer {
    let types = context.portal.association_types(from, to);
    let results: Vec<Value> = types.iter().map(type_json).collect();
    Answer::read(json!({ "results": results }))
}

/// The objects, each with its label, that one `to` of a write means by its type ids.
pub(super) fn resolve(
    portal: &Portal,
    from: Kind,
    to: &str,
    type_ids: impl Iterator<Item = u64>,
) -> Result<Vec<(ObjectId, Option<String>)>, CrmError> {
    let invalid = |message: String| CrmError::invalid("INVALID_ASSOCIATION", "associations", message);
    let mut resolved = Vec::new();
    for type_id in type_ids {
        let (kind, label) = portal
            .association_type(from, type_id)
            .ok_or_else(|| invalid(format!("{} has no association type {type_id}", from.singular())))?;
        let other = parse_id(to).map(|id| ObjectId { kind, id });
        let other = other.filter(|other| portal.object(*other).is_some());
        let other = other.ok_or_else(|| invalid(format!("there is no {} {to}", kind.singular())))?;
        resolved.push((other, label));
    }
    Ok(resolved)
}

fn check_present(portal: &Portal, object: ObjectId) -> Result<(), CrmError> {
    match portal.object(object) {
        Some(_) => Ok(()),
        None => Err(CrmError::missing(object.kind, &object.id.to_string())),
    }
}

fn page_v3(portal: &Portal, from: ObjectId, to: Kind, page: Page) -> (Vec<Value>, Option<String>) {
    let entries = portal.associated(from, to).flat_map(|other| {
        let types = other.types.iter().map(move |found| type_name(from.kind, to, found));
        types.map(|name| json!({ "id": other.to.id.to_string(), "type": name }))
    });
    page.of(entries)
}

/// HubSpot names a type after both ends. A labelled association is listed once for each label and
/// once without, so that an id can appear twice.
fn type_name(from: Kind, to: Kind, association: &AssociationType) -> String {
    let ends = format!("{}_to_{}", from.singular(), to.singular());
    match (&association.label, association.category) {
        (None, _) if from == Kind::Company || to == Kind::Company => format!("{ends}_unlabeled"),
        (None, _) => ends,
        (Some(label), Category::HubSpotDefined) if label == "Primary" => ends,
        (Some(label), Category::HubSpotDefined | Category::UserDefined) => label.to_lowercase().replace(' ', "_"),
    }
}

fn associated_v4(other: &Associated) -> Value {
    let types = other.types.iter().map(type_json);
    json!({ "toObjectId": other.to.id, "associationTypes": types.collect::<Vec<_>>() })
}

fn type_json(found: &AssociationType) -> Value {
    json!({ "category": found.category.name(), "typeId": found.id, "label": found.label })
}

/// A list with the way to its next page.
pub(super) fn paged(results: Vec<Value>, after: Option<String>, request: &CrmRequest, path: &str) -> Value {
    let mut body = json!({ "results": results });
    if let Some(after) = after {
        let link = request.link(path, &after);
        body["paging"] = json!({ "next": { "after": after, "link": link } });
    }
    body
}

fn no_associations(from: Kind, to: Kind, id: &str) -> Value {
    let message = format!("no {} is associated with {} {id}", to.singular(), from.singular());
    let context = json!({ "fromObjectId": [id], "fromObjectType": [from.singular()], "toObjectType": [to.singular()] });
    batch_error("OBJECT_NOT_FOUND", Some("crm.associations.NO_ASSOCIATIONS_FOUND"), &message, context)
}
