//! The document that a refund undoes. QuickBooks links no refund to it, so the memo names it.

use qbo_actions::{Document, Enrollment, Problem, payment};

const INPUT: &str = "require_original";
const ORIGINAL_MISSING: &str = "original_missing";

/// What can have booked the money that went back, the likelier first.
const BOOKS_A_PAYMENT: [(&str, &str); 2] = [("SalesReceipt", "sales receipt"), ("Invoice", "invoice")];

/// The document made for the payment itself, or else the newest of its deal or quote. What booked
/// another payment of the deal undoes nothing of this one. None is a problem unless the step says
/// otherwise.
pub(crate) fn find(enrollment: &Enrollment) -> Result<Option<&Document>, Problem> {
    let required = enrollment.yes_or_no(INPUT)?.unwrap_or(true);
    let payment = format!("{}:{}", enrollment.object.kind, enrollment.object.id);
    let books = |document: &&Document| BOOKS_A_PAYMENT.iter().any(|(entity, _)| *entity == document.entity);
    let newest = || enrollment.documents.iter().rev().filter(books);
    let own = newest().find(|document| document.object == payment);
    let found = own.or_else(|| newest().find(|document| !document.object.starts_with("payment:")));
    if found.is_some() || !required {
        return Ok(found);
    }
    Err(Problem::new(ORIGINAL_MISSING, "No sales receipt and no invoice was made for the payment.")
        .about(enrollment.object.describe())
        .remedy("Book the payment first; or, if it was booked in another way, set require_original to no."))
}

/// What the books show: what is refunded.
pub(crate) fn memo(original: Option<&Document>, enrollment: &Enrollment) -> String {
    let Some(original) = original else {
        return format!("Refund of HubSpot payment {}", payment::reference_number(enrollment));
    };
    let known = BOOKS_A_PAYMENT.iter().find(|(entity, _)| *entity == original.entity);
    let what = known.map_or(original.entity.as_str(), |(_, what)| what);
    if original.number.is_empty() {
        format!("Refund of {what} with the id {}", original.id)
    } else {
        format!("Refund of {what} {}", original.number)
    }
}
