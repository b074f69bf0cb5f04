//! How the rows and columns of a report are written.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::profit_and_loss::AccountTotal;
use crate::quickbooks::books::{Books, full_name};
use crate::quickbooks::entity::Entity;
use crate::quickbooks::row::{cents, reference, text};

/// Columns of title, type and key.
pub(super) fn columns(columns: &[(&str, &str, &str)]) -> Vec<Value> {
    let column = |(title, kind, key): &(&str, &str, &str)| json!({ "ColTitle": title, "ColType": kind, "MetaData": [{ "Name": "ColKey", "Value": key }] });
    columns.iter().map(column).collect()
}

/// The two columns of a report on accounts.
pub(super) fn account_columns() -> Vec<Value> {
    columns(&[("", "Account", "account"), ("Total", "Money", "total")])
}

/// A sum as reports write it: text with both decimals.
pub(super) fn sum(amount: Decimal) -> String {
    format!("{:.2}", cents(amount))
}

/// One cell, with the id of what it names.
pub(super) fn cell(value: &str, id: Option<&str>) -> Value {
    match id {
        Some(id) => json!({ "value": value, "id": id }),
        None => json!({ "value": value }),
    }
}

pub(super) fn data(cells: Vec<Value>) -> Value {
    json!({ "ColData": cells, "type": "Data" })
}

/// A row of accounts and their total.
pub(super) fn section(title: &str, group: &str, rows: Vec<Value>, total_title: &str, total: Decimal) -> Value {
    json!({
        "Header": { "ColData": [cell(title, None), cell("", None)] },
        "Rows": { "Row": rows },
        "Summary": { "ColData": [cell(total_title, None), cell(&sum(total), None)] },
        "type": "Section",
        "group": group,
    })
}

/// A total that follows from the sections above it.
pub(super) fn total(title: &str, group: &str, amount: Decimal) -> Value {
    json!({
        "Summary": { "ColData": [cell(title, None), cell(&sum(amount), None)] },
        "type": "Section",
        "group": group,
    })
}

/// A row for each account, sub-accounts inside their parents.
pub(super) fn accounts(books: &Books, totals: &[AccountTotal]) -> Vec<Value> {
    let amounts: BTreeMap<&str, Decimal> = totals.iter().map(|total| (total.id.as_str(), total.amount)).collect();
    let mut children: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
    for total in totals {
        let mut id = total.id.as_str();
        loop {
            let parent = books.row(Entity::Account, id).and_then(|account| reference(account, "ParentRef"));
            let siblings = children.entry(parent).or_default();
            if siblings.contains(&id) {
                break;
            }
            siblings.push(id);
            let Some(parent) = parent else { break };
            id = parent;
        }
    }
    for siblings in children.values_mut() {
        siblings.sort_by_key(|id| books.row(Entity::Account, id).map(full_name));
    }
    below(books, None, &children, &amounts).0
}

/// The rows below a parent, and what they add up to.
fn below(
    books: &Books,
    parent: Option<&str>,
    children: &BTreeMap<Option<&str>, Vec<&str>>,
    amounts: &BTreeMap<&str, Decimal>,
) -> (Vec<Value>, Decimal) {
    let mut rows = Vec::new();
    let mut all = Decimal::ZERO;
    for id in children.get(&parent).into_iter().flatten() {
        let name = books.row(Entity::Account, id).and_then(|account| text(account, "Name")).unwrap_or_default();
        let own = amounts.get(id).copied();
        let shown = own.map(sum).unwrap_or_default();
        let cells = vec![cell(name, Some(id)), cell(&shown, None)];
        let own = own.unwrap_or_default();
        if !children.contains_key(&Some(*id)) {
            rows.push(data(cells));
            all += own;
            continue;
        }
        let (inner, inner_sum) = below(books, Some(id), children, amounts);
        let total_cells = [cell(&format!("Total {name}"), None), cell(&sum(own + inner_sum), None)];
        rows.push(json!({
            "Header": { "ColData": cells },
            "Rows": { "Row": inner },
            "Summary": { "ColData": total_cells },
            "type": "Section",
        }));
        all += own + inner_sum;
    }
    (rows, all)
}
