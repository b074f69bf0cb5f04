//! The lines of a payment: which invoices they pay, and which credits they use for that.

use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Entity;
use crate::quickbooks::fault::Fault;
use crate::quickbooks::row::{Row, cents, decimal, money, parts, reference, text};

/// Lines as they are stored, and what they pay in all, less the credits that they use for it.
pub(super) fn derive(books: &Books, draft: &Row, stored: Option<&Row>) -> Result<(Vec<Value>, Decimal), Fault> {
    let before = stored.map(applied).unwrap_or_default();
    let mut lines: Vec<Value> = Vec::new();
    let mut taken: Vec<(String, Decimal)> = Vec::new();
    let mut used = Decimal::ZERO;
    for line in parts(draft, "Line") {
        let amount = cents(decimal(line, "Amount").ok_or_else(|| Fault::missing("Line.Amount"))?);
        let link = parts(line, "LinkedTxn").next().ok_or_else(|| Fault::missing("Line.LinkedTxn"))?;
        let id = text(link, "TxnId").ok_or_else(|| Fault::missing("Line.LinkedTxn.TxnId"))?;
        let entity = text(link, "TxnType").and_then(settled_by_name).ok_or_else(|| Fault::cannot_be_linked(id))?;
        let row = books.row(entity, id).ok_or_else(|| Fault::cannot_be_linked(id))?;
        if reference(row, "CustomerRef") != reference(draft, "CustomerRef") {
            return Err(Fault::business("The linked transaction belongs to another customer"));
        }
        let open = decimal(row, "Balance").unwrap_or_default() + sum_of(&before, id) - sum_of(&taken, id);
        if amount > open || amount.is_sign_negative() {
            return Err(Fault::business("The amount applied is more than the open balance of the transaction"));
        }
        used += if entity == Entity::CreditMemo { -amount } else { amount };
        taken.push((id.to_owned(), amount));
        lines.push(json!({
            "Amount": money(amount),
            "LineEx": extension(id, open, text(row, "DocNumber").unwrap_or_default()),
            "LinkedTxn": [{ "TxnId": id, "TxnType": entity.name() }],
        }));
    }
    if used.is_sign_negative() && !used.is_zero() {
        return Err(Fault::business("The credits that are used are more than what they pay"));
    }
    Ok((lines, used))
}

/// How much each transaction is settled by. Transactions share one counter, so an id says which it is.
pub(super) fn applied(payment: &Row) -> Vec<(String, Decimal)> {
    let lines = parts(payment, "Line");
    let applied = lines.filter_map(|line| {
        let id = text(parts(line, "LinkedTxn").next()?, "TxnId")?;
        Some((id.to_owned(), decimal(line, "Amount")?))
    });
    applied.collect()
}

fn sum_of(amounts: &[(String, Decimal)], id: &str) -> Decimal {
    amounts.iter().filter(|(known, _)| known == id).map(|(_, amount)| *amount).sum()
}

fn settled_by_name(name: &str) -> Option<Entity> {
    [Entity::Invoice, Entity::CreditMemo].into_iter().find(|entity| entity.name() == name)
}

/// What the real service shows of its own bindings; the balance is that before the payment.
pub(super) fn extension(id: &str, open: Decimal, number: &str) -> Value {
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
