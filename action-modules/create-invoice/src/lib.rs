//! One QuickBooks invoice from one HubSpot deal or quote: its contact as the customer, its line
//! items as the lines.
//!
//! Everything that is true of every sale is the SDK's; here stands what makes it an invoice:
//! payment terms and the estimate it was made from.

use qbo_actions::quickbooks::{Invoice, LinkedTxn};
use qbo_actions::sale::{self, Sale, Written};
use qbo_actions::{Action, Company, Document, Enrollment, Outcome, Problems, Refusal, keys};

pub struct CreateInvoice;

qbo_actions::export!(CreateInvoice);

impl Action for CreateInvoice {
    const DEFINITION: &'static str = include_str!("../definition.json");

    fn run(enrollment: &Enrollment, company: &Company<'_>) -> Result<Outcome, Refusal> {
        let mut problems = Problems::new();
        sale::skip_if_invoiced(enrollment, &mut problems)?;
        let terms = sale::payment_terms(enrollment, company, &mut problems);
        let sale = Sale::prepare(enrollment, company, "Invoice", problems)?;

        // Every check is behind this line, and every write after it.
        let Written { customer, lines } = sale.write_missing(company)?;
        let invoice = Invoice {
            customer_ref: Some(customer),
            line: Some(lines),
            txn_date: Some(sale.date().to_string()),
            doc_number: sale.document_number(),
            currency_ref: sale.currency(),
            apply_tax_after_discount: sale.tax_after_discount(),
            class_ref: sale.class(),
            sales_term_ref: terms,
            bill_email: sale.email(),
            bill_addr: sale.address(),
            customer_memo: sale.notes().customer_memo(),
            private_note: sale.notes().private_note(),
            po_number: sale.notes().po_number(),
            linked_txn: open_estimate(enrollment).map(|estimate| vec![estimate]),
            ..Invoice::default()
        };
        let written = company.create(keys::INVOICE, &invoice)?;
        let tax = written.txn_tax_detail.as_ref();
        Ok(sale
            .outcome(written.customer_ref.as_ref(), written.total_amt, tax)
            .output("invoice_id", written.id.unwrap_or_default())
            .output("invoice_number", written.doc_number.unwrap_or_default())
            .output("invoice_total", written.total_amt.map(|total| total.to_string()).unwrap_or_default())
            .output("invoice_due_date", written.due_date.unwrap_or_default()))
    }
}

/// Our estimate of this sale, be it of the deal or of its quote: linked, QuickBooks closes it with the invoice. A closed or rejected
/// one would be ignored.
fn open_estimate(enrollment: &Enrollment) -> Option<LinkedTxn> {
    let mut estimates = enrollment.documents("Estimate");
    estimates.find(|estimate| is_open(estimate)).map(|estimate| LinkedTxn {
        txn_id: Some(estimate.id.clone()),
        txn_type: Some("Estimate".to_owned()),
        ..LinkedTxn::default()
    })
}

fn is_open(estimate: &Document) -> bool {
    let status = estimate.status.to_ascii_lowercase();
    matches!(status.as_str(), "open" | "pending" | "accepted")
}

#[cfg(test)]
mod tests;
