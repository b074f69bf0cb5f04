//! What transactions post to accounts, by double entry.
//!
//! Debits are positive and credits negative, in the home currency, and what one transaction posts adds up
//! to nothing. This module keeps what stands and moves the balances of accounts with it. It reads rows
//! that are stored already and never decides whether one may be; how each kind posts is in `postings/`.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::books::Books;
use super::entity::{Entity, Family, List};
use super::row::{Row, cents, decimal, part, parts, reference, text};
use super::sales;

mod generic;
mod lists;
mod payments;
mod purchases;
mod sales_forms;

/// All that stands in the accounts of a company.
pub(crate) type Accounts = BTreeMap<Origin, Posted>;

/// What something was posted for. The order is that of a report's transactions of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// The balance that an account was opened with, by the account's id.
    Opening(u64),
    /// The stock that an item was created with, by the item's id.
    Stock(u64),
    /// All transactions share one counter, so an id says which one it is.
    Transaction(u64),
}

/// One transaction as it stands in the accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Posted {
    /// As reports call the kind of transaction.
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    /// Year first, so that the order of text is the order of days.
    pub(crate) day: String,
    pub(crate) number: String,
    /// Id and name of the customer or vendor.
    pub(crate) name: Option<(String, String)>,
    pub(crate) memo: String,
    /// The transaction's own account comes first: what is owed, or where the money goes or comes from.
    pub(crate) postings: Vec<Posting>,
}

/// An amount on one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Posting {
    pub(crate) account: String,
    /// A debit, or less than nothing for a credit.
    pub(crate) amount: Decimal,
}

/// Posts the difference between an object before and after; `None` is before its creation or after its
/// deletion.
pub(crate) fn apply(books: &mut Books, entity: Entity, before: Option<&Row>, after: Option<&Row>, at: &str) {
    let Some(origin) = after.or(before).and_then(|row| origin(entity, row)) else { return };
    let posted = after.and_then(|row| posted(books, entity, row));
    let before = match posted.clone() {
        Some(posted) => books.accounts.insert(origin, posted),
        None => books.accounts.remove(&origin),
    };
    move_balances(books, before.as_ref(), posted.as_ref(), at);
}

/// Whether more debit makes the balance of an account larger, as for what the company has and spends.
pub(crate) fn is_debit_account(account: &Row) -> bool {
    matches!(text(account, "Classification"), Some("Asset" | "Expense"))
}

fn origin(entity: Entity, row: &Row) -> Option<Origin> {
    let id = text(row, "Id")?.parse().ok()?;
    match entity.family() {
        Family::Sale(_) | Family::Payment | Family::Purchase => Some(Origin::Transaction(id)),
        Family::Generic(generic) if generic.is_transaction() => Some(Origin::Transaction(id)),
        Family::List(List::Account) => Some(Origin::Opening(id)),
        Family::List(List::Item) => Some(Origin::Stock(id)),
        Family::List(List::Class | List::PaymentMethod | List::Term)
        | Family::Name(_)
        | Family::Generic(_)
        | Family::Singleton
        | Family::Tax => None,
    }
}

fn posted(books: &Books, entity: Entity, row: &Row) -> Option<Posted> {
    let posted = match entity.family() {
        Family::Sale(kind) => sales_forms::posted(books, kind, row),
        Family::Payment => payments::posted(books, row),
        Family::Purchase => purchases::posted(books, row),
        Family::Generic(generic) => generic::posted(books, generic, row),
        Family::List(List::Account) => lists::opening(books, row),
        Family::List(List::Item) => lists::stock(books, row),
        Family::List(List::Class | List::PaymentMethod | List::Term)
        | Family::Name(_)
        | Family::Singleton
        | Family::Tax => None,
    };
    posted.filter(|posted| !posted.postings.is_empty())
}

fn move_balances(books: &mut Books, before: Option<&Posted>, after: Option<&Posted>, at: &str) {
    let mut changes: BTreeMap<&str, Decimal> = BTreeMap::new();
    for (sign, posted) in [(Decimal::NEGATIVE_ONE, before), (Decimal::ONE, after)] {
        for posting in posted.into_iter().flat_map(|posted| &posted.postings) {
            *changes.entry(&posting.account).or_default() += sign * posting.amount;
        }
    }
    for (account, change) in changes.into_iter().filter(|(_, change)| !change.is_zero()) {
        change_balance(books, account, change, at);
    }
}

/// Moves the balance of an account, and what its parents have with it.
fn change_balance(books: &mut Books, id: &str, debit: Decimal, at: &str) {
    let Some(account) = books.row_mut(Entity::Account, id) else { return };
    let change = if is_debit_account(account) { debit } else { -debit };
    sales::add(account, "CurrentBalance", change);
    let mut child = id.to_owned();
    let mut levels = 0;
    while let Some(account) = books.row_mut(Entity::Account, &child).filter(|_| levels <= LEVELS_MAX) {
        sales::add(account, "CurrentBalanceWithSubAccounts", change);
        sales::touch(account, at);
        levels += 1;
        let Some(parent) = reference(account, "ParentRef") else { return };
        parent.clone_into(&mut child);
    }
}

/// More levels than accounts can have, so that a circle of parents ends.
const LEVELS_MAX: usize = 10;

/// A transaction whose own account takes whatever its other accounts leave: what it owes or moves. Without
/// anything on others, as after a void, it posts nothing.
fn balanced(kind: &'static str, row: &Row, name: &str, own: &str, mut postings: Vec<Posting>) -> Posted {
    postings.retain(|posting| !posting.amount.is_zero());
    let rest: Decimal = postings.iter().map(|posting| posting.amount).sum();
    if !postings.is_empty() {
        postings.insert(0, Posting { account: own.to_owned(), amount: -rest });
    }
    let word = |member| text(row, member).unwrap_or_default().to_owned();
    let number = text(row, "DocNumber").or_else(|| text(row, "PaymentRefNum")).unwrap_or_default();
    let name = part(row, name).and_then(|name| Some((text(name, "value")?, text(name, "name")?)));
    Posted {
        kind,
        id: word("Id"),
        day: word("TxnDate"),
        number: number.to_owned(),
        name: name.map(|(id, name)| (id.to_owned(), name.to_owned())),
        memo: word("PrivateNote"),
        postings,
    }
}

/// A debit of a sum in the transaction's currency; less than nothing is a credit.
fn debit(row: &Row, account: &str, amount: Decimal) -> Posting {
    let rate = decimal(row, "ExchangeRate").unwrap_or(Decimal::ONE);
    Posting { account: account.to_owned(), amount: cents(amount * rate) }
}

/// The first account with this member.
fn account_with<'a>(books: &'a Books, member: &str, value: &str) -> Option<&'a str> {
    books.rows(Entity::Account).find(|account| text(account, member) == Some(value)).and_then(|row| text(row, "Id"))
}

/// An account that the company's preferences name.
fn preferred<'a>(books: &'a Books, name: &str) -> Option<&'a str> {
    let others = books.preference("OtherPrefs")?;
    let found = parts(others, "NameValue").find(|pair| text(pair, "Name") == Some(name));
    found.and_then(|pair| pair.get("Value")).and_then(Value::as_str)
}
