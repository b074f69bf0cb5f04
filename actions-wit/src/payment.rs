//! The enrolled payment, as far as every action on it must agree: whether its money was received,
//! whether it is booked elsewhere, what it cost and what of it went back.
//!
//! Knows HubSpot's payment and decides by it alone. It must not know what document is made of it,
//! and asks QuickBooks nothing.

mod amounts;
mod fees;
mod refund;
mod source;
mod status;

use crate::{Enrollment, Problems, Refusal};

pub use fees::Fees;
pub use refund::Refund;

/// QuickBooks takes no longer reference number.
const REFERENCE_MAX: usize = 21;

/// Checks a payment that is to become a sales receipt or a paid invoice: its money was received, no
/// accounting system has it already, and it pays no invoice.
///
/// # Errors
///
/// A skip where another document stands for the payment. Whatever a person must mend is added to
/// `problems`.
pub fn check_sale(enrollment: &Enrollment, problems: &mut Problems) -> Result<(), Refusal> {
    source::skip_if_recorded_elsewhere(&enrollment.object)?;
    source::skip_if_of_invoice(enrollment)?;
    problems.note(status::received(&enrollment.object));
    Ok(())
}

/// The number by which people find the payment, as QuickBooks takes it: HubSpot's reference number
/// or, where that is missing or too long, the record's id.
pub fn reference_number(enrollment: &Enrollment) -> String {
    let payment = &enrollment.object;
    let stated = payment.text("hs_reference_number").filter(|number| number.chars().count() <= REFERENCE_MAX);
    stated.map_or_else(|| format!("HS-{}", payment.id), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CrmObject;

    pub(super) fn payment(properties: &[(&str, &str)]) -> Enrollment {
        let owned = properties.iter().map(|&(name, value)| (name.into(), value.into())).collect();
        Enrollment::of_parts(CrmObject::new("payment", "3001", owned), Vec::new(), Vec::new())
    }

    #[test]
    fn a_reference_number_is_never_longer_than_quickbooks_takes() {
        let number = |stated| reference_number(&payment(&[("hs_reference_number", stated)]));
        assert_eq!(number("PAY-3001"), "PAY-3001");
        assert_eq!(number(""), "HS-3001");
        assert_eq!(number("ch_3PqkX2LkdIwHu7ix0abcdefg"), "HS-3001");
    }
}
