//! What the lines add up to, and whether that is what the object says and what QuickBooks made
//! of it. A deal's amount is only compared; a document made from a quote or a payment must come to
//! what was offered or paid.

use std::collections::BTreeMap;

use super::basis::{self, Basis};
use super::lines::SaleLine;
use super::tax::Shown;
use crate::money::{Decimal, HALF_CENT, Money, OutOfRange};
use crate::quickbooks::TxnTaxDetail;
use crate::{CrmObject, Enrollment, Problem, Problems, codes};

/// QuickBooks takes no more lines on a taxable document.
const LINES_MAX: usize = 750;

/// The sums of a sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) discount: Money,
    /// Before tax.
    pub(super) net: Money,
    /// What HubSpot's side counts as tax, where that is sure.
    pub(super) tax: Option<Money>,
}

impl Totals {
    pub(super) fn of(lines: &[SaleLine<'_>]) -> Result<Self, OutOfRange> {
        let mut totals = Self { discount: Money::ZERO, net: Money::ZERO, tax: None };
        for line in lines {
            totals.discount = totals.discount.plus(line.discount)?;
            totals.net = totals.net.plus(line.net)?;
        }
        Ok(totals)
    }

    /// Whether the document has a discount line: only where there are discounts, and it may have one.
    pub(super) fn has_discount_line(&self, allowed: bool) -> bool {
        allowed && !self.discount.is_zero()
    }

    /// Sums the lines and compares the sum with the object's amount.
    pub(super) fn check(
        enrollment: &Enrollment,
        lines: &[SaleLine<'_>],
        discount_line: bool,
        problems: &mut Problems,
    ) -> Option<Self> {
        let about = || enrollment.object.describe();
        let Ok(mut totals) = Self::of(lines) else {
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
        let count = lines.len() + usize::from(totals.has_discount_line(discount_line));
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
        // Where nothing is sold, that is the problem, and no sum says more.
        if lines.is_empty() {
            return Some(totals);
        }
        let stated = problems.note(stated(&enrollment.object))?;
        let shown = problems.note(Shown::read(enrollment, lines, totals.net))?;
        totals.tax = Comparison { object: &enrollment.object, lines, net: totals.net, shown }.with(stated, problems);
        Some(totals)
    }

    /// The warning that QuickBooks stored other sums than these.
    pub(super) fn differ_from(&self, total: Option<Money>, tax: Option<&TxnTaxDetail>) -> Option<Problem> {
        let stored_tax = tax.and_then(|tax| tax.total_tax);
        let before_tax = total?.minus(stored_tax.unwrap_or(Money::ZERO)).ok()?;
        let message = if before_tax != self.net {
            format!("The lines add up to {}, and QuickBooks shows {before_tax} before tax.", self.net)
        } else {
            let (ours, theirs) = self.tax.zip(stored_tax).filter(|(ours, theirs)| ours != theirs)?;
            format!("HubSpot counts {ours} as tax, and QuickBooks shows a tax of {theirs}.")
        };
        let problem = Problem::new(codes::TOTAL_DIFFERS, message);
        Some(problem.remedy("Check the document in QuickBooks before it is sent."))
    }
}

fn stated(object: &CrmObject) -> Result<Option<Money>, Problem> {
    basis::amount(object)?.map(|amount| basis::money(object, amount)).transpose()
}

/// What the lines come to, held against what the object states.
struct Comparison<'c, 'e> {
    object: &'c CrmObject,
    lines: &'c [SaleLine<'e>],
    net: Money,
    shown: Shown,
}

impl Comparison<'_, '_> {
    /// How much of the stated amount is tax, where that follows from it.
    fn with(&self, stated: Option<Money>, problems: &mut Problems) -> Option<Money> {
        let stated = stated?;
        let beyond = stated.minus(self.net).ok()?;
        match Basis::of(self.object) {
            Basis::Deal => {
                if !beyond.is_zero() {
                    problems.warn(self.differ(stated));
                }
                None
            }
            Basis::Quote if beyond.is_zero() => None,
            Basis::Quote if self.shown.is(beyond) => {
                problems.warn(self.tax_left(beyond));
                Some(beyond)
            }
            Basis::Quote if self.is_further_periods(beyond) => {
                problems.warn(self.differ(stated));
                None
            }
            Basis::Quote => {
                problems.add(self.differ(stated));
                None
            }
            Basis::Payment if self.is_whole_object() && self.shown != Shown::Nothing => {
                problems.add(self.tax_unclear());
                None
            }
            Basis::Payment if self.shown.is(beyond) => {
                if matches!(self.shown, Shown::Unknown { .. }) && !beyond.is_zero() {
                    problems.warn(self.tax_inferred(beyond));
                }
                Some(beyond)
            }
            Basis::Payment => {
                problems.add(self.not_what_was_paid(stated));
                None
            }
        }
    }

    /// Whether the amount may count further periods of the recurring lines: of all of them, or of those
    /// of one frequency, since a year can be twelve months of one line and one year of another. With tax
    /// in it nobody can tell.
    fn is_further_periods(&self, beyond: Money) -> bool {
        let mut periods: BTreeMap<&str, Decimal> = BTreeMap::new();
        for line in self.lines {
            if let Some(frequency) = line.record.frequency() {
                *periods.entry(frequency).or_default() += line.net.decimal();
            }
        }
        let all: Decimal = periods.values().sum();
        let may_be = |period| self.shown != Shown::Nothing || is_multiple(beyond.decimal(), period);
        beyond > Money::ZERO && !periods.is_empty() && periods.into_values().chain([all]).any(may_be)
    }

    fn is_whole_object(&self) -> bool {
        self.lines.iter().any(|line| line.record.is_whole_object())
    }

    fn sum(&self) -> String {
        match self.shown {
            Shown::Nothing => format!("{}", self.net),
            Shown::Amount { tax, .. } => format!("{} and a tax of {tax}", self.net),
            Shown::Unknown { .. } => format!("{} before tax", self.net),
        }
    }

    fn differ(&self, stated: Money) -> Problem {
        Problem::new(
            codes::TOTALS_DIFFER,
            format!("The lines add up to {}, and the amount of the {} says {stated}.", self.sum(), self.object.kind),
        )
        .about(self.object.describe())
        .remedy("Check that the line items, discounts and fees are complete.")
    }

    fn not_what_was_paid(&self, paid: Money) -> Problem {
        if paid < self.net
            || matches!(self.shown, Shown::Amount { tax, .. } if self.net.plus(tax).is_ok_and(|due| paid < due))
        {
            return Problem::new(
                codes::PARTIAL_PAYMENT,
                format!("The payment of {paid} is smaller than its lines, which add up to {}.", self.sum()),
            )
            .about(self.object.describe())
            .remedy("A deposit or an instalment is booked by hand, as a payment of its invoice.");
        }
        if matches!(self.shown, Shown::Unknown { .. }) {
            return self.tax_unclear();
        }
        self.differ(paid)
    }

    fn tax_unclear(&self) -> Problem {
        Problem::new(codes::TAX_UNCLEAR, "The payment has tax in it, and nothing shows how much.")
            .about(self.object.describe())
            .remedy("Book it by hand, with the tax that was collected.")
    }

    fn tax_inferred(&self, tax: Money) -> Problem {
        Problem::new(
            codes::TAX_INFERRED,
            format!(
                "Lines are taxed and nothing shows how much: {tax} was paid beyond the lines and is taken for tax."
            ),
        )
        .about(self.object.describe())
        .remedy("Compare the tax of the document with the one that was collected.")
    }

    fn tax_left(&self, tax: Money) -> Problem {
        Problem::new(
            codes::TAX_LEFT_TO_QUICKBOOKS,
            format!("The quote's amount has a tax of {tax} in it; QuickBooks computes the tax by its own rules."),
        )
        .about(self.object.describe())
        .remedy("Compare the total of the document with the quote.")
    }
}

/// Whether an amount is a whole number of periods, give or take half a cent for each: HubSpot rounds
/// them together.
fn is_multiple(amount: Decimal, period: Decimal) -> bool {
    let periods = amount.checked_div(period).map(|periods| periods.round()).filter(|periods| *periods >= Decimal::ONE);
    periods.is_some_and(|periods| (amount - period * periods).abs() <= HALF_CENT * periods)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        serde_json::from_str(text).unwrap()
    }

    fn totals(net: &str, tax: Option<&str>) -> Totals {
        Totals { discount: Money::ZERO, net: money(net), tax: tax.map(money) }
    }

    fn stored(tax: &str) -> TxnTaxDetail {
        TxnTaxDetail { total_tax: Some(money(tax)), ..TxnTaxDetail::default() }
    }

    #[test]
    fn periods_are_whole_but_for_what_is_rounded_of_each() {
        let is = |amount: &str, period: &str| is_multiple(amount.parse().unwrap(), period.parse().unwrap());
        assert!(is("1650", "150"));
        assert!(is("989.90", "89.99"), "eleven times 89.991");
        assert!(!is("1649.94", "150") && !is("75", "150") && !is("150", "0") && !is("0.01", "150"));
    }

    #[test]
    fn tax_that_quickbooks_adds_is_no_difference() {
        assert_eq!(totals("335.25", None).differ_from(Some(money("362.07")), Some(&stored("26.82"))), None);
    }

    #[test]
    fn a_cent_is_a_difference() {
        let problem = totals("335.25", None).differ_from(Some(money("335.26")), None).unwrap();
        assert_eq!(problem.code, codes::TOTAL_DIFFERS);
    }

    #[test]
    fn another_tax_than_the_one_that_was_counted_is_a_difference() {
        let totals = totals("240", Some("19.20"));
        assert_eq!(totals.differ_from(Some(money("259.20")), Some(&stored("19.20"))), None);
        let problem = totals.differ_from(Some(money("240")), Some(&stored("0"))).unwrap();
        assert_eq!(problem.code, codes::TOTAL_DIFFERS);
    }
}
