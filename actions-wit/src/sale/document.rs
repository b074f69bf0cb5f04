//! Turns the lines of a sale into QuickBooks' lines. Everything was checked before: nothing here
//! can fail.

use super::lines::SaleLine;
use super::tax::is_taxed;
use super::totals::Totals;
use crate::money::{Decimal, HALF_CENT, Money, Quantity, UnitPrice, Unrounded};
use crate::quickbooks::{DiscountLine, Line, Reference, SalesItemLine};

/// QuickBooks keeps five decimals of quantities and prices for certain; with more it may compute
/// another amount than it was sent (error 6070).
const DECIMALS_MAX: u32 = 5;

/// How the company wants its documents.
pub(super) struct Style<'s> {
    /// Whether discounts have a line of their own; without it each line has its net price.
    pub(super) discount_line: bool,
    pub(super) class: Option<&'s Reference>,
    /// Whether the tax is stated, and so which lines are taxed.
    pub(super) tax: TaxOfLines,
}

/// What lines say about their tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TaxOfLines {
    /// Nothing: QuickBooks goes by its products.
    Unstated,
    /// None is taxed.
    Untaxed,
    /// Those that HubSpot taxes are, or all of them where it does not tell them apart.
    Stated { all: bool },
}

/// The lines of a document; `items` holds the product of each line in order.
pub(super) fn lines(lines: &[SaleLine<'_>], items: &[Reference], totals: &Totals, style: &Style<'_>) -> Vec<Line> {
    let of_sale = lines.iter().zip(items);
    let mut document: Vec<Line> = of_sale.map(|(line, item)| sold(line, item, style)).collect();
    if totals.has_discount_line(style.discount_line) {
        document.push(discount(totals.discount));
    }
    document
}

/// Whether one discount line would change what is taxed. QuickBooks spreads it evenly over all lines,
/// so it is right only where the taxable ones bear the same share of the discounts as of the prices;
/// half a cent of each line is only its rounding.
pub(super) fn discount_line_moves_tax(lines: &[SaleLine<'_>], taxable: &[bool]) -> bool {
    let (gross, discount) = gross_and_discount(lines);
    let taxed = lines.iter().zip(taxable).filter(|&(_, &taxable)| taxable).map(|(line, _)| line);
    let (taxed_gross, taxed_discount) = gross_and_discount(taxed);
    // Multiplied out, since the prices may add up to nothing.
    let moved = (taxed_discount * gross - discount * taxed_gross).abs();
    moved > HALF_CENT * Decimal::from(lines.len()) * gross.abs()
}

fn gross_and_discount<'l, 'e: 'l>(lines: impl IntoIterator<Item = &'l SaleLine<'e>>) -> (Decimal, Decimal) {
    lines.into_iter().fold((Decimal::ZERO, Decimal::ZERO), |(gross, discount), line| {
        (gross + line.gross.decimal(), discount + line.discount.decimal())
    })
}

fn sold(line: &SaleLine<'_>, item: &Reference, style: &Style<'_>) -> Line {
    let amount = if style.discount_line { line.gross } else { line.net };
    let (qty, unit_price) = quantity_and_price(line, amount).unzip();
    Line {
        description: line.record.description().map(str::to_owned),
        amount: Some(amount),
        detail_type: Some("SalesItemLineDetail".to_owned()),
        sales_item_line_detail: Some(SalesItemLine {
            item_ref: Some(item.clone()),
            qty,
            unit_price,
            tax_code_ref: tax_code(line, style.tax).map(Reference::to),
            class_ref: style.class.cloned(),
            ..SalesItemLine::default()
        }),
        ..Line::default()
    }
}

fn tax_code(line: &SaleLine<'_>, tax: TaxOfLines) -> Option<&'static str> {
    let taxed = match tax {
        TaxOfLines::Unstated => return None,
        TaxOfLines::Untaxed => false,
        TaxOfLines::Stated { all } => all || is_taxed(line),
    };
    Some(if taxed { "TAX" } else { "NON" })
}

/// A discount's amount is positive; its account is the company's default.
fn discount(amount: Money) -> Line {
    Line {
        amount: Some(amount),
        detail_type: Some("DiscountLineDetail".to_owned()),
        discount_line_detail: Some(DiscountLine { percent_based: Some(false), ..DiscountLine::default() }),
        ..Line::default()
    }
}

/// Quantity and price whose product is the amount to the cent. Where there are none, the line
/// states its amount alone, which QuickBooks takes as it is.
fn quantity_and_price(line: &SaleLine<'_>, amount: Money) -> Option<(Quantity, UnitPrice)> {
    let quantity = line.quantity;
    if quantity.decimal().scale() > DECIMALS_MAX {
        return None;
    }
    if amount == line.gross {
        let fits = line.unit_price.decimal().scale() <= DECIMALS_MAX;
        return fits.then_some((quantity, line.unit_price));
    }
    let net_price = amount.decimal().checked_div(quantity.decimal())?;
    let price = UnitPrice::new(rounded(net_price));
    let product = price.times(quantity).map(Unrounded::round_half_up);
    (product == Ok(amount)).then_some((quantity, price))
}

fn rounded(price: Decimal) -> Decimal {
    price.round_dp_with_strategy(DECIMALS_MAX, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CrmObject, Problems};

    fn document(lines_of: &[&[(&str, &str)]], discounts_allowed: bool) -> Vec<Line> {
        with_lines(lines_of, |read| {
            let totals = Totals::of(read).unwrap();
            let items = vec![Reference::to("1"); read.len()];
            let style = Style { discount_line: discounts_allowed, class: None, tax: TaxOfLines::Unstated };
            lines(read, &items, &totals, &style)
        })
    }

    fn with_lines<T>(lines_of: &[&[(&str, &str)]], then: impl FnOnce(&[SaleLine<'_>]) -> T) -> T {
        let associated = lines_of
            .iter()
            .map(|properties| {
                let owned = properties.iter().map(|&(name, value)| (name.into(), value.into()));
                CrmObject::new("line_item", "1", owned.collect())
            })
            .collect();
        let enrollment = crate::sale::tests::enrollment(associated, &[]);
        let mut problems = Problems::new();
        let records = crate::sale::lines::records(&enrollment, &mut problems);
        then(&crate::sale::lines::read(&records, &mut problems).unwrap())
    }

    fn shown(line: &Line) -> (String, Option<String>) {
        let detail = line.sales_item_line_detail.as_ref();
        let price = detail.and_then(|detail| detail.unit_price);
        (line.amount.unwrap().to_string(), price.map(|price| price.decimal().to_string()))
    }

    #[test]
    fn with_and_without_a_discount_line_the_document_adds_up_to_the_net_sum() {
        for (quantity, price, percentage) in
            [("1", "0.01", "50"), ("3", "33.335", "7.5"), ("0.333", "19.99", "12.345"), ("7", "1.005", "100")]
        {
            let line: &[_] = &[("quantity", quantity), ("price", price), ("hs_discount_percentage", percentage)];
            let sums = [true, false].map(|discounts_allowed| {
                let signed = |line: &Line| match line.detail_type.as_deref() {
                    Some("DiscountLineDetail") => -line.amount.unwrap().decimal(),
                    Some(_) | None => line.amount.unwrap().decimal(),
                };
                document(&[line, line], discounts_allowed).iter().map(signed).sum::<Decimal>()
            });
            assert_eq!(sums[0], sums[1], "{quantity} × {price} less {percentage} %");
        }
    }

    #[test]
    fn quantity_times_price_is_always_the_amount_that_is_sent() {
        for quantity in ["1", "3", "7", "128.35", "0.333", "1000000"] {
            for discount in ["0", "0.01", "0.3333333", "9.99"] {
                let line: &[_] = &[("quantity", quantity), ("price", "14.5"), ("discount", discount)];
                for discounts_allowed in [true, false] {
                    let sold = &document(&[line], discounts_allowed)[0];
                    let detail = sold.sales_item_line_detail.as_ref().unwrap();
                    if let (Some(quantity), Some(price)) = (detail.qty, detail.unit_price) {
                        assert_eq!(price.times(quantity).unwrap().round_half_up(), sold.amount.unwrap());
                    }
                }
            }
        }
    }

    #[test]
    fn discounts_of_all_lines_become_one_discount_line() {
        let document = document(
            &[
                &[("quantity", "3"), ("price", "100"), ("hs_discount_percentage", "10")],
                &[("quantity", "1"), ("price", "50"), ("discount", "5.50")],
            ],
            true,
        );
        assert_eq!(document.len(), 3);
        assert_eq!(shown(&document[0]), ("300.00".into(), Some("100".into())));
        assert_eq!(shown(&document[2]), ("35.50".into(), None));
        assert_eq!(document[2].detail_type.as_deref(), Some("DiscountLineDetail"));
    }

    #[test]
    fn a_discount_line_moves_the_tax_where_taxable_lines_have_another_share_of_it() {
        let moves = |taxable: [&str; 2], untaxed: [&str; 2]| {
            let line = |[price, off]: [_; 2]| [("quantity", "1"), ("price", price), ("hs_discount_percentage", off)];
            let lines = [&line(taxable)[..], &line(untaxed)];
            with_lines(&lines, |read| discount_line_moves_tax(read, &[true, false]))
        };
        assert!(moves(["1000", "0"], ["1000", "50"]));
        assert!(moves(["100", "10"], ["100", "10.2"]));
        assert!(!moves(["33.35", "7.5"], ["19.99", "7.5"]), "only the cents are rounded");
        assert!(!moves(["1000", "0"], ["1000", "0"]));
    }

    #[test]
    fn a_company_that_forbids_discounts_gets_net_prices() {
        let document = document(&[&[("quantity", "3"), ("price", "100"), ("hs_discount_percentage", "10")]], false);
        assert_eq!(document.len(), 1);
        assert_eq!(shown(&document[0]), ("270.00".into(), Some("90".into())));
    }

    #[test]
    fn a_net_price_that_does_not_divide_leaves_the_amount_alone() {
        let document = document(&[&[("quantity", "30000"), ("price", "1"), ("discount", "0.3333333")]], false);
        assert_eq!(shown(&document[0]), ("20000.00".into(), None));
    }

    #[test]
    fn a_price_with_more_decimals_than_quickbooks_keeps_leaves_the_amount_alone() {
        let document = document(&[&[("quantity", "1000"), ("price", "0.0123456")]], true);
        assert_eq!(shown(&document[0]), ("12.35".into(), None));
    }
}
