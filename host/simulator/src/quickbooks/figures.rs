//! Figures of a company for tests and for the demo: what its reports say, without reading reports.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::QuickBooks;
use super::entity::Entity;
use super::reports::{self, AccountingMethod, ProfitAndLoss};
use super::row::decimal;

impl QuickBooks {
    /// What stands in an account now, in its natural sign: positive for money in a bank and for a debt on
    /// a card. None for an unknown company or account.
    pub fn account_balance(&self, realm: &str, account: &str) -> Option<Decimal> {
        let state = self.state();
        decimal(state.companies.get(realm)?.row(Entity::Account, account)?, "CurrentBalance")
    }

    /// What a customer owes now, jobs aside. None for an unknown company or customer.
    pub fn customer_balance(&self, realm: &str, customer: &str) -> Option<Decimal> {
        let state = self.state();
        decimal(state.companies.get(realm)?.row(Entity::Customer, customer)?, "Balance")
    }

    /// What a company earned and spent from one day to another, both included. Nothing for an unknown
    /// company.
    pub fn profit_and_loss(&self, realm: &str, method: AccountingMethod, from: Date, to: Date) -> ProfitAndLoss {
        let state = self.state();
        let books = state.companies.get(realm);
        books
            .map(|books| reports::profit_and_loss(books, method, &from.to_string(), &to.to_string()))
            .unwrap_or_default()
    }
}
