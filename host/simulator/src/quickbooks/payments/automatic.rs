//! What QuickBooks applies by itself, where the company's preferences say so.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::lines::extension;
use super::settle;
use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Entity;
use crate::quickbooks::row::{Row, decimal, id_order, money, reference, set, text};
use crate::quickbooks::sales;

/// The lines of a payment that says nothing about invoices: the oldest open ones are paid first.
pub(super) fn lines(books: &Books, customer: &str, received: Decimal) -> Vec<Value> {
    if !books.prefers("SalesFormsPrefs", "AutoApplyPayments") {
        return Vec::new();
    }
    let mut open: Vec<&Row> = of_customer(books, Entity::Invoice, customer)
        .filter(|invoice| decimal(invoice, "Balance").is_some_and(|balance| balance > Decimal::ZERO))
        .collect();
    open.sort_by_key(|invoice| (text(invoice, "DueDate"), id_order(invoice)));
    let mut left = received;
    let mut lines = Vec::new();
    for invoice in open {
        let amount = decimal(invoice, "Balance").unwrap_or_default().min(left);
        if amount > Decimal::ZERO {
            let link = json!({ "TxnId": text(invoice, "Id"), "TxnType": "Invoice" });
            lines.push(json!({ "Amount": money(amount), "LinkedTxn": [link] }));
            left -= amount;
        }
    }
    lines
}

/// Applies a customer's credits to an invoice that was just made, the oldest first.
pub(crate) fn use_credits(books: &mut Books, invoice: &Row, at: &str) {
    if !books.prefers("SalesFormsPrefs", "AutoApplyCredit") {
        return;
    }
    let id = text(invoice, "Id").unwrap_or_default();
    let number = text(invoice, "DocNumber").unwrap_or_default();
    let customer = reference(invoice, "CustomerRef").unwrap_or_default();
    let mut open = decimal(invoice, "Balance").unwrap_or_default();
    let mut credits: Vec<&Row> = of_customer(books, Entity::Payment, customer).collect();
    credits.sort_by_key(|payment| (text(payment, "TxnDate"), id_order(payment)));
    let credits = credits.into_iter().filter_map(|payment| {
        Some((text(payment, "Id")?.to_owned(), decimal(payment, "UnappliedAmt").filter(|left| *left > Decimal::ZERO)?))
    });
    for (payment, left) in credits.collect::<Vec<_>>() {
        let amount = left.min(open);
        if amount <= Decimal::ZERO {
            return;
        }
        let line = json!({
            "Amount": money(amount),
            "LineEx": extension(id, open, number),
            "LinkedTxn": [{ "TxnId": id, "TxnType": "Invoice" }],
        });
        if let Some(row) = books.row_mut(Entity::Payment, &payment) {
            sales::add(row, "UnappliedAmt", -amount);
            let mut lines = row.get("Line").and_then(Value::as_array).cloned().unwrap_or_default();
            lines.push(line);
            set(row, "Line", lines);
            sales::touch(row, at);
        }
        settle(books, id, amount, Some(&payment), &payment, at);
        open -= amount;
    }
}

fn of_customer<'a>(books: &'a Books, entity: Entity, customer: &'a str) -> impl Iterator<Item = &'a Row> {
    books.rows(entity).filter(move |row| reference(row, "CustomerRef") == Some(customer))
}
