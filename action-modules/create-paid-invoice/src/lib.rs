//! One paid QuickBooks invoice from one HubSpot payment: the invoice of its lines, and the payment
//! that settles it.
//!
//! Two writes, each under a key of its own: an attempt that dies between them is made again, gets the
//! invoice from the host's records, and writes only the payment. Whatever could stop the second write
//! is checked before the first.

use qbo_actions::money::Money;
use qbo_actions::payment;
use qbo_actions::quickbooks::{Invoice, LinkedTxn, Payment, PaymentLine, Reference};
use qbo_actions::sale::{self, Deposit, Sale, Written};
use qbo_actions::{Action, Company, Enrollment, Outcome, Problem, Problems, Refusal, keys};

const CREDIT_APPLIED: &str = "credit_applied";

pub struct CreatePaidInvoice;

qbo_actions::export!(CreatePaidInvoice);

impl Action for CreatePaidInvoice {
    const DEFINITION: &'static str = include_str!("../definition.json");

    fn run(enrollment: &Enrollment, company: &Company<'_>) -> Result<Outcome, Refusal> {
        let mut problems = Problems::new();
        payment::check_sale(enrollment, &mut problems)?;
        let deposit = sale::deposit(enrollment, company, &mut problems);
        let sale = Sale::prepare_untaxed(enrollment, company, "Invoice", problems)?;

        // Every check is behind this line, and every write after it.
        let Written { customer, lines } = sale.write_missing(company)?;
        let invoice = Invoice {
            customer_ref: Some(customer.clone()),
            line: Some(lines),
            txn_date: Some(sale.date().to_string()),
            // It is paid, so it is due on the day it was paid.
            due_date: Some(sale.date().to_string()),
            doc_number: sale.document_number(),
            currency_ref: sale.currency(),
            txn_tax_detail: sale.tax(),
            apply_tax_after_discount: sale.tax_after_discount(),
            class_ref: sale.class(),
            po_number: sale.notes().po_number(),
            bill_email: sale.email(),
            bill_addr: sale.address(),
            customer_memo: sale.notes().customer_memo(),
            private_note: sale.notes().private_note(),
            ..Invoice::default()
        };
        let invoice = company.create(keys::INVOICE, &invoice)?;
        let payment = settling(&invoice, customer, deposit, &sale, enrollment);
        let payment = company.create(keys::PAYMENT, &payment)?;
        Ok(outcome(sale, &invoice, &payment))
    }
}

/// The payment of what was paid, for as much of the invoice as is open. That is all of it, unless the
/// company lets QuickBooks take an older credit for a new invoice; the rest stays the customer's credit.
fn settling(
    invoice: &Invoice,
    customer: Reference,
    deposit: Deposit,
    sale: &Sale<'_>,
    enrollment: &Enrollment,
) -> Payment {
    let open = open_of(invoice, sale);
    Payment {
        customer_ref: Some(customer),
        total_amt: Some(sale.total()),
        txn_date: Some(sale.date().to_string()),
        currency_ref: sale.currency(),
        deposit_to_account_ref: deposit.account,
        payment_method_ref: deposit.method,
        payment_ref_num: Some(payment::reference_number(enrollment)),
        private_note: sale.notes().have_marker().then(|| enrollment.marker().to_owned()),
        line: Some(if open.is_zero() { Vec::new() } else { vec![for_invoice(open, invoice)] }),
        ..Payment::default()
    }
}

fn for_invoice(amount: Money, invoice: &Invoice) -> PaymentLine {
    let link = LinkedTxn { txn_id: invoice.id.clone(), txn_type: Some("Invoice".to_owned()), ..LinkedTxn::default() };
    PaymentLine { amount: Some(amount), linked_txn: Some(vec![link]), ..PaymentLine::default() }
}

/// What of the invoice the payment settles.
fn open_of(invoice: &Invoice, sale: &Sale<'_>) -> Money {
    invoice.balance.map_or(sale.total(), |balance| balance.min(sale.total()))
}

fn outcome(sale: Sale<'_>, invoice: &Invoice, payment: &Payment) -> Outcome {
    let text = |member: &Option<String>| member.clone().unwrap_or_default();
    sale.outcome(invoice.customer_ref.as_ref(), invoice.total_amt, invoice.txn_tax_detail.as_ref())
        .warning(credit_applied(payment))
        .output("invoice_id", text(&invoice.id))
        .output("invoice_number", text(&invoice.doc_number))
        .output("invoice_total", invoice.total_amt.map(|total| total.to_string()).unwrap_or_default())
        .output("payment_id", text(&payment.id))
        .output("payment_number", text(&payment.payment_ref_num))
}

/// The warning that a part of the payment settles nothing.
fn credit_applied(payment: &Payment) -> Option<Problem> {
    let left = payment.unapplied_amt.filter(|left| !left.is_zero())?;
    let message =
        format!("{left} of the payment is not applied: an older credit of the customer paid for the invoice.");
    Some(Problem::new(CREDIT_APPLIED, message).remedy("Decide in QuickBooks which credit the invoice is to have."))
}

#[cfg(test)]
mod tests;
