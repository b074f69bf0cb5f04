//! The number of a document whose company numbers by hand: QuickBooks would leave it empty. Looked
//! for before any write, since QuickBooks refuses a number that is in use (error 6140).

use serde_json::Value;

use super::notes::Notes;
use crate::quickbooks::{Entity as _, RefundReceipt};
use crate::{Company, Enrollment, Fault, Problem, Problems, codes};

/// The number the document must bring along; a problem if another document has it.
pub(super) fn plan(
    enrollment: &Enrollment,
    company: &Company<'_>,
    entity: &str,
    notes: &Notes,
    problems: &mut Problems,
) -> Result<String, Fault> {
    let number = of_record(prefix(entity), &enrollment.object.id, enrollment.documents(entity).count());
    // A host that lost its store meets the document that this very run has made: only the marker
    // tells it from another one. Without a marker QuickBooks decides, which knows the request.
    if notes.have_marker() && is_taken(company, entity, &number, enrollment.marker())? {
        problems.add(taken(entity, &number).about(enrollment.object.describe()));
    }
    Ok(number)
}

/// The number names the HubSpot record, so a person finds the deal by it; a further document of the
/// same record counts on, since QuickBooks refuses a number twice. Record ids have at most sixteen
/// digits, and twenty-one characters are allowed.
fn of_record(prefix: &str, id: &str, documents_made: usize) -> String {
    if documents_made == 0 { format!("{prefix}-{id}") } else { format!("{prefix}-{id}-{}", documents_made + 1) }
}

/// Refunds are numbered in one sequence with what they refund, which names the same record.
fn prefix(entity: &str) -> &'static str {
    if entity == RefundReceipt::NAME { "HR" } else { "HS" }
}

/// Whether a document without this run's marker has the number. Where the action may not look,
/// QuickBooks says so when the document is written.
fn is_taken(company: &Company<'_>, entity: &str, number: &str, marker: &str) -> Result<bool, Fault> {
    let statement = format!("SELECT * FROM {entity} WHERE DocNumber = ?");
    match company.untyped(entity).query(&statement, &[number]) {
        Ok(rows) => Ok(rows.iter().any(|row| !is_marked(row, marker))),
        Err(fault) if fault.is_denied() => Ok(false),
        Err(fault) => Err(fault),
    }
}

fn is_marked(row: &Value, marker: &str) -> bool {
    let texts = [&row["PrivateNote"], &row["CustomerMemo"]["value"]];
    texts.iter().any(|text| text.as_str().is_some_and(|text| text.contains(marker)))
}

fn taken(entity: &str, number: &str) -> Problem {
    Problem::new(
        codes::DOCUMENT_NUMBER_TAKEN,
        format!("The company numbers by hand, and another {} has the number {number}.", entity.to_lowercase()),
    )
    .remedy("Look at that document; delete it or change its number, then run the action again.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_of_one_record_differ_and_fit() {
        assert_eq!(of_record("HS", "789", 0), "HS-789");
        assert_eq!(of_record("HS", "789", 1), "HS-789-2");
        assert!(of_record("HS", "1234567890123456", 8).len() <= 21);
    }

    #[test]
    fn a_document_is_known_by_the_marker_in_either_of_its_texts() {
        assert!(is_marked(&json!({ "PrivateNote": "HubSpot deal 789 · run 4f2c" }), "run 4f2c"));
        assert!(is_marked(&json!({ "CustomerMemo": { "value": "Thanks\nrun 4f2c" } }), "run 4f2c"));
        assert!(!is_marked(&json!({ "DocNumber": "HS-789" }), "run 4f2c"));
    }
}
