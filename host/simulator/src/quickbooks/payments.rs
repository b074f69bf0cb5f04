//! Payments: money received from a customer, applied to invoices.
//!
//! Applying money moves the SyncToken of an invoice, unlike everything else that one transaction does
//! to another. What is not applied stays as a credit of the customer.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::books::Books;
use super::entity::Entity;
use super::fault::Fault;
use super::row::{Row, cents, decimal, default, money, parts, reference, set, text};
use super::sales;
use super::settled::check_not_deposited;
use super::webhooks::ChangeVerb;
use super::write::Circumstances;

mod automatic;

pub(crate) use self::automatic::use_credits;

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
    let (lines, used) = lines(books, &draft, stored)?;
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

/// Applies the difference between a payment before and after to its invoices and its customer.
pub(crate) fn apply(books: &mut Books, before: Option<&Row>, after: Option<&Row>, at: &str) {
    for (customer, change) in sales::difference(before, after, received) {
        sales::change_balance(books, &customer, -change, at);
    }
    let payment = after.or(before).and_then(|row| text(row, "Id")).unwrap_or_default();
    for (invoice, change) in sales::difference(before, after, applied) {
        let stays = after.is_some_and(|after| applied(after).iter().any(|(id, _)| *id == invoice));
        apply_to_invoice(books, &invoice, change, stays.then_some(payment), payment, at);
    }
}

/// Takes a payment back from an invoice that is no more.
pub(crate) fn release(books: &mut Books, payment: &str, invoice: &str, at: &str) {
    let Some(row) = books.row_mut(Entity::Payment, payment) else { return };
    let freed: Decimal = applied(row).into_iter().filter(|(id, _)| id == invoice).map(|(_, amount)| amount).sum();
    if let Some(Value::Array(lines)) = row.get_mut("Line") {
        lines.retain(|line| line["LinkedTxn"][0]["TxnId"] != invoice);
    }
    sales::add(row, "UnappliedAmt", freed);
    sales::touch(row, at);
    // The invoice took only what was open out of the balance; the credit stays the customer's.
    if let Some(customer) = reference(row, "CustomerRef").map(str::to_owned) {
        sales::change_balance(books, &customer, -freed, at);
    }
}

/// Lines as they are stored, and what they apply in all.
fn lines(books: &Books, draft: &Row, stored: Option<&Row>) -> Result<(Vec<Value>, Decimal), Fault> {
    let before = stored.map(applied).unwrap_or_default();
    let mut used = Decimal::ZERO;
    let mut lines = Vec::new();
    for line in parts(draft, "Line") {
        let amount = cents(decimal(line, "Amount").ok_or_else(|| Fault::missing("Line.Amount"))?);
        let mut links = parts(line, "LinkedTxn");
        let link = links.next().ok_or_else(|| Fault::missing("Line.LinkedTxn"))?;
        let id = text(link, "TxnId").ok_or_else(|| Fault::missing("Line.LinkedTxn.TxnId"))?;
        if text(link, "TxnType") != Some("Invoice") {
            return Err(Fault::cannot_be_linked(id));
        }
        let invoice = books.row(Entity::Invoice, id).ok_or_else(|| Fault::cannot_be_linked(id))?;
        if reference(invoice, "CustomerRef") != reference(draft, "CustomerRef") {
            return Err(Fault::business("The linked transaction belongs to another customer"));
        }
        let own: Decimal = before.iter().filter(|(known, _)| known == id).map(|(_, amount)| *amount).sum();
        let open = decimal(invoice, "Balance").unwrap_or_default() + own;
        if amount > open {
            return Err(Fault::business("The amount applied is more than the open balance of the invoice"));
        }
        used += amount;
        lines.push(json!({
            "Amount": money(amount),
            "LineEx": line_extension(id, open, text(invoice, "DocNumber").unwrap_or_default()),
            "LinkedTxn": [{ "TxnId": id, "TxnType": "Invoice" }],
        }));
    }
    Ok((lines, used))
}

/// What the real service shows of its own bindings; the balance is that before the payment.
fn line_extension(id: &str, open: Decimal, number: &str) -> Value {
    let value = |name: &str, value: String| {
        json!({
            "name": "{http://schema.intuit.com/finance/v3}NameValue",
            "nil": false,
            "value": { "Name": name, "Value": value },
            "declaredType": "com.intuit.schema.finance.v3.NameValue",
            "scope": "javax.xml.bind.JAXBElement$GlobalScope",
            "globalScope": true,
            "typeSubstituted": false,
        })
    };
    json!({ "any": [
        value("txnId", id.to_owned()),
        value("txnOpenBalance", format!("{open:.2}")),
        value("txnReferenceNumber", number.to_owned()),
    ] })
}

fn received(payment: &Row) -> Vec<(String, Decimal)> {
    let received = reference(payment, "CustomerRef").zip(decimal(payment, "TotalAmt"));
    received.map(|(customer, total)| (customer.to_owned(), total)).into_iter().collect()
}

fn applied(payment: &Row) -> Vec<(String, Decimal)> {
    let lines = parts(payment, "Line");
    let applied = lines.filter_map(|line| {
        let invoice = text(parts(line, "LinkedTxn").next()?, "TxnId")?;
        Some((invoice.to_owned(), decimal(line, "Amount")?))
    });
    applied.collect()
}

fn apply_to_invoice(books: &mut Books, invoice: &str, change: Decimal, stays: Option<&str>, payment: &str, at: &str) {
    let Some(row) = books.row_mut(Entity::Invoice, invoice) else { return };
    sales::add(row, "Balance", -change);
    let links = row.get("LinkedTxn").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut links: Vec<Value> =
        links.into_iter().filter(|link| link["TxnType"] != "Payment" || link["TxnId"] != payment).collect();
    links.extend(stays.map(|payment| json!({ "TxnId": payment, "TxnType": "Payment" })));
    set(row, "LinkedTxn", links);
    let token = text(row, "SyncToken").and_then(|token| token.parse::<u64>().ok()).unwrap_or(0);
    set(row, "SyncToken", (token + 1).to_string());
    sales::touch(row, at);
    books.note_change(Entity::Invoice, invoice, ChangeVerb::Updated, at);
}
