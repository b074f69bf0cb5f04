//! Compares what is stored with what a case states about it. Knows JSON, and nothing of QuickBooks.

use rust_decimal::Decimal;
use serde_json::{Number, Value};

/// One place where they differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// Where, such as `Line[1].Amount`.
    pub(super) at: String,
    pub(super) expected: String,
    pub(super) found: String,
}

/// Every place where `found` is not as stated. A stated object names members that must be there,
/// `null` one that must not; a stated list is the whole list, in order. Numbers are equal by value.
pub(super) fn differences(expected: &Value, found: &Value) -> Vec<Difference> {
    let mut differences = Vec::new();
    compare(&mut String::new(), expected, found, &mut differences);
    differences
}

/// Whether two decimals have one value, however they are written.
pub(super) fn same_amount(expected: &str, found: &str) -> bool {
    let decimal = |text: &str| text.parse::<Decimal>().ok();
    expected == found || decimal(expected).is_some_and(|expected| decimal(found) == Some(expected))
}

fn compare(at: &mut String, expected: &Value, found: &Value, differences: &mut Vec<Difference>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (name, stated) in expected {
                let dot = if at.is_empty() { "" } else { "." };
                let stored = found.get(name).unwrap_or(&Value::Null);
                inside(at, &format!("{dot}{name}"), |at| compare(at, stated, stored, differences));
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (position, (stated, stored)) in expected.iter().zip(found).enumerate() {
                inside(at, &format!("[{position}]"), |at| compare(at, stated, stored, differences));
            }
        }
        (Value::Number(expected), Value::Number(found)) if same_number(expected, found) => {}
        (expected, found) if expected == found => {}
        (expected, found) => {
            differences.push(Difference { at: at.clone(), expected: expected.to_string(), found: found.to_string() });
        }
    }
}

/// Does something one step further down the path.
fn inside(at: &mut String, step: &str, compare: impl FnOnce(&mut String)) {
    let here = at.len();
    at.push_str(step);
    compare(at);
    at.truncate(here);
}

fn same_number(expected: &Number, found: &Number) -> bool {
    same_amount(&expected.to_string(), &found.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(expected: &str, found: &str) -> Vec<String> {
        let (expected, found) = (serde_json::from_str(expected).unwrap(), serde_json::from_str(found).unwrap());
        differences(&expected, &found).into_iter().map(|difference| difference.at).collect()
    }

    #[test]
    fn members_that_are_not_stated_do_not_matter() {
        assert!(places(r#"{"Id": "1"}"#, r#"{"Id": "1", "SyncToken": "0"}"#).is_empty());
    }

    #[test]
    fn numbers_are_equal_by_value_and_never_to_a_text() {
        assert!(places(r#"{"Amount": 100}"#, r#"{"Amount": 100.00}"#).is_empty());
        assert_eq!(places(r#"{"Amount": 1861.08}"#, r#"{"Amount": 1861.07}"#), ["Amount"]);
        assert_eq!(places(r#"{"Amount": "100"}"#, r#"{"Amount": 100}"#), ["Amount"]);
    }

    #[test]
    fn a_list_is_stated_whole() {
        assert_eq!(places(r#"{"Line": [{}]}"#, r#"{"Line": [{}, {}]}"#), ["Line"]);
        let (expected, found) = (r#"{"Line": [{}, {"Qty": 2}]}"#, r#"{"Line": [{}, {"Qty": 3}]}"#);
        assert_eq!(places(expected, found), ["Line[1].Qty"]);
    }

    #[test]
    fn null_stands_for_a_member_that_is_not_there() {
        assert!(places(r#"{"BillEmail": null}"#, "{}").is_empty());
        assert_eq!(places(r#"{"BillEmail": null}"#, r#"{"BillEmail": {}}"#), ["BillEmail"]);
        assert_eq!(places(r#"{"BillEmail": {"Address": "a@x.com"}}"#, "{}"), ["BillEmail"]);
    }
}
