//! The simulated company's books after the story, beside what HubSpot paid out.

use jiff::civil::Date;
use qbo_simulator::hubspot::HubSpot;
use qbo_simulator::quickbooks::{AccountTotal, AccountingMethod, QuickBooks};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::script::{CLEARING_ACCOUNT, PAYMENTS};

/// Before the first event of the story.
const FROM: Date = Date::constant(2026, 1, 1);

/// What a bookkeeper looks at.
pub(super) struct Accounts {
    /// Accounts of the profit and loss that something was booked on.
    pub(super) earned: Vec<AccountTotal>,
    pub(super) spent: Vec<AccountTotal>,
    pub(super) net_income: Decimal,
    /// Customers who owe something, by name.
    pub(super) owing: Vec<(String, Decimal)>,
    /// What stands in the payments clearing account.
    pub(super) clearing: Decimal,
    /// What HubSpot pays out for the story's payments: received, less fees and what was given back.
    pub(super) payouts: Decimal,
}

impl Accounts {
    /// As they are on `today`.
    pub(super) fn read(books: &QuickBooks, realm: &str, portal: &HubSpot, today: Date) -> Self {
        let report = books.profit_and_loss(realm, AccountingMethod::Accrual, FROM, today);
        let booked = |accounts: &[AccountTotal]| {
            accounts.iter().filter(|account| !account.amount.is_zero()).cloned().collect::<Vec<_>>()
        };
        Self {
            earned: booked(&report.income),
            spent: [booked(&report.cost_of_goods_sold), booked(&report.expenses)].concat(),
            net_income: report.net_income(),
            owing: owing(books, realm),
            clearing: books.account_balance(realm, CLEARING_ACCOUNT).unwrap_or_default(),
            payouts: PAYMENTS.iter().map(|payment| paid_out(portal, payment)).sum(),
        }
    }

    /// For programs; amounts as decimal text.
    pub(super) fn json(&self) -> Value {
        let totals = |accounts: &[AccountTotal]| -> Vec<Value> {
            accounts.iter().map(|total| json!({ "account": total.name, "amount": total.amount.to_string() })).collect()
        };
        let owing = |(name, amount): &(String, Decimal)| json!({ "customer": name, "amount": amount.to_string() });
        json!({
            "earned": totals(&self.earned),
            "spent": totals(&self.spent),
            "net_income": self.net_income.to_string(),
            "owing": self.owing.iter().map(owing).collect::<Vec<_>>(),
            "clearing_account": self.clearing.to_string(),
            "net_payouts": self.payouts.to_string(),
        })
    }

    /// Whether the clearing account holds what HubSpot pays out.
    pub(super) fn agree(&self) -> bool {
        self.clearing == self.payouts
    }
}

fn owing(books: &QuickBooks, realm: &str) -> Vec<(String, Decimal)> {
    let customers = books.documents(realm, "Customer");
    let owing = customers.iter().filter_map(|customer| {
        let balance = books.customer_balance(realm, customer["Id"].as_str()?)?;
        let name = customer["DisplayName"].as_str()?;
        (!balance.is_zero()).then(|| (name.to_owned(), balance))
    });
    owing.collect()
}

fn paid_out(portal: &HubSpot, payment: &str) -> Decimal {
    let amount = |property| {
        let text = portal.property("payment", payment, property);
        text.and_then(|text| text.parse::<Decimal>().ok()).unwrap_or_default()
    };
    let taken = ["hs_fees_amount", "hs_platform_fee", "hs_refunds_amount"];
    amount("hs_initial_amount") - taken.into_iter().map(amount).sum::<Decimal>()
}
