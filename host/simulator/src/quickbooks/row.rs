//! One stored object: a JSON object with QuickBooks' member names, and how its members are read.
//!
//! The simulator keeps objects as QuickBooks writes them, so it needs no struct per entity. This
//! module knows JSON and decimals; which members an entity has is the schema's business.

use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::{Map, Number, Value, json};

/// A stored object, or a part of one.
pub(crate) type Row = Map<String, Value>;

/// A member that is text, and not empty.
pub(crate) fn text<'a>(row: &'a Row, member: &str) -> Option<&'a str> {
    row.get(member)?.as_str().filter(|text| !text.is_empty())
}

/// The `value` of a reference.
pub(crate) fn reference<'a>(row: &'a Row, member: &str) -> Option<&'a str> {
    text(part(row, member)?, "value")
}

/// A member that is an object.
pub(crate) fn part<'a>(row: &'a Row, member: &str) -> Option<&'a Row> {
    row.get(member)?.as_object()
}

/// The objects of a member that is an array.
pub(crate) fn parts<'a>(row: &'a Row, member: &str) -> impl Iterator<Item = &'a Row> {
    let rows = row.get(member).and_then(Value::as_array).map(Vec::as_slice);
    rows.unwrap_or_default().iter().filter_map(Value::as_object)
}

/// A member that is `true`.
pub(crate) fn is_true(row: &Row, member: &str) -> bool {
    row.get(member).and_then(Value::as_bool) == Some(true)
}

/// A list object is active unless it says otherwise: the pseudo tax codes have no such member.
pub(crate) fn is_active(row: &Row) -> bool {
    row.get("Active").and_then(Value::as_bool) != Some(false)
}

/// A member that is a number.
pub(crate) fn decimal(row: &Row, member: &str) -> Option<Decimal> {
    decimal_of(row.get(member)?)
}

/// A JSON number as it was written, without a detour through binary.
pub(crate) fn decimal_of(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => decimal_in(&number.to_string()),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A number in text, plain or with an exponent.
pub(crate) fn decimal_in(text: &str) -> Option<Decimal> {
    Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

/// A sum of money: two decimals, halves away from zero.
pub(crate) fn cents(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// A JSON number that keeps the decimals it has.
pub(crate) fn number(amount: Decimal) -> Value {
    // A decimal in text is always a JSON number; the fallback is for the type only.
    Number::from_str(&amount.to_string()).map_or(Value::Null, Value::Number)
}

/// A sum of money with both its decimals, and `0` for nothing, as in QuickBooks' answers.
pub(crate) fn money(amount: Decimal) -> Value {
    let mut amount = cents(amount);
    if amount.is_zero() {
        return json!(0);
    }
    amount.rescale(2);
    number(amount)
}

/// A reference with the name of what it points at.
pub(crate) fn named(id: &str, name: &str) -> Value {
    json!({ "value": id, "name": name })
}

/// Sets a member that was not given.
pub(crate) fn default(row: &mut Row, member: &str, value: impl Into<Value>) {
    if !row.contains_key(member) {
        row.insert(member.to_owned(), value.into());
    }
}

/// Sets a member, whatever was given.
pub(crate) fn set(row: &mut Row, member: &str, value: impl Into<Value>) {
    row.insert(member.to_owned(), value.into());
}

/// Whether two texts differ at most in case. Plain letters are compared in
/// place, because names are compared with whole lists.
pub(crate) fn same_text(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    left.to_lowercase() == right.to_lowercase()
}

/// The number that an id is, for order; ids that are words come first.
pub(crate) fn id_order(row: &Row) -> u64 {
    text(row, "Id").and_then(|id| id.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_that_binary_floats_get_wrong_rounds_half_up() {
        let product = decimal_in("128.350").unwrap() * decimal_in("14.50").unwrap();
        assert_eq!(money(product).to_string(), "1861.08");
    }

    #[test]
    fn money_is_written_with_both_decimals_and_nothing_as_zero() {
        assert_eq!(money(Decimal::from(100)).to_string(), "100.00");
        assert_eq!(money(Decimal::ZERO).to_string(), "0");
    }
}
