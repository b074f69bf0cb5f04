//! Attacks on the door: calls that would do something else than what was granted.

use crate::{Attack, End, input, invoice, refusal, success, told};
use qbo_actions::bindings::qbo::actions::quickbooks::{Company, Fault};
use qbo_actions::bindings::qbo::actions::types::Enrollment;

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("one_call", one_call),
    ("one_key_twice", one_key_twice),
    ("hard_values", hard_values),
    ("counted_key", counted_key),
];

/// Makes the call that the inputs describe and refuses with what it was told.
fn one_call(enrollment: &Enrollment, company: &Company) -> End {
    let entity = input(enrollment, "entity");
    let text = input(enrollment, "text");
    let answer = match input(enrollment, "verb") {
        "query" => company.query(text, &[]),
        "read" => company.read(entity, text),
        "create" => company.create("key", entity, text),
        "update" => company.update("key", entity, text),
        verb => company.operate("key", verb, entity, text),
    };
    refusal(told(&answer))
}

fn one_key_twice(_: &Enrollment, company: &Company) -> End {
    let first = company.create("invoice", "Invoice", &invoice("first"));
    let second = company.create("invoice", "Invoice", &invoice("second"));
    let third = company.update("invoice", "Invoice", r#"{"Id":"130","SyncToken":"0","sparse":true}"#);
    success([&first, &second, &third].map(told).join(" "))
}

/// Takes the key from what QuickBooks holds: where reads are made afresh, the same write has another key.
fn counted_key(_: &Enrollment, company: &Company) -> End {
    let invoices = company.query("SELECT * FROM Invoice WHERE CustomerRef = ?", &["1".to_owned()]);
    let count = invoices.as_ref().map_or(0, |rows| rows.matches("\"DocNumber\"").count());
    success(told(&company.create(&format!("invoice:{count}"), "Invoice", &invoice("no marker"))))
}

/// Creates a customer of each name, then looks it up by that name: exactly it must come back.
fn hard_values(_: &Enrollment, company: &Company) -> End {
    let long = "é".repeat(600);
    let names = ["O'Brien", "back\\slash", "' OR Id > '0", "🦜 parrot", "a -- b", "100% ?", "\\'"];
    let mut report = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        let body = serde_json::json!({ "DisplayName": name }).to_string();
        let created = company.create(&format!("customer:{index}"), "Customer", &body);
        report.push(format!("{} {}", told(&created), rows(&by_name(company, name))));
    }
    report.push(format!("long {}", rows(&by_name(company, &long))));
    success(report.join(", "))
}

fn by_name(company: &Company, name: &str) -> Result<String, Fault> {
    company.query("SELECT * FROM Customer WHERE DisplayName = ?", &[name.to_owned()])
}

/// How many customers an answer holds, or the fault's code.
fn rows(answer: &Result<String, Fault>) -> String {
    match answer {
        Ok(text) => {
            let answer: serde_json::Value = serde_json::from_str(text).expect("an answer is JSON");
            answer["Customer"].as_array().map_or(0, Vec::len).to_string()
        }
        Err(fault) => fault.code.clone(),
    }
}
