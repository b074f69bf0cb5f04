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

/// Our estimate of this sale: that of the enrolled object before one of its deal or quotes, an accepted
/// one before a pending one, then the newest. Linked, QuickBooks closes it with the invoice. A closed or
/// rejected one would be ignored.
fn open_estimate(enrollment: &Enrollment) -> Option<LinkedTxn> {
    let own = format!("{}:{}", enrollment.object.kind, enrollment.object.id);
    let open = enrollment.documents("Estimate").filter(|estimate| is_accepted(estimate) || is_pending(estimate));
    // Of equal ones the last is taken, and the newest comes last.
    open.max_by_key(|estimate| (estimate.object == own, is_accepted(estimate))).map(|estimate| LinkedTxn {
        txn_id: Some(estimate.id.clone()),
        txn_type: Some("Estimate".to_owned()),
        ..LinkedTxn::default()
    })
}

fn is_accepted(estimate: &Document) -> bool {
    estimate.status.eq_ignore_ascii_case("accepted")
}

fn is_pending(estimate: &Document) -> bool {
    ["open", "pending"].iter().any(|status| estimate.status.eq_ignore_ascii_case(status))
}

#[cfg(test)]
mod tests;
