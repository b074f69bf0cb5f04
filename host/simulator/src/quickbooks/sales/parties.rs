//! Who a sale is made to, in which currency, and where its money goes.

use rust_decimal::Decimal;
use serde_json::json;

use crate::quickbooks::books::{Books, full_name};
use crate::quickbooks::entity::{Entity, Sale};
use crate::quickbooks::fault::Fault;
use crate::quickbooks::names::currency_reference;
use crate::quickbooks::row::{Row, default, is_active, named, number, reference, set, text};

/// The customer of a draft, whose name is written beside the id. Receipts can do without one.
pub(super) fn of_sale<'a>(books: &'a Books, kind: Sale, draft: &mut Row) -> Result<Option<&'a Row>, Fault> {
    match kind {
        Sale::RefundReceipt | Sale::SalesReceipt if reference(draft, "CustomerRef").is_none() => Ok(None),
        Sale::CreditMemo | Sale::Estimate | Sale::Invoice | Sale::RefundReceipt | Sale::SalesReceipt => {
            customer(books, draft).map(Some)
        }
    }
}

/// The customer that a draft must name.
pub(crate) fn customer<'a>(books: &'a Books, draft: &mut Row) -> Result<&'a Row, Fault> {
    let id = reference(draft, "CustomerRef").map(str::to_owned).ok_or_else(|| Fault::missing("CustomerRef"))?;
    let customer = match books.row(Entity::Customer, &id) {
        Some(customer) if is_active(customer) => customer,
        Some(_) => return Err(Fault::sales_customer()),
        None if is_other_name(books, &id) => return Err(Fault::sales_customer()),
        None => return Err(Fault::reference(Entity::Customer.list_name(), &id)),
    };
    set(draft, "CustomerRef", named(&id, full_name(customer)));
    Ok(customer)
}

/// The three name lists share their ids, so a vendor's id is found, but buys nothing.
fn is_other_name(books: &Books, id: &str) -> bool {
    [Entity::Vendor, Entity::Employee].into_iter().any(|entity| books.row(entity, id).is_some())
}

/// Writes currency and rate: the customer's, and only a company with several needs to be told.
pub(crate) fn currency(books: &Books, draft: &mut Row, customer: Option<&Row>) -> Result<(), Fault> {
    let home = books.home_currency();
    let own = customer.and_then(|customer| reference(customer, "CurrencyRef")).unwrap_or(home);
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

/// The account that a receipt's money goes to, or comes from: by default it waits undeposited.
pub(super) fn deposit_account(books: &Books, kind: Sale, draft: &mut Row) -> Result<(), Fault> {
    match kind {
        Sale::CreditMemo | Sale::Estimate | Sale::Invoice => {}
        Sale::RefundReceipt => {
            reference(draft, "DepositToAccountRef").ok_or_else(|| Fault::missing("DepositToAccountRef"))?;
        }
        Sale::SalesReceipt => undeposited_funds(books, draft),
    }
    books.name_reference(draft, "DepositToAccountRef", Entity::Account)?;
    check_deposit_account(books, draft)
}

/// Where money waits until it is deposited.
pub(crate) fn undeposited_funds(books: &Books, draft: &mut Row) {
    let mut accounts = books.rows(Entity::Account);
    let waiting = accounts.find(|account| text(account, "AccountSubType") == Some("UndepositedFunds"));
    if let Some(id) = waiting.and_then(|account| text(account, "Id")) {
        default(draft, "DepositToAccountRef", json!({ "value": id }));
    }
}

/// Money goes to a bank account or another current asset, in the home currency or in the transaction's.
pub(crate) fn check_deposit_account(books: &Books, draft: &Row) -> Result<(), Fault> {
    let Some(id) = reference(draft, "DepositToAccountRef") else { return Ok(()) };
    let account = books.referred(Entity::Account, id)?;
    match text(account, "AccountType") {
        Some("Bank" | "Other Current Asset") => {}
        Some(_) | None => return Err(Fault::account_type_used("DepositToAccountRef")),
    }
    let fits = |kept_in| kept_in == books.home_currency() || Some(kept_in) == reference(draft, "CurrencyRef");
    match reference(account, "CurrencyRef") {
        Some(kept_in) if !fits(kept_in) => {
            Err(Fault::business("The account is kept in a foreign currency, and the transaction is in another one"))
        }
        Some(_) | None => Ok(()),
    }
}

/// Copied from the customer, ids included; a customer without a shipping address is billed and
/// shipped alike.
pub(super) fn addresses(draft: &mut Row, customer: &Row) {
    let billing = customer.get("BillAddr");
    let shipping = customer.get("ShipAddr").or(billing);
    for (member, address) in [("BillAddr", billing), ("ShipAddr", shipping)] {
        if let Some(address) = address {
            default(draft, member, address.clone());
        }
    }
}
