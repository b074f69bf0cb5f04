//! How the runs of a service look.

use std::fmt::Write as _;

use comfy_table::ColumnConstraint;
use jiff::Timestamp;

use super::run::{calls, mark, run};
use super::text::{paragraph, table};
use crate::runs::Status;
use crate::runs::service::Shown;
use crate::runs::service_store::{MessageLine, MessageState, Phase, RunLine};

/// Runs, a line each. An id is written in full, since the other commands take it so.
pub(in crate::cli) fn lines(runs: &[RunLine]) -> String {
    let mut table = table(&["run", "object", "result", "accepted"]);
    if let Some(id) = table.column_mut(0) {
        id.set_constraint(ColumnConstraint::ContentWidth);
    }
    for line in runs {
        let result = match line.phase {
            Phase::Ended => line.status.map_or(String::new(), |status| format!("{} {}", mark(status), line.code)),
            Phase::Queued if line.code.is_empty() => "queued".into(),
            Phase::Queued => format!("{} {}", mark(Status::Waiting), line.code),
            Phase::Running => "running".into(),
        };
        let accepted = line.accepted_at.strftime("%m-%d %H:%M").to_string();
        table.add_row([line.run_id.to_string(), line.object.clone(), result, accepted]);
    }
    format!("{table}\n")
}

/// A run with everything that happened to it.
pub(in crate::cli) fn whole(shown: &Shown) -> String {
    let mut text = match &shown.record {
        Some(record) => run(record, None),
        None => format!("{} for {}\nrun {}\nevent {}\n", shown.action, shown.object, shown.run_id, shown.event),
    };
    let phase = match (shown.phase, shown.due) {
        (Phase::Queued, Some(due)) => format!("queued, due {}", clock(due)),
        (Phase::Queued, None) => "queued".into(),
        (Phase::Running, _) => "running".into(),
        (Phase::Ended, _) => "ended".into(),
    };
    let _ = writeln!(text, "phase {phase}\ncompany {}, portal {}", shown.company, shown.portal);
    if shown.record.is_none() && !shown.calls.is_empty() {
        text.push_str(&calls(&shown.calls, Status::Waiting));
    }
    text.push('\n');
    for happened in &shown.timeline {
        let what = format!("{} {}", happened.what, happened.detail);
        text.push_str(&paragraph(&format!("{}  ", clock(happened.at)), &what));
    }
    text.push_str(&messages(&shown.messages));
    text
}

/// What HubSpot was told of a run, or why not, a line each.
pub(in crate::cli) fn messages(messages: &[MessageLine]) -> String {
    messages.iter().map(message).collect()
}

fn message(MessageLine { kind, state, code, why, failures }: &MessageLine) -> String {
    let state = match (state, failures) {
        (MessageState::Taken, _) => "told".into(),
        (MessageState::Due, 0) => "to be told".into(),
        (MessageState::Due, failures) => format!("to be told, {failures} times in vain so far"),
        (MessageState::Refused, _) => {
            let (code, why) = (code.as_deref().unwrap_or_default(), why.as_deref().unwrap_or_default());
            format!("refused, {why} [{code}]")
        }
    };
    paragraph(&format!("HubSpot {kind}: "), &state)
}

fn clock(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
