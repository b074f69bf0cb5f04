//! Definitions that share their parts. Actions that sell something have most inputs, capabilities,
//! reads and errors in common: these stand here once, as fragments, and a definition names the
//! ones it includes. The host sees whole definitions only.
//!
//! ```json
//! { "include": ["customer", "books"], "id": "create-credit-memo", … }
//! ```
//!
//! A fragment may include others. What a definition says itself goes before what a fragment says
//! under the same name. Knows how definitions are put together, and not what is right in one: the
//! host checks that.

use std::collections::VecDeque;

use serde_json::{Map, Value};

/// The fragments by name.
const FRAGMENTS: [(&str, &str); 11] = [
    ("books", include_str!("definition/books.json")),
    ("clearing", include_str!("definition/clearing.json")),
    ("customer", include_str!("definition/customer.json")),
    ("deposit", include_str!("definition/deposit.json")),
    ("fees", include_str!("definition/fees.json")),
    ("invoiced", include_str!("definition/invoiced.json")),
    ("payment", include_str!("definition/payment.json")),
    ("products", include_str!("definition/products.json")),
    ("refund", include_str!("definition/refund.json")),
    ("sale", include_str!("definition/sale.json")),
    ("untaxed", include_str!("definition/untaxed.json")),
];

/// The lists that a fragment adds to, and the member that names an entry.
const LISTS: [(&str, &str); 4] =
    [("inputs", "name"), ("outputs", "name"), ("capabilities", "capability"), ("errors", "code")];

/// In a fragment's reads, what is read of every object.
const ANY_OBJECT: &str = "any";

/// The whole definition: the fragments that `own` includes, written into it. A text that is no
/// JSON object, or includes nothing, is given back as it is; a name that no fragment has stays
/// under `include`, where the host refuses it.
pub fn whole(own: &str) -> String {
    let Ok(Value::Object(mut document)) = serde_json::from_str(own) else {
        return own.to_owned();
    };
    let Some(Value::Array(names)) = document.remove("include") else {
        return own.to_owned();
    };
    let mut names = VecDeque::from(names);
    let mut unknown = Vec::new();
    while let Some(name) = names.pop_front() {
        match fragment(&name) {
            Some(mut fragment) => {
                names.extend(taken(&mut fragment, "include"));
                add(&mut document, fragment);
            }
            None => unknown.push(name),
        }
    }
    if !unknown.is_empty() {
        document.insert("include".to_owned(), Value::Array(unknown));
    }
    order(&mut document);
    Value::Object(document).to_string()
}

/// The capabilities without which a run is held before it begins, in the order of the whole
/// definition: for a test that an action requires no more than every run of it needs.
pub fn required(own: &str) -> Vec<String> {
    let definition: Value = serde_json::from_str(&whole(own)).unwrap_or_default();
    let capabilities = definition["capabilities"].as_array().into_iter().flatten();
    let required = capabilities.filter(|asked| asked["required"] == true);
    required.filter_map(|asked| asked["capability"].as_str().map(str::to_owned)).collect()
}

fn fragment(name: &Value) -> Option<Map<String, Value>> {
    let (_, text) = FRAGMENTS.iter().find(|(known, _)| name.as_str() == Some(known))?;
    serde_json::from_str(text).ok()
}

fn add(document: &mut Map<String, Value>, mut fragment: Map<String, Value>) {
    for (list, name) in LISTS {
        extend(entries(document, list), taken(&mut fragment, list), name);
    }
    let kinds = document.get("object_types").and_then(Value::as_array).cloned().unwrap_or_default();
    let reads = entries(document, "reads");
    let of_fragment = taken(&mut fragment, "reads");
    for kind in kinds {
        let concerns = |read: &&Value| read["object"] == kind || read["object"] == ANY_OBJECT;
        for read in of_fragment.iter().filter(concerns) {
            let known = entry(reads, "object", &kind);
            extend_plain(entries(known, "properties"), read["properties"].clone());
            for associated in list_of(read["associated"].clone()) {
                let known = entry(entries(known, "associated"), "kind", &associated["kind"]);
                extend_plain(entries(known, "properties"), associated["properties"].clone());
            }
        }
    }
}

/// Steps are filled in before connections are, and what every run needs is approved first.
fn order(document: &mut Map<String, Value>) {
    for (list, member, first) in [("inputs", "scope", Value::from("step")), ("capabilities", "required", true.into())] {
        let entries = entries(document, list);
        let (mut ordered, rest): (Vec<_>, Vec<_>) = entries.drain(..).partition(|one| one[member] == first);
        ordered.extend(rest);
        *entries = ordered;
    }
}

/// A list of the document, made if it is not there.
fn entries<'d>(document: &'d mut Map<String, Value>, list: &str) -> &'d mut Vec<Value> {
    let value = document.entry(list).or_insert(Value::Null);
    if !value.is_array() {
        *value = Value::Array(Vec::new());
    }
    match value {
        Value::Array(entries) => entries,
        _ => unreachable!("it was made a list"),
    }
}

/// The entry of a list with a name, made if it is not there.
fn entry<'d>(list: &'d mut Vec<Value>, member: &str, name: &Value) -> &'d mut Map<String, Value> {
    let place = list.iter().position(|one| one[member] == *name).unwrap_or(list.len());
    if place == list.len() {
        list.push(Value::Object(Map::from_iter([(member.to_owned(), name.clone())])));
    }
    match &mut list[place] {
        Value::Object(entry) => entry,
        _ => unreachable!("only an object has a member"),
    }
}

fn extend(list: &mut Vec<Value>, more: Vec<Value>, name: &str) {
    for one in more {
        if list.iter().all(|known| known[name] != one[name]) {
            list.push(one);
        }
    }
}

fn extend_plain(list: &mut Vec<Value>, more: Value) {
    for one in list_of(more) {
        if !list.contains(&one) {
            list.push(one);
        }
    }
}

fn taken(fragment: &mut Map<String, Value>, list: &str) -> Vec<Value> {
    list_of(fragment.remove(list).unwrap_or_default())
}

fn list_of(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{codes, sale};

    fn made(own: &str) -> Value {
        serde_json::from_str(&whole(own)).unwrap()
    }

    fn names<'v>(list: &'v Value, member: &str) -> Vec<&'v str> {
        list.as_array().unwrap().iter().map(|one| one[member].as_str().unwrap()).collect()
    }

    #[test]
    fn what_the_definition_says_itself_goes_before_the_fragment() {
        let own = r#"{ "include": ["books"], "object_types": ["deal"],
            "errors": [{ "code": "books_closed", "kind": "wait", "message": "Ours." }],
            "inputs": [{ "name": "mode", "scope": "connection" }] }"#;
        let made = made(own);
        let closed = made["errors"].as_array().unwrap().iter().find(|one| one["code"] == "books_closed").unwrap();
        assert_eq!(closed["kind"], "wait");
        assert_eq!(names(&made["inputs"], "name"), ["transaction_date", "class", "mode", "marker_place"]);
        assert_eq!(made.get("include"), None);
    }

    #[test]
    fn reads_are_joined_for_each_object_that_can_be_enrolled() {
        let own = r#"{ "include": ["customer", "sale", "invoiced"], "object_types": ["quote"],
            "reads": [{ "object": "quote", "properties": ["hs_title", "hs_expiration_date"] }] }"#;
        let reads = made(own)["reads"].clone();
        assert_eq!(names(&reads, "object"), ["quote"]);
        let properties = ["hs_title", "hs_expiration_date", "hs_quote_amount", "hs_currency"];
        assert_eq!(reads[0]["properties"], serde_json::json!(properties));
        let kinds = names(&reads[0]["associated"], "kind");
        assert_eq!(kinds, ["contact", "company", "discount", "fee", "tax", "invoice", "deal", "payment"]);
    }

    #[test]
    fn a_name_that_no_fragment_has_stays_for_the_host_to_refuse() {
        assert_eq!(made(r#"{ "include": ["books", "boks"] }"#)["include"], serde_json::json!(["boks"]));
        assert_eq!(whole("{ no json"), "{ no json");
        assert_eq!(whole(r#"{ "id": "x" }"#), r#"{ "id": "x" }"#);
    }

    #[test]
    fn every_code_of_the_sdk_is_declared_by_one_fragment() {
        let mut declared: Vec<String> = Vec::new();
        for (_, text) in FRAGMENTS {
            let fragment: Value = serde_json::from_str(text).unwrap();
            let codes = fragment.get("errors").into_iter().flat_map(|errors| names(errors, "code"));
            declared.extend(codes.map(str::to_owned));
        }
        declared.sort();
        let all: BTreeSet<String> = codes::ALL.iter().map(|&code| code.to_owned()).collect();
        assert_eq!(declared, all.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn the_properties_that_settings_may_name_are_read() {
        let made = made(r#"{ "include": ["customer", "products"], "object_types": ["deal", "quote", "payment"] }"#);
        for read in made["reads"].as_array().unwrap() {
            let of = |kind: &str| {
                let associated = read["associated"].as_array().unwrap().iter().find(|one| one["kind"] == kind);
                associated.unwrap()["properties"].as_array().unwrap().clone()
            };
            let of_contact = of("contact");
            let of_contact: BTreeSet<_> = of_contact.iter().map(|name| name.as_str().unwrap()).collect();
            assert_eq!(of_contact, sale::CONTACT_PROPERTIES.iter().copied().collect());
            let of_line = of("line_item");
            assert!(sale::PRODUCT_ID_PROPERTIES.iter().all(|&property| of_line.iter().any(|one| one == property)));
        }
        let inputs = made["inputs"].as_array().unwrap();
        let input = inputs.iter().find(|one| one["name"] == "product_id_property").unwrap();
        assert_eq!(names(&input["choices"], "value"), sale::PRODUCT_ID_PROPERTIES);
    }
}
