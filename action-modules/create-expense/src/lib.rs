//! One QuickBooks expense from one HubSpot payment: what was charged for processing it, taken from
//! the account that the money went through.
//!
//! What is true of every payment and of every document is the SDK's; here stands what makes it an
//! expense: the two accounts, the vendor, and a line for each fee.

mod vendor;

use qbo_actions::money::Money;
use qbo_actions::payment::{self, Fees};
use qbo_actions::quickbooks::{Account, AccountExpense, EntityReference, Purchase, PurchaseLine, Reference, Vendor};
use qbo_actions::sale::{self, Booking};
use qbo_actions::{Action, Company, Enrollment, Outcome, Problem, Problems, Refusal, keys};

const CREDIT_CARD: &str = "Credit Card";
const EXPENSE_ACCOUNTS: [&str; 3] = ["Expense", "Other Expense", "Cost of Goods Sold"];
const PAID_FROM_ACCOUNTS: [&str; 2] = ["Bank", CREDIT_CARD];

pub struct CreateExpense;

qbo_actions::export!(CreateExpense);

impl Action for CreateExpense {
    const DEFINITION: &'static str = include_str!("../definition.json");

    fn run(enrollment: &Enrollment, company: &Company<'_>) -> Result<Outcome, Refusal> {
        let mut problems = Problems::new();
        let fees = Fees::read(enrollment, &mut problems)?;
        let booking = Booking::prepare(enrollment, company, &mut problems)?;
        let expense = sale::account(enrollment, company, "expense_account", &EXPENSE_ACCOUNTS, &mut problems);
        let paid_from =
            sale::account_or_clearing(enrollment, company, "paid_from_account", &PAID_FROM_ACCOUNTS, &mut problems);
        if let Some(account) = &paid_from {
            booking.check_currency("account", account.currency_ref.as_ref(), &mut problems);
        }
        let vendor = vendor::of(enrollment, company, &booking, &mut problems);
        let (((fees, expense), paid_from), warnings) = problems.settle_with(fees.zip(expense).zip(paid_from))?;

        // Every check is behind this line, and the only write after it.
        let number = payment::reference_number(enrollment);
        let purchase = Purchase {
            doc_number: Some(number.clone()),
            txn_date: Some(booking.date().to_string()),
            payment_type: Some(payment_type(&paid_from).to_owned()),
            account_ref: paid_from.id.map(Reference::to),
            entity_ref: vendor.as_ref().map(to_vendor),
            currency_ref: booking.currency(),
            line: Some(lines(&fees, &expense, &booking)),
            private_note: Some(booking.private_note(&format!("Fees of HubSpot payment {number}"))),
            ..Purchase::default()
        };
        let written = company.create(keys::EXPENSE, &purchase)?;
        Ok(outcome(warnings, &written))
    }
}

/// QuickBooks takes an expense from a card account as a card charge only.
fn payment_type(paid_from: &Account) -> &'static str {
    if paid_from.account_type.as_deref() == Some(CREDIT_CARD) { "CreditCard" } else { "Cash" }
}

fn to_vendor(vendor: &Vendor) -> EntityReference {
    EntityReference { value: vendor.id.clone(), kind: Some("Vendor".to_owned()), ..EntityReference::default() }
}

/// A line for each fee that is charged: HubSpot shows them apart, and so they can be compared.
fn lines(fees: &Fees, account: &Account, booking: &Booking<'_>) -> Vec<PurchaseLine> {
    let charged = [("Processing fee", fees.processing), ("Platform fee", fees.platform)];
    let charged = charged.into_iter().filter(|(_, amount)| !amount.is_zero());
    charged.map(|(what, amount)| line(what, amount, account, booking)).collect()
}

fn line(what: &str, amount: Money, account: &Account, booking: &Booking<'_>) -> PurchaseLine {
    PurchaseLine {
        description: Some(what.to_owned()),
        amount: Some(amount),
        detail_type: Some("AccountBasedExpenseLineDetail".to_owned()),
        account_based_expense_line_detail: Some(AccountExpense {
            account_ref: account.id.clone().map(Reference::to),
            class_ref: booking.class(),
            ..AccountExpense::default()
        }),
        ..PurchaseLine::default()
    }
}

fn outcome(warnings: Vec<Problem>, written: &Purchase) -> Outcome {
    let text = |member: &Option<String>| member.clone().unwrap_or_default();
    let vendor = written.entity_ref.as_ref().and_then(|vendor| vendor.name.clone());
    Outcome::new(warnings)
        .output("expense_id", text(&written.id))
        .output("expense_number", text(&written.doc_number))
        .output("expense_total", written.total_amt.map(|total| total.to_string()).unwrap_or_default())
        .output("vendor_name", vendor.unwrap_or_default())
}

#[cfg(test)]
mod tests;
