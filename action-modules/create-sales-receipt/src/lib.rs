//! One QuickBooks sales receipt from one HubSpot deal, quote or payment: a sale that is paid
//! already.
//!
//! Everything that is true of every sale and every payment is the SDK's; here stands what makes it a
//! receipt: where the money went and how it was paid.

use qbo_actions::quickbooks::SalesReceipt;
use qbo_actions::sale::{self, Deposit, Sale, Written};
use qbo_actions::{Action, Company, Enrollment, Outcome, Problems, Refusal, keys, payment};

pub struct CreateSalesReceipt;

qbo_actions::export!(CreateSalesReceipt);

impl Action for CreateSalesReceipt {
    const DEFINITION: &'static str = include_str!("../definition.json");

    fn run(enrollment: &Enrollment, company: &Company<'_>) -> Result<Outcome, Refusal> {
        let mut problems = Problems::new();
        let is_payment = enrollment.object.kind == "payment";
        if is_payment {
            payment::check_sale(enrollment, &mut problems)?;
        }
        sale::skip_if_invoiced(enrollment, &mut problems)?;
        let Deposit { account, method } = sale::deposit(enrollment, company, &mut problems);
        let sale = Sale::prepare(enrollment, company, "SalesReceipt", problems)?;

        // Every check is behind this line, and every write after it.
        let Written { customer, lines } = sale.write_missing(company)?;
        let receipt = SalesReceipt {
            customer_ref: Some(customer),
            line: Some(lines),
            txn_tax_detail: sale.tax(),
            txn_date: Some(sale.date().to_string()),
            doc_number: sale.document_number(),
            currency_ref: sale.currency(),
            apply_tax_after_discount: sale.tax_after_discount(),
            class_ref: sale.class(),
            deposit_to_account_ref: account,
            payment_method_ref: method,
            payment_ref_num: is_payment.then(|| payment::reference_number(enrollment)),
            bill_email: sale.email(),
            bill_addr: sale.address(),
            customer_memo: sale.notes().customer_memo(),
            private_note: sale.notes().private_note(),
            po_number: sale.notes().po_number(),
            ..SalesReceipt::default()
        };
        let written = company.create(keys::SALES_RECEIPT, &receipt)?;
        let tax = written.txn_tax_detail.as_ref();
        Ok(sale
            .outcome(written.customer_ref.as_ref(), written.total_amt, tax)
            .output("sales_receipt_id", written.id.unwrap_or_default())
            .output("sales_receipt_number", written.doc_number.unwrap_or_default())
            .output("sales_receipt_total", written.total_amt.map(|total| total.to_string()).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests;
