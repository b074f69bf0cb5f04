//! What a body may say: known properties, types and lengths, as data.
//!
//! A body is parsed once, here, into a [`Row`] whose members have the right types. The lists come
//! from Intuit's published schema; QuickBooks is lenient in places, and so is this: an empty date,
//! number or reference means "not given", and numbers may come as text. Business rules live elsewhere.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Number, Value};

use super::entity::Entity;
use super::fault::Fault;
use super::row::{Row, decimal_in};

type Names = BTreeMap<String, Vec<String>>;

/// Amounts have at most ten digits before the point and five after it, as documented.
const NUMBER_END: Decimal = Decimal::from_parts(1_410_065_408, 2, 0, false, 0);

static PROPERTIES: LazyLock<Names> = LazyLock::new(|| read(include_str!("schema/properties.json")));
static QUERYABLE: LazyLock<Names> = LazyLock::new(|| read(include_str!("schema/queryable.json")));
static LENGTHS: LazyLock<BTreeMap<String, BTreeMap<String, usize>>> =
    LazyLock::new(|| read(include_str!("schema/lengths.json")));
static TYPES: LazyLock<Types> = LazyLock::new(|| read(include_str!("schema/types.json")));
static CLASSES: LazyLock<Names> = LazyLock::new(|| read(include_str!("schema/classes.json")));

/// Members whose type is the same wherever they occur.
#[derive(Deserialize)]
struct Types {
    dates: Vec<String>,
    numbers: Vec<String>,
    booleans: Vec<String>,
    ids: Vec<String>,
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> T {
    serde_json::from_str(text).expect("the schema files are part of the program")
}

/// Reads a request's body as an object of this entity.
pub(crate) fn parse(entity: Entity, body: &[u8]) -> Result<Row, Fault> {
    parse_class(entity.name(), body)
}

/// Reads a request's body as an object of a class that is stored in no table.
pub(crate) fn parse_class(class: &str, body: &[u8]) -> Result<Row, Fault> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Fault::malformed_body())?;
    let Value::Object(body) = body else { return Err(Fault::malformed_body()) };
    parse_part(class, body)
}

/// Reads an object that is already JSON as one of this entity.
pub(crate) fn parse_row(entity: Entity, body: Row) -> Result<Row, Fault> {
    parse_part(entity.name(), body)
}

/// The name of a property as the schema spells it, if the entity has it. Queries write names in any case.
pub(crate) fn property(entity: Entity, name: &str) -> Option<&'static str> {
    let known = PROPERTIES.get(entity.name())?;
    known.iter().map(String::as_str).find(|known| known.eq_ignore_ascii_case(name))
}

/// The name of a filterable and sortable property as the schema spells it.
pub(crate) fn queryable(entity: Entity, name: &str) -> Option<&'static str> {
    let every = QUERYABLE.get("every").into_iter().flatten();
    let own = QUERYABLE.get(entity.name()).into_iter().flatten();
    every.chain(own).map(String::as_str).find(|known| known.eq_ignore_ascii_case(name))
}

/// Whether a member holds a number, for the order of rows.
pub(crate) fn is_number(member: &str) -> bool {
    lists(&TYPES.numbers, member)
}

fn parse_part(class: &str, body: Row) -> Result<Row, Fault> {
    let mut row = Row::new();
    for (member, value) in body {
        check_known(class, &member)?;
        if let Some(value) = parse_member(class, &member, value)? {
            check_length(class, &member, &value)?;
            row.insert(member, value);
        }
    }
    Ok(row)
}

fn check_known(class: &str, member: &str) -> Result<(), Fault> {
    if matches!(member, "domain" | "sparse" | "status") {
        return Ok(());
    }
    match PROPERTIES.get(class) {
        Some(known) if !lists(known, member) => Err(Fault::unknown_property(member, class, known)),
        Some(_) | None => Ok(()),
    }
}

fn check_length(class: &str, member: &str, value: &Value) -> Result<(), Fault> {
    let length_max = LENGTHS.get(class).and_then(|lengths| lengths.get(member));
    let (Some(&length_max), Some(text)) = (length_max, value.as_str()) else { return Ok(()) };
    let supplied = text.chars().count();
    if supplied > length_max {
        return Err(Fault::too_long(member, length_max, supplied));
    }
    Ok(())
}

/// The member's value in its type; `None` if it counts as not given.
fn parse_member(class: &str, member: &str, value: Value) -> Result<Option<Value>, Fault> {
    match value {
        Value::Null => Ok(None),
        Value::Array(values) => {
            let values = values.into_iter().map(|value| parse_member(class, member, value));
            let values = values.filter_map(Result::transpose).collect::<Result<_, _>>()?;
            Ok(Some(Value::Array(values)))
        }
        Value::Object(part) => parse_object(member, part),
        Value::String(text) => parse_text(class, member, text),
        Value::Number(number) if lists(&TYPES.ids, member) => Ok(Some(Value::String(number.to_string()))),
        Value::Number(number) if lists(&TYPES.dates, member) => Err(Fault::date_format(member, &number.to_string())),
        Value::Number(number) if lists(&TYPES.numbers, member) => in_range(member, &number).map(Some),
        Value::Bool(given) if lists(&TYPES.numbers, member) => Err(Fault::number_format(member, &given.to_string())),
        Value::Number(_) | Value::Bool(_) => Ok(Some(value)),
    }
}

fn parse_object(member: &str, part: Row) -> Result<Option<Value>, Fault> {
    if [&TYPES.dates, &TYPES.numbers, &TYPES.booleans, &TYPES.ids].into_iter().any(|names| lists(names, member)) {
        return Err(Fault::not_constructed(member));
    }
    let Some(class) = class_of(member) else { return Ok(Some(Value::Object(part))) };
    let mut row = parse_part(class, part)?;
    if class == "ReferenceType" {
        // The server writes the name itself, and a wrong one is not an error. The type tells apart the
        // name lists where any of them may stand.
        row.retain(|name, value| name != "name" && value.as_str() != Some(""));
        return Ok(row.contains_key("value").then_some(Value::Object(row)));
    }
    row.retain(|_, value| value.as_str() != Some(""));
    Ok(Some(Value::Object(row)))
}

fn parse_text(class: &str, member: &str, text: String) -> Result<Option<Value>, Fault> {
    match class_of(member) {
        Some(_) if text.is_empty() => return Ok(None),
        Some("ReferenceType") => return Err(Fault::not_constructed(member)),
        Some(_) | None => {}
    }
    if lists(&TYPES.dates, member) {
        return Ok(date(member, &text)?.map(Value::String));
    }
    if lists(&TYPES.numbers, member) {
        return number(member, &text);
    }
    if lists(&TYPES.booleans, member) {
        return match text.to_ascii_lowercase().as_str() {
            "true" => Ok(Some(Value::Bool(true))),
            "false" => Ok(Some(Value::Bool(false))),
            "" => Ok(None),
            _ => Err(Fault::boolean(&format!("{class}.{member}"), &text)),
        };
    }
    Ok(Some(Value::String(text)))
}

/// A date without the time or zone that some clients append.
fn date(member: &str, text: &str) -> Result<Option<String>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let Some((day, rest)) = text.split_at_checked(10) else { return Err(Fault::date_format(member, text)) };
    let shaped = day.bytes().enumerate().all(|(place, byte)| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if !shaped || !(rest.is_empty() || rest.starts_with(['T', ' ', 'Z', '+', '-'])) {
        return Err(Fault::date_format(member, text));
    }
    day.parse::<Date>().map_err(|_| Fault::date_value(member, text))?;
    Ok(Some(day.to_owned()))
}

fn number(member: &str, text: &str) -> Result<Option<Value>, Fault> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(None);
    }
    let number = decimal_in(trimmed).and_then(|number| number.to_string().parse::<Number>().ok());
    let number = number.ok_or_else(|| Fault::number_format(member, text))?;
    in_range(member, &number).map(Some)
}

/// A number that QuickBooks can hold, which is fewer than JSON can write.
fn in_range(member: &str, number: &Number) -> Result<Value, Fault> {
    let held = decimal_in(&number.to_string()).filter(|held| held.abs() < NUMBER_END);
    held.map(|_| Value::Number(number.clone())).ok_or_else(|| Fault::number_value(member, &number.to_string()))
}

fn class_of(member: &str) -> Option<&'static str> {
    let classes = CLASSES.iter().find(|(_, members)| lists(members, member));
    match classes {
        Some((class, _)) => Some(class),
        None if member.ends_with("Ref") => Some("ReferenceType"),
        None => None,
    }
}

fn lists(names: &[String], name: &str) -> bool {
    names.iter().any(|known| known == name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(body: &Value) -> Value {
        parse(Entity::Invoice, body.to_string().as_bytes()).map_or_else(|fault| fault.body(), Value::Object)
    }

    #[test]
    fn empty_dates_numbers_and_references_count_as_not_given() {
        let body = json!({"TxnDate": "", "TotalAmt": "", "CustomerRef": {"value": "", "name": ""}, "SalesTermRef": ""});
        assert_eq!(parsed(&body), json!({}));
    }

    #[test]
    fn numbers_may_come_as_text_and_ids_as_numbers() {
        let body = json!({"SyncToken": 0, "Line": [{"Amount": "100.00", "LineNum": 0}]});
        assert_eq!(parsed(&body).to_string(), r#"{"SyncToken":"0","Line":[{"Amount":100.00,"LineNum":0}]}"#);
    }

    #[test]
    fn a_date_loses_its_time_and_zone() {
        assert_eq!(parsed(&json!({"TxnDate": "2026-12-01T00:00:00"})), json!({"TxnDate": "2026-12-01"}));
        assert_eq!(parsed(&json!({"DueDate": "2026-12-01-08:00"})), json!({"DueDate": "2026-12-01"}));
    }

    #[test]
    fn a_date_that_does_not_exist_is_a_fault_of_value_and_another_shape_one_of_format() {
        assert_eq!(parsed(&json!({"TxnDate": "2026-02-30"}))["Error"][0]["code"], "2070");
        assert_eq!(parsed(&json!({"TxnDate": "01.12.2026"}))["Error"][0]["code"], "2060");
    }

    #[test]
    fn an_unknown_property_is_a_fault_at_any_depth() {
        assert_eq!(parsed(&json!({"BadJson": 1}))["Error"][0]["code"], "2010");
        let nested = json!({"Line": [{"SalesItemLineDetail": {"Quantity": 1}}]});
        assert_eq!(parsed(&nested)["Error"][0]["code"], "2010");
    }

    #[test]
    fn a_document_number_of_22_characters_is_too_long() {
        assert_eq!(parsed(&json!({"DocNumber": "1".repeat(22)}))["Error"][0]["code"], "2050");
    }
}
