//! Where money that was received goes, and how it was paid: the account and the payment method.

use super::basis::Basis;
use super::listed;
use crate::quickbooks::{Account, PaymentMethod, Reference};
use crate::{Company, Enrollment, Fault, Problem, Problems, codes};

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
pub fn deposit(enrollment: &Enrollment, company: &Company<'_>, problems: &mut Problems) -> Result<Deposit, Fault> {
    let is_payment = Basis::of(&enrollment.object) == Basis::Payment;
    let input = if is_payment && enrollment.chosen("deposit_account").is_none() {
        "clearing_account"
    } else {
        "deposit_account"
    };
    if is_payment {
        problems.note(enrollment.require_input(input));
    }
    let account = listed::picked(enrollment, company, input, problems);
    let account = account.and_then(|account| problems.note(holds_money(account, input)));
    let method = match enrollment.chosen("payment_method") {
        Some(_) => listed::picked(enrollment, company, "payment_method", problems),
        None => method_of_payment(enrollment, company)?,
    };
    Ok(Deposit { account, method: method.and_then(|method: PaymentMethod| method.id).map(Reference::to) })
}

/// Only these types of account hold money that was received (error 6430).
fn holds_money(account: Account, input: &'static str) -> Result<Reference, Problem> {
    match account.account_type.as_deref() {
        Some("Bank" | "Other Current Asset") => Ok(Reference::to(account.id.unwrap_or_default())),
        other => Err(Problem::new(
            codes::ACCOUNT_UNUSABLE,
            format!(
                "Money is deposited to a bank account, and the chosen one is of the type “{}”.",
                other.unwrap_or_default()
            ),
        )
        .about(input)
        .remedy("Choose a bank account.")),
    }
}

/// The company's method of the name that HubSpot's word stands for. A company need not keep one.
fn method_of_payment(enrollment: &Enrollment, company: &Company<'_>) -> Result<Option<PaymentMethod>, Fault> {
    let word = enrollment.object.text("hs_payment_method_type");
    let Some((_, names)) = METHODS.iter().find(|(known, _)| word == Some(known)) else {
        return Ok(None);
    };
    match company.query("SELECT * FROM PaymentMethod WHERE Name IN (?, ?)", names) {
        Ok(methods) => Ok(methods.into_iter().next()),
        Err(fault) if fault.is_denied() => Ok(None),
        Err(fault) => Err(fault),
    }
}
