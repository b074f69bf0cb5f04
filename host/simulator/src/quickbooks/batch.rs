//! Up to thirty operations in one request: each stands or falls on its own.

use http::Method;
use serde_json::{Value, json};

use super::answer::Answer;
use super::books::Books;
use super::changes;
use super::entity::Entity;
use super::fault::Fault;
use super::operation::Operation;
use super::query::{self, Dialect};
use super::row::{Row, text};
use super::schema;
use super::write::Circumstances;

/// The documented longest batch.
const ITEMS_MAX: usize = 30;

/// Answers a batch. It is a success whatever becomes of its items.
pub(crate) fn answer(
    books: &mut Books,
    body: &[u8],
    dialect: Dialect,
    circumstances: Circumstances,
) -> Result<Answer, Fault> {
    let mut body: Row = serde_json::from_slice(body).map_err(|_| Fault::malformed_body())?;
    let Some(Value::Array(items)) = body.remove("BatchItemRequest") else {
        return Err(Fault::missing("BatchItemRequest"));
    };
    if items.len() > ITEMS_MAX {
        return Err(Fault::batch_size(ITEMS_MAX, items.len()));
    }
    let mut committed = false;
    let answers = items.into_iter().map(|item| {
        let Value::Object(item) = item else { return json!({ "Fault": Fault::malformed_body().body() }) };
        let id = item.get("bId").cloned().unwrap_or(Value::Null);
        let mut answer = match one(books, item, dialect, circumstances) {
            Ok(Done { member, value, wrote }) => {
                committed |= wrote;
                json!({ member: value })
            }
            Err(fault) => json!({ "Fault": fault.body() }),
        };
        answer["bId"] = id;
        answer
    });
    let answers: Vec<Value> = answers.collect();
    let answer = Answer::success("BatchItemResponse", Value::Array(answers), circumstances.now);
    Ok(if committed { answer.committed() } else { answer })
}

/// What one item came to.
struct Done {
    member: &'static str,
    value: Value,
    wrote: bool,
}

fn one(books: &mut Books, item: Row, dialect: Dialect, circumstances: Circumstances) -> Result<Done, Fault> {
    text(&item, "bId").ok_or_else(|| Fault::missing("bId"))?;
    if let Some(statement) = text(&item, "Query") {
        let value = query::answer(books, statement, dialect)?;
        return Ok(Done { member: "QueryResponse", value, wrote: false });
    }
    if let Some(Value::Object(asked)) = item.get("CDCQuery") {
        let since = text(asked, "ChangedSince").unwrap_or_default();
        let value = changes::since(books, text(asked, "Entities").unwrap_or_default(), since, circumstances.now)?;
        return Ok(Done { member: "CDCResponse", value, wrote: false });
    }
    let allow_duplicate_number = option(&item, "allowduplicatedocnum");
    let voids = option(&item, "void");
    let named = text(&item, "operation").map(|name| Operation::named(name, voids));
    let (entity, body) = object(item)?;
    let sent = schema::parse_row(entity, body)?;
    let operation = named.unwrap_or_else(|| Operation::of(entity, &sent));
    let circumstances = Circumstances { allow_duplicate_number, ..circumstances };
    let done = operation.perform(books, entity, sent, circumstances);
    let value = done.ok_or_else(|| Fault::unsupported_operation(Method::POST.as_str(), entity.name()))??;
    Ok(Done { member: entity.name(), value, wrote: true })
}

/// Options are one text or a list of them.
fn option(item: &Row, wanted: &str) -> bool {
    let is_wanted = |text: &str| text.split(',').any(|known| known.trim().eq_ignore_ascii_case(wanted));
    match item.get("optionsData") {
        Some(Value::String(options)) => is_wanted(options),
        Some(Value::Array(options)) => options.iter().filter_map(Value::as_str).any(is_wanted),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => false,
    }
}

/// The one member of an item that is named after an entity.
fn object(item: Row) -> Result<(Entity, Row), Fault> {
    let mut others =
        item.into_iter().filter(|(member, _)| !matches!(member.as_str(), "bId" | "operation" | "optionsData"));
    let (name, body) = others.next().ok_or_else(|| Fault::missing("BatchItemRequest"))?;
    let entity = Entity::named(&name).ok_or_else(|| Fault::unsupported_object(&name))?;
    match body {
        Value::Object(body) => Ok((entity, body)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Fault::malformed_body())
        }
    }
}
