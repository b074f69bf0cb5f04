//! Payments: money received from a customer, applied to invoices, with credit memos used up for it.
//!
//! Applying money moves the SyncToken of an invoice, unlike everything else that one transaction does
//! to another. What is not applied stays as a credit of the customer.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::books::Books;
use super::entity::Entity;
use super::fault::Fault;
use super::row::{Row, decimal, default, money, parts, reference, set, text};
use super::sales;
use super::settled::check_not_deposited;
use super::webhooks::ChangeVerb;
use super::write::Circumstances;

mod automatic;
mod lines;

pub(crate) use self::automatic::use_credits;
use self::lines::applied;

/// What a full update keeps although it was not sent.
pub(crate) const KEPT: &[&str] = &["TxnDate", "CurrencyRef", "ExchangeRate", "DepositToAccountRef"];

/// Checks a payment and adds what QuickBooks adds.
pub(crate) fn derive(
    books: &Books,
    mut draft: Row,
    stored: Option<&Row>,
    circumstances: Circumstances,
) -> Result<Row, Fault> {
    stored.map_or(Ok(()), |stored| sales::check_open_books(books, stored))?;
    default(&mut draft, "TxnDate", circumstances.today().to_string());
    sales::check_open_books(books, &draft)?;
    let customer = sales::customer(books, &mut draft)?;
    sales::currency(books, &mut draft, Some(customer))?;
    let total = decimal(&draft, "TotalAmt").ok_or_else(|| Fault::missing("TotalAmt"))?;
    if total.is_sign_negative() && !total.is_zero() {
        return Err(Fault::business("The total of a transaction can not be negative"));
    }
    sales::undeposited_funds(books, &mut draft);
    sales::check_deposit_account(books, &draft)?;
    books.name_reference(&mut draft, "PaymentMethodRef", Entity::PaymentMethod)?;
    if stored.is_none() && parts(&draft, "Line").next().is_none() {
        let customer = reference(&draft, "CustomerRef").unwrap_or_default();
        let lines = automatic::lines(books, customer, total);
        set(&mut draft, "Line", lines);
    }
    let (lines, used) = lines::derive(books, &draft, stored)?;
    if used > total {
        return Err(Fault::business("The amount applied is more than the amount received"));
    }
    set(&mut draft, "Line", lines);
    set(&mut draft, "TotalAmt", money(total));
    set(&mut draft, "UnappliedAmt", money(total - used));
    default(&mut draft, "ProcessPayment", false);
    keep_deposited(&mut draft, stored)?;
    Ok(draft)
}

/// Money that is in the bank can be applied otherwise, but is neither more nor less nor elsewhere.
fn keep_deposited(draft: &mut Row, stored: Option<&Row>) -> Result<(), Fault> {
    let Some(stored) = stored else { return Ok(()) };
    if let Some(links) = stored.get("LinkedTxn") {
        set(draft, "LinkedTxn", links.clone());
    }
    let moved = |member| reference(draft, member) != reference(stored, member);
    let changed = decimal(draft, "TotalAmt") != decimal(stored, "TotalAmt") || moved("DepositToAccountRef");
    if changed { check_not_deposited(stored) } else { Ok(()) }
}

/// A payment as void leaves it: nothing received, nothing applied.
pub(crate) fn voided(mut row: Row) -> Row {
    set(&mut row, "TotalAmt", 0);
    set(&mut row, "UnappliedAmt", 0);
    set(&mut row, "Line", json!([]));
    sales::note_void(&mut row);
    row
}

/// Applies the difference between a payment before and after to what it settles and to its customer.
pub(crate) fn apply(books: &mut Books, before: Option<&Row>, after: Option<&Row>, at: &str) {
    for (customer, change) in sales::difference(before, after, received) {
        sales::change_balance(books, &customer, -change, at);
    }
    let payment = after.or(before).and_then(|row| text(row, "Id")).unwrap_or_default();
    for (settled, change) in sales::difference(before, after, applied) {
        let stays = after.is_some_and(|after| applied(after).iter().any(|(id, _)| *id == settled));
        settle(books, &settled, change, stays.then_some(payment), payment, at);
    }
}

/// Takes a payment back from an invoice or credit memo that is no more.
pub(crate) fn release(books: &mut Books, payment: &str, gone: &str, at: &str) {
    let Some(row) = books.row_mut(Entity::Payment, payment) else { return };
    let freed = take_lines(row, gone);
    sales::add(row, "UnappliedAmt", freed);
    sales::touch(row, at);
    // What went took only what was open out of the customer's balance; this is the rest of it.
    if let Some(customer) = reference(row, "CustomerRef").map(str::to_owned) {
        sales::change_balance(books, &customer, -freed, at);
    }
    come_out_even(books, payment, at);
}

/// Without a credit that it used, a payment pays less, and without an invoice that it paid, it uses less:
/// the last of its lines go until what is left comes out even.
fn come_out_even(books: &mut Books, payment: &str, at: &str) {
    while let Some(row) = books.row_mut(Entity::Payment, payment) {
        let overdrawn = decimal(row, "UnappliedAmt").is_some_and(|left| left < Decimal::ZERO);
        let overused = parts(row, "Line").map(worth).sum::<Decimal>() < Decimal::ZERO;
        let kind = match (overdrawn, overused) {
            (true, _) => Entity::Invoice,
            (false, true) => Entity::CreditMemo,
            (false, false) => return,
        };
        let links = parts(row, "Line").filter_map(|line| parts(line, "LinkedTxn").next());
        let last = links.filter(|link| text(link, "TxnType") == Some(kind.name())).last();
        let Some(id) = last.and_then(|link| text(link, "TxnId")).map(str::to_owned) else { return };
        let freed = take_lines(row, &id);
        sales::add(row, "UnappliedAmt", freed);
        settle(books, &id, -freed.abs(), None, payment, at);
    }
}

/// Removes the lines of a transaction: what they paid, less the credits that they used.
fn take_lines(payment: &mut Row, id: &str) -> Decimal {
    let Some(Value::Array(lines)) = payment.get_mut("Line") else { return Decimal::ZERO };
    let is_taken = |line: &Value| line["LinkedTxn"][0]["TxnId"] == id;
    let (taken, left): (Vec<Value>, Vec<Value>) = std::mem::take(lines).into_iter().partition(is_taken);
    *lines = left;
    taken.iter().filter_map(Value::as_object).map(worth).sum()
}

/// What a line pays; less than nothing for a credit that it uses.
fn worth(line: &Row) -> Decimal {
    let amount = decimal(line, "Amount").unwrap_or_default();
    let link = parts(line, "LinkedTxn").next();
    let is_credit = link.and_then(|link| text(link, "TxnType")) == Some(Entity::CreditMemo.name());
    if is_credit { -amount } else { amount }
}

fn received(payment: &Row) -> Vec<(String, Decimal)> {
    let received = reference(payment, "CustomerRef").zip(decimal(payment, "TotalAmt"));
    received.map(|(customer, total)| (customer.to_owned(), total)).into_iter().collect()
}

/// Settles so much of an invoice or credit memo, and links it back.
fn settle(books: &mut Books, id: &str, change: Decimal, stays: Option<&str>, payment: &str, at: &str) {
    let is_invoice = books.row(Entity::Invoice, id).is_some();
    let entity = if is_invoice { Entity::Invoice } else { Entity::CreditMemo };
    let Some(row) = books.row_mut(entity, id) else { return };
    sales::add(row, "Balance", -change);
    if !is_invoice {
        sales::add(row, "RemainingCredit", -change);
    }
    let links = row.get("LinkedTxn").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut links: Vec<Value> =
        links.into_iter().filter(|link| link["TxnType"] != "Payment" || link["TxnId"] != payment).collect();
    links.extend(stays.map(|payment| json!({ "TxnId": payment, "TxnType": "Payment" })));
    set(row, "LinkedTxn", links);
    let token = text(row, "SyncToken").and_then(|token| token.parse::<u64>().ok()).unwrap_or(0);
    set(row, "SyncToken", (token + 1).to_string());
    sales::touch(row, at);
    books.note_change(entity, id, ChangeVerb::Updated, at);
}
