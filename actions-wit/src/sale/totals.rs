//! What the lines add up to, and whether that is what the object says and what QuickBooks made
//! of it.

use super::company::Books;
use super::lines::SaleLine;
use crate::money::{Money, OutOfRange, Unrounded};
use crate::quickbooks::TxnTaxDetail;
use crate::{Enrollment, Problem, Problems, codes};

/// QuickBooks takes no more lines on a taxable document.
const LINES_MAX: usize = 750;

/// The sums of a sale, before tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) discount: Money,
    pub(super) net: Money,
}

impl Totals {
    pub(super) fn of(lines: &[SaleLine<'_>]) -> Result<Self, OutOfRange> {
        let mut totals = Self { discount: Money::ZERO, net: Money::ZERO };
        for line in lines {
            totals.discount = totals.discount.plus(line.discount)?;
            totals.net = totals.net.plus(line.net)?;
        }
        Ok(totals)
    }

    /// Whether the document has a discount line: only where there are discounts, and the company
    /// allows them.
    pub(super) fn has_discount_line(&self, discounts_allowed: bool) -> bool {
        discounts_allowed && !self.discount.is_zero()
    }

    /// Sums the lines and compares the sum with the object's amount.
    pub(super) fn check(
        enrollment: &Enrollment,
        lines: &[SaleLine<'_>],
        books: &Books,
        problems: &mut Problems,
    ) -> Option<Self> {
        let about = || enrollment.object.describe();
        let Ok(totals) = Self::of(lines) else {
            problems.add(
                Problem::new(codes::AMOUNT_OUT_OF_RANGE, "The sum of the lines has more digits than QuickBooks takes.")
                    .about(about())
                    .remedy("Correct the line items in HubSpot."),
            );
            return None;
        };
        if totals.net.is_negative() {
            problems.add(
                Problem::new(codes::TOTAL_NEGATIVE, format!("The lines add up to {}, below zero.", totals.net))
                    .about(about())
                    .remedy("Correct the line items in HubSpot; money given back is a refund or a credit."),
            );
        }
        let count = lines.len() + usize::from(totals.has_discount_line(books.discounts_allowed));
        if count > LINES_MAX {
            problems.add(
                Problem::new(
                    codes::TOO_MANY_LINES,
                    format!("The document would have {count} lines; QuickBooks takes {LINES_MAX}."),
                )
                .about(about())
                .remedy("Split the sale, or sum up line items in HubSpot."),
            );
        }
        compare_with_amount(enrollment, totals.net, problems);
        Some(totals)
    }
}

/// A deal's amount is often an estimate or holds several periods, so a difference is only shown.
fn compare_with_amount(enrollment: &Enrollment, net: Money, problems: &mut Problems) {
    let Some(amount) = problems.note(enrollment.object.decimal("amount")).flatten() else {
        return;
    };
    let stated = Unrounded::new(amount).map(Unrounded::round_half_up);
    if stated == Ok(net) {
        return;
    }
    problems.warn(
        Problem::new(codes::TOTALS_DIFFER, format!("The lines add up to {net}, and the amount says {amount}."))
            .about(enrollment.object.describe())
            .remedy("Check that the line items are complete."),
    );
}

/// The warning that QuickBooks stored another sum than the lines had.
pub fn total_differs(expected: Money, total: Option<Money>, tax: Option<&TxnTaxDetail>) -> Option<Problem> {
    let total = total?;
    let tax = tax.and_then(|tax| tax.total_tax).unwrap_or(Money::ZERO);
    let before_tax = total.minus(tax).ok()?;
    if before_tax == expected {
        return None;
    }
    let message = format!("The lines add up to {expected}, and QuickBooks shows {before_tax} before tax.");
    let problem = Problem::new(codes::TOTAL_DIFFERS, message);
    Some(problem.remedy("Check the document in QuickBooks before it is sent."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn tax_that_quickbooks_adds_is_no_difference() {
        let tax = TxnTaxDetail { total_tax: Some(money("26.82")), ..TxnTaxDetail::default() };
        assert_eq!(total_differs(money("335.25"), Some(money("362.07")), Some(&tax)), None);
    }

    #[test]
    fn a_cent_is_a_difference() {
        let problem = total_differs(money("335.25"), Some(money("335.26")), None).unwrap();
        assert_eq!(problem.code, codes::TOTAL_DIFFERS);
    }
}
