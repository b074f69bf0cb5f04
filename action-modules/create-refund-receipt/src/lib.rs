//! One QuickBooks refund receipt from one HubSpot payment that was refunded in full: the payment's own
//! lines, given back from the account that the payment went to.
//!
//! What is true of every sale and every payment is the SDK's; here stands what makes it a refund: the
//! account that the money leaves, and the document that it undoes.

mod original;

use qbo_actions::payment::{self, Refund};
use qbo_actions::quickbooks::RefundReceipt;
use qbo_actions::sale::{self, Sale, Written};
use qbo_actions::{Action, Company, Document, Enrollment, Outcome, Problems, Refusal, keys};

/// Without it QuickBooks takes money that leaves a bank account for a check that is yet to be printed.
const NOTHING_TO_PRINT: &str = "NotSet";

pub struct CreateRefundReceipt;

qbo_actions::export!(CreateRefundReceipt);

impl Action for CreateRefundReceipt {
    const DEFINITION: &'static str = include_str!("../definition.json");

    fn run(enrollment: &Enrollment, company: &Company<'_>) -> Result<Outcome, Refusal> {
        let mut problems = Problems::new();
        // What went back is all that was paid, and the sale is held against that.
        let refund = Refund::read(enrollment, &mut problems)?;
        let original = problems.note(original::find(enrollment)).flatten();
        let money = sale::refunded_from(enrollment, company, &mut problems);
        let customer = original::customer(original, refund, (enrollment, company), &mut problems);
        let sale = Sale::prepare_refund(enrollment, company, "RefundReceipt", customer.as_deref(), problems)?;

        // Every check is behind this line, and every write after it.
        let Written { customer, lines } = sale.write_missing(company)?;
        let refund = RefundReceipt {
            customer_ref: Some(customer),
            line: Some(lines),
            txn_date: Some(sale.date().to_string()),
            doc_number: sale.document_number(),
            currency_ref: sale.currency(),
            txn_tax_detail: sale.tax(),
            apply_tax_after_discount: sale.tax_after_discount(),
            class_ref: sale.class(),
            deposit_to_account_ref: money.account,
            payment_method_ref: money.method,
            payment_ref_num: Some(payment::reference_number(enrollment)),
            print_status: Some(NOTHING_TO_PRINT.to_owned()),
            bill_email: sale.email(),
            bill_addr: sale.address(),
            customer_memo: sale.notes().customer_memo(),
            private_note: Some(sale.notes().private_note_below(&original::memo(original, enrollment))),
            po_number: sale.notes().po_number(),
            ..RefundReceipt::default()
        };
        let written = company.create(keys::REFUND_RECEIPT, &refund)?;
        Ok(outcome(sale, original, &written))
    }
}

fn outcome(sale: Sale<'_>, original: Option<&Document>, written: &RefundReceipt) -> Outcome {
    let text = |member: &Option<String>| member.clone().unwrap_or_default();
    sale.outcome(written.customer_ref.as_ref(), written.total_amt, written.txn_tax_detail.as_ref())
        .output("refund_receipt_id", text(&written.id))
        .output("refund_receipt_number", text(&written.doc_number))
        .output("refund_receipt_total", written.total_amt.map(|total| total.to_string()).unwrap_or_default())
        .output("original_number", original.map(|original| original.number.clone()).unwrap_or_default())
}

#[cfg(test)]
mod tests;
