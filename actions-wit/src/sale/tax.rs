//! The tax that HubSpot shows for a quote or a payment. For a quote it is only compared, since
//! QuickBooks computes the tax itself; of a payment it says how much of the money was tax.

use super::adjustments::{percentage, value_of};
use super::lines::SaleLine;
use crate::money::{Decimal, HALF_CENT, Money};
use crate::{CrmObject, Enrollment, Problem, codes};

/// Combined sales taxes of the United States stay below 13 %; a larger part of a payment is
/// something else.
const PERCENT_MAX: Decimal = Decimal::from_parts(15, 0, 0, false, 0);

/// A tax on the whole object is rounded once, and half a cent can fall to either side.
const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// The tax on HubSpot's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Nothing is taxed.
    Nothing,
    /// It comes to an amount, give or take what is rounded otherwise.
    Amount { tax: Money, off_max: Decimal },
    /// Something is taxed that comes to `base`, and no number says how much.
    Unknown { base: Money },
}

impl Shown {
    /// Reads the taxes of the object, or else those of its lines. `base` is the sum before tax.
    pub(super) fn read(enrollment: &Enrollment, lines: &[SaleLine<'_>], base: Money) -> Result<Self, Problem> {
        let mut of_object = enrollment.associated("tax").map(|tax| value_of(&tax.object, base)).peekable();
        if of_object.peek().is_none() {
            return of_lines(&enrollment.object, lines);
        }
        let (mut sum, mut off_max) = (Money::ZERO, Decimal::ZERO);
        for tax in of_object {
            sum = sum.plus(tax?).map_err(|_| out_of_range(&enrollment.object))?;
            off_max += CENT;
        }
        Ok(Self::Amount { tax: sum, off_max })
    }

    /// Whether what is charged beyond the sum before tax is this tax.
    pub(super) fn is(self, beyond: Money) -> bool {
        match self {
            Self::Nothing => beyond.is_zero(),
            Self::Amount { tax, off_max } => {
                let off = (beyond.decimal() - tax.decimal()).abs();
                !beyond.is_negative() && off <= off_max
            }
            Self::Unknown { base } => {
                let most = percentage(base, PERCENT_MAX);
                !beyond.is_negative() && most.is_ok_and(|most| beyond <= most)
            }
        }
    }
}

/// Whether HubSpot taxes the line.
pub(super) fn is_taxed(line: &SaleLine<'_>) -> bool {
    is_taxed_in_hubspot(line.record.0)
}

/// The same, before the line's numbers are read.
pub(super) fn is_taxed_in_hubspot(record: &CrmObject) -> bool {
    record.text("hs_tax_rate_group_id").is_some()
        || record.text("hs_tax_rate").is_some_and(|rate| rate.parse() != Ok(Decimal::ZERO))
}

fn of_lines(object: &CrmObject, lines: &[SaleLine<'_>]) -> Result<Shown, Problem> {
    let (mut sum, mut off_max) = (Money::ZERO, Decimal::ZERO);
    for line in lines.iter().filter(|line| is_taxed(line)) {
        let Some(tax) = of_line(line)? else {
            return Ok(Shown::Unknown { base: taxed_net(object, lines)? });
        };
        sum = sum.plus(tax).map_err(|_| out_of_range(object))?;
        // It may be rounded for each line, as here, or once for all of them.
        off_max += HALF_CENT;
    }
    Ok(if off_max.is_zero() { Shown::Nothing } else { Shown::Amount { tax: sum, off_max } })
}

/// What the taxed lines come to. HubSpot does not say whether fees are taxed: they may be where
/// everything else is.
fn taxed_net(object: &CrmObject, lines: &[SaleLine<'_>]) -> Result<Money, Problem> {
    let all = lines.iter().all(|line| is_taxed(line) || line.record.is_fee());
    let mut taxed = lines.iter().filter(|line| all || is_taxed(line));
    taxed.try_fold(Money::ZERO, |sum, line| sum.plus(line.net)).map_err(|_| out_of_range(object))
}

/// By the line's rate, or by its amounts with and without tax.
fn of_line(line: &SaleLine<'_>) -> Result<Option<Money>, Problem> {
    let record = line.record.0;
    if let Some(rate) = record.decimal("hs_tax_rate")? {
        return percentage(line.net, rate).map(Some).map_err(|_| out_of_range(record));
    }
    let amounts = record.decimal("hs_post_tax_amount")?.zip(record.decimal("amount")?);
    let tax = amounts.and_then(|(with, without)| with.checked_sub(without));
    let tax = tax.map(|tax| super::basis::money(record, tax)).transpose()?;
    Ok(tax.filter(|tax| !tax.is_negative()))
}

fn out_of_range(object: &CrmObject) -> Problem {
    Problem::new(codes::AMOUNT_OUT_OF_RANGE, "The tax has more digits than QuickBooks takes.")
        .about(object.describe())
        .remedy("Correct it in HubSpot.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(text: &str) -> Money {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_tax_is_off_by_its_rounding_and_no_more() {
        let shown = Shown::Amount { tax: money("8.00"), off_max: CENT };
        assert!(shown.is(money("8.01")));
        assert!(!shown.is(money("8.02")));
        assert!(!Shown::Amount { tax: Money::ZERO, off_max: CENT }.is(money("-0.01")));
    }

    #[test]
    fn an_unknown_tax_is_no_more_than_a_tax_can_be() {
        let shown = Shown::Unknown { base: money("100") };
        assert!(shown.is(money("15.00")));
        assert!(!shown.is(money("15.01")));
        assert!(!shown.is(money("-0.01")));
    }

    #[test]
    fn without_a_tax_nothing_lies_beyond_the_lines() {
        assert!(Shown::Nothing.is(Money::ZERO));
        assert!(!Shown::Nothing.is(money("0.01")));
    }
}
