//! The lines of a sale as HubSpot states them: quantity, price and discount, each exact. Knows
//! neither products nor QuickBooks' lines.

use super::names::check_length;
use crate::money::{Decimal, Money, OutOfRange, Quantity, UnitPrice};
use crate::{CrmObject, Enrollment, Problem, Problems, codes};

const DESCRIPTION_MAX: usize = 4000;

/// One line of a sale.
pub(super) struct SaleLine<'e> {
    /// The line item, or the enrolled object where one line stands for all of it.
    pub(super) record: &'e CrmObject,
    /// Whether this line stands for an object that has no line items.
    pub(super) is_whole_object: bool,
    pub(super) quantity: Quantity,
    pub(super) unit_price: UnitPrice,
    /// Half-up(quantity × unit price).
    pub(super) gross: Money,
    pub(super) discount: Money,
    /// Gross less discount.
    pub(super) net: Money,
}

/// Reads all lines; a line with a problem is noted and left out.
pub(super) fn read<'e>(enrollment: &'e Enrollment, problems: &mut Problems) -> Vec<SaleLine<'e>> {
    let mut records: Vec<&CrmObject> = enrollment.associated("line_item").map(|line| &line.object).collect();
    if records.is_empty() {
        return whole_object(enrollment, problems).into_iter().collect();
    }
    // The order people gave the lines; without one the host's order by id stays.
    records.sort_by_cached_key(|record| position(record));
    records.into_iter().filter_map(|record| SaleLine::read(record, problems)).collect()
}

impl<'e> SaleLine<'e> {
    fn read(record: &'e CrmObject, problems: &mut Problems) -> Option<Self> {
        let quantity = problems.note(record.require_decimal("quantity")).map(Quantity::new);
        let price = problems.note(record.require_decimal("price")).map(UnitPrice::new);
        if let Some(text) = record.text("description") {
            let checked = check_length(text, DESCRIPTION_MAX, "description of the line");
            problems.note(checked.map_err(|problem| problem.about(record.describe())));
        }
        if let Some(frequency) = record.text("recurringbillingfrequency") {
            problems.warn(recurring(record, frequency));
        }
        let line = Self::priced(record, quantity?, price?);
        problems.note(line)
    }

    fn priced(record: &'e CrmObject, quantity: Quantity, unit_price: UnitPrice) -> Result<Self, Problem> {
        let beyond = |_: OutOfRange| out_of_range(record);
        let gross = unit_price.times(quantity).map_err(beyond)?.round_half_up();
        let discount = discount(record, gross, quantity)?;
        let net = gross.minus(discount).map_err(beyond)?;
        Ok(Self { record, is_whole_object: false, quantity, unit_price, gross, discount, net })
    }

    pub(super) fn name(&self) -> Option<&'e str> {
        self.record.text("name")
    }

    pub(super) fn sku(&self) -> Option<&'e str> {
        self.record.text("hs_sku")
    }

    /// What the document says about the line.
    pub(super) fn description(&self) -> Option<&'e str> {
        let described = self.record.text("description").or_else(|| self.name());
        described.or_else(|| self.record.text("dealname"))
    }
}

/// The one line of an object without line items, if there is a product to book it on.
fn whole_object<'e>(enrollment: &'e Enrollment, problems: &mut Problems) -> Option<SaleLine<'e>> {
    let object = &enrollment.object;
    if enrollment.chosen("default_product").is_none() {
        problems.add(
            Problem::new(codes::NO_LINE_ITEMS, "There are no line items, so there is nothing to bill.")
                .about(object.describe())
                .remedy("Add line items in HubSpot, or set a default product."),
        );
        return None;
    }
    let amount = problems.note(object.require_decimal("amount"))?;
    let line = SaleLine::priced(object, Quantity::ONE, UnitPrice::new(amount));
    Some(SaleLine { is_whole_object: true, ..problems.note(line)? })
}

/// The discount of a line: a percentage of it, or an amount off each unit. HubSpot keeps one of
/// the two, but its interfaces can set both.
fn discount(record: &CrmObject, gross: Money, quantity: Quantity) -> Result<Money, Problem> {
    let given = |property| Ok::<_, Problem>(record.decimal(property)?.filter(|off| !off.is_zero()));
    let beyond = |_: OutOfRange| out_of_range(record);
    let of_percentage = |percentage: Decimal| Ok::<_, OutOfRange>(gross.percent(percentage)?.round_half_up());
    let of_each = |each: Decimal| Ok::<_, OutOfRange>(UnitPrice::new(each).times(quantity)?.round_half_up());
    let discount = match (given("hs_discount_percentage")?, given("discount")?) {
        (None, None) => return Ok(Money::ZERO),
        (Some(percentage), None) => of_percentage(percentage).map_err(beyond)?,
        (None, Some(each)) => of_each(each).map_err(beyond)?,
        (Some(percentage), Some(each)) => {
            let discount = of_percentage(percentage).map_err(beyond)?;
            if discount != of_each(each).map_err(beyond)? {
                return Err(unclear_discount(record));
            }
            discount
        }
    };
    if discount.is_negative() || discount > gross {
        return Err(Problem::new(
            codes::LINE_DISCOUNT_OUT_OF_RANGE,
            format!("The discount of {discount} does not lie between nothing and the line's {gross}."),
        )
        .about(record.describe())
        .remedy("Correct the discount of the line in HubSpot."));
    }
    Ok(discount)
}

fn position(record: &CrmObject) -> Decimal {
    let position = record.text("hs_position_on_quote").and_then(|text| text.parse().ok());
    position.unwrap_or(Decimal::MAX)
}

fn unclear_discount(record: &CrmObject) -> Problem {
    Problem::new(codes::LINE_DISCOUNT_UNCLEAR, "The line has a percentage and an amount as discounts, and they differ.")
        .about(record.describe())
        .remedy("Clear one of the two discounts in HubSpot.")
}

fn out_of_range(record: &CrmObject) -> Problem {
    Problem::new(codes::AMOUNT_OUT_OF_RANGE, "Quantity times price has more digits than QuickBooks takes.")
        .about(record.describe())
        .remedy("Correct the quantity or the price in HubSpot.")
}

fn recurring(record: &CrmObject, frequency: &str) -> Problem {
    Problem::new(codes::RECURRING_LINE, format!("The line recurs ({frequency}); one period of it is billed."))
        .about(record.describe())
        .remedy("Bill the further periods when they are due.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(properties: &[(&str, &str)]) -> CrmObject {
        let owned = properties.iter().map(|&(name, value)| (name.into(), value.into())).collect();
        CrmObject::new("line_item", "301", owned)
    }

    fn net(properties: &[(&str, &str)]) -> Result<String, &'static str> {
        let record = record(properties);
        let mut problems = Problems::new();
        let line = SaleLine::read(&record, &mut problems).map(|line| line.net.to_string());
        let code = problems.settle().map_err(|refusal| refusal.problems[0].code);
        code.map(|_| line.unwrap())
    }

    #[test]
    fn a_quantity_may_be_a_fraction() {
        assert_eq!(net(&[("quantity", "128.350"), ("price", "14.50")]).unwrap(), "1861.08");
    }

    #[test]
    fn a_percentage_is_taken_off_the_line_and_an_amount_off_each_unit() {
        let line = [("quantity", "3"), ("price", "100")];
        let with = |property, value| net(&[line[0], line[1], (property, value)]).unwrap();
        assert_eq!(with("hs_discount_percentage", "10"), "270.00");
        assert_eq!(with("discount", "10.01"), "269.97");
    }

    #[test]
    fn two_discounts_that_agree_are_one_and_two_that_differ_are_unclear() {
        let with = |percentage, each| {
            net(&[("quantity", "3"), ("price", "100"), ("hs_discount_percentage", percentage), ("discount", each)])
        };
        assert_eq!(with("10", "10").unwrap(), "270.00");
        assert_eq!(with("10", "0").unwrap(), "270.00");
        assert_eq!(with("10", "11"), Err(codes::LINE_DISCOUNT_UNCLEAR));
    }

    #[test]
    fn a_discount_beyond_the_line_or_below_nothing_is_out_of_range() {
        let with = |each| net(&[("quantity", "1"), ("price", "100"), ("discount", each)]);
        assert_eq!(with("100.01"), Err(codes::LINE_DISCOUNT_OUT_OF_RANGE));
        assert_eq!(with("-1"), Err(codes::LINE_DISCOUNT_OUT_OF_RANGE));
    }

    #[test]
    fn a_line_without_quantity_and_price_has_two_problems() {
        let record = record(&[]);
        let mut problems = Problems::new();
        assert!(SaleLine::read(&record, &mut problems).is_none());
        assert_eq!(problems.settle().unwrap_err().problems.len(), 2);
    }
}
