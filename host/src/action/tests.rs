//! Facts about definitions and capabilities.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn document() -> Value {
    json!({
        "id": "create-invoice",
        "version": "1.0.0",
        "labels": { "en": {
            "name": "Create a QuickBooks invoice",
            "description": "Creates an invoice from the enrolled object.",
            "card": "Create an invoice for {{customer}} on {{ payment_terms }}"
        } },
        "object_types": ["deal", "quote"],
        "sale": "invoice",
        "inputs": [
            { "name": "customer", "type": "choice", "scope": "step", "label": "Customer", "default": "from-object",
              "options": { "from": "Customer", "label": "DisplayName", "value": "Id",
                           "first": { "value": "from-object", "label": "From the enrolled object" } } },
            { "name": "payment_terms", "type": "choice", "scope": "step", "label": "Payment terms", "required": true,
              "options": { "from": "Term", "where": "Active = true AND Id = ?", "label": "Name", "value": "Id",
                           "depends_on": ["customer"] } },
            { "name": "create_product", "type": "choice", "scope": "step", "label": "Create product", "default": "no",
              "choices": [ { "value": "yes", "label": "Yes" }, { "value": "no", "label": "No" } ] },
            { "name": "invoices_synced", "type": "yes-no", "scope": "connection", "label": "Synced", "default": "yes" },
            { "name": "fee", "type": "number", "scope": "step", "label": "Fee", "default": "12.50" },
            { "name": "memo", "type": "text", "scope": "step", "label": "Memo", "description": "Shown.", "default": "" },
            { "name": "transaction_date", "type": "date", "scope": "step", "label": "Date" }
        ],
        "outputs": [ { "name": "invoice_id", "type": "text", "label": "Invoice id" } ],
        "capabilities": [
            { "capability": "invoice:create", "required": true, "reason": "writes the invoice" },
            { "capability": "customer:query", "required": false, "reason": "finds the customer" }
        ],
        "reads": [
            { "object": "deal", "properties": ["dealname", "amount"],
              "associated": [ { "kind": "contact", "properties": ["firstname"] }, { "kind": "invoice", "properties": [] } ] },
            { "object": "quote", "properties": [] }
        ],
        "errors": [ { "code": "product_not_found", "kind": "fix", "message": "a line item matches no product" } ]
    })
}

/// The document with one place changed: `Value::Null` takes a member away.
fn changed(pointer: &str, value: Value) -> Value {
    let mut document = document();
    let (parent, member) = pointer.rsplit_once('/').expect("a pointer");
    match document.pointer_mut(parent).expect("the parent exists") {
        Value::Object(members) if value.is_null() => drop(members.remove(member)),
        Value::Object(members) => drop(members.insert(member.to_owned(), value)),
        Value::Array(items) if member == "-" => items.push(value),
        Value::Array(items) => items[member.parse::<usize>().expect("an index")] = value,
        other => panic!("{other} has no members"),
    }
    document
}

/// Where a document breaks which rule.
fn broken(document: &Value) -> Vec<(String, String)> {
    match Definition::parse(&document.to_string()) {
        Ok(_) => Vec::new(),
        Err(BadDefinition::Invalid { violations }) => {
            assert!(violations.iter().all(|violation| !violation.hint.is_empty()), "{violations:?}");
            violations.into_iter().map(|violation| (violation.path, violation.rule)).collect()
        }
        Err(other) => panic!("{other:?}"),
    }
}

fn breaks(pointer: &str, value: Value, path: &str, rule: &str) {
    let found = broken(&changed(pointer, value));
    assert_eq!(found, [(path.to_owned(), rule.to_owned())], "{pointer}");
}

#[test]
fn a_definition_is_read_as_it_is_written() {
    let definition = Definition::parse(&document().to_string()).unwrap();
    assert_eq!(definition.id, "create-invoice");
    assert_eq!(definition.sale.as_deref(), Some("invoice"));
    assert_eq!(definition.object_types, [ObjectKind::Deal, ObjectKind::Quote]);
    assert_eq!(definition.inputs[0].kind, InputType::Choice);
    assert!(definition.inputs[1].required && !definition.inputs[0].required);
    let Some(Choices::FromQuickBooks(options)) = &definition.inputs[1].choices else {
        panic!("{:?}", definition.inputs[1])
    };
    assert_eq!(options.condition.as_ref().map(Condition::text), Some("Active = true AND Id = ?"));
    assert_eq!(options.depends_on, ["customer"]);
    assert!(matches!(&definition.inputs[2].choices, Some(Choices::Listed(choices)) if choices.len() == 2));
    assert_eq!(definition.inputs[3].scope, Scope::Connection);
    assert_eq!(definition.inputs[4].choices, None);
    assert_eq!(definition.capabilities[0].capability.to_string(), "invoice:create");
    assert_eq!(definition.reads_of(ObjectKind::Deal).unwrap().associated[1].kind, "invoice");
    assert_eq!(definition.reads_of(ObjectKind::Payment), None);
    assert_eq!(definition.errors[0].kind, ErrorKind::Fix);
}

#[test]
fn the_schema_refuses_what_is_missing_unknown_or_misspelt() {
    breaks("/id", Value::Null, "", "required");
    breaks("/id", json!("Create Invoice"), "/id", "pattern");
    breaks("/version", json!("1.0"), "/version", "pattern");
    breaks("/version", json!(1.5), "/version", "type");
    breaks("/colour", json!("red"), "", "additionalProperties");
    breaks("/labels/en/card", Value::Null, "/labels/en", "required");
    breaks("/labels/English", json!({ "name": "a", "description": "b", "card": "c" }), "/labels", "propertyNames");
    breaks("/outputs/0/type", json!("choice"), "/outputs/0/type", "enum");
    breaks("/inputs/6/scope", json!("portal"), "/inputs/6/scope", "enum");
    breaks("/errors/0/kind", json!("retry"), "/errors/0/kind", "enum");
    breaks("/capabilities/0/reason", json!(""), "/capabilities/0/reason", "minLength");
    breaks("/inputs/1/options/where", json!("Name = \"x\""), "/inputs/1/options/where", "pattern");
}

#[test]
fn a_choice_has_one_source_and_other_types_have_none() {
    breaks("/inputs/1/options", Value::Null, "/inputs/1", "oneOf");
    breaks("/inputs/0/choices", json!([{ "value": "from-object", "label": "a" }]), "/inputs/0", "oneOf");
    breaks("/inputs/5/choices", json!([{ "value": "a", "label": "A" }]), "/inputs/5/choices", "falseSchema");
}

#[test]
fn capabilities_follow_their_grammar() {
    for text in ["invoice", "Invoice:create", "invoice:post", "invoice:create:send", ":create", "*:query", ""] {
        breaks("/capabilities/0/capability", json!(text), "/capabilities/0/capability", "pattern");
    }
    for verb in Verb::ALL {
        let text = format!("salesreceipt:{verb}");
        assert_eq!(broken(&changed("/capabilities/0/capability", json!(text))), []);
    }
}

#[test]
fn names_are_unique_within_their_list() {
    let document = document();
    for (list, member) in [
        ("/inputs", "name"),
        ("/outputs", "name"),
        ("/capabilities", "capability"),
        ("/reads", "object"),
        ("/errors", "code"),
        ("/inputs/2/choices", "value"),
        ("/reads/0/associated", "kind"),
    ] {
        let items = document.pointer(list).and_then(Value::as_array).unwrap();
        let path = format!("{list}/{}/{member}", items.len());
        breaks(&format!("{list}/-"), items[0].clone(), &path, "duplicate_name");
    }
}

#[test]
fn an_input_depends_on_inputs_before_it() {
    for name in ["nobody", "payment_terms", "memo"] {
        breaks("/inputs/1/options/depends_on/0", json!(name), "/inputs/1/options/depends_on/0", "unknown_input");
    }
    breaks("/inputs/1/options/where", json!("Id IN (?, ?)"), "/inputs/1/options/where", "placeholder_count");
    breaks("/inputs/1/options/where", json!("Id = ? AND Name = 'x"), "/inputs/1/options/where", "string_not_closed");
    assert_eq!(broken(&changed("/inputs/1/options/where", json!("Id = ? AND Name = 'Why?'"))), []);
}

#[test]
fn a_default_can_be_chosen() {
    for (index, default) in [(0, "58"), (1, "1"), (2, "maybe"), (3, "true"), (4, "twelve"), (6, "2025-01-31")] {
        let path = format!("/inputs/{index}/default");
        breaks(&path, json!(default), &path, "default_not_allowed");
    }
}

#[test]
fn a_card_names_inputs() {
    breaks("/labels/en/card", json!("For {{buyer}}"), "/labels/en/card", "unknown_input");
    breaks("/labels/en/card", json!("For {{customer"), "/labels/en/card", "unknown_input");
}

#[test]
fn reads_cover_the_object_types_and_nothing_else() {
    breaks("/object_types/-", json!("payment"), "/object_types/2", "object_type_not_read");
    breaks(
        "/reads/-",
        json!({ "object": "payment", "properties": [] }),
        "/reads/2/object",
        "read_of_other_object_type",
    );
}

#[test]
fn all_violations_are_listed_at_once() {
    let mut document = document();
    document["version"] = json!("one");
    document["inputs"][4]["default"] = json!("twelve");
    document["outputs"][0]["name"] = json!("Invoice Id");
    document["errors"].as_array_mut().unwrap().clear();
    document["object_types"] = json!(["deal"]);
    let mut paths: Vec<_> = broken(&document).into_iter().map(|(path, _)| path).collect();
    paths.sort();
    assert_eq!(paths, ["/inputs/4/default", "/outputs/0/name", "/reads/1/object", "/version"]);
}

#[test]
fn what_is_not_json_or_too_long_is_refused() {
    assert!(matches!(Definition::parse("id: x"), Err(BadDefinition::NotJson(_))));
    assert!(matches!(Definition::parse(&"[".repeat(1000)), Err(BadDefinition::NotJson(_))));
    let long = " ".repeat(DEFINITION_BYTES_MAX + 1);
    assert!(matches!(Definition::parse(&long), Err(BadDefinition::TooLong { .. })));
}

#[test]
fn documents_of_any_other_shape_are_invalid() {
    for document in [json!(null), json!([]), json!("x"), json!(1), json!({ "inputs": {}, "labels": [], "reads": [1] })]
    {
        assert!(!broken(&document).is_empty());
    }
}

proptest! {
    #[test]
    fn no_change_of_a_definition_panics(
        pointer in prop::sample::select(vec![
            "/labels", "/labels/en", "/labels/en/card", "/object_types", "/inputs", "/inputs/1", "/inputs/1/options",
            "/inputs/1/options/depends_on", "/inputs/1/options/where", "/inputs/2/choices", "/inputs/4/default",
            "/capabilities", "/capabilities/0/capability", "/reads", "/reads/0", "/reads/0/associated", "/errors",
        ]),
        text in any::<String>(),
        shape in 0..6,
    ) {
        let value = match shape {
            0 => json!(text),
            1 => json!([text]),
            2 => json!({ text: 1 }),
            3 => json!([[], {}, null]),
            4 => json!(1e30),
            _ => Value::Null,
        };
        let _ = Definition::parse(&changed(pointer, value).to_string());
    }
}
