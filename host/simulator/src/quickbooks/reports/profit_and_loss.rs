//! The profit and loss statement.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::{Asked, basis, rows};
use crate::quickbooks::books::{Books, full_name};
use crate::quickbooks::entity::Entity;
use crate::quickbooks::postings::is_debit_account;
use crate::quickbooks::row::text;

/// What a company earned and spent over a period, by account. Income and expenses are positive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfitAndLoss {
    pub income: Vec<AccountTotal>,
    pub cost_of_goods_sold: Vec<AccountTotal>,
    pub expenses: Vec<AccountTotal>,
    pub other_income: Vec<AccountTotal>,
    pub other_expenses: Vec<AccountTotal>,
}

/// What stands in one account, its sub-accounts aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountTotal {
    pub id: String,
    /// With the names of its parents.
    pub name: String,
    pub amount: Decimal,
}

impl ProfitAndLoss {
    /// Income less what was sold had cost.
    pub fn gross_profit(&self) -> Decimal {
        sum(&self.income) - sum(&self.cost_of_goods_sold)
    }

    /// Gross profit less expenses.
    pub fn net_operating_income(&self) -> Decimal {
        self.gross_profit() - sum(&self.expenses)
    }

    /// Other income less other expenses.
    pub fn net_other_income(&self) -> Decimal {
        sum(&self.other_income) - sum(&self.other_expenses)
    }

    /// What is left in the end.
    pub fn net_income(&self) -> Decimal {
        self.net_operating_income() + self.net_other_income()
    }
}

/// The statement of what stands in accounts over a period.
pub(super) fn of(books: &Books, sums: &BTreeMap<String, Decimal>) -> ProfitAndLoss {
    let of_type = |kind| of_type(books, sums, kind);
    ProfitAndLoss {
        income: of_type("Income"),
        cost_of_goods_sold: of_type("Cost of Goods Sold"),
        expenses: of_type("Expense"),
        other_income: of_type("Other Income"),
        other_expenses: of_type("Other Expense"),
    }
}

/// The accounts of a type that something stands in, by name, each in its natural sign.
pub(super) fn of_type(books: &Books, sums: &BTreeMap<String, Decimal>, kind: &str) -> Vec<AccountTotal> {
    let accounts = books.rows(Entity::Account).filter(|account| text(account, "AccountType") == Some(kind));
    let mut totals: Vec<AccountTotal> = accounts
        .filter_map(|account| {
            let id = text(account, "Id")?;
            let debit = sums.get(id).copied().filter(|debit| !debit.is_zero())?;
            let amount = if is_debit_account(account) { debit } else { -debit };
            Some(AccountTotal { id: id.to_owned(), name: full_name(account).to_owned(), amount })
        })
        .collect();
    totals.sort_by(|left, right| left.name.cmp(&right.name));
    totals
}

pub(super) fn sum(totals: &[AccountTotal]) -> Decimal {
    totals.iter().map(|total| total.amount).sum()
}

pub(super) fn report(books: &Books, asked: &Asked) -> (Vec<Value>, Vec<Value>) {
    let period = &asked.period;
    let sums = basis::sums(books, asked.basis, period.from.as_deref(), &period.to);
    let statement = of(books, &sums);
    let mut report = Vec::new();
    let section = |title: &str, group: &str, totals: &[AccountTotal]| {
        let rows = rows::accounts(books, totals);
        (!rows.is_empty()).then(|| rows::section(title, group, rows, &format!("Total {title}"), sum(totals)))
    };
    report.extend(section("Income", "Income", &statement.income));
    report.extend(section("Cost of Goods Sold", "COGS", &statement.cost_of_goods_sold));
    report.push(rows::total("Gross Profit", "GrossProfit", statement.gross_profit()));
    report.extend(section("Expenses", "Expenses", &statement.expenses));
    report.push(rows::total("Net Operating Income", "NetOperatingIncome", statement.net_operating_income()));
    let others = [
        section("Other Income", "OtherIncome", &statement.other_income),
        section("Other Expenses", "OtherExpenses", &statement.other_expenses),
    ];
    if others.iter().any(Option::is_some) {
        report.extend(others.into_iter().flatten());
        report.push(rows::total("Net Other Income", "NetOtherIncome", statement.net_other_income()));
    }
    report.push(rows::total("Net Income", "NetIncome", statement.net_income()));
    (rows::account_columns(), report)
}
