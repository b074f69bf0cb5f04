//! Change data capture: what was created, changed or deleted since some moment.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::books::Books;
use super::entity::Entity;
use super::fault::Fault;
use super::query;
use super::row::{Row, part, text};

/// How far back one can look, as documented.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The documented most objects of one answer.
const OBJECTS_MAX: usize = 1000;
/// What the real service does not watch.
const UNWATCHED: [&str; 5] = ["JournalCode", "TimeActivity", "TaxAgency", "TaxCode", "TaxRate"];

/// Answers a request for the changes of some entities, parted by commas: the value of `CDCResponse`.
pub(crate) fn since(books: &Books, entities: &str, since: &str, now: Timestamp) -> Result<Value, Fault> {
    let names: Vec<&str> = entities.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return Err(Fault::missing("entities"));
    }
    if since.is_empty() {
        return Err(Fault::missing("changedSince"));
    }
    // A plus sign that was not encoded reaches us as a blank.
    let moment = query::time(&since.replace(' ', "+")).ok_or_else(|| Fault::date_format("changedSince", since))?;
    if now.duration_since(moment) > LOOK_BACK {
        return Err(Fault::date_value("changedSince", since));
    }
    let mut left = OBJECTS_MAX;
    let mut answers = Vec::new();
    for name in names {
        let entity = Entity::named(name).filter(|entity| !UNWATCHED.contains(&entity.name()));
        let entity = entity.ok_or_else(|| Fault::unsupported_object(name))?;
        let mut rows = changed(books, entity, moment);
        rows.truncate(left);
        left -= rows.len();
        answers.push(if rows.is_empty() {
            json!({})
        } else {
            let count = rows.len();
            json!({ entity.name(): rows, "startPosition": 1, "maxResults": count })
        });
    }
    Ok(json!([{ "QueryResponse": answers }]))
}

/// Objects as they are now, inactive ones too, and then those that are gone.
fn changed(books: &Books, entity: Entity, since: Timestamp) -> Vec<Value> {
    let is_new = |row: &&Row| {
        let updated = part(row, "MetaData").and_then(|times| text(times, "LastUpdatedTime"));
        updated.and_then(query::time).is_some_and(|updated| updated >= since)
    };
    let mut rows: Vec<&Row> = books.rows(entity).filter(is_new).collect();
    query::sort_by_default(entity, &mut rows);
    let gone = books.deleted().filter(|(of, _, at)| *of == entity && query::time(at).is_some_and(|at| at >= since));
    let gone = gone.map(
        |(_, id, at)| json!({ "domain": "QBO", "status": "Deleted", "Id": id, "MetaData": { "LastUpdatedTime": at } }),
    );
    rows.into_iter().cloned().map(Value::Object).chain(gone).collect()
}
