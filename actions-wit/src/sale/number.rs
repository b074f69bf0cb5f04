//! The number of a document whose company numbers by hand: QuickBooks would leave it empty. Looked
//! for before any write, since QuickBooks refuses a number that is in use (error 6140).

use serde_json::Value;

use super::notes::Notes;
use crate::quickbooks::{Entity as _, RefundReceipt, SalesReceipt};
use crate::{Company, Document, Enrollment, Fault, Problem, Problems, codes};

/// Documents of one record and kind that can have a number, voided ones included. One digit must do:
/// a number has twenty-one characters at most, and record ids have up to sixteen.
const NUMBERS: usize = 9;

/// The number the document must bring along: the first that no other document has, or a problem if
/// others have them all. A voided document keeps its number.
pub(super) fn plan(
    enrollment: &Enrollment,
    company: &Company<'_>,
    entity: &str,
    notes: &Notes,
    problems: &mut Problems,
) -> Result<String, Fault> {
    let numbers = of_record(prefix(entity), &enrollment.object.id);
    let rows = match rows(company, entity, &numbers) {
        Ok(rows) => rows,
        // Where the action may not look, QuickBooks says so when the document is written.
        Err(fault) if fault.is_denied() => return Ok(numbers[counted(enrollment, entity)].clone()),
        Err(fault) => return Err(fault),
    };
    // A host that lost its store meets the document that this very run has made, and means it again.
    let marker = notes.have_marker().then(|| enrollment.marker());
    let own = rows.iter().find(|row| marker.is_some_and(|marker| is_marked(row, marker)) && !is_voided(row));
    if let Some(number) = own.and_then(|row| row["DocNumber"].as_str()) {
        return Ok(number.to_owned());
    }
    let standing: Vec<_> = enrollment.documents(entity).collect();
    let is_passed_over = |row: &Value| marker.is_some() || is_another_s(row, &standing);
    let is_used = |number: &str| rows.iter().any(|row| row["DocNumber"] == *number && is_passed_over(row));
    let [first, ..] = &numbers;
    let free = numbers.iter().find(|number| !is_used(number));
    if free.is_none() {
        problems.add(taken(&numbers).about(enrollment.object.describe()));
    }
    Ok(free.unwrap_or(first).clone())
}

/// The numbers name the HubSpot record, so a person finds the deal by them; a further document of the
/// same record counts on.
fn of_record(prefix: &str, id: &str) -> [String; NUMBERS] {
    std::array::from_fn(|made| if made == 0 { format!("{prefix}-{id}") } else { format!("{prefix}-{id}-{}", made + 1) })
}

/// Invoices, sales receipts and refund receipts share one sequence, in which one record may have all
/// three. Estimates have one of their own.
fn prefix(entity: &str) -> &'static str {
    match entity {
        RefundReceipt::NAME => "HR",
        SalesReceipt::NAME => "HP",
        _ => "HS",
    }
}

fn rows(company: &Company<'_>, entity: &str, numbers: &[String; NUMBERS]) -> Result<Vec<Value>, Fault> {
    let list = ["?"; NUMBERS].join(", ");
    let statement = format!("SELECT * FROM {entity} WHERE DocNumber IN ({list})");
    company.untyped(entity).query(&statement, &numbers.each_ref().map(String::as_str))
}

/// How many numbers the record's own documents have, as far as the host knows.
fn counted(enrollment: &Enrollment, entity: &str) -> usize {
    let own = format!("{}:{}", enrollment.object.kind, enrollment.object.id);
    enrollment.documents(entity).filter(|document| document.object == own).count().min(NUMBERS - 1)
}

fn is_marked(row: &Value, marker: &str) -> bool {
    let texts = [&row["PrivateNote"], &row["CustomerMemo"]["value"]];
    texts.iter().any(|text| text.as_str().is_some_and(|text| text.contains(marker)))
}

/// QuickBooks writes it above the note.
fn is_voided(row: &Value) -> bool {
    row["PrivateNote"].as_str().is_some_and(|note| note.starts_with("Voided"))
}

/// Whether a document without a marker is certainly not this run's: it is voided, or the host knows it
/// as another run's. Of any other QuickBooks decides, which knows the request.
fn is_another_s(row: &Value, standing: &[&Document]) -> bool {
    is_voided(row) || standing.iter().any(|document| row["Id"] == *document.id)
}

fn taken(numbers: &[String; NUMBERS]) -> Problem {
    let [first, .., last] = numbers;
    Problem::new(
        codes::DOCUMENT_NUMBER_TAKEN,
        format!("The company numbers by hand, and other documents have all numbers from {first} to {last}."),
    )
    .remedy("Look at those documents; delete one or change its number, then run the action again.")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_of_one_record_differ_and_fit() {
        let [first, second, ..] = of_record("HS", "789");
        assert_eq!((first.as_str(), second.as_str()), ("HS-789", "HS-789-2"));
        assert!(of_record(prefix(SalesReceipt::NAME), "1234567890123456").iter().all(|number| number.len() <= 21));
    }

    #[test]
    fn a_document_is_known_by_the_marker_in_either_of_its_texts() {
        assert!(is_marked(&json!({ "PrivateNote": "HubSpot deal 789 · run 4f2c" }), "run 4f2c"));
        assert!(is_marked(&json!({ "CustomerMemo": { "value": "Thanks\nrun 4f2c" } }), "run 4f2c"));
        assert!(!is_marked(&json!({ "DocNumber": "HS-789" }), "run 4f2c"));
    }
}
