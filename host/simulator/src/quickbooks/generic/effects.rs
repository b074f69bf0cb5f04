//! What a stored generic transaction does to others: what is owed to vendors, stock, and the
//! transactions that its lines are linked to.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::Generic;
use super::links::{self, Target, settled, target};
use super::table::{Owed, Stock, Table};
use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Entity;
use crate::quickbooks::row::{Row, decimal, part, parts, reference, set, text};
use crate::quickbooks::sales;

/// Applies the difference between a transaction before and after; `None` is before its creation or
/// after its deletion.
pub(crate) fn apply(books: &mut Books, generic: Generic, before: Option<&Row>, after: Option<&Row>, at: &str) {
    let table = generic.table();
    for (vendor, change) in sales::difference(before, after, |row| owed(table, row)) {
        change_owed(books, &vendor, change, at);
    }
    for (item, change) in sales::difference(before, after, |row| quantities(table, row)) {
        sales::change_stock(books, &item, change, at);
    }
    let id = after.or(before).and_then(|row| text(row, "Id")).unwrap_or_default().to_owned();
    let back = after.or(before).map(|row| back_link(generic, row, &id)).unwrap_or_default();
    for (target, (was, is)) in linked(before, after) {
        mark(books, &target, is - was, &back, after.is_some_and(|row| links_to(row, &target)), at);
    }
    if let (Some(gone), None) = (before, after) {
        release(books, generic, gone, at);
    }
}

/// How others name a transaction that is linked to them; payments of bills say how they were paid.
fn back_link(generic: Generic, row: &Row, id: &str) -> Value {
    let kind = format!("{}{}", generic.name(), text(row, "PayType").unwrap_or_default());
    json!({ "TxnId": id, "TxnType": kind })
}

/// What is owed more (or less) to the vendor while this transaction stands.
fn owed(table: &Table, row: &Row) -> Vec<(String, Decimal)> {
    let sign = match table.owed {
        Some(Owed::More) => Decimal::ONE,
        Some(Owed::Less) => Decimal::NEGATIVE_ONE,
        None => return Vec::new(),
    };
    let amount = decimal(row, if table.balance { "Balance" } else { "TotalAmt" });
    let owed = table.party.as_deref().and_then(|party| reference(row, party)).zip(amount);
    owed.map(|(vendor, amount)| (vendor.to_owned(), sign * amount)).into_iter().collect()
}

fn change_owed(books: &mut Books, vendor: &str, change: Decimal, at: &str) {
    if let Some(vendor) = books.row_mut(Entity::Vendor, vendor) {
        sales::add(vendor, "Balance", change);
        sales::touch(vendor, at);
    }
}

fn quantities(table: &Table, row: &Row) -> Vec<(String, Decimal)> {
    let sign = match table.stock {
        Some(Stock::In) => Decimal::ONE,
        Some(Stock::Out) => Decimal::NEGATIVE_ONE,
        None => return Vec::new(),
    };
    let details = parts(row, "Line").filter_map(|line| part(line, text(line, "DetailType")?));
    let moved = details.filter_map(|detail| {
        let quantity = decimal(detail, "QtyDiff").or_else(|| decimal(detail, "Qty"))?;
        Some((reference(detail, "ItemRef")?.to_owned(), sign * quantity))
    });
    moved.collect()
}

/// Every linked transaction with what was and what is settled of it.
fn linked(before: Option<&Row>, after: Option<&Row>) -> BTreeMap<Target, (Decimal, Decimal)> {
    let rows = before.into_iter().chain(after);
    let targets = rows.flat_map(|row| parts(row, "Line").filter_map(target).collect::<Vec<_>>());
    let amount = |row: Option<&Row>, target: &Target| row.map(|row| settled(row, target)).unwrap_or_default();
    targets.map(|target| (target.clone(), (amount(before, &target), amount(after, &target)))).collect()
}

fn links_to(row: &Row, wanted: &Target) -> bool {
    parts(row, "Line").filter_map(target).any(|target| target == *wanted)
}

/// Settles so much of a linked transaction, and links it back. As with payments of invoices, that moves
/// its SyncToken.
fn mark(books: &mut Books, target: &Target, change: Decimal, back: &Value, stays: bool, at: &str) {
    let Some(row) = books.row_mut(target.entity, &target.id) else { return };
    if settles(target.entity) {
        sales::add(row, "Balance", -change);
    }
    let links = row.get("LinkedTxn").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut links: Vec<Value> = links.into_iter().filter(|link| link != back).collect();
    if stays {
        links.push(back.clone());
    }
    set(row, "LinkedTxn", links);
    let token = text(row, "SyncToken").and_then(|token| token.parse::<u64>().ok()).unwrap_or(0);
    set(row, "SyncToken", (token + 1).to_string());
    sales::touch(row, at);
}

/// Whether a generic entity keeps what is open of it.
fn settles(entity: Entity) -> bool {
    let Entity::Generic(generic) = entity else { return false };
    generic.table().balance
}

/// Takes back from others what they settled of a transaction that is no more; what they were paid with
/// stays paid.
fn release(books: &mut Books, generic: Generic, gone: &Row, at: &str) {
    let target = Target { entity: Entity::Generic(generic), id: text(gone, "Id").unwrap_or_default().to_owned() };
    for other in Generic::all() {
        let Some(rule) = &other.table().lines else { continue };
        let names = |kinds: &[String]| kinds.iter().any(|kind| kind == generic.name());
        let sign = match (names(&rule.pays), names(&rule.uses)) {
            (true, _) => Decimal::NEGATIVE_ONE,
            (false, true) => Decimal::ONE,
            (false, false) => continue,
        };
        let entity = Entity::Generic(other);
        let linking = books.rows(entity).filter(|row| links_to(row, &target)).filter_map(|row| text(row, "Id"));
        for id in linking.map(str::to_owned).collect::<Vec<_>>() {
            let Some(row) = books.row_mut(entity, &id) else { continue };
            let freed = settled(row, &target);
            if let Some(Value::Array(lines)) = row.get_mut("Line") {
                lines.retain(|line| line.as_object().and_then(links::target).as_ref() != Some(&target));
            }
            sales::touch(row, at);
            if let Some(vendor) = reference(row, "VendorRef").map(str::to_owned) {
                change_owed(books, &vendor, sign * freed, at);
            }
        }
    }
}
