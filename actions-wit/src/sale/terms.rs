//! Payment terms of an invoice. Without a choice QuickBooks applies the company's own.

use super::listed;
use crate::quickbooks::{Reference, Term};
use crate::{Company, Enrollment, Problems};

/// The value of “as the company has set it”.
const COMPANY_DEFAULT: &str = "company-default";

/// The terms that the step picks; `None` leaves them to QuickBooks.
pub fn payment_terms(enrollment: &Enrollment, company: &Company<'_>, problems: &mut Problems) -> Option<Reference> {
    const INPUT: &str = "payment_terms";
    if enrollment.input(INPUT) == Some(COMPANY_DEFAULT) {
        return None;
    }
    let term: Option<Term> = listed::picked(enrollment, company, INPUT, problems);
    term.and_then(|term| term.id).map(Reference::to)
}
