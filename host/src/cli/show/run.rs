//! How runs look.

use std::fmt::Write as _;
use std::sync::Arc;

use comfy_table::CellAlignment;
use serde_json::{Value, json};

use super::text::{paragraph, table};
use crate::runs::history::Document;
use crate::runs::record::CallLine;
use crate::runs::{Problem, RefusalKind, RunRecord, Status};
use crate::sandbox::{Usage, Used};

/// A run as JSON, with what a person can do about it.
pub(in crate::cli) fn json(record: &RunRecord, hint: Option<&str>) -> Value {
    let mut value = json!(record);
    if let Some(hint) = hint {
        value["hint"] = hint.into();
    }
    value
}

/// A run in full.
pub(in crate::cli) fn run(record: &RunRecord, hint: Option<&str>) -> String {
    let (mark, ended) = match record.status {
        Status::Succeeded => ("✓", "succeeded"),
        Status::Previewed => ("○", "previewed, and nothing was sent"),
        Status::Refused if record.refusal == Some(RefusalKind::Skip) => ("–", "skipped, for there is nothing to do"),
        Status::Refused => ("✗", "refused, and nothing was written"),
        Status::Held => ("‖", "held, for a person must act"),
        Status::Cancelled => ("–", "cancelled, and nothing was written"),
        Status::Waiting => ("…", "still waiting"),
    };
    let mut text = format!("{mark} {} for {}: {ended}\n", record.action, record.object);
    // Each problem is a sentence already, and so is each document.
    if record.problems.is_empty() && record.documents.is_empty() || record.status == Status::Held {
        text.push_str(&paragraph("  ", &format!("{} [{}]", record.message, record.code)));
    }
    text.extend(record.problems.iter().map(problem));
    text.extend(record.documents.iter().map(document));
    text.extend(record.warnings.iter().map(warning));
    if let Some(hint) = hint {
        text.push_str(&paragraph("  hint: ", hint));
    }
    text.push('\n');
    text.push_str(&timeline(record));
    if !record.log.is_empty() {
        let _ = writeln!(text, "log of the action:\n{}", record.log.trim_end());
    }
    let attempts = if record.attempts == 1 { "1 attempt".into() } else { format!("{} attempts", record.attempts) };
    let _ = writeln!(text, "run {}, {attempts}\nevent {}", record.run_id, record.event);
    text
}

fn problem(problem: &Problem) -> String {
    told("-", problem)
}

fn warning(warning: &Problem) -> String {
    told("! warning:", warning)
}

fn told(bullet: &str, problem: &Problem) -> String {
    let about = if problem.about.is_empty() { String::new() } else { format!("{} ", problem.about) };
    let mut text = paragraph(&format!("  {bullet} "), &format!("{about}[{}]", problem.code));
    text.push_str(&paragraph("    ", &problem.message));
    if !problem.remedy.is_empty() {
        text.push_str(&paragraph("    → ", &problem.remedy));
    }
    text
}

fn document(document: &Document) -> String {
    let mut text = format!("{} ", document.entity);
    if let Some(name) = document.doc_number.as_ref().or(document.name.as_ref()) {
        let _ = write!(text, "{name} ");
    }
    if let Some(total) = &document.total {
        let _ = write!(text, "over {total} ");
    }
    let _ = write!(text, "(id {})", document.id);
    let mut text = paragraph("  = ", &text);
    if !document.set_by_quickbooks.is_empty() {
        text.push_str(&paragraph("    QuickBooks itself sets ", &document.set_by_quickbooks.join(", ")));
    }
    text
}

pub(in crate::cli) fn mark(status: Status) -> &'static str {
    match status {
        Status::Succeeded => "✓",
        Status::Previewed => "○",
        Status::Refused => "✗",
        Status::Held => "‖",
        Status::Cancelled => "–",
        Status::Waiting => "…",
    }
}

/// Why runs were refused, and what to look at in those that were not.
pub(in crate::cli) fn reasons(records: &[Arc<RunRecord>]) -> String {
    let mut text = String::new();
    for record in records {
        match record.status {
            Status::Held | Status::Cancelled | Status::Waiting => {
                text.push_str(&paragraph(&format!("{} {}: ", mark(record.status), record.object), &record.message));
            }
            Status::Succeeded | Status::Previewed | Status::Refused
                if record.problems.is_empty() && record.warnings.is_empty() => {}
            Status::Succeeded | Status::Previewed | Status::Refused => {
                let _ = writeln!(text, "{} {}", mark(record.status), record.object);
            }
        }
        text.extend(record.problems.iter().map(problem));
        text.extend(record.warnings.iter().map(warning));
    }
    text
}

/// A run's calls, and what its last attempt used of each limit.
pub(in crate::cli) fn timeline(record: &RunRecord) -> String {
    let mut text = String::new();
    if !record.calls.is_empty() {
        text.push_str(&calls(&record.calls, record.status));
    }
    if let Some(usage) = &record.limits {
        text.push_str(&limits(usage));
    }
    text
}

/// Calls, a line each.
pub(super) fn calls(calls: &[CallLine], status: Status) -> String {
    let mut table = table(&["call", "key", "result", "time"]);
    if let Some(time) = table.column_mut(3) {
        time.set_cell_alignment(CellAlignment::Right);
    }
    for (index, call) in calls.iter().enumerate() {
        table.add_row([
            format!("{:2} {} {}", index + 1, call.verb, call.entity),
            call.key.clone().unwrap_or_default(),
            call.result.clone(),
            time(call, status),
        ]);
    }
    format!("{table}\n")
}

fn time(call: &CallLine, status: Status) -> String {
    match call.duration_us {
        0 if call.verb.is_write() && status == Status::Previewed => "not sent".into(),
        0 => "known".into(),
        duration => milliseconds(duration),
    }
}

fn limits(usage: &Usage) -> String {
    let of = |used: Used, unit: fn(u64) -> String| format!("{} of {}", unit(used.used), unit(used.limit));
    let count = |count: u64| count.to_string();
    let used = [
        format!("guest time {}", of(usage.cpu_us, milliseconds)),
        format!("memory {}", of(usage.memory_bytes, kibibytes)),
        format!("table elements {}", of(usage.table_elements, count)),
        format!("calls {}", of(usage.calls, count)),
        format!("log {}", of(usage.log_bytes, kibibytes)),
        format!("result {}", of(usage.output_bytes, kibibytes)),
    ];
    paragraph("limits: ", &used.join(", "))
}

pub(super) fn milliseconds(microseconds: u64) -> String {
    format!("{}.{:02} ms", microseconds / 1_000, microseconds % 1_000 / 10)
}

pub(super) fn kibibytes(bytes: u64) -> String {
    format!("{} KiB", bytes.div_ceil(1_024))
}
