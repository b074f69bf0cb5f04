//! What a condition of a query means for one row.
//!
//! Text is compared without case, numbers as decimals, times as instants. Ids are numbers in text.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use serde_json::Value;

use super::parse::{Condition, Operator};
use crate::quickbooks::fault::Fault;
use crate::quickbooks::pacific;
use crate::quickbooks::row::{Row, decimal_in, decimal_of, same_text};
use crate::quickbooks::schema;

/// A condition whose property is known and whose literals have its type.
pub(super) struct Wanted {
    pub(super) property: &'static str,
    operator: Operator,
    literals: Vec<Comparable>,
}

/// A value in the type of its property.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Comparable {
    /// Ids and amounts.
    Number(Decimal),
    Time(Timestamp),
    /// Lower case.
    Text(String),
}

impl Wanted {
    pub(super) fn new(property: &'static str, condition: &Condition) -> Result<Self, Fault> {
        let literals = condition.literals.iter().map(|literal| {
            comparable(property, literal)
                .ok_or_else(|| Fault::query_validation(&format!("invalid value '{literal}' for property '{property}'")))
        });
        let literals = literals.collect::<Result<_, _>>()?;
        Ok(Self { property, operator: condition.operator, literals })
    }

    pub(super) fn holds(&self, row: &Row) -> bool {
        let Some(value) = member_at(row, self.property) else { return false };
        if let (Value::String(text), Operator::Equal | Operator::In) = (value, self.operator)
            && let [Comparable::Text(_), ..] = self.literals.as_slice()
        {
            // The usual search of a long list, without a copy of every row's text.
            return self.literals.iter().any(|literal| literal.is_same(text));
        }
        let Some(value) = written(value).and_then(|value| comparable(self.property, &value)) else { return false };
        self.literals.iter().any(|literal| match self.operator {
            Operator::Equal | Operator::In => value == *literal,
            Operator::Less => value < *literal,
            Operator::LessOrEqual => value <= *literal,
            Operator::Greater => value > *literal,
            Operator::GreaterOrEqual => value >= *literal,
            Operator::Like => value.is_like(literal),
        })
    }
}

impl Comparable {
    fn is_same(&self, other: &str) -> bool {
        match self {
            Self::Text(text) => same_text(text, other),
            Self::Number(_) | Self::Time(_) => false,
        }
    }

    fn is_like(&self, pattern: &Self) -> bool {
        match (self, pattern) {
            (Self::Text(text), Self::Text(pattern)) => is_like(text, pattern),
            (value, pattern) => value == pattern,
        }
    }
}

/// The order of two rows by one property; a missing value comes first.
pub(super) fn order(property: &str, left: &Row, right: &Row) -> Ordering {
    let value = |row| member_at(row, property).and_then(written).and_then(|value| comparable(property, &value));
    value(left).cmp(&value(right))
}

/// The member at a path with at most one dot.
pub(super) fn member_at<'a>(row: &'a Row, path: &str) -> Option<&'a Value> {
    match path.split_once('.') {
        None => row.get(path),
        Some((member, rest)) => row.get(member)?.get(rest),
    }
}

/// A value as a literal would be written; references and addresses stand for what they hold.
fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) => Some(value.to_string()),
        Value::Number(_) => decimal_of(value).map(|number| number.to_string()),
        Value::Object(part) => written(part.get("value").or_else(|| part.get("Address"))?),
        Value::Null | Value::Array(_) => None,
    }
}

fn comparable(property: &str, value: &str) -> Option<Comparable> {
    if property.starts_with("MetaData.") {
        return time(value).map(Comparable::Time);
    }
    if schema::is_number(property) {
        return decimal_in(value).map(Comparable::Number);
    }
    let is_id = property == "Id" || property.ends_with("Ref");
    if is_id && let Some(id) = decimal_in(value) {
        return Some(Comparable::Number(id));
    }
    Some(Comparable::Text(value.to_lowercase()))
}

/// An instant with an offset, or a date or time of the company's day.
pub(crate) fn time(value: &str) -> Option<Timestamp> {
    if let Ok(instant) = value.parse::<Timestamp>() {
        return Some(instant);
    }
    let local = value
        .parse::<DateTime>()
        .ok()
        .or_else(|| Some(value.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight())))?;
    local.to_zoned(pacific()).ok().map(|zoned| zoned.timestamp())
}

/// `%` stands for any run of characters; both sides are lower case.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('%');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_at_both_ends_and_between() {
        assert!(is_like("amy's bird", "amy%"));
        assert!(is_like("amy's bird", "%bird"));
        assert!(is_like("amy's bird", "a%s%d"));
        assert!(is_like("amy", "amy"));
        assert!(!is_like("amy", "am"));
        assert!(!is_like("aa", "aa%a"));
    }

    #[test]
    fn a_time_without_an_offset_is_pacific() {
        assert_eq!(time("2026-01-16"), time("2026-01-16T00:00:00-08:00"));
    }
}
