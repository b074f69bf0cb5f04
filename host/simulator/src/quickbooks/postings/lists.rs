//! What a company starts with: balances of accounts, and stock, against the opening balance equity.

use rust_decimal::Decimal;

use super::{Posted, Posting, account_with, is_debit_account};
use crate::quickbooks::books::{Books, full_name};
use crate::quickbooks::row::{Row, cents, decimal, reference, text};

/// The balance that an account was created with.
pub(super) fn opening(books: &Books, account: &Row) -> Option<Posted> {
    let balance = decimal(account, "OpeningBalance").filter(|balance| !balance.is_zero())?;
    let debit = if is_debit_account(account) { balance } else { -balance };
    let day = text(account, "OpeningBalanceDate").or_else(|| created(account))?;
    started(books, "Journal Entry", account, day, text(account, "Id")?, debit)
}

/// The stock that an item was created with. Only transactions move it later, so it stays what it was.
pub(super) fn stock(books: &Books, item: &Row) -> Option<Posted> {
    let id = text(item, "Id")?;
    if let Some(before) = id.parse().ok().and_then(|id| books.accounts.get(&super::Origin::Stock(id))) {
        return Some(before.clone());
    }
    let asset = reference(item, "AssetAccountRef").filter(|_| text(item, "Type") == Some("Inventory"))?;
    let value = cents(decimal(item, "QtyOnHand")? * decimal(item, "PurchaseCost")?);
    started(books, "Inventory Starting Value", item, text(item, "InvStartDate")?, asset, value)
}

fn started(books: &Books, kind: &'static str, row: &Row, day: &str, account: &str, debit: Decimal) -> Option<Posted> {
    let equity = account_with(books, "AccountSubType", "OpeningBalanceEquity");
    let equity = equity.or_else(|| account_with(books, "AccountType", "Equity"))?;
    let posting = |account: &str, amount| Posting { account: account.to_owned(), amount };
    let postings = [posting(account, debit), posting(equity, -debit)];
    Some(Posted {
        kind,
        id: text(row, "Id")?.to_owned(),
        day: day.to_owned(),
        number: String::new(),
        name: None,
        memo: full_name(row).to_owned(),
        postings: postings.into_iter().filter(|posting| !posting.amount.is_zero()).collect(),
    })
}

fn created(row: &Row) -> Option<&str> {
    row.get("MetaData")?.get("CreateTime")?.as_str()?.get(..10)
}
