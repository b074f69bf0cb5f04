//! Invoices and estimates: what a body must say and what the server adds.
//!
//! Lines and their arithmetic are in `sales/lines.rs`, dates in `sales/dates.rs`, links to estimates in
//! `sales/links.rs`, and what a stored transaction does to customers and stock in `sales/ledger.rs`.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::books::Books;
use super::entity::Entity;
use super::fault::Fault;
use super::names::{check_email, currency_reference};
use super::numbering;
use super::row::{Row, cents, decimal, default, is_active, money, named, number, part, parts, reference, set, text};
use super::tax;
use super::write::Circumstances;

mod dates;
mod ledger;
mod lines;
mod links;

pub(crate) use self::dates::check_open_books;
pub(crate) use self::ledger::apply;

/// What a full update keeps although it was not sent.
pub(crate) const KEPT: &[&str] = &["DocNumber", "TxnDate", "CurrencyRef", "ExchangeRate", "LinkedTxn", "TxnStatus"];

/// Checks a transaction and adds what QuickBooks adds.
pub(crate) fn derive(
    books: &Books,
    entity: Entity,
    mut draft: Row,
    stored: Option<&Row>,
    circumstances: Circumstances,
) -> Result<Row, Fault> {
    if entity == Entity::Estimate && !books.prefers("SalesFormsPrefs", "AllowEstimates") {
        return Err(Fault::feature_not_supported("Estimates are turned off"));
    }
    stored.map_or(Ok(()), |stored| check_open_books(books, stored))?;
    default(&mut draft, "TxnDate", circumstances.today().to_string());
    check_open_books(books, &draft)?;
    let customer = customer(books, &draft)?;
    set(&mut draft, "CustomerRef", named(text(customer, "Id").unwrap_or_default(), super::books::full_name(customer)));
    currency(books, &mut draft, customer)?;
    references(books, &mut draft)?;
    dates::derive(books, entity, &mut draft)?;
    links::derive(books, entity, &mut draft, stored)?;
    let lines = lines::derive(books, &draft, stored)?;
    forget_old_tax(&mut draft, stored, &lines.stored);
    let (tax, detail) = tax::of_transaction(books, &draft, customer, &lines.sums)?;
    set(&mut draft, "Line", lines.stored);
    set(&mut draft, "TxnTaxDetail", detail);
    totals(entity, &mut draft, lines.sums.subtotal - lines.sums.discount + tax, stored)?;
    let number = numbering::number(books, entity, &draft, stored, circumstances.allow_duplicate_number)?;
    draft.remove("DocNumber");
    draft.remove("AutoDocNumber");
    if let Some(number) = number {
        set(&mut draft, "DocNumber", number);
    }
    addresses(&mut draft, customer);
    custom_fields(books, &mut draft)?;
    email(&draft)?;
    forms(entity, &mut draft)?;
    Ok(draft)
}

/// A transaction with every amount set to nothing, as void leaves it.
pub(crate) fn voided(mut row: Row) -> Row {
    if let Some(Value::Array(lines)) = row.get_mut("Line") {
        for line in lines.iter_mut().filter_map(Value::as_object_mut) {
            set(line, "Amount", 0);
            line.remove("LinkedTxn");
            if let Some(Value::Object(detail)) = line.get_mut("SalesItemLineDetail") {
                let priced = detail.remove("UnitPrice").is_some();
                if priced || detail.contains_key("Qty") {
                    set(detail, "Qty", 0);
                }
            }
        }
    }
    let note = text(&row, "PrivateNote").filter(|note| !note.starts_with("Voided"));
    let note = note.map_or_else(|| "Voided".to_owned(), |note| format!("Voided - {note}"));
    set(&mut row, "PrivateNote", note);
    set(&mut row, "TxnTaxDetail", json!({ "TotalTax": 0 }));
    set(&mut row, "TotalAmt", 0);
    set(&mut row, "Balance", 0);
    set(&mut row, "LinkedTxn", json!([]));
    row
}

/// A transaction after it was e-mailed.
pub(crate) fn sent(mut row: Row, to: Option<&str>, at: &str) -> Result<Row, Fault> {
    if let Some(to) = to {
        check_email(to)?;
        set(&mut row, "BillEmail", json!({ "Address": to }));
    }
    part(&row, "BillEmail").and_then(|email| text(email, "Address")).ok_or_else(Fault::email_required)?;
    set(&mut row, "EmailStatus", "EmailSent");
    set(&mut row, "DeliveryInfo", json!({ "DeliveryType": "Email", "DeliveryTime": at }));
    Ok(row)
}

fn customer<'a>(books: &'a Books, draft: &Row) -> Result<&'a Row, Fault> {
    let id = reference(draft, "CustomerRef").ok_or_else(|| Fault::missing("CustomerRef"))?;
    match books.row(Entity::Customer, id) {
        Some(customer) if is_active(customer) => Ok(customer),
        Some(_) => Err(Fault::sales_customer()),
        // The three name lists share their ids, so a vendor's id is found, but sells nothing.
        None if books.row(Entity::Vendor, id).or_else(|| books.row(Entity::Employee, id)).is_some() => {
            Err(Fault::sales_customer())
        }
        None => Err(Fault::reference(Entity::Customer.list_name(), id)),
    }
}

fn currency(books: &Books, draft: &mut Row, customer: &Row) -> Result<(), Fault> {
    let home = books.home_currency();
    let own = reference(customer, "CurrencyRef").unwrap_or(home);
    let several = books.prefers("CurrencyPrefs", "MultiCurrencyEnabled");
    let sent = reference(draft, "CurrencyRef");
    if several && sent.is_none() {
        return Err(Fault::missing("CurrencyRef"));
    }
    if sent.is_some_and(|sent| sent != own) {
        return Err(Fault::business("The currency of the transaction is not the currency of the customer"));
    }
    set(draft, "CurrencyRef", currency_reference(own));
    if several {
        let known = books.exchange_rates.get(own).copied().unwrap_or(Decimal::ONE);
        default(draft, "ExchangeRate", number(known));
    } else {
        draft.remove("ExchangeRate");
    }
    Ok(())
}

fn references(books: &Books, draft: &mut Row) -> Result<(), Fault> {
    books.name_reference(draft, "SalesTermRef", Entity::Term)?;
    books.name_reference(draft, "PaymentMethodRef", Entity::PaymentMethod)?;
    books.name_reference(draft, "DepositToAccountRef", Entity::Account)?;
    books.name_reference(draft, "ClassRef", Entity::Class)?;
    if !books.prefers("AccountingInfoPrefs", "ClassTrackingPerTxn") {
        draft.remove("ClassRef");
    }
    Ok(())
}

/// A tax that was only carried over from the stored row says nothing about changed lines.
fn forget_old_tax(draft: &mut Row, stored: Option<&Row>, lines: &[Value]) {
    let Some(stored) = stored else { return };
    let same_lines = stored.get("Line").and_then(Value::as_array).is_some_and(|before| before == lines);
    let same_tax = draft.get("TxnTaxDetail") == stored.get("TxnTaxDetail");
    if same_tax
        && !same_lines
        && let Some(Value::Object(detail)) = draft.get_mut("TxnTaxDetail")
    {
        detail.retain(|member, _| member == "TxnTaxCodeRef");
    }
}

fn totals(entity: Entity, draft: &mut Row, total: Decimal, stored: Option<&Row>) -> Result<(), Fault> {
    if total.is_sign_negative() && !total.is_zero() {
        return Err(Fault::business("The total of a transaction can not be negative"));
    }
    set(draft, "TotalAmt", money(total));
    if let Some(rate) = decimal(draft, "ExchangeRate") {
        set(draft, "HomeTotalAmt", money(cents(total * rate)));
    }
    if entity == Entity::Invoice {
        let before = |member| stored.and_then(|stored| decimal(stored, member)).unwrap_or_default();
        let paid = before("TotalAmt") - before("Balance");
        set(draft, "Balance", money(total - paid));
    }
    Ok(())
}

/// Copied from the customer, ids included; a customer without a shipping address is billed and shipped alike.
fn addresses(draft: &mut Row, customer: &Row) {
    let billing = customer.get("BillAddr");
    let shipping = customer.get("ShipAddr").or(billing);
    for (member, address) in [("BillAddr", billing), ("ShipAddr", shipping)] {
        if let Some(address) = address {
            default(draft, member, address.clone());
        }
    }
}

/// Every enabled field is echoed, with the value that was sent for it, if any.
fn custom_fields(books: &Books, draft: &mut Row) -> Result<(), Fault> {
    let definitions = books.custom_fields();
    for sent in parts(draft, "CustomField") {
        let id = text(sent, "DefinitionId").ok_or_else(|| Fault::missing("CustomField.DefinitionId"))?;
        if !definitions.iter().any(|(known, _)| known == id) {
            return Err(Fault::custom_field(id));
        }
    }
    let echoed = definitions.iter().map(|(id, name)| {
        let mut field = json!({ "DefinitionId": id, "Name": name, "Type": "StringType" });
        let sent = parts(draft, "CustomField").find(|sent| text(sent, "DefinitionId") == Some(id));
        if let Some(value) = sent.and_then(|sent| text(sent, "StringValue")) {
            field["StringValue"] = json!(value);
        }
        field
    });
    let echoed: Vec<Value> = echoed.collect();
    set(draft, "CustomField", echoed);
    Ok(())
}

fn email(draft: &Row) -> Result<(), Fault> {
    for member in ["BillEmail", "BillEmailCc", "BillEmailBcc"] {
        let address = part(draft, member).and_then(|email| text(email, "Address"));
        // One field may hold several addresses, parted by commas.
        address.into_iter().flat_map(|list| list.split(',')).try_for_each(|address| check_email(address.trim()))?;
    }
    let given = part(draft, "BillEmail").is_some_and(|email| text(email, "Address").is_some());
    if text(draft, "EmailStatus") == Some("NeedToSend") && !given {
        return Err(Fault::email_required());
    }
    Ok(())
}

/// What is left of the members that every form shows.
fn forms(entity: Entity, draft: &mut Row) -> Result<(), Fault> {
    default(draft, "ApplyTaxAfterDiscount", false);
    default(draft, "PrintStatus", "NeedToPrint");
    default(draft, "EmailStatus", "NotSet");
    one_of(draft, "PrintStatus", &["NotSet", "NeedToPrint", "PrintComplete"])?;
    one_of(draft, "EmailStatus", &["NotSet", "NeedToSend", "EmailSent"])?;
    if entity == Entity::Estimate {
        default(draft, "TxnStatus", "Pending");
        return one_of(draft, "TxnStatus", &["Pending", "Accepted", "Closed", "Rejected", "Converted"]);
    }
    draft.remove("TxnStatus");
    let switches = ["AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment"];
    for switch in switches {
        default(draft, switch, false);
    }
    Ok(())
}

fn one_of(draft: &Row, member: &str, values: &[&str]) -> Result<(), Fault> {
    let value = text(draft, member).unwrap_or_default();
    if values.contains(&value) { Ok(()) } else { Err(Fault::enumeration(member, value)) }
}
