//! What a person can do about a run that did not come to its end, in the words of the command line.
//! A refusal needs none: each of its problems names its own remedy.

use super::connect::ConnectionArgs;
use crate::runs::{RunRecord, Status};

/// The hint under a run, if it needs one.
pub(super) fn advice(record: &RunRecord, connection: &ConnectionArgs) -> Option<String> {
    match record.status {
        Status::Succeeded | Status::Previewed | Status::Refused | Status::Cancelled => None,
        Status::Held => Some(held(record)),
        Status::Waiting => Some(waiting(record, connection)),
    }
}

/// What QuickBooks has of a run it holds under the run's own event; another event would make it anew.
fn held(record: &RunRecord) -> String {
    let again = format!("start the run again with --event {}", record.event);
    let waited = record.problems.first().is_some_and(|problem| problem.code == record.code);
    match record.code.as_str() {
        "capability_missing" => format!("{again}, and without --deny for what it needs"),
        "partly_written" => {
            format!("mend the problems, then {again}; if you finish it by hand in QuickBooks, do not start it again")
        }
        "unclear" => format!("look in QuickBooks whether the call was carried out; if it was not, {again}"),
        "already_exists" | "already_invoiced" => {
            format!("look at the document that stands; if it is wrong, delete or void it in QuickBooks, then {again}")
        }
        "no_effect" | "bad_refusal" => "tell the author of the action; the calls above show what it did".to_owned(),
        "quickbooks_refuses" => format!("mend what the message names, then {again}"),
        "diverged" => format!("look at what stands in QuickBooks, and tell the author of the action; then {again}"),
        "internal" => format!("report it, look at what stands in QuickBooks, then {again}"),
        // The action waited in vain; the code is its own.
        _ if waited => format!("mend what the problem names, or wait longer, then {again}"),
        _ => format!("tell the author of the action, with its log and the limits above; with a mended one {again}"),
    }
}

fn waiting(record: &RunRecord, connection: &ConnectionArgs) -> String {
    let again = format!("then go on with --event {}", record.event);
    match record.code.as_str() {
        "hubspot_refused" => format!(
            "look whether QBO_HOST_HUBSPOT_TOKEN is the token of {}, with the scopes for what the action reads; {again}",
            connection.hubspot
        ),
        "quickbooks_unavailable" | "hubspot_unavailable" if connection.are_simulators() => {
            format!(
                "start the simulators with `qbo-host simulator`, or name others with --quickbooks and --hubspot; {again}"
            )
        }
        "quickbooks_unavailable" => {
            format!("look whether {} can be reached from here; {again}", connection.quickbooks)
        }
        "hubspot_unavailable" => format!("look whether {} can be reached from here; {again}", connection.hubspot),
        "subscription_ended" => format!("renew the subscription of the QuickBooks company; {again}"),
        "signed_out" => format!(
            "check QBO_HOST_QUICKBOOKS_CLIENT_ID, QBO_HOST_QUICKBOOKS_CLIENT_SECRET and \
             QBO_HOST_QUICKBOOKS_REFRESH_TOKEN, or connect the company anew; {again}"
        ),
        _ => format!("wait a little, {again}; a longer --patience waits here"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_held_run_that_may_stand_in_part_is_never_sent_on_under_another_event() {
        let record = |code: &str, problem: &str| -> RunRecord {
            let problem = json!({ "code": problem, "message": "", "about": "", "remedy": "" });
            let record = json!({
                "run_id": "0".repeat(32), "event": "monday", "action": "a", "version": "1.0.0",
                "digest": "0".repeat(64), "object": "deal:1", "status": "held", "code": code, "message": "",
                "problems": [problem], "warnings": [], "documents": [], "outputs": [], "calls": [], "attempts": 1,
                "limits": null,
            });
            serde_json::from_value(record).unwrap()
        };
        for (code, problem) in [
            ("partly_written", "product_not_found"),
            ("unclear", "x"),
            ("diverged", "x"),
            ("trapped", "x"),
            ("quickbooks_refuses", "quickbooks_refused"),
            ("already_exists", "already_exists"),
            ("customer_not_synced_yet", "customer_not_synced_yet"),
        ] {
            let hint = held(&record(code, problem));
            assert!(hint.contains("--event monday"), "{code}: {hint}");
        }
        let author = |code: &str, problem: &str| held(&record(code, problem)).contains("author");
        assert!(author("trapped", "x") && !author("customer_not_synced_yet", "customer_not_synced_yet"));
    }
}
