//! What each customer owes.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{Asked, rows, transactions};
use crate::quickbooks::books::{Books, full_name};
use crate::quickbooks::entity::Entity;
use crate::quickbooks::row::text;

pub(super) fn report(books: &Books, asked: &Asked) -> (Vec<Value>, Vec<Value>) {
    let balances = transactions::balance_of_customers(books, &asked.period.to);
    let mut customers: Vec<_> = books.rows(Entity::Customer).collect();
    customers.sort_by_key(|customer| full_name(customer));
    let mut report = Vec::new();
    let mut all = Decimal::ZERO;
    for customer in customers {
        let id = text(customer, "Id").unwrap_or_default();
        let asked_for = asked.names.is_empty() || asked.names.iter().any(|name| name == id);
        let balance = balances.get(id).copied().filter(|balance| asked_for && !balance.is_zero());
        if let Some(balance) = balance {
            let cells = [rows::cell(full_name(customer), Some(id)), rows::cell(&rows::sum(balance), None)];
            report.push(json!({ "ColData": cells }));
            all += balance;
        }
    }
    if !report.is_empty() {
        report.push(rows::total("TOTAL", "GrandTotal", all));
    }
    (rows::columns(&[("", "Customer", "customer"), ("Total", "Money", "total")]), report)
}
