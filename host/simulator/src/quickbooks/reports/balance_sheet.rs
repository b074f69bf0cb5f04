//! The balance sheet: what a company has, owes and is worth at the end of a period.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::profit_and_loss::{of, of_type, sum};
use super::{Asked, basis, period, rows};
use crate::quickbooks::books::Books;

/// Title, group and account type of each kind of current asset.
const CURRENT_ASSETS: [Kind; 3] = [
    ("Bank Accounts", "BankAccounts", "Bank"),
    ("Accounts Receivable", "AR", "Accounts Receivable"),
    ("Other Current Assets", "OtherCurrentAssets", "Other Current Asset"),
];
const OTHER_ASSETS: [Kind; 2] =
    [("Fixed Assets", "FixedAssets", "Fixed Asset"), ("Other Assets", "OtherAssets", "Other Asset")];
const CURRENT_LIABILITIES: [Kind; 3] = [
    ("Accounts Payable", "AP", "Accounts Payable"),
    ("Credit Cards", "CreditCards", "Credit Card"),
    ("Other Current Liabilities", "OtherCurrentLiabilities", "Other Current Liability"),
];
const OTHER_LIABILITIES: [Kind; 1] = [("Long-Term Liabilities", "LongTermLiabilities", "Long Term Liability")];

type Kind = (&'static str, &'static str, &'static str);

/// Rows with what they add up to.
struct Part {
    rows: Vec<Value>,
    sum: Decimal,
}

pub(super) fn report(books: &Books, asked: &Asked) -> (Vec<Value>, Vec<Value>) {
    let sums = basis::sums(books, asked.basis, None, &asked.period.to);
    let mut assets = within("Current Assets", "CurrentAssets", kinds(books, &sums, &CURRENT_ASSETS));
    assets.join(kinds(books, &sums, &OTHER_ASSETS));
    let current = kinds(books, &sums, &CURRENT_LIABILITIES);
    let mut liabilities = within("Current Liabilities", "CurrentLiabilities", current);
    liabilities.join(kinds(books, &sums, &OTHER_LIABILITIES));
    let mut owed = within("Liabilities", "Liabilities", liabilities);
    owed.join(within("Equity", "Equity", equity(books, asked, &sums)));
    let report = vec![
        rows::section("ASSETS", "TotalAssets", assets.rows, "TOTAL ASSETS", assets.sum),
        rows::section(
            "LIABILITIES AND EQUITY",
            "TotalLiabilitiesAndEquity",
            owed.rows,
            "TOTAL LIABILITIES AND EQUITY",
            owed.sum,
        ),
    ];
    (rows::account_columns(), report)
}

impl Part {
    fn join(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.sum += other.sum;
    }
}

fn kinds(books: &Books, sums: &BTreeMap<String, Decimal>, kinds: &[Kind]) -> Part {
    let mut part = Part { rows: Vec::new(), sum: Decimal::ZERO };
    for (title, group, kind) in kinds {
        let totals = of_type(books, sums, kind);
        let rows = rows::accounts(books, &totals);
        part.join(within(title, group, Part { rows, sum: sum(&totals) }));
    }
    part
}

/// A section around rows; nothing around none.
fn within(title: &str, group: &str, inner: Part) -> Part {
    if inner.rows.is_empty() {
        return inner;
    }
    let section = rows::section(title, group, inner.rows, &format!("Total {title}"), inner.sum);
    Part { rows: vec![section], sum: inner.sum }
}

/// What earlier years earned is retained; what this one earned so far is its net income.
fn equity(books: &Books, asked: &Asked, sums: &BTreeMap<String, Decimal>) -> Part {
    let to = &asked.period.to;
    let year = to.parse().map(|day| period::fiscal_year(books, day).to_string()).unwrap_or_default();
    let all = of(books, sums).net_income();
    let this_year = of(books, &basis::sums(books, asked.basis, Some(&year), to)).net_income();
    let mut totals = of_type(books, sums, "Equity");
    let retained = all - this_year;
    let mut part = Part { rows: Vec::new(), sum: retained + this_year };
    match totals.iter_mut().find(|total| total.name == "Retained Earnings") {
        Some(total) => {
            part.sum -= retained;
            total.amount += retained;
        }
        None if retained.is_zero() => {}
        None => part.rows.push(plain("Retained Earnings", retained)),
    }
    part.sum += sum(&totals);
    let mut rows = rows::accounts(books, &totals);
    rows.append(&mut part.rows);
    if !this_year.is_zero() {
        rows.push(plain("Net Income", this_year));
    }
    Part { rows, sum: part.sum }
}

fn plain(title: &str, amount: Decimal) -> Value {
    rows::data(vec![rows::cell(title, None), rows::cell(&rows::sum(amount), None)])
}
