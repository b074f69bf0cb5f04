//! The QuickBooks company an action was given: typed calls over the contract's texts.
//! Owns paging and lists; knows nothing of grants, retries or request ids, which are the host's.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Fault;
use crate::bindings::qbo::actions::quickbooks;
use crate::quickbooks::Entity;

mod calls;
mod rows;

pub use calls::Calls;

/// The most rows that the host lets a page hold.
const PAGE_ROWS: usize = 200;

/// How many values one `IN` list holds. 150 of them take 450 bytes of the 8 KiB that a statement
/// may have, leave room on the page for names that match twice, and let 300 lines be matched by
/// id, by SKU and by name in two calls each.
const LIST_VALUES: usize = 150;

/// How many bytes the values of one list may have. The host sends no text over 64 KiB; this
/// leaves room for the statement around them, and cuts only lists of long names in scripts that
/// take four bytes a character.
const LIST_BYTES: usize = 48 * 1024;

/// One QuickBooks company.
pub struct Company<'h> {
    handle: &'h dyn Calls,
}

impl<'h> Company<'h> {
    /// The company behind `handle`: what an action is given, or in a native test of its logic
    /// whatever answers in the host's place.
    pub fn new(handle: &'h dyn Calls) -> Self {
        Self { handle }
    }

    /// All rows of a query, page by page.
    ///
    /// The statement is QuickBooks' query language with `?` for every string, without
    /// `STARTPOSITION` and `MAXRESULTS`: `SELECT * FROM Customer WHERE GivenName = ?`.
    pub fn query<E: Entity>(&self, statement: &str, values: &[&str]) -> Result<Vec<E>, Fault> {
        self.all_rows(E::NAME, statement, values)
    }

    /// All rows whose member is in a list of any length. The statement's one `?` stands for the
    /// whole list: `SELECT * FROM Item WHERE Sku IN ?`.
    pub fn query_in<E: Entity>(&self, statement: &str, list: &[&str]) -> Result<Vec<E>, Fault> {
        let mut rows = Vec::new();
        let mut list = list;
        while !list.is_empty() {
            let (values, rest) = list.split_at(values_that_fit(list));
            rows.append(&mut self.query(&with_list(statement, values.len()), values)?);
            list = rest;
        }
        Ok(rows)
    }

    /// One entity by its id.
    pub fn read<E: Entity>(&self, id: &str) -> Result<E, Fault> {
        answer(E::NAME, self.handle.read(E::NAME, id))
    }

    /// Creates an entity and gives it as QuickBooks stored it. `key` names this write within the
    /// run: the same key is the same write, however often the run is attempted.
    pub fn create<E: Entity>(&self, key: &str, entity: &E) -> Result<E, Fault> {
        let body = text(E::NAME, entity)?;
        answer(E::NAME, self.handle.create(key, E::NAME, &body))
    }

    /// Updates an entity that was read before; members it does not know are sent back as read.
    pub fn update<E: Entity>(&self, key: &str, entity: &E) -> Result<E, Fault> {
        let body = text(E::NAME, entity)?;
        answer(E::NAME, self.handle.update(key, E::NAME, &body))
    }

    /// `send`, `void` or `delete`. The body holds `Id` and, but for `send`, `SyncToken`.
    pub fn operate<E: Entity>(&self, key: &str, verb: &str, body: &Value) -> Result<Value, Fault> {
        self.untyped(E::NAME).operate(key, verb, body)
    }

    /// An entity that has no type here, as plain JSON.
    pub fn untyped<'e>(&'e self, entity: &'e str) -> Untyped<'e> {
        Untyped { company: self, entity }
    }

    fn all_rows<E: DeserializeOwned>(&self, entity: &str, statement: &str, values: &[&str]) -> Result<Vec<E>, Fault> {
        let values: Vec<String> = values.iter().map(|&value| value.to_owned()).collect();
        let mut all = Vec::new();
        loop {
            let first = all.len() + 1;
            let paged = format!("{statement} STARTPOSITION {first} MAXRESULTS {PAGE_ROWS}");
            let page = self.handle.query(&paged, &values).map_err(|fault| Fault::answered(entity, fault))?;
            let mut rows = rows::of(&page, entity).map_err(|cause| Fault::unreadable(entity, &cause))?;
            let last = rows.len() < PAGE_ROWS;
            all.append(&mut rows);
            if last {
                return Ok(all);
            }
        }
    }
}

/// The calls for an entity that the SDK has no type for.
pub struct Untyped<'e> {
    company: &'e Company<'e>,
    entity: &'e str,
}

impl Untyped<'_> {
    /// All rows of a query on this entity.
    pub fn query(&self, statement: &str, values: &[&str]) -> Result<Vec<Value>, Fault> {
        self.company.all_rows(self.entity, statement, values)
    }

    /// One entity by its id.
    pub fn read(&self, id: &str) -> Result<Value, Fault> {
        answer(self.entity, self.company.handle.read(self.entity, id))
    }

    /// Creates an entity from its JSON object.
    pub fn create(&self, key: &str, body: &Value) -> Result<Value, Fault> {
        let body = text(self.entity, body)?;
        answer(self.entity, self.company.handle.create(key, self.entity, &body))
    }

    /// Updates an entity; the body holds `Id` and `SyncToken`.
    pub fn update(&self, key: &str, body: &Value) -> Result<Value, Fault> {
        let body = text(self.entity, body)?;
        answer(self.entity, self.company.handle.update(key, self.entity, &body))
    }

    /// `send`, `void` or `delete`.
    pub fn operate(&self, key: &str, verb: &str, body: &Value) -> Result<Value, Fault> {
        let body = text(self.entity, body)?;
        answer(self.entity, self.company.handle.operate(key, verb, self.entity, &body))
    }
}

fn text(entity: &str, body: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(body).map_err(|cause| Fault::unreadable(entity, &cause))
}

fn answer<E: DeserializeOwned>(entity: &str, answered: Result<String, quickbooks::Fault>) -> Result<E, Fault> {
    let body = answered.map_err(|fault| Fault::answered(entity, fault))?;
    serde_json::from_str(&body).map_err(|cause| Fault::unreadable(entity, &cause))
}

/// How many values from the start of the list go into one statement; at least one.
fn values_that_fit(list: &[&str]) -> usize {
    let mut bytes = 0;
    let fits = |value: &&&str| {
        bytes += value.len();
        bytes <= LIST_BYTES
    };
    list.iter().take(LIST_VALUES).take_while(fits).count().max(1)
}

/// The statement with its one `?` written out as a list of `length` of them.
fn with_list(statement: &str, length: usize) -> String {
    let list = format!("({})", vec!["?"; length].join(", "));
    statement.replacen('?', &list, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_by_number_and_by_bytes() {
        assert_eq!(values_that_fit(&["x"; 300]), LIST_VALUES);
        assert_eq!(values_that_fit(&["x"; 3]), 3);
        let long = "x".repeat(LIST_BYTES / 2);
        assert_eq!(values_that_fit(&[&long, &long, &long]), 2);
        let longer = "x".repeat(LIST_BYTES + 1);
        assert_eq!(values_that_fit(&[&longer, "x"]), 1);
    }

    #[test]
    fn the_question_mark_of_a_list_is_written_out_once_for_each_value() {
        assert_eq!(
            with_list("SELECT * FROM Item WHERE Sku IN ? AND Active = true", 3),
            "SELECT * FROM Item WHERE Sku IN (?, ?, ?) AND Active = true"
        );
    }
}
