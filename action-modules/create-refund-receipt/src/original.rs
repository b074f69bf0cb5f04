//! The document that a refund undoes. QuickBooks links no refund to it, so the memo names it.

use qbo_actions::money::Money;
use qbo_actions::payment::{self, Refund};
use qbo_actions::quickbooks::{Entity as _, Invoice, Reference, SalesReceipt};
use qbo_actions::{Company, Document, Enrollment, Fault, Problem, Problems, codes};

const INPUT: &str = "require_original";
const CUSTOMER_OF_ORIGINAL_UNKNOWN: &str = "customer_of_original_unknown";
const ORIGINAL_MISSING: &str = "original_missing";

/// What can have booked the money that went back, the likelier first.
const BOOKS_A_PAYMENT: [(&str, &str); 2] = [(SalesReceipt::NAME, "sales receipt"), (Invoice::NAME, "invoice")];

/// The document made for the payment itself, or else the newest of its deal or quote. What booked
/// another payment of the deal undoes nothing of this one. None is a problem unless the step says
/// otherwise.
pub(crate) fn find(enrollment: &Enrollment) -> Result<Option<&Document>, Problem> {
    let required = enrollment.yes_or_no(INPUT)?.unwrap_or(true);
    let books = |document: &&Document| BOOKS_A_PAYMENT.iter().any(|(entity, _)| *entity == document.entity);
    let newest = || enrollment.documents.iter().rev().filter(books);
    let own = newest().find(|document| is_own(document, enrollment));
    let found = own.or_else(|| newest().find(|document| !document.object.starts_with("payment:")));
    if found.is_some() || !required {
        return Ok(found);
    }
    Err(Problem::new(ORIGINAL_MISSING, "No sales receipt and no invoice was made for the payment.")
        .about(enrollment.object.describe())
        .remedy("Book the payment first; or, if it was booked in another way, set require_original to no."))
}

/// The id of the customer to whom the document of the payment was made. Where it can't be told, or the
/// document comes to another amount than went back, that is a warning.
pub(crate) fn customer(
    original: Option<&Document>,
    refund: Option<Refund>,
    (enrollment, company): (&Enrollment, &Company<'_>),
    problems: &mut Problems,
) -> Option<String> {
    let original = original.filter(|original| is_own(original, enrollment))?;
    let about = format!("{} {}", original.entity, original.number);
    let (customer, total) = shown(original, company).unwrap_or_default();
    if let Some((refund, total)) = refund.zip(total).filter(|(refund, total)| refund.amount != *total) {
        let message = format!("{} went back to the customer, and the original comes to {total}.", refund.amount);
        problems.warn(Problem::new(codes::TOTALS_DIFFER, message).about(about.clone()));
    }
    if customer.is_none() {
        let message = "The customer of the original could not be read, so the refund's was found by the contact.";
        problems.warn(Problem::new(CUSTOMER_OF_ORIGINAL_UNKNOWN, message).about(about));
    }
    customer.map(|customer| customer.value)
}

/// The document's customer and total, as QuickBooks shows them now.
fn shown(original: &Document, company: &Company<'_>) -> Result<(Option<Reference>, Option<Money>), Fault> {
    let statement = format!("SELECT * FROM {} WHERE Id = ?", original.entity);
    let id = [original.id.as_str()];
    let found = if original.entity == Invoice::NAME {
        let invoice = company.query::<Invoice>(&statement, &id)?.pop();
        invoice.map(|invoice| (invoice.customer_ref, invoice.total_amt))
    } else {
        let receipt = company.query::<SalesReceipt>(&statement, &id)?.pop();
        receipt.map(|receipt| (receipt.customer_ref, receipt.total_amt))
    };
    Ok(found.unwrap_or_default())
}

fn is_own(document: &Document, enrollment: &Enrollment) -> bool {
    document.object == format!("{}:{}", enrollment.object.kind, enrollment.object.id)
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
