//! What one object of a table, or one part of it, must contain.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Entity;
use crate::quickbooks::fault::Fault;
use crate::quickbooks::row::{Row, default, reference, text};

/// Required members, references, fixed values and defaults.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Shape {
    required: Vec<String>,
    /// Groups of which at least one member is required.
    any_of: Vec<Vec<String>>,
    /// Members that are required because of the value of another.
    choices: Vec<Choice>,
    /// References, and the entity that each points at.
    pub(super) references: BTreeMap<String, String>,
    /// References to accounts that must be of certain types.
    accounts: BTreeMap<String, Vec<String>>,
    /// Members with a fixed set of values.
    values: BTreeMap<String, Vec<String>>,
    defaults: BTreeMap<String, Value>,
    /// Members that are objects with a shape of their own, checked where they are there.
    parts: BTreeMap<String, Shape>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Choice {
    member: String,
    value: String,
    required: String,
}

impl Shape {
    /// Checks a row and adds defaults and the names of references; `place` leads to it, for faults.
    pub(super) fn complete(&self, books: &Books, row: &mut Row, place: &str) -> Result<(), Fault> {
        for (member, value) in &self.defaults {
            default(row, member, value.clone());
        }
        self.check_required(row, place)?;
        for (member, values) in &self.values {
            let value = text(row, member).filter(|value| !values.iter().any(|known| known == value));
            if let Some(value) = value {
                return Err(Fault::enumeration(&format!("{place}{member}"), value));
            }
        }
        if text(row, "BillableStatus") == Some("Billable") && reference(row, "CustomerRef").is_none() {
            return Err(Fault::billable_without_customer(&format!("{place}CustomerRef")));
        }
        for (member, entity) in &self.references {
            // A test of the table makes sure that every entity exists.
            if let Some(entity) = Entity::named(entity) {
                books.name_reference(row, member, entity)?;
            }
        }
        self.check_accounts(books, row, place)?;
        for (member, shape) in &self.parts {
            if let Some(Value::Object(part)) = row.get_mut(member) {
                shape.complete(books, part, &format!("{place}{member}."))?;
            }
        }
        Ok(())
    }

    fn check_required(&self, row: &Row, place: &str) -> Result<(), Fault> {
        let chosen = self.choices.iter().filter(|choice| text(row, &choice.member) == Some(&choice.value));
        let required = self.required.iter().chain(chosen.map(|choice| &choice.required));
        for member in required {
            if !is_given(row, member) {
                return Err(Fault::missing(&format!("{place}{member}")));
            }
        }
        for group in &self.any_of {
            if let Some(first) = group.first()
                && !group.iter().any(|member| is_given(row, member))
            {
                return Err(Fault::missing(&format!("{place}{first}")));
            }
        }
        Ok(())
    }

    fn check_accounts(&self, books: &Books, row: &Row, place: &str) -> Result<(), Fault> {
        for (member, types) in &self.accounts {
            let Some(id) = reference(row, member) else { continue };
            let kind = text(books.referred(Entity::Account, id)?, "AccountType").unwrap_or_default();
            if !types.iter().any(|known| known == kind) {
                return Err(Fault::account_type_used(&format!("{place}{member}")));
            }
        }
        Ok(())
    }

    /// The entities that its references name, and those of its parts.
    #[cfg(test)]
    pub(super) fn referred_entities(&self) -> Vec<&str> {
        let own = self.references.values().map(String::as_str);
        own.chain(self.parts.values().flat_map(Self::referred_entities)).collect()
    }
}

fn is_given(row: &Row, member: &str) -> bool {
    row.get(member).is_some_and(|value| value.as_str() != Some(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quickbooks::generic::table::TABLE;

    #[test]
    fn every_reference_of_the_table_points_at_an_entity() {
        let of_entities = TABLE.entities.iter().flat_map(|table| table.shape.referred_entities());
        let of_details = TABLE.details.values().flat_map(Shape::referred_entities);
        for entity in of_entities.chain(of_details) {
            assert!(Entity::named(entity).is_some(), "{entity}");
        }
    }
}
