//! The lines of a sale as HubSpot states them: quantity, price and discount, each exact. Knows
//! neither products nor QuickBooks' lines.

use super::basis;
use super::names::check_length;
use crate::money::{Decimal, Money, OutOfRange, Quantity, UnitPrice, Unrounded};
use crate::{CrmObject, Enrollment, Problem, Problems, codes};

const LINE_ITEM: &str = "line_item";
pub(super) const FEE: &str = "fee";
const DESCRIPTION_MAX: usize = 4000;

/// What a line is about, before its numbers are read: a line item, or the enrolled object where
/// one line stands for all of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineRecord<'e>(pub(super) &'e CrmObject);

/// One line of a sale.
pub(super) struct SaleLine<'e> {
    pub(super) record: LineRecord<'e>,
    pub(super) quantity: Quantity,
    pub(super) unit_price: UnitPrice,
    /// Half-up(quantity × unit price).
    pub(super) gross: Money,
    pub(super) discount: Money,
    /// Gross less discount.
    pub(super) net: Money,
}

/// The lines of the enrolled object in the order people gave them; without one, the host's order
/// by id stays. An object without line items is one line if there is a product to book it on.
pub(super) fn records<'e>(enrollment: &'e Enrollment, problems: &mut Problems) -> Vec<LineRecord<'e>> {
    let mut records: Vec<LineRecord<'e>> =
        enrollment.associated(LINE_ITEM).map(|line| LineRecord(&line.object)).collect();
    records.sort_by_key(|record| record.position());
    if !records.is_empty() {
        return records;
    }
    if enrollment.chosen("default_product").is_some() {
        return vec![LineRecord(&enrollment.object)];
    }
    problems.add(
        Problem::new(codes::NO_LINE_ITEMS, "There are no line items, so there is nothing to bill.")
            .about(enrollment.object.describe())
            .remedy("Add line items in HubSpot, or set a default product."),
    );
    records
}

/// The numbers of all lines; none if one of them has a problem.
pub(super) fn read<'e>(records: &[LineRecord<'e>], problems: &mut Problems) -> Option<Vec<SaleLine<'e>>> {
    let lines: Vec<_> = records.iter().filter_map(|&record| SaleLine::read(record, problems)).collect();
    (lines.len() == records.len()).then_some(lines)
}

impl<'e> LineRecord<'e> {
    pub(super) fn name(self) -> Option<&'e str> {
        self.0.text("name")
    }

    pub(super) fn sku(self) -> Option<&'e str> {
        self.0.text("hs_sku")
    }

    /// What the document says about the line.
    pub(super) fn description(self) -> Option<&'e str> {
        ["description", "name", "dealname", "hs_title", "hs_label"].iter().find_map(|property| self.0.text(property))
    }

    /// How often the line is billed, if more than once.
    pub(super) fn frequency(self) -> Option<&'e str> {
        self.0.text("recurringbillingfrequency")
    }

    pub(super) fn is_whole_object(self) -> bool {
        self.0.kind != LINE_ITEM && !self.is_fee()
    }

    pub(super) fn is_fee(self) -> bool {
        self.0.kind == FEE
    }

    fn position(self) -> Decimal {
        let position = self.0.text("hs_position_on_quote").and_then(|text| text.parse().ok());
        position.unwrap_or(Decimal::MAX)
    }
}

impl<'e> SaleLine<'e> {
    /// A fee on the whole object, of which there is one.
    pub(super) fn of_fee(record: LineRecord<'e>, amount: Money) -> Self {
        let unit_price = UnitPrice::new(amount.decimal());
        Self { record, quantity: Quantity::ONE, unit_price, gross: amount, discount: Money::ZERO, net: amount }
    }

    /// Takes its share of a discount on the whole object off the line.
    pub(super) fn take_off(&mut self, share: Money) -> Result<(), OutOfRange> {
        self.discount = self.discount.plus(share)?;
        self.net = self.net.minus(share)?;
        Ok(())
    }

    fn read(line: LineRecord<'e>, problems: &mut Problems) -> Option<Self> {
        let LineRecord(record) = line;
        if line.is_whole_object() {
            let amount = problems.note(whole_amount(record))?;
            return problems.note(Self::priced(line, Quantity::ONE, UnitPrice::new(amount)));
        }
        let quantity = problems.note(record.require_decimal("quantity")).map(Quantity::new);
        let price = problems.note(record.require_decimal("price")).map(UnitPrice::new);
        if let Some(text) = record.text("description") {
            let checked = check_length(text, DESCRIPTION_MAX, "description of the line");
            problems.note(checked.map_err(|problem| problem.about(record.describe())));
        }
        let sold = problems.note(Self::priced(line, quantity?, price?))?;
        match line.frequency() {
            // Its amount can be that of the whole term.
            Some(frequency) => problems.warn(recurring(record, frequency)),
            None => sold.compare_with_amount(problems),
        }
        Some(sold)
    }

    /// HubSpot computes a line's amount of the same properties; another amount means that one of
    /// them is not read as HubSpot means it. One that cannot be read says nothing.
    fn compare_with_amount(&self, problems: &mut Problems) {
        let LineRecord(record) = self.record;
        let Some(amount) = record.decimal("amount").ok().flatten() else {
            return;
        };
        if Unrounded::new(amount).map(Unrounded::round_half_up) != Ok(self.net) {
            problems.warn(amount_differs(record, self.net, amount));
        }
    }

    fn priced(record: LineRecord<'e>, quantity: Quantity, unit_price: UnitPrice) -> Result<Self, Problem> {
        let LineRecord(object) = record;
        let beyond = |_: OutOfRange| out_of_range(object);
        let gross = unit_price.times(quantity).map_err(beyond)?.round_half_up();
        let net = net_of(object, quantity, unit_price)?;
        let discount = gross.minus(net).map_err(beyond)?;
        // Money given back has no discount: taking it off would give more back.
        if discount.is_negative() {
            return Err(discount_out_of_range(object, unit_price));
        }
        Ok(Self { record, quantity, unit_price, gross, discount, net })
    }
}

/// The amount of an object that is one line; it must have one.
fn whole_amount(object: &CrmObject) -> Result<Decimal, Problem> {
    object.require_decimal(basis::Basis::of(object).amount_property())
}

/// The line's amount after its discount: a percentage of the price, or an amount off each unit.
/// HubSpot keeps one of the two, but its interfaces can set both.
///
/// Rounded once, from the exact net price: the sum of a rounded price and a rounded discount can
/// be a cent off what HubSpot shows for the line.
fn net_of(record: &CrmObject, quantity: Quantity, price: UnitPrice) -> Result<Money, Problem> {
    let given = |property| Ok::<_, Problem>(record.decimal(property)?.filter(|off| !off.is_zero()));
    let net = |price: Result<UnitPrice, OutOfRange>| {
        let price = price.map_err(|_| out_of_range(record))?;
        price.times(quantity).map(Unrounded::round_half_up).map_err(|_| out_of_range(record))
    };
    let percentage = given("hs_discount_percentage")?;
    let each = given("discount")?;
    let in_range = percentage.is_none_or(|off| off > Decimal::ZERO && off <= Decimal::ONE_HUNDRED)
        && each.is_none_or(|off| off > Decimal::ZERO && off <= price.decimal());
    if !in_range {
        return Err(discount_out_of_range(record, price));
    }
    match (percentage, each) {
        (None, None) => net(Ok(price)),
        (Some(percentage), None) => net(price.less_percent(percentage)),
        (None, Some(each)) => net(price.less(each)),
        (Some(percentage), Some(each)) => {
            let amount = net(price.less_percent(percentage))?;
            if amount == net(price.less(each))? { Ok(amount) } else { Err(unclear_discount(record)) }
        }
    }
}

fn amount_differs(record: &CrmObject, net: Money, amount: Decimal) -> Problem {
    Problem::new(codes::TOTALS_DIFFER, format!("The line comes to {net}, and its amount in HubSpot says {amount}."))
        .about(record.describe())
        .remedy("Compare quantity, price and discount of the line with its amount in HubSpot.")
}

fn discount_out_of_range(record: &CrmObject, price: UnitPrice) -> Problem {
    Problem::new(
        codes::LINE_DISCOUNT_OUT_OF_RANGE,
        format!("The discount of the line does not lie between nothing and its price of {}.", price.decimal()),
    )
    .about(record.describe())
    .remedy("Correct the discount of the line in HubSpot.")
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
        let line = SaleLine::read(LineRecord(&record), &mut problems).map(|line| line.net.to_string());
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
    fn the_net_amount_is_rounded_once() {
        // 3 × 33.335 = 100.005; less 7.5 % = 92.504625. Rounded twice it would be 92.51.
        let line = [("quantity", "3"), ("price", "33.335"), ("hs_discount_percentage", "7.5")];
        assert_eq!(net(&line).unwrap(), "92.50");
    }

    #[test]
    fn money_given_back_has_no_discount() {
        let line = [("quantity", "-1"), ("price", "100"), ("discount", "10")];
        assert_eq!(net(&line), Err(codes::LINE_DISCOUNT_OUT_OF_RANGE));
        assert_eq!(net(&line[..2]).unwrap(), "-100.00");
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
    fn an_amount_that_differs_from_the_net_one_is_a_warning_unless_the_line_recurs() {
        let warnings = |amount, frequency| {
            let record = record(&[
                ("quantity", "3"),
                ("price", "33.335"),
                ("hs_discount_percentage", "7.5"),
                ("amount", amount),
                ("recurringbillingfrequency", frequency),
            ]);
            let mut problems = Problems::new();
            SaleLine::read(LineRecord(&record), &mut problems);
            problems.settle().unwrap().into_iter().map(|one| one.code).collect::<Vec<_>>()
        };
        assert!(warnings("92.504625", "").is_empty());
        assert_eq!(warnings("92.51", ""), [codes::TOTALS_DIFFER]);
        assert_eq!(warnings("1110.06", "monthly"), [codes::RECURRING_LINE]);
    }

    #[test]
    fn a_line_without_quantity_and_price_has_two_problems() {
        let record = record(&[]);
        let mut problems = Problems::new();
        assert!(SaleLine::read(LineRecord(&record), &mut problems).is_none());
        assert_eq!(problems.settle().unwrap_err().problems.len(), 2);
    }
}
