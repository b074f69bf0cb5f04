//! What a person can do about a run that did not come to its end, in the words of the command line.
//! A refusal needs none: each of its problems names its own remedy.

use super::connect::ConnectionArgs;
use crate::runs::{RunRecord, Status};

/// The hint under a run, if it needs one.
pub(super) fn advice(record: &RunRecord, connection: &ConnectionArgs) -> Option<String> {
    match record.status {
        Status::Succeeded | Status::Previewed | Status::Refused | Status::Cancelled => None,
        Status::Held => Some(held(&record.code).to_owned()),
        Status::Waiting => Some(waiting(record, connection)),
    }
}

fn held(code: &str) -> &'static str {
    match code {
        "capability_missing" => "start the run without --deny for what it needs",
        "partly_written" => "finish or undo in QuickBooks what stands, then start the run again",
        "no_effect" | "bad_refusal" => "tell the author of the action; the calls above show what it did",
        "quickbooks_refuses" => "mend what the message names, then start the run again with the same --event",
        "diverged" => "look at what stands in QuickBooks first; a start without --event is a new sale to QuickBooks",
        _ => "tell the author of the action, with what its log and the limits above say",
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
