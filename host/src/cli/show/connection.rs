//! How connections, their settings and what was found about them look.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::text::{paragraph, table};
use crate::connection::check::{Finding, Level};

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_default()
}

/// Connections, a line each.
pub(in crate::cli) fn connections(list: &Value) -> String {
    let mut table = table(&["connection", "portal", "company", "zone"]);
    for line in list["connections"].as_array().into_iter().flatten() {
        table.add_row(["name", "portal", "company", "zone"].map(|member| text(line, member).to_owned()));
    }
    format!("{table}\n")
}

/// What is set for a connection, where it comes from and what it means.
pub(in crate::cli) fn settings(shown: &Value) -> String {
    let mut told = format!(
        "connection {}: portal {}, company {}\nversion {}",
        shown["name"].as_str().unwrap_or("without a name"),
        text(shown, "portal"),
        text(shown, "company"),
        shown["version"]
    );
    if let Some(at) = shown["changed_at"].as_str() {
        let _ = write!(told, ", changed {at}");
    }
    told.push('\n');
    let mut table = table(&["key", "value", "from", "what"]);
    let set = |member: &str| if shown["settings"].get(member).is_some() { "set" } else { "default" };
    let whole = [
        ("zone", text(shown, "zone").to_owned(), "where the books are kept"),
        ("if_exists", text(shown, "if_exists").to_owned(), "what to do when a document stands"),
        ("write_back", written_back(&shown["write_back"]), "what HubSpot is told"),
    ];
    for (key, value, what) in whole {
        table.add_row([key.to_owned(), value, set(key).to_owned(), what.to_owned()]);
    }
    let mut seen = BTreeSet::new();
    for input in shown["inputs"].as_array().into_iter().flatten() {
        let row = input_row(input);
        // Actions share most of their inputs.
        if seen.insert(row.clone()) {
            table.add_row(row);
        }
    }
    let _ = writeln!(told, "{table}");
    told
}

fn input_row(input: &Value) -> [String; 4] {
    let from = match text(input, "origin") {
        "action" => text(input, "action"),
        "nowhere" if input["required"] == true => "nowhere: needed",
        "nowhere" => "",
        "definition" => "default",
        "defaults" => "set",
        other => other,
    };
    let key = text(input, "input").to_owned();
    [key, text(input, "value").to_owned(), from.to_owned(), text(input, "label").to_owned()]
}

fn written_back(write_back: &Value) -> String {
    let mut told = Vec::new();
    if write_back["note"] == true {
        told.push("a note".to_owned());
    }
    for (fact, property) in write_back["properties"].as_object().into_iter().flatten() {
        told.push(format!("{fact} in {}", property.as_str().unwrap_or_default()));
    }
    if write_back["invoice"] == true {
        told.push("an invoice".to_owned());
    }
    if told.is_empty() { "nothing".into() } else { told.join(", ") }
}

/// What was found, the worst first.
pub(in crate::cli) fn findings(findings: &[Finding]) -> String {
    let mut told = String::new();
    for (level, mark) in [(Level::Error, "✗"), (Level::Warning, "!"), (Level::Ok, "✓")] {
        for finding in findings.iter().filter(|finding| finding.level == level) {
            let Finding { code, about, message, remedy, .. } = finding;
            let code = if level == Level::Ok { String::new() } else { format!(" [{code}]") };
            told.push_str(&paragraph(&format!("{mark} "), &format!("{about}: {message}{code}")));
            if !remedy.is_empty() {
                told.push_str(&paragraph("  → ", remedy));
            }
        }
    }
    told
}

/// One page of choices.
pub(in crate::cli) fn choices(page: &crate::options::Page) -> String {
    let mut table = table(&["choice", "value"]);
    for offered in &page.options {
        table.add_row([&offered.label, &offered.value]);
    }
    let mut told = if page.options.is_empty() { String::new() } else { format!("{table}\n") };
    if let Some(why) = &page.why {
        told.push_str(&paragraph("", &format!("{} [{}]", why.message, why.code)));
        told.push_str(&paragraph("→ ", &why.remedy));
    }
    if let Some(after) = &page.after {
        let _ = writeln!(told, "more: --after {after}");
    }
    told
}
