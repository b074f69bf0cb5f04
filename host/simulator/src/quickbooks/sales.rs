//! Transactions with lines of items: what a body must say and what the server adds.
//!
//! Who buys and where the money goes is in `sales/parties.rs`, lines and their arithmetic in
//! `sales/lines.rs`, dates in `sales/dates.rs`, links to estimates in `sales/links.rs`, the defaults of
//! forms in `sales/forms.rs`, and what a stored transaction does to customers and stock in
//! `sales/balances.rs`.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::books::Books;
use super::entity::{Entity, Sale};
use super::fault::Fault;
use super::names::check_email;
use super::numbering;
use super::row::{Row, cents, decimal, default, money, part, parts, set, text};
use super::settled::check_not_deposited;
use super::tax;
use super::write::Circumstances;

mod balances;
mod dates;
mod forms;
mod lines;
mod links;
mod parties;

pub(crate) use self::balances::{add, apply, change_balance, change_stock, difference, touch};
pub(crate) use self::dates::{check_open_books, default_due_date};
pub(crate) use self::lines::check_amount;
pub(crate) use self::parties::{check_deposit_account, currency, customer, undeposited_funds};

/// What a full update keeps although it was not sent.
pub(crate) const KEPT: &[&str] =
    &["DocNumber", "TxnDate", "CurrencyRef", "ExchangeRate", "LinkedTxn", "TxnStatus", "DepositToAccountRef"];

/// Checks a transaction and adds what QuickBooks adds.
pub(crate) fn derive(
    books: &Books,
    kind: Sale,
    mut draft: Row,
    stored: Option<&Row>,
    circumstances: Circumstances,
) -> Result<Row, Fault> {
    if kind == Sale::Estimate && !books.prefers("SalesFormsPrefs", "AllowEstimates") {
        return Err(Fault::feature_not_supported("Estimates are turned off"));
    }
    stored.map_or(Ok(()), |stored| check_open_books(books, stored).and_then(|()| check_not_deposited(stored)))?;
    default(&mut draft, "TxnDate", circumstances.today().to_string());
    check_open_books(books, &draft)?;
    let customer = parties::of_sale(books, kind, &mut draft)?;
    parties::currency(books, &mut draft, customer)?;
    references(books, &mut draft)?;
    forms::check_tax_code(kind, &draft)?;
    parties::deposit_account(books, kind, &mut draft)?;
    dates::derive(books, kind, &mut draft)?;
    links::derive(books, kind, &mut draft, stored)?;
    let lines = lines::derive(books, &draft, stored)?;
    forget_old_tax(&mut draft, stored, &lines.stored);
    let (tax, detail) = tax::of_transaction(books, &draft, customer, &lines.sums)?;
    set(&mut draft, "Line", lines.stored);
    set(&mut draft, "TxnTaxDetail", detail);
    totals(kind, &mut draft, lines.sums.subtotal - lines.sums.discount + tax, stored)?;
    let number = numbering::number(books, kind, &draft, stored, circumstances.allow_duplicate_number)?;
    draft.remove("DocNumber");
    draft.remove("AutoDocNumber");
    if let Some(number) = number {
        set(&mut draft, "DocNumber", number);
    }
    if let Some(customer) = customer {
        parties::addresses(&mut draft, customer);
    }
    custom_fields(books, &mut draft)?;
    email(&draft)?;
    if books.is_us() {
        // It speaks of other countries' taxes, and clients send it everywhere.
        draft.remove("GlobalTaxCalculation");
    }
    forms::derive(books, kind, &mut draft)?;
    Ok(draft)
}

/// A transaction with every amount set to nothing, as void leaves it.
pub(crate) fn voided(kind: Sale, mut row: Row) -> Row {
    if let Some(Value::Array(lines)) = row.get_mut("Line") {
        for line in lines.iter_mut().filter_map(Value::as_object_mut) {
            set(line, "Amount", 0);
            line.remove("LinkedTxn");
            if let Some(Value::Object(detail)) = line.get_mut("SalesItemLineDetail") {
                let priced = detail.remove("UnitPrice").is_some();
                if priced || detail.contains_key("Qty") {
                    set(detail, "Qty", 0);
                }
                if priced && kind == Sale::SalesReceipt {
                    set(detail, "UnitPrice", 0);
                }
            }
        }
    }
    note_void(&mut row);
    set(&mut row, "TxnTaxDetail", json!({ "TotalTax": 0 }));
    set(&mut row, "TotalAmt", 0);
    set(&mut row, "Balance", 0);
    set(&mut row, "LinkedTxn", json!([]));
    row
}

/// Says in the memo that a transaction is void, before what it said already.
pub(crate) fn note_void(row: &mut Row) {
    let note = match text(row, "PrivateNote") {
        None => "Voided".to_owned(),
        Some(note) if note.starts_with("Voided") => note.to_owned(),
        Some(note) => format!("Voided - {note}"),
    };
    set(row, "PrivateNote", note);
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

fn references(books: &Books, draft: &mut Row) -> Result<(), Fault> {
    books.name_reference(draft, "SalesTermRef", Entity::Term)?;
    books.name_reference(draft, "PaymentMethodRef", Entity::PaymentMethod)?;
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

fn totals(kind: Sale, draft: &mut Row, total: Decimal, stored: Option<&Row>) -> Result<(), Fault> {
    if total.is_sign_negative() && !total.is_zero() {
        return Err(Fault::business("The total of a transaction can not be negative"));
    }
    set(draft, "TotalAmt", money(total));
    if let Some(rate) = decimal(draft, "ExchangeRate") {
        set(draft, "HomeTotalAmt", money(cents(total * rate)));
    }
    match kind {
        Sale::Estimate => {
            draft.remove("Balance");
        }
        Sale::CreditMemo | Sale::Invoice => {
            let before = |member| stored.and_then(|stored| decimal(stored, member)).unwrap_or_default();
            let paid = before("TotalAmt") - before("Balance");
            set(draft, "Balance", money(total - paid));
            if kind == Sale::CreditMemo {
                set(draft, "RemainingCredit", money(total - paid));
            }
        }
        Sale::RefundReceipt | Sale::SalesReceipt => set(draft, "Balance", 0),
    }
    Ok(())
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
