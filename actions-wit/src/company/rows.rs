//! Takes the rows of one entity out of a `QueryResponse`, without building what stands around
//! them.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer as _;
use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};

/// The rows; none where QuickBooks leaves even the entity's name out.
pub(super) fn of<E: DeserializeOwned>(response: &str, entity: &str) -> Result<Vec<E>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(response);
    deserializer.deserialize_map(Rows { entity, row: PhantomData })
}

struct Rows<'n, E> {
    entity: &'n str,
    row: PhantomData<E>,
}

impl<'de, E: DeserializeOwned> Visitor<'de> for Rows<'_, E> {
    type Value = Vec<E>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a QueryResponse")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Vec<E>, A::Error> {
        let mut rows = Vec::new();
        while let Some(name) = members.next_key::<String>()? {
            if name == self.entity {
                rows = members.next_value()?;
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use crate::quickbooks::Term;

    #[test]
    fn an_answer_without_the_entity_has_no_rows() {
        let rows: Vec<Term> = super::of("{}", "Term").unwrap();
        assert!(rows.is_empty());
    }

    #[test]
    fn rows_are_found_wherever_they_stand_in_the_answer() {
        let answer = r#"{"startPosition":1,"Term":[{"Id":"3","Name":"Net 30"}],"maxResults":1}"#;
        let rows: Vec<Term> = super::of(answer, "Term").unwrap();
        assert_eq!(rows[0].name.as_deref(), Some("Net 30"));
    }
}
