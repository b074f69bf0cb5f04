//! Transactions one by one: as a list, and by account.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::basis::transactions;
use super::{Asked, account_name, rows};
use crate::quickbooks::books::{Books, full_name};
use crate::quickbooks::entity::Entity;
use crate::quickbooks::postings::{Posted, Posting, is_debit_account};
use crate::quickbooks::row::{Row, text};

/// What customers owe at the end of a day, by customer.
pub(super) fn balance_of_customers(books: &Books, to: &str) -> BTreeMap<String, Decimal> {
    let mut balances = BTreeMap::new();
    for posted in books.accounts.values().filter(|posted| posted.day.as_str() <= to) {
        let Some((customer, _)) = &posted.name else { continue };
        for posting in posted.postings.iter().filter(|posting| is_receivable(books, &posting.account)) {
            *balances.entry(customer.clone()).or_default() += posting.amount;
        }
    }
    balances
}

fn is_receivable(books: &Books, account: &str) -> bool {
    let account = books.row(Entity::Account, account);
    account.and_then(|account| text(account, "AccountType")) == Some("Accounts Receivable")
}

/// Every transaction of the period in one row.
pub(super) fn list(books: &Books, asked: &Asked) -> (Vec<Value>, Vec<Value>) {
    let columns = rows::columns(&[
        ("Date", "Date", "tx_date"),
        ("Transaction Type", "String", "txn_type"),
        ("Num", "String", "doc_num"),
        ("Posting", "String", "is_no_post"),
        ("Name", "String", "name"),
        ("Memo/Description", "String", "memo"),
        ("Account", "String", "account_name"),
        ("Split", "String", "other_account"),
        ("Amount", "Money", "subt_nat_amount"),
    ]);
    let found = transactions(books, asked.basis).into_iter().filter(|posted| asked.includes(posted));
    let row = |posted: Posted| {
        let own = posted.postings.first()?;
        let mut cells = described(&posted);
        cells.insert(3, rows::cell("Yes", None));
        cells.push(rows::cell(account_name(books, &own.account), Some(&own.account)));
        cells.push(rows::cell(split(books, &posted, own), None));
        cells.push(rows::cell(&rows::sum(natural(books, own)), None));
        Some(rows::data(cells))
    };
    (columns, found.filter_map(row).collect())
}

/// The postings of each account with its running balance.
pub(super) fn by_account(books: &Books, asked: &Asked) -> (Vec<Value>, Vec<Value>) {
    let columns = rows::columns(&[
        ("Date", "Date", "tx_date"),
        ("Transaction Type", "String", "txn_type"),
        ("Num", "String", "doc_num"),
        ("Name", "String", "name"),
        ("Memo/Description", "String", "memo"),
        ("Split", "String", "split_acc"),
        ("Amount", "Money", "subt_nat_amount"),
        ("Balance", "Money", "rbal_nat_amount"),
    ]);
    let all = transactions(books, asked.basis);
    let mut accounts: Vec<&Row> = books.rows(Entity::Account).collect();
    accounts.sort_by_key(|account| full_name(account));
    let sections = accounts.into_iter().filter_map(|account| section(books, asked, account, &all));
    (columns, sections.collect())
}

fn section(books: &Books, asked: &Asked, account: &Row, all: &[Posted]) -> Option<Value> {
    let id = text(account, "Id")?;
    if !(asked.accounts.is_empty() || asked.accounts.iter().any(|wanted| wanted == id)) {
        return None;
    }
    let mut balance = Decimal::ZERO;
    let mut moved = Decimal::ZERO;
    let mut lines = Vec::new();
    for posted in all {
        for posting in posted.postings.iter().filter(|posting| posting.account == id) {
            let amount = natural(books, posting);
            if asked.period.from.as_deref().is_some_and(|from| posted.day.as_str() < from) {
                balance += amount;
            } else if asked.includes(posted) {
                if lines.is_empty() && !balance.is_zero() {
                    lines.push(beginning(balance));
                }
                balance += amount;
                moved += amount;
                let mut cells = described(posted);
                cells.push(rows::cell(split(books, posted, posting), None));
                cells.push(rows::cell(&rows::sum(amount), None));
                cells.push(rows::cell(&rows::sum(balance), None));
                lines.push(rows::data(cells));
            }
        }
    }
    if lines.is_empty() {
        return None;
    }
    let name = account_name(books, id);
    let mut header = vec![rows::cell(name, Some(id))];
    let mut summary = vec![rows::cell(&format!("Total for {name}"), None)];
    header.extend((0..7).map(|_| rows::cell("", None)));
    summary.extend((0..5).map(|_| rows::cell("", None)));
    summary.push(rows::cell(&rows::sum(moved), None));
    summary.push(rows::cell("", None));
    Some(json!({
        "Header": { "ColData": header },
        "Rows": { "Row": lines },
        "Summary": { "ColData": summary },
        "type": "Section",
    }))
}

fn beginning(balance: Decimal) -> Value {
    let mut cells = vec![rows::cell("Beginning Balance", None)];
    cells.extend((0..6).map(|_| rows::cell("", None)));
    cells.push(rows::cell(&rows::sum(balance), None));
    rows::data(cells)
}

impl Asked {
    fn includes(&self, posted: &Posted) -> bool {
        let day = posted.day.as_str();
        let named = || posted.name.as_ref().is_some_and(|(id, _)| self.names.contains(id));
        let on_account = || posted.postings.iter().any(|posting| self.accounts.contains(&posting.account));
        self.period.from.as_deref().is_none_or(|from| from <= day)
            && day <= self.period.to.as_str()
            && (self.names.is_empty() || named())
            && (self.accounts.is_empty() || on_account())
    }
}

/// Date, type, number, name and memo.
fn described(posted: &Posted) -> Vec<Value> {
    let (id, name) = posted.name.as_ref().map(|(id, name)| (id.as_str(), name.as_str())).unzip();
    vec![
        rows::cell(&posted.day, None),
        rows::cell(posted.kind, Some(&posted.id)),
        rows::cell(&posted.number, None),
        rows::cell(name.unwrap_or_default(), id),
        rows::cell(&posted.memo, None),
    ]
}

/// The other account of a transaction, if there is only one.
fn split<'a>(books: &'a Books, posted: &Posted, posting: &Posting) -> &'a str {
    let mut others = posted.postings.iter().filter(|other| other.account != posting.account);
    let Some(other) = others.next() else { return "" };
    if others.any(|another| another.account != other.account) { "-Split-" } else { account_name(books, &other.account) }
}

/// An amount in the sign of its account.
fn natural(books: &Books, posting: &Posting) -> Decimal {
    let is_debit = books.row(Entity::Account, &posting.account).is_some_and(is_debit_account);
    if is_debit { posting.amount } else { -posting.amount }
}
