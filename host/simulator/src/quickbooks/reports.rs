//! The reports of the Accounting API, from what stands in the accounts.
//!
//! A report is answered without the envelope of other answers: header, columns, and rows that nest. It
//! reads `postings` and changes nothing. Which transactions count is in `reports/basis.rs`, the period in
//! `reports/period.rs`, how rows are written in `reports/rows.rs`, and each report has a file of its own.

use jiff::Timestamp;
use serde_json::{Value, json};

use self::basis::Basis;
use self::period::Period;
use super::books::{Books, stored_time};
use super::entity::Entity;
use super::fault::Fault;
use super::request::Incoming;
use super::row::text;

mod balance_sheet;
mod basis;
mod customer_balance;
mod period;
mod profit_and_loss;
mod rows;
mod transactions;

pub use self::basis::Basis as AccountingMethod;
pub use self::profit_and_loss::{AccountTotal, ProfitAndLoss};

/// What is asked of a report.
pub(crate) struct Asked {
    basis: Basis,
    period: Period,
    /// Ids; empty for all.
    accounts: Vec<String>,
    names: Vec<String>,
}

/// One report, by the name that it has in the address.
pub(crate) fn answer(books: &Books, name: &str, request: &Incoming, now: Timestamp) -> Result<Value, Fault> {
    let asked = Asked::of(books, request, now)?;
    let (columns, rows) = match name {
        "ProfitAndLoss" => profit_and_loss::report(books, &asked),
        "BalanceSheet" => balance_sheet::report(books, &asked),
        "CustomerBalance" => customer_balance::report(books, &asked),
        "TransactionList" => transactions::list(books, &asked),
        "GeneralLedger" => transactions::by_account(books, &asked),
        _ => return Err(Fault::permission_denied(&format!("no report is called {name}"))),
    };
    let header = header(books, name, &asked, rows.is_empty(), now);
    Ok(json!({ "Header": header, "Columns": { "Column": columns }, "Rows": { "Row": rows } }))
}

/// The profit and loss of a period, in figures.
pub(crate) fn profit_and_loss(books: &Books, basis: Basis, from: &str, to: &str) -> ProfitAndLoss {
    profit_and_loss::of(books, &basis::sums(books, basis, Some(from), to))
}

impl Asked {
    fn of(books: &Books, request: &Incoming, now: Timestamp) -> Result<Self, Fault> {
        if let Some(columns) = request.parameter("summarize_column_by").filter(|columns| *columns != "Total") {
            return Err(Fault::feature_not_supported(&format!("reports by {columns}")));
        }
        let listed = |member| {
            let ids = request.parameter(member).unwrap_or_default().split(',');
            ids.map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let mut names = listed("customer");
        names.extend(listed("vendor"));
        Ok(Self {
            basis: Basis::asked(books, request.parameter("accounting_method"))?,
            period: Period::asked(books, request, now)?,
            accounts: listed("account"),
            names,
        })
    }
}

fn header(books: &Books, name: &str, asked: &Asked, is_empty: bool, now: Timestamp) -> Value {
    let mut header = json!({ "Time": stored_time(now), "ReportName": name });
    if let Some(words) = &asked.period.words {
        header["DateMacro"] = json!(words);
    }
    header["ReportBasis"] = json!(asked.basis.name());
    if let Some(from) = &asked.period.from {
        header["StartPeriod"] = json!(from);
    }
    header["EndPeriod"] = json!(asked.period.to);
    header["SummarizeColumnsBy"] = json!("Total");
    header["Currency"] = json!(books.home_currency());
    if !asked.names.is_empty() {
        header["Customer"] = json!(asked.names.join(","));
    }
    header["Option"] = json!([
        { "Name": "AccountingStandard", "Value": "GAAP" },
        { "Name": "NoReportData", "Value": is_empty.to_string() },
    ]);
    header
}

/// The name of an account as reports show it.
fn account_name<'a>(books: &'a Books, id: &str) -> &'a str {
    books.row(Entity::Account, id).and_then(|row| text(row, "Name")).unwrap_or_default()
}
