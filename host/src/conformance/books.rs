//! What a run changed in a company's books, told so that two plays of one event can be compared:
//! without ids, document numbers, versions, times and markers, which differ from play to play.

use std::collections::{BTreeMap, BTreeSet};

use qbo_simulator::quickbooks::QuickBooks;
use serde_json::{Map, Value};

/// Members that say which row it is, or when it was written, and nothing about what was booked.
const INCIDENTAL: [&str; 8] = ["DeliveryInfo", "DocNumber", "Id", "MetaData", "SyncToken", "TxnId", "domain", "sparse"];

/// What stands in the place of a run's marker.
const MARKER: &str = "(marker)";

/// Everything that stands in one company: rows by entity and id.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Books(BTreeMap<(&'static str, String), Value>);

/// What is in the books that was not there before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Entities and ids of rows that were made.
    pub(super) made: BTreeSet<(String, String)>,
    /// Every row that was made or changed, as its content: entity and JSON text, in order.
    content: Vec<String>,
    /// Whether every transaction that was made bears a run's marker.
    pub(super) is_marked: bool,
}

impl Books {
    /// The books of the company `realm` as they stand.
    pub(super) fn of(books: &QuickBooks, realm: &str) -> Self {
        let mut rows = BTreeMap::new();
        for entity in QuickBooks::entities() {
            for row in books.documents(realm, entity) {
                rows.insert((entity, row["Id"].as_str().unwrap_or_default().to_owned()), row);
            }
        }
        Self(rows)
    }

    /// What `self` has and `before` had not; the runs' markers are not told apart.
    pub(super) fn since(&self, before: &Self, markers: &[String]) -> Changes {
        let mut changes = Changes { is_marked: true, ..Changes::default() };
        for ((entity, id), row) in &self.0 {
            let earlier = before.0.get(&(*entity, id.clone()));
            if earlier == Some(row) {
                continue;
            }
            let content = format!("{entity} {}", content(row, markers));
            if earlier.is_none() {
                changes.made.insert(((*entity).to_owned(), id.clone()));
                changes.is_marked &= row.get("TotalAmt").is_none() || content.contains(MARKER);
            }
            changes.content.push(content);
        }
        for (entity, id) in before.0.keys().filter(|named| !self.0.contains_key(*named)) {
            changes.content.push(format!("{entity} {id} is gone"));
        }
        changes.content.sort();
        changes
    }
}

impl Changes {
    /// Whether the books are as they were.
    pub(super) fn is_empty(&self) -> bool {
        self.content.is_empty()
    }

    /// Whether both say the same, whatever ids the rows have.
    pub(super) fn same_content(&self, other: &Self) -> bool {
        self.content == other.content
    }

    /// What was made, in words.
    pub(super) fn told(&self) -> String {
        if self.made.is_empty() {
            return if self.is_empty() { "nothing".into() } else { "changes of what stood".into() };
        }
        self.made.iter().map(|(entity, id)| format!("{entity} {id}")).collect::<Vec<_>>().join(", ")
    }

    /// The first row that the other play has not, or has otherwise.
    pub(super) fn first_difference(&self, other: &Self) -> Option<&str> {
        self.content.iter().find(|row| !other.content.contains(row)).map(String::as_str)
    }
}

fn content(value: &Value, markers: &[String]) -> Value {
    match value {
        Value::Object(members) => Value::Object(members_of(members, markers)),
        Value::Array(values) => values.iter().map(|value| content(value, markers)).collect(),
        Value::String(text) => markers.iter().fold(text.clone(), |text, marker| text.replace(marker, MARKER)).into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// A reference is told by the name beside its id.
fn members_of(members: &Map<String, Value>, markers: &[String]) -> Map<String, Value> {
    let named = members.contains_key("name");
    let is_incidental = |name: &str| INCIDENTAL.contains(&name) || (named && name == "value");
    let told = members.iter().filter(|(name, _)| !is_incidental(name));
    told.map(|(name, value)| (name.clone(), content(value, markers))).collect()
}

#[cfg(test)]
impl Changes {
    /// Rows of one entity that were made and say the same.
    pub(super) fn of_made(entity: &str, ids: &[&str]) -> Self {
        Self {
            made: ids.iter().map(|id| (entity.to_owned(), (*id).to_owned())).collect(),
            content: ids.iter().map(|_| entity.to_owned()).collect(),
            is_marked: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn books(rows: &[(&'static str, Value)]) -> Books {
        let named =
            |(entity, row): &(&'static str, Value)| ((*entity, row["Id"].as_str().unwrap().to_owned()), row.clone());
        Books(rows.iter().map(named).collect())
    }

    #[test]
    fn the_same_invoice_under_another_id_and_number_is_the_same() {
        let before = books(&[("Customer", json!({"Id": "1", "Balance": 0}))]);
        let after = |id: &str, run: &str| {
            books(&[
                ("Customer", json!({"Id": "1", "Balance": 0})),
                (
                    "Invoice",
                    json!({"Id": id, "DocNumber": id, "PrivateNote": format!("for {run}"), "TotalAmt": 5,
                    "CustomerRef": {"value": id, "name": "Jane"}}),
                ),
            ])
        };
        let markers = ["run a".to_owned(), "run b".to_owned()];
        let (one, other) = (after("7", "run a").since(&before, &markers), after("8", "run b").since(&before, &markers));
        assert!(one.same_content(&other));
        assert_ne!(one.made, other.made);
    }

    #[test]
    fn a_row_that_changed_or_went_is_a_change() {
        let before = books(&[("Customer", json!({"Id": "1", "Balance": 0}))]);
        let changed = books(&[("Customer", json!({"Id": "1", "Balance": 5}))]).since(&before, &[]);
        assert!(!changed.is_empty() && changed.made.is_empty());
        assert!(!books(&[]).since(&before, &[]).is_empty());
        assert!(before.since(&before, &[]).is_empty());
    }
}
