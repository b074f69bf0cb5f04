//! Purchases: money spent, in cash, by check or by credit card.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::books::{Books, full_name};
use super::entity::Entity;
use super::fault::Fault;
use super::row::{Row, decimal, default, is_active, is_true, money, part, parts, reference, set, text};
use super::sales;
use super::write::Circumstances;

/// What a full update keeps although it was not sent. `Credit` is not among it, as in the real service.
pub(crate) const KEPT: &[&str] = &["TxnDate", "CurrencyRef", "ExchangeRate"];

/// Checks a purchase and adds what QuickBooks adds.
pub(crate) fn derive(
    books: &Books,
    mut draft: Row,
    stored: Option<&Row>,
    circumstances: Circumstances,
) -> Result<Row, Fault> {
    stored.map_or(Ok(()), |stored| sales::check_open_books(books, stored))?;
    default(&mut draft, "TxnDate", circumstances.today().to_string());
    sales::check_open_books(books, &draft)?;
    payment_type(books, &mut draft)?;
    entity(books, &mut draft)?;
    // Money leaves an account in the account's currency.
    let account = reference(&draft, "AccountRef").and_then(|id| books.row(Entity::Account, id));
    sales::currency(books, &mut draft, account)?;
    books.name_reference(&mut draft, "PaymentMethodRef", Entity::PaymentMethod)?;
    let (lines, total) = lines(books, &draft)?;
    set(&mut draft, "Line", lines);
    set(&mut draft, "TotalAmt", money(total));
    default(&mut draft, "CustomField", json!([]));
    Ok(draft)
}

/// Every update says again how it was paid, even a sparse one.
pub(crate) fn check_update(sent: &Row) -> Result<(), Fault> {
    text(sent, "PaymentType").map(|_| ()).ok_or_else(|| Fault::missing("PaymentType"))
}

/// Applies the difference between a purchase before and after to the stock of what was bought.
pub(crate) fn apply(books: &mut Books, before: Option<&Row>, after: Option<&Row>, at: &str) {
    for (item, change) in sales::difference(before, after, bought) {
        sales::change_stock(books, &item, change, at);
    }
}

fn bought(purchase: &Row) -> Vec<(String, Decimal)> {
    let sign = if is_true(purchase, "Credit") { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    let details = parts(purchase, "Line").filter_map(|line| part(line, "ItemBasedExpenseLineDetail"));
    let bought = details.filter_map(|detail| reference(detail, "ItemRef").zip(decimal(detail, "Qty")));
    bought.map(|(item, quantity)| (item.to_owned(), sign * quantity)).collect()
}

/// Cash and checks leave a bank account, cards a card account; only cards take refunds.
fn payment_type(books: &Books, draft: &mut Row) -> Result<(), Fault> {
    let kind = text(draft, "PaymentType").ok_or_else(|| Fault::missing("PaymentType"))?.to_owned();
    let id = reference(draft, "AccountRef").ok_or_else(|| Fault::missing("AccountRef"))?;
    let account = text(books.referred(Entity::Account, id)?, "AccountType");
    let (wanted, code) = match kind.as_str() {
        "Cash" => ("Bank", "54"),
        "Check" => ("Bank", "3"),
        "CreditCard" if is_true(draft, "Credit") => ("Credit Card", "11"),
        "CreditCard" => ("Credit Card", "54"),
        _ => return Err(Fault::enumeration("PaymentType", &kind)),
    };
    if account != Some(wanted) {
        return Err(Fault::account_type_used("AccountRef"));
    }
    if kind == "CreditCard" {
        default(draft, "Credit", false);
    } else if is_true(draft, "Credit") {
        return Err(Fault::business("Only a credit card takes a credit"));
    } else {
        draft.remove("Credit");
    }
    if kind == "Check" {
        let status = if text(draft, "DocNumber").is_some() { "NotSet" } else { "NeedToPrint" };
        default(draft, "PrintStatus", status);
    }
    books.name_reference(draft, "AccountRef", Entity::Account)?;
    set(draft, "PurchaseEx", extension(code));
    Ok(())
}

fn extension(code: &str) -> Value {
    json!({ "any": [{
        "name": "{http://schema.intuit.com/finance/v3}NameValue",
        "nil": false,
        "value": { "Name": "TxnType", "Value": code },
        "declaredType": "com.intuit.schema.finance.v3.NameValue",
        "scope": "javax.xml.bind.JAXBElement$GlobalScope",
        "globalScope": true,
        "typeSubstituted": false,
    }] })
}

/// Who was paid: a vendor unless the reference says which name list it is from.
fn entity(books: &Books, draft: &mut Row) -> Result<(), Fault> {
    let Some(id) = reference(draft, "EntityRef") else { return Ok(()) };
    let kind = part(draft, "EntityRef").and_then(|entity| text(entity, "type")).unwrap_or("Vendor");
    let list = Entity::named(kind).filter(|list| matches!(list, Entity::Vendor | Entity::Customer | Entity::Employee));
    let list = list.ok_or_else(|| Fault::enumeration("EntityRef.type", kind))?;
    let row = books.row(list, id).filter(|row| is_active(row));
    let row = row.ok_or_else(|| Fault::reference(list.list_name(), id))?;
    let named = json!({ "value": id, "name": full_name(row), "type": list.name() });
    set(draft, "EntityRef", named);
    Ok(())
}

fn lines(books: &Books, draft: &Row) -> Result<(Vec<Value>, Decimal), Fault> {
    let mut total = Decimal::ZERO;
    let mut lines = Vec::new();
    for line in parts(draft, "Line") {
        let amount = decimal(line, "Amount").ok_or_else(|| Fault::missing("Line.Amount"))?;
        let kind = text(line, "DetailType").ok_or_else(|| Fault::missing("Line.DetailType"))?.to_owned();
        let mut detail = part(line, &kind).cloned().unwrap_or_default();
        let (member, list) = match kind.as_str() {
            "AccountBasedExpenseLineDetail" => ("AccountRef", Entity::Account),
            "ItemBasedExpenseLineDetail" => ("ItemRef", Entity::Item),
            _ => return Err(Fault::enumeration("Line.DetailType", &kind)),
        };
        reference(&detail, member).ok_or_else(|| Fault::missing(&format!("Line.{kind}.{member}")))?;
        books.name_reference(&mut detail, member, list)?;
        check_detail(books, &detail, amount)?;
        books.name_reference(&mut detail, "CustomerRef", Entity::Customer)?;
        books.name_reference(&mut detail, "ClassRef", Entity::Class)?;
        if !books.prefers("AccountingInfoPrefs", "ClassTrackingPerTxnLine") {
            detail.remove("ClassRef");
        }
        default(&mut detail, "TaxCodeRef", json!({ "value": "NON" }));
        default(&mut detail, "BillableStatus", "NotBillable");
        let mut stored = line.clone();
        set(&mut stored, "Id", (lines.len() + 1).to_string());
        set(&mut stored, "Amount", money(amount));
        set(&mut stored, &kind, detail);
        total += amount;
        lines.push(Value::Object(stored));
    }
    if lines.is_empty() {
        return Err(Fault::missing("Line"));
    }
    if total.is_sign_negative() && !total.is_zero() {
        return Err(Fault::business("The total of a transaction can not be negative"));
    }
    Ok((lines, total))
}

/// An item must be one that is bought, quantity and price make the amount, and what is billed on is
/// billed to somebody.
fn check_detail(books: &Books, detail: &Row, amount: Decimal) -> Result<(), Fault> {
    let item = reference(detail, "ItemRef").and_then(|id| books.row(Entity::Item, id));
    if item.and_then(|item| text(item, "Type")) == Some("Category") {
        return Err(Fault::category_on_line());
    }
    sales::check_amount(detail, amount)?;
    if text(detail, "BillableStatus") == Some("Billable") && reference(detail, "CustomerRef").is_none() {
        return Err(Fault::customer_of_billable());
    }
    Ok(())
}
