//! Where money that was received goes, and how it was paid: the account and the payment method.

use super::basis::Basis;
use super::{account, account_or_clearing, currency, listed};
use crate::quickbooks::{Account, PaymentMethod, Reference};
use crate::{Company, Enrollment, Problem, Problems};

/// The types of account that QuickBooks lets money come to and go from on a sales document (error 6430).
const HOLDS_MONEY: [&str; 2] = ["Bank", "Other Current Asset"];

/// HubSpot's words for how a payment was made, and the names under which companies keep them.
const METHODS: [(&str, [&str; 2]); 5] = [
    ("card", ["Credit Card", "Card"]),
    ("ach", ["ACH", "Bank Transfer"]),
    ("cash", ["Cash", "Cash"]),
    ("check", ["Check", "Cheque"]),
    ("wire_transfer", ["Wire Transfer", "Wire"]),
];

/// What a document says about money that was received.
pub struct Deposit {
    /// Where it went; `None` leaves it among QuickBooks' undeposited funds.
    pub account: Option<Reference>,
    /// How it was paid.
    pub method: Option<Reference>,
}

/// Reads and checks where the money goes. What was paid through HubSpot goes to the payments
/// clearing account unless the step names another one: its balance is to be what HubSpot pays out.
/// So a deal or a quote, whose money comes another way, is not booked there by itself.
pub fn deposit(enrollment: &Enrollment, company: &Company<'_>, problems: &mut Problems) -> Deposit {
    const INPUT: &str = "deposit_account";
    let account = if Basis::of(&enrollment.object) == Basis::Payment {
        account_or_clearing(enrollment, company, INPUT, &HOLDS_MONEY, problems)
    } else {
        let chosen = enrollment.chosen(INPUT);
        chosen.and_then(|_| account(enrollment, company, INPUT, &HOLDS_MONEY, problems))
    };
    of_account(enrollment, company, account, problems)
}

/// Reads and checks where the money of a refund comes from: the account that the step names, or the
/// payments clearing account, to which the payment went.
pub fn refunded_from(enrollment: &Enrollment, company: &Company<'_>, problems: &mut Problems) -> Deposit {
    let account = account_or_clearing(enrollment, company, "refund_from_account", &HOLDS_MONEY, problems);
    of_account(enrollment, company, account, problems)
}

fn of_account(
    enrollment: &Enrollment,
    company: &Company<'_>,
    account: Option<Account>,
    problems: &mut Problems,
) -> Deposit {
    if let Some(account) = &account {
        problems.note(currency::check_account(enrollment, company, account));
    }
    let account = account.and_then(|account| account.id).map(Reference::to);
    Deposit { account, method: method(enrollment, company, problems) }
}

/// How it was paid: as the step says, or else as the payment does.
fn method(enrollment: &Enrollment, company: &Company<'_>, problems: &mut Problems) -> Option<Reference> {
    const INPUT: &str = "payment_method";
    let method: Option<PaymentMethod> = match enrollment.chosen(INPUT) {
        Some(_) => listed::picked(enrollment, company, INPUT, problems),
        None => problems.note(method_of_payment(enrollment, company)).flatten(),
    };
    method.and_then(|method| method.id).map(Reference::to)
}

/// The company's method of the name that HubSpot's word stands for. A company need not keep one; but
/// where its methods may not be looked at, the document would say less than it could.
fn method_of_payment(enrollment: &Enrollment, company: &Company<'_>) -> Result<Option<PaymentMethod>, Problem> {
    let word = enrollment.object.text("hs_payment_method_type");
    let Some((_, names)) = METHODS.iter().find(|(known, _)| word == Some(known)) else {
        return Ok(None);
    };
    let methods = company.query("SELECT * FROM PaymentMethod WHERE Name IN (?, ?)", names);
    let methods = methods.map_err(|fault| fault.problem().about("payment_method"))?;
    Ok(methods.into_iter().next())
}
