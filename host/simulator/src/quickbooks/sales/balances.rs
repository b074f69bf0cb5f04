//! What a stored transaction does to others: balances, stock, estimates and the number sequence.
//!
//! These changes move `LastUpdatedTime` but not `SyncToken`, as recorded from the real service; a payment
//! is the exception, and has a module of its own.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::links;
use crate::quickbooks::books::Books;
use crate::quickbooks::entity::{Entity, Sale};
use crate::quickbooks::names::ancestors;
use crate::quickbooks::numbering;
use crate::quickbooks::payments;
use crate::quickbooks::row::{Row, decimal, money, number, part, parts, reference, set, text};

/// Applies the difference between a transaction before and after; `None` is before its creation or
/// after its deletion.
pub(crate) fn apply(books: &mut Books, kind: Sale, before: Option<&Row>, after: Option<&Row>, at: &str) {
    if let Some(after) = after {
        numbering::note(books, kind, after);
    }
    for (customer, change) in difference(before, after, |row| owed(kind, row)) {
        change_balance(books, &customer, change, at);
    }
    let per_unit = match kind {
        Sale::Estimate => Decimal::ZERO,
        Sale::Invoice | Sale::SalesReceipt => Decimal::NEGATIVE_ONE,
        Sale::CreditMemo | Sale::RefundReceipt => Decimal::ONE,
    };
    for (item, change) in difference(before, after, |row| quantities(row, per_unit)) {
        change_stock(books, &item, change, at);
    }
    let (before_links, after_links) = (linked(before, "Payment"), linked(after, "Payment"));
    for id in before_links.iter().filter(|id| !after_links.contains(id)) {
        let invoice = before.and_then(|before| text(before, "Id"));
        payments::release(books, id, invoice.unwrap_or_default(), at);
    }
    let (before_links, after_links) = (linked(before, "Estimate"), linked(after, "Estimate"));
    for id in before_links.iter().filter(|id| !after_links.contains(id)) {
        reopen(books, id, at);
    }
    if kind == Sale::Estimate && after.is_none() {
        for invoice in linked(before, "Invoice") {
            let estimate = before.and_then(|before| text(before, "Id"));
            links::forget_estimate(books, &invoice, estimate.unwrap_or_default(), at);
        }
    }
    if let (Sale::Invoice, None, Some(invoice)) = (kind, before, after) {
        payments::use_credits(books, invoice, at);
    }
    let invoice = after.and_then(|after| text(after, "Id"));
    for id in after_links.iter().filter(|id| !before_links.contains(id)) {
        close(books, id, invoice.unwrap_or_default(), at);
    }
}

fn linked(row: Option<&Row>, kind: &str) -> Vec<String> {
    row.into_iter().flat_map(|row| links::of_kind(row, kind)).map(str::to_owned).collect()
}

/// By how much amounts per id differ between two states of a transaction.
pub(crate) fn difference(
    before: Option<&Row>,
    after: Option<&Row>,
    amounts: impl Fn(&Row) -> Vec<(String, Decimal)>,
) -> BTreeMap<String, Decimal> {
    let mut changes = BTreeMap::new();
    for (sign, row) in [(Decimal::NEGATIVE_ONE, before), (Decimal::ONE, after)] {
        for (id, amount) in row.map(&amounts).unwrap_or_default() {
            *changes.entry(id).or_insert(Decimal::ZERO) += sign * amount;
        }
    }
    changes.retain(|_, change| !change.is_zero());
    changes
}

/// Estimates have no balance, and that of receipts is nothing. A credit is owed the other way.
fn owed(kind: Sale, sale: &Row) -> Vec<(String, Decimal)> {
    let sign = match kind {
        Sale::CreditMemo => Decimal::NEGATIVE_ONE,
        Sale::Estimate | Sale::Invoice | Sale::RefundReceipt | Sale::SalesReceipt => Decimal::ONE,
    };
    let owed = reference(sale, "CustomerRef").zip(decimal(sale, "Balance"));
    owed.map(|(customer, balance)| (customer.to_owned(), sign * balance)).into_iter().collect()
}

fn quantities(sale: &Row, per_unit: Decimal) -> Vec<(String, Decimal)> {
    let details = parts(sale, "Line").filter_map(|line| part(line, "SalesItemLineDetail"));
    let sold = details.filter_map(|detail| reference(detail, "ItemRef").zip(decimal(detail, "Qty")));
    sold.map(|(item, quantity)| (item.to_owned(), per_unit * quantity)).collect()
}

/// Changes what a customer owes, and what its parents are owed with it.
pub(crate) fn change_balance(books: &mut Books, id: &str, change: Decimal, at: &str) {
    let parents = books.row(Entity::Customer, id).map(|row| ancestors(books, row)).unwrap_or_default();
    if let Some(customer) = books.row_mut(Entity::Customer, id) {
        add(customer, "Balance", change);
        add(customer, "BalanceWithJobs", change);
        touch(customer, at);
    }
    for parent in parents {
        if let Some(parent) = books.row_mut(Entity::Customer, &parent) {
            add(parent, "BalanceWithJobs", change);
            touch(parent, at);
        }
    }
}

/// Adds to a sum of money.
pub(crate) fn add(row: &mut Row, member: &str, change: Decimal) {
    let sum = decimal(row, member).unwrap_or_default() + change;
    set(row, member, money(sum));
}

/// Changes how much of an item is on hand, if that is counted.
pub(crate) fn change_stock(books: &mut Books, id: &str, change: Decimal, at: &str) {
    let Some(item) = books.row_mut(Entity::Item, id) else { return };
    if let Some(on_hand) = decimal(item, "QtyOnHand") {
        set(item, "QtyOnHand", number((on_hand + change).normalize()));
        touch(item, at);
    }
}

fn close(books: &mut Books, id: &str, invoice: &str, at: &str) {
    if let Some(estimate) = books.row_mut(Entity::Estimate, id) {
        set(estimate, "TxnStatus", "Closed");
        set(estimate, "LinkedTxn", json!([{ "TxnId": invoice, "TxnType": "Invoice" }]));
        touch(estimate, at);
    }
}

/// Back to what it was before the invoice took it.
fn reopen(books: &mut Books, id: &str, at: &str) {
    if let Some(estimate) = books.row_mut(Entity::Estimate, id) {
        let accepted = text(estimate, "AcceptedDate").or_else(|| text(estimate, "AcceptedBy")).is_some();
        set(estimate, "TxnStatus", if accepted { "Accepted" } else { "Pending" });
        set(estimate, "LinkedTxn", json!([]));
        touch(estimate, at);
    }
}

/// Moves the time of a row, and not its SyncToken.
pub(crate) fn touch(row: &mut Row, at: &str) {
    if let Some(Value::Object(times)) = row.get_mut("MetaData") {
        set(times, "LastUpdatedTime", at);
    }
}
