//! How runs and components look: tables for people, JSON for programs.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::{Value, json};

use crate::action::Definition;
use crate::catalog::{ActionVersion, Component};
use crate::runs::{Problem, RunRecord, Status};
use crate::sandbox::{Usage, Used};

/// A run as JSON.
pub(super) fn json(record: &RunRecord) -> Value {
    json!(record)
}

/// A run in full.
pub(super) fn run(record: &RunRecord) -> String {
    let mut text = format!(
        "{} {} for {}: {}\n",
        mark(record.status),
        record.action,
        record.object,
        record.status.as_str()
    );
    let _ = writeln!(text, "  {} [{}]", record.message, record.code);
    for problem in &record.problems {
        text.push_str(&told(problem, "-"));
    }
    for warning in &record.warnings {
        text.push_str(&told(warning, "!"));
    }
    for document in &record.documents {
        let number = document.doc_number.as_ref().or(document.name.as_ref()).unwrap_or(&document.id);
        let total = document.total.as_ref().map(|total| format!(", total {total}")).unwrap_or_default();
        let _ = writeln!(text, "  = {} {number}{total} (id {})", document.entity, document.id);
        if !document.set_by_quickbooks.is_empty() {
            let _ = writeln!(text, "    QuickBooks itself sets {}", document.set_by_quickbooks.join(", "));
        }
    }
    text.push('\n');
    text.push_str(&timeline(record));
    let _ = writeln!(text, "event {} · run {} · attempts {}", record.event, record.run_id, record.attempts);
    text
}

fn told(problem: &Problem, bullet: &str) -> String {
    let about = if problem.about.is_empty() { String::new() } else { format!("{}: ", problem.about) };
    let remedy = if problem.remedy.is_empty() { String::new() } else { format!(" → {}", problem.remedy) };
    format!("  {bullet} {about}{} [{}]{remedy}\n", problem.message, problem.code)
}

fn mark(status: Status) -> &'static str {
    match status {
        Status::Succeeded => "✓",
        Status::Previewed => "○",
        Status::Refused => "✗",
        Status::Held => "‖",
        Status::Waiting => "…",
    }
}

/// Several runs, a line each.
pub(super) fn runs(records: &[RunRecord], titles: &[&str]) -> String {
    let mut table = table(&["object", "", "result", "document", "total", "code"]);
    if let Some(total) = table.column_mut(4) {
        total.set_cell_alignment(CellAlignment::Right);
    }
    for (record, title) in records.iter().zip(titles) {
        let document = record.documents.iter().rfind(|document| document.total.is_some());
        table.add_row([
            record.object.clone(),
            (*title).to_owned(),
            format!("{} {}", mark(record.status), record.status.as_str()),
            document
                .map(|document| format!("{} {}", document.entity, document.doc_number.as_deref().unwrap_or("")))
                .unwrap_or_default(),
            document.and_then(|document| document.total.clone()).unwrap_or_default(),
            record.code.clone(),
        ]);
    }
    format!("{table}\n")
}

/// Why runs were refused, and what to look at in those that were not.
pub(super) fn reasons(records: &[RunRecord]) -> String {
    let mut text = String::new();
    for record in records.iter().filter(|record| !record.problems.is_empty() || !record.warnings.is_empty()) {
        let _ = writeln!(text, "{} {}", mark(record.status), record.object);
        for problem in &record.problems {
            text.push_str(&told(problem, "-"));
        }
        for warning in &record.warnings {
            text.push_str(&told(warning, "!"));
        }
    }
    text
}

/// A run's calls, and what its last attempt used of each limit.
pub(super) fn timeline(record: &RunRecord) -> String {
    let mut text = String::new();
    if !record.calls.is_empty() {
        let mut table = table(&["#", "call", "entity", "key", "result", "time"]);
        if let Some(time) = table.column_mut(5) {
            time.set_cell_alignment(CellAlignment::Right);
        }
        for (index, call) in record.calls.iter().enumerate() {
            let time = if call.duration_us == 0 { "known".into() } else { milliseconds(call.duration_us) };
            table.add_row([
                (index + 1).to_string(),
                call.verb.to_string(),
                call.entity.clone(),
                call.key.clone().unwrap_or_default(),
                call.result.clone(),
                time,
            ]);
        }
        let _ = writeln!(text, "{table}");
    }
    if let Some(usage) = &record.limits {
        let _ = writeln!(text, "{}", limits(usage));
    }
    text
}

fn limits(usage: &Usage) -> String {
    let mut table = table(&["limit", "used", "of"]);
    let rows: [(&str, Used, fn(u64) -> String); 6] = [
        ("guest time", usage.cpu_us, milliseconds),
        ("memory", usage.memory_bytes, kibibytes),
        ("table elements", usage.table_elements, |count| count.to_string()),
        ("calls", usage.calls, |count| count.to_string()),
        ("log", usage.log_bytes, kibibytes),
        ("result", usage.output_bytes, kibibytes),
    ];
    for (name, used, unit) in rows {
        table.add_row([name.to_owned(), unit(used.used), unit(used.limit)]);
    }
    table.to_string()
}

fn milliseconds(microseconds: u64) -> String {
    format!("{}.{:02} ms", microseconds / 1_000, microseconds % 1_000 / 10)
}

fn kibibytes(bytes: u64) -> String {
    format!("{} KiB", bytes.div_ceil(1_024))
}

/// A component and what it asks for.
pub(super) fn component(version: &ActionVersion, component: &Component, bytes: usize) -> String {
    let definition = &version.definition;
    let name = definition.labels.get("en").map_or(definition.id.as_str(), |labels| labels.name.as_str());
    let mut text = format!("{name} ({} {})\n", definition.id, definition.version);
    let kinds: Vec<_> = definition.object_types.iter().map(|kind| kind.as_str()).collect();
    let _ = writeln!(text, "for {}; contract {}; {bytes} bytes; {}\n", kinds.join(", "), component.contract, version.digest);
    text.push_str(&capabilities(definition));
    let mut inputs = table(&["input", "set by", "default", ""]);
    for input in &definition.inputs {
        let scope = match input.scope {
            crate::action::Scope::Step => "step",
            crate::action::Scope::Connection => "connection",
        };
        inputs.add_row([&input.name, scope, input.default.as_deref().unwrap_or("–"), &input.label]);
    }
    let _ = writeln!(text, "{inputs}");
    for reads in &definition.reads {
        let kinds: Vec<_> = reads.associated.iter().map(|associated| associated.kind.as_str()).collect();
        let _ = writeln!(text, "reads the {} with its: {}", reads.object, kinds.join(", "));
    }
    text
}

/// What an action asks to do, and why.
pub(super) fn capabilities(definition: &Definition) -> String {
    let mut table = table(&["capability", "", "why"]);
    for asked in &definition.capabilities {
        let need = if asked.required { "required" } else { "optional" };
        table.add_row([asked.capability.to_string(), need.to_owned(), asked.reason.clone()]);
    }
    format!("{table}\n")
}

/// The same as JSON, with the definition as the component told it.
pub(super) fn component_json(version: &ActionVersion, component: &Component, bytes: usize) -> Value {
    json!({
        "digest": version.digest,
        "bytes": bytes,
        "contract": component.contract,
        "imports": component.imports,
        "exports": component.exports,
        "definition": serde_json::from_str::<Value>(&version.definition_text).unwrap_or_default(),
    })
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(header.to_vec());
    table
}
