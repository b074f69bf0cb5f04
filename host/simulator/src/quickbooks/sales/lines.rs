//! The lines of a sale: references, arithmetic, and the subtotal line that the server makes.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::quickbooks::books::{Books, full_name};
use crate::quickbooks::entity::Entity;
use crate::quickbooks::fault::Fault;
use crate::quickbooks::row::{Row, cents, decimal, default, is_true, money, named, part, parts, reference, set, text};
use crate::quickbooks::tax::{Sums, check_line_code};

/// The documented most for a transaction.
const LINES_MAX: usize = 750;

/// Lines as they are stored, and what they add up to.
pub(super) struct Lines {
    pub(super) stored: Vec<Value>,
    pub(super) sums: Sums,
}

/// Checks the lines of a draft whose dates and links are settled already.
pub(super) fn derive(books: &Books, draft: &Row, stored: Option<&Row>) -> Result<Lines, Fault> {
    let sent: Vec<&Row> = parts(draft, "Line").collect();
    if sent.is_empty() {
        return Err(Fault::missing("Line"));
    }
    if sent.len() > LINES_MAX {
        return Err(Fault::business("A transaction can have at most 750 lines"));
    }
    let mut ids = LineIds::of(stored);
    let mut lines = Vec::new();
    let mut discounts = Vec::new();
    let (mut subtotal, mut taxable) = (Decimal::ZERO, Decimal::ZERO);
    for line in sent {
        let kind = text(line, "DetailType").ok_or_else(|| Fault::missing("Line.DetailType"))?;
        let stored = match kind {
            // Clients send the server's own line back; it is made afresh below.
            "SubTotalLineDetail" => continue,
            "DiscountLineDetail" => {
                discounts.push(line);
                continue;
            }
            "SalesItemLineDetail" => item(books, draft, line)?,
            "DescriptionOnly" => description(line),
            "GroupLineDetail" => return Err(Fault::feature_not_supported("Bundles")),
            _ => return Err(Fault::enumeration("Line.DetailType", kind)),
        };
        let amount = decimal(&stored, "Amount").unwrap_or_default();
        subtotal += amount;
        if is_taxed(&stored) {
            taxable += amount;
        }
        lines.push(Value::Object(numbered(stored, text(line, "Id"), lines.len() + 1, &mut ids)));
    }
    lines.push(json!({ "Amount": money(subtotal), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {} }));
    let discount = discount(books, &discounts, subtotal, &mut lines)?;
    Ok(Lines { stored: lines, sums: Sums { subtotal, taxable, discount } })
}

/// The line ids that a transaction has had: a line sent with one of them is that line.
struct LineIds {
    known: BTreeSet<u64>,
    next: u64,
}

impl LineIds {
    fn of(stored: Option<&Row>) -> Self {
        let lines = stored.into_iter().flat_map(|stored| parts(stored, "Line"));
        let known: BTreeSet<u64> = lines.filter_map(|line| text(line, "Id")?.parse().ok()).collect();
        let next = known.last().map_or(1, |last| last + 1);
        Self { known, next }
    }

    fn take(&mut self, sent: Option<&str>) -> u64 {
        let sent = sent.and_then(|id| id.parse().ok()).filter(|id| self.known.remove(id));
        sent.unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        })
    }
}

fn numbered(line: Row, sent: Option<&str>, place: usize, ids: &mut LineIds) -> Row {
    let mut numbered = Row::new();
    set(&mut numbered, "Id", ids.take(sent).to_string());
    set(&mut numbered, "LineNum", place);
    let rest = line.into_iter().filter(|(member, _)| member != "Id" && member != "LineNum");
    numbered.extend(rest);
    numbered
}

fn item(books: &Books, draft: &Row, line: &Row) -> Result<Row, Fault> {
    let empty = Row::new();
    let detail = part(line, "SalesItemLineDetail").unwrap_or(&empty);
    let Some(id) = reference(detail, "ItemRef") else {
        // Without an item, a line only documents, and its amount is ignored.
        return Ok(description(line));
    };
    let amount = decimal(line, "Amount").ok_or_else(|| Fault::missing("Line.Amount"))?;
    check_amount(detail, amount)?;
    let mut detail = detail.clone();
    if id == "SHIPPING_ITEM_ID" && books.prefers("SalesFormsPrefs", "AllowShipping") {
        default(&mut detail, "TaxCodeRef", json!({ "value": "NON" }));
    } else {
        let item = sellable(books, draft, id)?;
        let code = if is_true(item, "Taxable") { "TAX" } else { "NON" };
        set(&mut detail, "ItemRef", named(id, full_name(item)));
        default(&mut detail, "TaxCodeRef", json!({ "value": code }));
    }
    if let Some(code) = reference(&detail, "TaxCodeRef") {
        check_line_code(books, code)?;
    }
    books.name_reference(&mut detail, "ClassRef", Entity::Class)?;
    if !books.prefers("AccountingInfoPrefs", "ClassTrackingPerTxnLine") {
        detail.remove("ClassRef");
    }
    let mut stored = line.clone();
    set(&mut stored, "Amount", money(amount));
    set(&mut stored, "SalesItemLineDetail", detail);
    Ok(stored)
}

/// An item that may stand on a line of this date.
fn sellable<'a>(books: &'a Books, draft: &Row, id: &str) -> Result<&'a Row, Fault> {
    let item = books.referred(Entity::Item, id)?;
    if text(item, "Type") == Some("Category") {
        return Err(Fault::category_on_line());
    }
    let starts = text(item, "InvStartDate").filter(|_| text(item, "Type") == Some("Inventory"));
    if starts.is_some_and(|starts| text(draft, "TxnDate").is_some_and(|day| day < starts)) {
        return Err(Fault::before_inventory_start());
    }
    Ok(item)
}

/// With quantity and price both there, the amount must be their product, rounded half up to cents.
pub(crate) fn check_amount(detail: &Row, amount: Decimal) -> Result<(), Fault> {
    match (decimal(detail, "Qty"), decimal(detail, "UnitPrice")) {
        (Some(quantity), Some(price)) if cents(quantity * price) != amount => {
            Err(Fault::amount_calculation(&with_separators(amount)))
        }
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

fn with_separators(amount: Decimal) -> String {
    let text = amount.normalize().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{grouped}{point}{fraction}")
}

fn description(line: &Row) -> Row {
    let mut stored = Row::new();
    if let Some(words) = text(line, "Description") {
        set(&mut stored, "Description", words);
    }
    set(&mut stored, "DetailType", "DescriptionOnly");
    let detail = part(line, "DescriptionLineDetail").cloned().unwrap_or_default();
    set(&mut stored, "DescriptionLineDetail", detail);
    stored
}

fn is_taxed(line: &Row) -> bool {
    let code = part(line, "SalesItemLineDetail").and_then(|detail| reference(detail, "TaxCodeRef"));
    code.is_some_and(|code| code != "NON")
}

/// The one discount of a transaction: positive, after the subtotal, without an id.
fn discount(books: &Books, sent: &[&Row], subtotal: Decimal, lines: &mut Vec<Value>) -> Result<Decimal, Fault> {
    let line = match sent {
        [] => return Ok(Decimal::ZERO),
        [line] => *line,
        [..] => return Err(Fault::business("A transaction can have only one discount line")),
    };
    if !books.prefers("SalesFormsPrefs", "AllowDiscount") {
        return Err(Fault::business("Discounts are turned off for this company"));
    }
    let mut detail = part(line, "DiscountLineDetail").cloned().unwrap_or_default();
    let amount = if is_true(&detail, "PercentBased") {
        let percent = decimal(&detail, "DiscountPercent").ok_or_else(Fault::discount_incomplete)?;
        subtotal * percent / Decimal::ONE_HUNDRED
    } else {
        set(&mut detail, "PercentBased", false);
        decimal(line, "Amount").ok_or_else(Fault::discount_incomplete)?
    };
    let amount = cents(amount);
    let account = books.preference("SalesFormsPrefs").and_then(|sales| text(sales, "DefaultDiscountAccount"));
    if let Some(account) = account {
        default(&mut detail, "DiscountAccountRef", json!({ "value": account }));
    }
    books.name_reference(&mut detail, "DiscountAccountRef", Entity::Account)?;
    lines.push(json!({
        "Amount": money(amount),
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": detail,
    }));
    Ok(amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quickbooks::row::decimal_in;

    #[test]
    fn a_wrong_amount_is_quoted_with_thousands_separators() {
        assert_eq!(with_separators(decimal_in("1861.07").unwrap()), "1,861.07");
        assert_eq!(with_separators(decimal_in("-1234567").unwrap()), "-1,234,567");
        assert_eq!(with_separators(decimal_in("58.00").unwrap()), "58");
    }
}
