//! Discounts and fees of a whole quote or payment, as HubSpot computes them: first the discounts on
//! the sum of the lines, then the fees on what remains. Taxes come after both, in `tax`.

use super::basis::{self, Basis};
use super::lines::{FEE, LineRecord, SaleLine};
use crate::money::{Decimal, Money, OutOfRange, Quantity, UnitPrice, Unrounded};
use crate::{CrmObject, Enrollment, Problem, Problems, codes};

/// The lines with everything that the whole object adds to them.
pub(super) struct Adjusted<'e> {
    /// The lines, the object's discount spread over them, and after them one line for each fee.
    pub(super) lines: Vec<SaleLine<'e>>,
    sold: usize,
}

impl<'e> Adjusted<'e> {
    /// Those of the lines that are fees.
    pub(super) fn fees(&self) -> &[SaleLine<'e>] {
        &self.lines[self.sold..]
    }
}

/// Spreads the object's discounts over the lines and appends its fees.
pub(super) fn apply<'e>(
    enrollment: &'e Enrollment,
    mut lines: Vec<SaleLine<'e>>,
    problems: &mut Problems,
) -> Option<Adjusted<'e>> {
    // One line with the object's own amount holds all of them already.
    if lines.iter().any(|line| line.record.is_whole_object()) {
        let sold = lines.len();
        return Some(Adjusted { lines, sold });
    }
    let spread = discount_of(enrollment, &lines).and_then(|discount| spread(enrollment, &mut lines, discount));
    problems.note(spread)?;
    let fees = problems.note(fees_of(enrollment, &lines))?;
    let sold = lines.len();
    lines.extend(fees);
    Some(Adjusted { lines, sold })
}

/// The sum of the lines, discounts taken off.
pub(super) fn net(object: &CrmObject, lines: &[SaleLine<'_>]) -> Result<Money, Problem> {
    let sum = lines.iter().try_fold(Money::ZERO, |sum, line| sum.plus(line.net));
    sum.map_err(|_| out_of_range(object))
}

/// What a discount, fee or tax comes to: a percentage of `base`, or an amount.
pub(super) fn value_of(adjustment: &CrmObject, base: Money) -> Result<Money, Problem> {
    let value = adjustment.require_decimal("hs_value")?;
    if value < Decimal::ZERO {
        return Err(unclear(adjustment, "is below zero"));
    }
    match adjustment.text("hs_type") {
        Some("PERCENT") => percentage(base, value).map_err(|_| out_of_range(adjustment)),
        Some("FIXED") => basis::money(adjustment, value),
        Some(_) | None => Err(unclear(adjustment, "is neither a percentage nor an amount")),
    }
}

/// A percentage of an amount, rounded to cents.
pub(super) fn percentage(base: Money, percent: Decimal) -> Result<Money, OutOfRange> {
    let hundredth = percent.checked_mul(Decimal::new(1, 2)).ok_or(OutOfRange)?;
    UnitPrice::new(base.decimal()).times(Quantity::new(hundredth)).map(Unrounded::round_half_up)
}

/// The discount on the whole object. A payment states the sum itself, with and without that of its
/// lines; a quote has discounts of its own.
fn discount_of(enrollment: &Enrollment, lines: &[SaleLine<'_>]) -> Result<Money, Problem> {
    let object = &enrollment.object;
    if Basis::of(object) == Basis::Payment
        && let Some(all) = object.decimal("hs_total_discounts_amount")?
    {
        let of_lines = match object.decimal("hs_line_item_discounts_amount")? {
            Some(of_lines) => basis::money(object, of_lines)?,
            None => sum(object, lines.iter().map(|line| line.discount))?,
        };
        return basis::money(object, all)?.minus(of_lines).map_err(|_| out_of_range(object));
    }
    let base = net(object, lines)?;
    let discounts = enrollment.associated("discount").map(|discount| value_of(&discount.object, base));
    sum(object, discounts.collect::<Result<Vec<_>, _>>()?)
}

/// Spreads a discount over the lines in proportion to what they come to, to the cent: where the
/// company forbids a discount line, each line has its net price.
fn spread(enrollment: &Enrollment, lines: &mut [SaleLine<'_>], discount: Money) -> Result<(), Problem> {
    if discount.is_zero() {
        return Ok(());
    }
    let object = &enrollment.object;
    let total = net(object, lines)?;
    if discount.is_negative() || discount > total {
        return Err(discount_out_of_range(object, discount, total));
    }
    let mut reached = Money::ZERO;
    let mut taken = Money::ZERO;
    for line in lines {
        let beyond = |_| out_of_range(object);
        reached = reached.plus(line.net).map_err(beyond)?;
        // What all lines so far bear, less what was taken off those before: the last one comes to
        // exactly the discount, however the shares were rounded.
        let so_far = share(discount, reached, total).map_err(beyond)?;
        line.take_off(so_far.minus(taken).map_err(beyond)?).map_err(beyond)?;
        taken = so_far;
    }
    Ok(())
}

fn share(discount: Money, reached: Money, total: Money) -> Result<Money, OutOfRange> {
    let product = discount.decimal().checked_mul(reached.decimal()).ok_or(OutOfRange)?;
    let share = product.checked_div(total.decimal()).ok_or(OutOfRange)?;
    Unrounded::new(share).map(Unrounded::round_half_up)
}

fn fees_of<'e>(enrollment: &'e Enrollment, lines: &[SaleLine<'e>]) -> Result<Vec<SaleLine<'e>>, Problem> {
    let base = net(&enrollment.object, lines)?;
    let fees = enrollment.associated(FEE).map(|fee| {
        let amount = value_of(&fee.object, base)?;
        Ok(SaleLine::of_fee(LineRecord(&fee.object), amount))
    });
    let charged = |fee: &Result<SaleLine<'e>, Problem>| fee.as_ref().map_or(true, |fee| !fee.net.is_zero());
    fees.filter(charged).collect()
}

fn sum(object: &CrmObject, amounts: impl IntoIterator<Item = Money>) -> Result<Money, Problem> {
    let sum = amounts.into_iter().try_fold(Money::ZERO, Money::plus);
    sum.map_err(|_| out_of_range(object))
}

fn unclear(adjustment: &CrmObject, what: &str) -> Problem {
    Problem::new(codes::ADJUSTMENT_UNCLEAR, format!("The {} {what}.", adjustment.kind))
        .about(adjustment.describe())
        .remedy("Correct it in HubSpot.")
}

fn discount_out_of_range(object: &CrmObject, discount: Money, total: Money) -> Problem {
    Problem::new(
        codes::DISCOUNT_OUT_OF_RANGE,
        format!("The discount of {discount} does not lie between nothing and the sum of the lines, {total}."),
    )
    .about(object.describe())
    .remedy("Correct the discounts in HubSpot.")
}

fn out_of_range(object: &CrmObject) -> Problem {
    Problem::new(codes::AMOUNT_OUT_OF_RANGE, "Discounts, fees or taxes have more digits than QuickBooks takes.")
        .about(object.describe())
        .remedy("Correct them in HubSpot.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Associated;

    fn object(kind: &str, id: &str, properties: &[(&str, &str)]) -> CrmObject {
        CrmObject::new(kind, id, properties.iter().map(|&(name, value)| (name.into(), value.into())).collect())
    }

    fn line(id: &str, price: &str) -> CrmObject {
        object("line_item", id, &[("name", "Seat"), ("quantity", "1"), ("price", price)])
    }

    fn adjustment(kind: &str, how: &str, value: &str) -> CrmObject {
        object(kind, "8", &[("hs_type", how), ("hs_value", value)])
    }

    fn nets(own: &CrmObject, associated: &[CrmObject]) -> Result<Vec<String>, &'static str> {
        let of_own = |object: &CrmObject| Associated { object: object.clone(), parent: own.id.clone(), labels: vec![] };
        let enrollment = Enrollment::of_parts(own.clone(), associated.iter().map(of_own).collect(), Vec::new());
        let mut problems = Problems::new();
        let records = crate::sale::lines::records(&enrollment, &mut problems);
        let lines = crate::sale::lines::read(&records, &mut problems).unwrap();
        let adjusted = apply(&enrollment, lines, &mut problems);
        problems.settle().map_err(|refusal| refusal.problems[0].code)?;
        Ok(adjusted.unwrap().lines.iter().map(|line| line.net.to_string()).collect())
    }

    #[test]
    fn a_discount_is_spread_to_the_cent() {
        let quote = object("quote", "7", &[]);
        let of = |how, value| {
            nets(&quote, &[line("1", "10"), line("2", "10"), line("3", "10"), adjustment("discount", how, value)])
        };
        assert_eq!(of("FIXED", "10").unwrap(), ["6.67", "6.66", "6.67"]);
        assert_eq!(of("PERCENT", "50").unwrap(), ["5.00", "5.00", "5.00"]);
        assert_eq!(of("FIXED", "30.01"), Err(codes::DISCOUNT_OUT_OF_RANGE));
        assert_eq!(of("FIXED", "-1"), Err(codes::ADJUSTMENT_UNCLEAR));
        assert_eq!(of("SHARE", "1"), Err(codes::ADJUSTMENT_UNCLEAR));
    }

    #[test]
    fn a_fee_in_percent_counts_what_the_discount_leaves() {
        let quote = object("quote", "7", &[]);
        let parts = [line("1", "200"), adjustment("discount", "PERCENT", "10"), adjustment("fee", "PERCENT", "5")];
        assert_eq!(nets(&quote, &parts).unwrap(), ["180.00", "9.00"]);
    }

    #[test]
    fn a_payment_s_own_sums_say_what_the_whole_discount_is() {
        let payment = object(
            "payment",
            "7",
            &[("hs_total_discounts_amount", "25.00"), ("hs_line_item_discounts_amount", "5.00")],
        );
        assert_eq!(nets(&payment, &[line("1", "100")]).unwrap(), ["80.00"]);
    }
}
