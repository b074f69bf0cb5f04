//! US sales tax: lines are taxable or not, one code per transaction.
//!
//! Older companies choose the code; newer ones leave it to the engine in `tax/automated.rs`. Both honour a
//! tax that the caller states.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::books::Books;
use super::entity::Entity;
use super::fault::Fault;
use super::names::is_taxable;
use super::row::{Row, cents, decimal, default, is_true, money, number, part, parts, reference, text};

mod automated;

/// The sums that a transaction's tax depends on.
pub(crate) struct Sums {
    pub(crate) subtotal: Decimal,
    pub(crate) taxable: Decimal,
    pub(crate) discount: Decimal,
}

/// One rate of a tax code.
struct Rate {
    id: String,
    percent: Decimal,
}

/// The tax members of a new customer.
pub(crate) fn customer_defaults(books: &Books, draft: &mut Row) -> Result<(), Fault> {
    if let Some(id) = reference(draft, "DefaultTaxCodeRef") {
        books.referred(Entity::TaxCode, id)?;
    }
    let exempt = text(draft, "TaxExemptionReasonId").is_some();
    default(draft, "Taxable", books.is_us() && !exempt);
    if is_true(draft, "Taxable")
        && let Some(code) = company_code(books)
    {
        default(draft, "DefaultTaxCodeRef", json!({ "value": code }));
    }
    Ok(())
}

/// The tax of a transaction and its stored `TxnTaxDetail`.
pub(crate) fn of_transaction(
    books: &Books,
    draft: &Row,
    customer: Option<&Row>,
    sums: &Sums,
) -> Result<(Decimal, Value), Fault> {
    if !uses_sales_tax(books) {
        return Ok((Decimal::ZERO, json!({ "TotalTax": 0 })));
    }
    let sent = part(draft, "TxnTaxDetail");
    let automated = automated::is_on(books);
    let code = if automated {
        automated::code(books, draft, customer).filter(|_| customer.is_none_or(is_taxable))
    } else {
        chosen_code(books, sent, customer)?
    };
    if let Some(stated) = sent.and_then(|sent| decimal(sent, "TotalTax")) {
        let code = if automated { code } else { sent.and_then(|sent| reference(sent, "TxnTaxCodeRef")) };
        let mut detail = json!({ "TotalTax": money(stated) });
        if let Some(code) = code {
            detail["TxnTaxCodeRef"] = json!({ "value": code });
        }
        return Ok((cents(stated), detail));
    }
    let base = base(draft, sums);
    match code {
        Some(code) if !base.is_zero() => Ok(computed(books, code, base)),
        Some(_) | None => Ok((Decimal::ZERO, json!({ "TotalTax": 0 }))),
    }
}

/// Tax codes on lines: US companies have `TAX` and `NON` only.
pub(crate) fn check_line_code(books: &Books, code: &str) -> Result<(), Fault> {
    if books.is_us() {
        return if matches!(code, "TAX" | "NON") { Ok(()) } else { Err(Fault::line_tax_code(code)) };
    }
    books.referred(Entity::TaxCode, code).map(|_| ())
}

fn uses_sales_tax(books: &Books) -> bool {
    books.prefers("TaxPrefs", "UsingSalesTax") && !automated::is_waiting(books)
}

fn company_code(books: &Books) -> Option<&str> {
    let taxes = books.preference("TaxPrefs").filter(|taxes| is_true(taxes, "UsingSalesTax"))?;
    reference(taxes, "TaxGroupCodeRef")
}

/// The code that was sent, which must exist, or the usual one.
fn chosen_code<'a>(
    books: &'a Books,
    sent: Option<&'a Row>,
    customer: Option<&'a Row>,
) -> Result<Option<&'a str>, Fault> {
    match sent.and_then(|sent| reference(sent, "TxnTaxCodeRef")) {
        Some(code) => books.referred(Entity::TaxCode, code).map(|_| Some(code)),
        None => Ok(default_code(books, customer)),
    }
}

fn default_code<'a>(books: &'a Books, customer: Option<&'a Row>) -> Option<&'a str> {
    let Some(customer) = customer else { return company_code(books) };
    if !is_taxable(customer) {
        return None;
    }
    reference(customer, "DefaultTaxCodeRef").or_else(|| company_code(books))
}

/// What is taxed: the taxable lines, less their share of the discount if it comes first.
fn base(draft: &Row, sums: &Sums) -> Decimal {
    let discounted = is_true(draft, "ApplyTaxAfterDiscount") && !sums.subtotal.is_zero();
    if discounted { cents(sums.taxable - sums.discount * sums.taxable / sums.subtotal) } else { sums.taxable }
}

fn computed(books: &Books, code: &str, base: Decimal) -> (Decimal, Value) {
    let mut total = Decimal::ZERO;
    let mut lines = Vec::new();
    for rate in rates(books, code) {
        let amount = cents(base * rate.percent / Decimal::ONE_HUNDRED);
        total += amount;
        lines.push(json!({
            "Amount": money(amount),
            "DetailType": "TaxLineDetail",
            "TaxLineDetail": {
                "TaxRateRef": { "value": rate.id },
                "PercentBased": true,
                "TaxPercent": number(rate.percent.normalize()),
                "NetAmountTaxable": money(base),
            },
        }));
    }
    let detail = json!({
        "TxnTaxCodeRef": { "value": code },
        "TotalTax": money(total),
        "TaxLine": lines,
    });
    (total, detail)
}

fn rates(books: &Books, code: &str) -> Vec<Rate> {
    let list = books.row(Entity::TaxCode, code).and_then(|code| part(code, "SalesTaxRateList"));
    let details = list.into_iter().flat_map(|list| parts(list, "TaxRateDetail"));
    let ids = details.filter_map(|detail| reference(detail, "TaxRateRef"));
    let rate = |id: &str| {
        let percent = decimal(books.row(Entity::TaxRate, id)?, "RateValue")?;
        Some(Rate { id: id.to_owned(), percent })
    };
    ids.filter_map(rate).collect()
}
