//! One QuickBooks estimate from one HubSpot deal or quote: its contact as the customer, its line
//! items as the lines. An invoice for the same sale closes it.
//!
//! Everything that is true of every sale is the SDK's; here stands what makes it an estimate: until
//! when the offer holds. An offer bills nobody, so an invoice of the sale does not stand in its way.

use qbo_actions::quickbooks::Estimate;
use qbo_actions::sale::{Sale, Written};
use qbo_actions::{Action, Company, Date, Enrollment, Outcome, Problems, Refusal, keys};

pub struct CreateEstimate;

qbo_actions::export!(CreateEstimate);

impl Action for CreateEstimate {
    const DEFINITION: &'static str = include_str!("../definition.json");

    fn run(enrollment: &Enrollment, company: &Company<'_>) -> Result<Outcome, Refusal> {
        let mut problems = Problems::new();
        let expires = problems.note(enrollment.object.date("hs_expiration_date")).flatten();
        let sale = Sale::prepare(enrollment, company, "Estimate", problems)?;

        // Every check is behind this line, and every write after it.
        let Written { customer, lines } = sale.write_missing(company)?;
        let estimate = Estimate {
            customer_ref: Some(customer),
            line: Some(lines),
            txn_date: Some(sale.date().to_string()),
            expiration_date: expires.as_ref().map(Date::to_string),
            doc_number: sale.document_number(),
            currency_ref: sale.currency(),
            apply_tax_after_discount: sale.tax_after_discount(),
            class_ref: sale.class(),
            bill_email: sale.email(),
            bill_addr: sale.address(),
            customer_memo: sale.notes().customer_memo(),
            private_note: sale.notes().private_note(),
            po_number: sale.notes().po_number(),
            ..Estimate::default()
        };
        let written = company.create(keys::ESTIMATE, &estimate)?;
        let tax = written.txn_tax_detail.as_ref();
        Ok(sale
            .outcome(written.customer_ref.as_ref(), written.total_amt, tax)
            .output("estimate_id", written.id.unwrap_or_default())
            .output("estimate_number", written.doc_number.unwrap_or_default())
            .output("estimate_total", written.total_amt.map(|total| total.to_string()).unwrap_or_default())
            .output("estimate_expires", written.expiration_date.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests;
