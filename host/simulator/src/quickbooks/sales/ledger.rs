//! What a stored transaction does to others: balances, stock, estimates and the number sequence.
//!
//! These changes move `LastUpdatedTime` but not `SyncToken`, as recorded from the real service.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::links;
use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Entity;
use crate::quickbooks::names::ancestors;
use crate::quickbooks::numbering;
use crate::quickbooks::row::{Row, decimal, money, number, part, parts, reference, set, text};

/// Applies the difference between a transaction before and after; `None` is before its creation or
/// after its deletion.
pub(crate) fn apply(books: &mut Books, entity: Entity, before: Option<&Row>, after: Option<&Row>, at: &str) {
    if let Some(after) = after {
        numbering::note(books, entity, after);
    }
    if entity != Entity::Invoice {
        return;
    }
    for (customer, change) in difference(before, after, owed) {
        change_balance(books, &customer, change, at);
    }
    for (item, change) in difference(before, after, quantities) {
        change_stock(books, &item, -change, at);
    }
    let linked =
        |row: Option<&Row>| -> Vec<String> { row.into_iter().flat_map(links::estimates).map(str::to_owned).collect() };
    let (before_links, after_links) = (linked(before), linked(after));
    for id in before_links.iter().filter(|id| !after_links.contains(id)) {
        reopen(books, id, at);
    }
    let invoice = after.and_then(|after| text(after, "Id"));
    for id in after_links.iter().filter(|id| !before_links.contains(id)) {
        close(books, id, invoice.unwrap_or_default(), at);
    }
}

fn difference(
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

fn owed(invoice: &Row) -> Vec<(String, Decimal)> {
    let owed = reference(invoice, "CustomerRef").zip(decimal(invoice, "Balance"));
    owed.map(|(customer, balance)| (customer.to_owned(), balance)).into_iter().collect()
}

fn quantities(invoice: &Row) -> Vec<(String, Decimal)> {
    let details = parts(invoice, "Line").filter_map(|line| part(line, "SalesItemLineDetail"));
    let sold = details.filter_map(|detail| reference(detail, "ItemRef").zip(decimal(detail, "Qty")));
    sold.map(|(item, quantity)| (item.to_owned(), quantity)).collect()
}

fn change_balance(books: &mut Books, id: &str, change: Decimal, at: &str) {
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

fn add(row: &mut Row, member: &str, change: Decimal) {
    let sum = decimal(row, member).unwrap_or_default() + change;
    set(row, member, money(sum));
}

fn change_stock(books: &mut Books, id: &str, change: Decimal, at: &str) {
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

fn touch(row: &mut Row, at: &str) {
    if let Some(Value::Object(times)) = row.get_mut("MetaData") {
        set(times, "LastUpdatedTime", at);
    }
}
