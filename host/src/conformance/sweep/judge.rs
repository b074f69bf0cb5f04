//! Whether a play came out as it must: the books as after the undisturbed run, or untouched, or the run
//! held with everything that stands on its record. Compares, and plays nothing.

use super::disturbance::Disturbance;
use super::play::Played;
use crate::conformance::expected::Expected;
use crate::runs::{RunRecord, Status};

const NO_RUN: &str = "no run came of it";

/// What is wrong with the play that nothing befell: every other one is held against it.
pub(super) fn unexpected(expected: &Expected, undisturbed: &Played) -> Option<String> {
    let Some(record) = undisturbed.records.first() else { return Some(NO_RUN.into()) };
    let (status, code) = (expected.status.of_run(), expected.code().unwrap_or_default());
    let is_stated = (record.status, record.code.as_str()) == (status, code);
    (!is_stated).then(|| differs((status, code), record))
}

/// What is wrong with a play; nothing if it came out as it must.
pub(super) fn wrong(disturbance: &Disturbance, undisturbed: &Played, played: &Played) -> Option<String> {
    let books = || {
        let extra = played.changes.first_difference(&undisturbed.changes);
        let lacks = undisturbed.changes.first_difference(&played.changes);
        let row =
            extra.map(|row| format!("; only now: {row}")).or_else(|| lacks.map(|row| format!("; missing: {row}")));
        let (found, expected) = (played.changes.told(), undisturbed.changes.told());
        Some(format!("the books have {found} instead of {expected}{}", row.unwrap_or_default()))
    };
    let is_same = played.changes.same_content(&undisturbed.changes);
    let (Some(record), Some(expected)) = (played.records.first(), undisturbed.records.first()) else {
        return Some(NO_RUN.into());
    };
    if !played.befell {
        return Some("what was to befall it did not happen".into());
    }
    match disturbance {
        Disturbance::None => None,
        // Nothing is lost for good: the run comes to its own end.
        Disturbance::Dies(_)
        | Disturbance::Throttled(_)
        | Disturbance::ServerError(_)
        | Disturbance::AnswerLost(_)
        | Disturbance::Again
        | Disturbance::AtOnce => {
            if !is_same {
                return books();
            }
            played.records.iter().find_map(|record| another_end(expected, record))
        }
        // What was made before is found again, and nobody knows who made customers and products.
        Disturbance::StoreLost(_) => {
            if is_same {
                another_end(expected, record).filter(|_| !finds_all(expected, record))
            } else {
                books()
            }
        }
        Disturbance::TwoEvents => {
            if is_same {
                two_ends(expected, &played.records)
            } else {
                books()
            }
        }
        Disturbance::Denied(_) => {
            let untouched = played.changes.is_empty();
            if !untouched && !is_same && record.status != Status::Held {
                return books();
            }
            inconsistent(record, played)
        }
    }
}

/// Another end than the undisturbed run's.
fn another_end(undisturbed: &RunRecord, record: &RunRecord) -> Option<String> {
    let expected = (undisturbed.status, undisturbed.code.as_str());
    (expected != (record.status, record.code.as_str())).then(|| differs(expected, record))
}

fn differs((status, code): (Status, &str), record: &RunRecord) -> String {
    let found = format!("{} {}", record.status.as_str(), record.code);
    format!("the run is {found} instead of {} {code}: {}", status.as_str(), record.message)
}

/// A run that found its customers and products made had nothing left to write before it refused: the
/// undisturbed one is held for the same problems.
fn finds_all(undisturbed: &RunRecord, record: &RunRecord) -> bool {
    let codes = |record: &RunRecord| record.problems.iter().map(|problem| problem.code.clone()).collect::<Vec<_>>();
    undisturbed.code == "partly_written" && record.status == Status::Refused && codes(undisturbed) == codes(record)
}

/// Of two events one comes to the undisturbed end. If that is a document, the other tells of it.
fn two_ends(undisturbed: &RunRecord, records: &[std::sync::Arc<RunRecord>]) -> Option<String> {
    let made = undisturbed.status == Status::Succeeded;
    let ends_alike = |record: &RunRecord| another_end(undisturbed, record).is_none();
    let tells = |record: &RunRecord| record.status == Status::Refused && record.code == "already_exists";
    let right = match records {
        [one, other] if made => (ends_alike(one) && tells(other)) || (tells(one) && ends_alike(other)),
        [one, other] => ends_alike(one) && (ends_alike(other) || other.status == undisturbed.status),
        _ => false,
    };
    let end = |record: &std::sync::Arc<RunRecord>| format!("{} {}", record.status.as_str(), record.code);
    (!right).then(|| format!("the two runs are {}", records.iter().map(end).collect::<Vec<_>>().join(" and ")))
}

/// A refused run has written nothing, and what stands because of a run is on its record.
fn inconsistent(record: &RunRecord, played: &Played) -> Option<String> {
    match record.status {
        Status::Refused | Status::Cancelled | Status::Previewed if !played.changes.is_empty() => {
            return Some(format!("the run is {} and made {}", record.status.as_str(), played.changes.told()));
        }
        Status::Waiting => return Some(format!("the run still waits: {}", record.message)),
        Status::Succeeded | Status::Refused | Status::Cancelled | Status::Previewed | Status::Held => {}
    }
    let listed = |(entity, id): &&(String, String)| {
        record.documents.iter().any(|document| document.entity == *entity && document.id == *id)
    };
    let unlisted = played.changes.made.iter().find(|made| !listed(made));
    unlisted.map(|(entity, id)| format!("the run is {} and does not list {entity} {id}", record.status.as_str()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::conformance::books::Changes;
    use crate::conformance::sweep::disturbance::Moment;

    fn played(status: &str, code: &str, invoices: &[&str], listed: &[&str]) -> Played {
        let documents: Vec<_> = listed.iter().map(|id| json!({ "entity": "Invoice", "id": id })).collect();
        let record = json!({
            "run_id": "0".repeat(32), "event": "e", "action": "a", "version": "1.0.0", "digest": "0".repeat(64),
            "object": "deal:1", "status": status, "code": code, "message": "", "problems": [], "warnings": [],
            "documents": documents, "outputs": [], "calls": [], "attempts": 1, "limits": null,
        });
        let record: RunRecord = serde_json::from_value(record).unwrap();
        Played {
            records: vec![Arc::new(record)],
            changes: Changes::of_made("Invoice", invoices),
            requests: Vec::new(),
            befell: true,
        }
    }

    fn is_wrong(disturbance: &Disturbance, played: &Played) -> bool {
        wrong(disturbance, &self::played("succeeded", "created", &["1"], &["1"]), played).is_some()
    }

    #[test]
    fn a_second_document_a_lost_one_and_another_end_are_wrong_whatever_befell() {
        for disturbance in [Disturbance::AnswerLost(3), Disturbance::Throttled(0), Disturbance::AtOnce] {
            assert!(!is_wrong(&disturbance, &played("succeeded", "created", &["7"], &["7"])));
            assert!(is_wrong(&disturbance, &played("succeeded", "created", &["1", "2"], &["1"])));
            assert!(is_wrong(&disturbance, &played("succeeded", "created", &[], &[])));
            assert!(is_wrong(&disturbance, &played("held", "unclear", &["1"], &["1"])));
        }
    }

    #[test]
    fn a_play_without_a_run_or_without_its_disturbance_proves_nothing() {
        let good = || played("succeeded", "created", &["7"], &["7"]);
        for disturbance in [Disturbance::Throttled(0), Disturbance::Dies(Moment::Finished), Disturbance::AtOnce] {
            assert!(!is_wrong(&disturbance, &good()));
            assert!(is_wrong(&disturbance, &Played { befell: false, ..good() }));
            assert!(is_wrong(&disturbance, &Played { records: Vec::new(), ..good() }));
        }
    }

    #[test]
    fn after_the_store_is_lost_the_run_comes_to_the_same_end() {
        let lost = Disturbance::StoreLost(Moment::Recorded(0));
        assert!(!is_wrong(&lost, &played("succeeded", "created", &["7"], &["7"])));
        assert!(is_wrong(&lost, &played("refused", "product_not_found", &["7"], &[])));
        assert!(is_wrong(&lost, &played("held", "no_effect", &["7"], &[])));
    }

    #[test]
    fn the_undisturbed_play_is_held_against_the_case() {
        let stated: Expected = serde_json::from_value(json!({ "status": "succeeded" })).unwrap();
        assert!(unexpected(&stated, &played("succeeded", "created", &["1"], &["1"])).is_none());
        assert!(unexpected(&stated, &played("succeeded", "done", &[], &[])).is_some());
        assert!(unexpected(&stated, &played("refused", "created", &[], &[])).is_some());
    }

    #[test]
    fn after_a_denial_the_books_are_the_same_untouched_or_on_the_record_of_a_held_run() {
        let denied = Disturbance::Denied("term:query".parse().unwrap());
        assert!(!is_wrong(&denied, &played("refused", "capability_denied", &[], &[])));
        assert!(!is_wrong(&denied, &played("held", "partly_written", &["1"], &["1"])));
        assert!(is_wrong(&denied, &played("held", "partly_written", &["1"], &[])));
        assert!(is_wrong(&denied, &played("refused", "capability_denied", &["1"], &["1"])));
        assert!(is_wrong(&denied, &played("succeeded", "created", &["1", "2"], &["1", "2"])));
    }

    #[test]
    fn of_two_events_one_makes_the_document_and_the_other_tells_of_it() {
        let both = |one: (&str, &str), other: (&str, &str)| {
            let mut played = played(one.0, one.1, &["1"], &["1"]);
            played.records.extend(self::played(other.0, other.1, &[], &[]).records);
            is_wrong(&Disturbance::TwoEvents, &played)
        };
        assert!(!both(("refused", "already_exists"), ("succeeded", "created")));
        assert!(both(("succeeded", "created"), ("succeeded", "created")));
        assert!(both(("succeeded", "created"), ("held", "trapped")));
    }
}
