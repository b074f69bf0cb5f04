//! Where the payment came from, as far as another document already stands for it: a payment of an
//! invoice, and one that an accounting system told HubSpot about.

use crate::{CrmObject, Enrollment, Problem, Refusal, codes};

/// Processors that are accounting systems: what they record is in the books already.
const ACCOUNTING_SYSTEMS: [(&str, &str); 2] = [("quickbooks", "QuickBooks"), ("xero", "Xero")];

/// Skips a payment that an accounting system recorded: booked again, it would go round in circles.
pub(super) fn skip_if_recorded_elsewhere(payment: &CrmObject) -> Result<(), Refusal> {
    let processor = payment.text("hs_processor_type").unwrap_or_default();
    let Some((_, system)) = ACCOUNTING_SYSTEMS.iter().find(|(word, _)| processor.eq_ignore_ascii_case(word)) else {
        return Ok(());
    };
    Err(Refusal::skip(
        Problem::new(
            codes::RECORDED_ELSEWHERE,
            format!("{system} recorded this payment, so it is in the books already."),
        )
        .about(payment.describe())
        .remedy("Leave payments of accounting systems out of the workflow."),
    ))
}

/// Skips a payment that pays an invoice: that invoice bills the sale, and another document would
/// book it twice.
pub(super) fn skip_if_of_invoice(enrollment: &Enrollment) -> Result<(), Refusal> {
    let Some(invoice) = invoice_of(enrollment) else {
        return Ok(());
    };
    Err(Refusal::skip(
        Problem::new(codes::SOURCE_IS_INVOICE, format!("The payment pays {invoice}, which bills this sale already."))
            .about(enrollment.object.describe())
            .remedy("Leave payments whose source is an invoice out of the workflow."),
    ))
}

/// How people know the invoice that is paid. One that was voided since bills nothing.
fn invoice_of(enrollment: &Enrollment) -> Option<String> {
    let standing = |status: Option<&str>| status != Some("voided");
    let associated = enrollment
        .associated("invoice")
        .find(|invoice| standing(invoice.object.text("hs_invoice_status")))
        .map(|invoice| invoice.object.text("hs_number").unwrap_or(&invoice.object.id));
    if let Some(number) = associated {
        return Some(format!("the HubSpot invoice {number}"));
    }
    let source = enrollment.object.text("hs_payment_source_app").unwrap_or_default();
    source.eq_ignore_ascii_case("INVOICE").then(|| "a HubSpot invoice".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Associated, RefusalKind};

    fn skipped(refused: Result<(), Refusal>) -> Option<&'static str> {
        refused.err().map(|refusal| {
            assert_eq!(refusal.kind, RefusalKind::Skip);
            refusal.problems[0].code
        })
    }

    fn with_invoice(status: &str) -> Enrollment {
        let mut enrollment = crate::payment::tests::payment(&[("hs_payment_source_app", "SALES_CHECKOUT")]);
        let properties = vec![("hs_invoice_status".to_owned(), status.to_owned())];
        let object = CrmObject::new("invoice", "70302", properties);
        enrollment.associated = vec![Associated { object, parent: "3001".to_owned(), labels: Vec::new() }];
        enrollment
    }

    #[test]
    fn what_an_accounting_system_recorded_is_skipped_and_a_processor_s_payment_is_not() {
        let code = |processor| {
            let enrollment = crate::payment::tests::payment(&[("hs_processor_type", processor)]);
            skipped(skip_if_recorded_elsewhere(&enrollment.object))
        };
        assert_eq!(code("quickbooks"), Some(codes::RECORDED_ELSEWHERE));
        assert_eq!(code("XERO"), Some(codes::RECORDED_ELSEWHERE));
        for processor in ["hs_payments", "byo_stripe", "none", ""] {
            assert_eq!(code(processor), None, "{processor}");
        }
    }

    #[test]
    fn an_invoice_is_known_by_the_source_and_by_its_association() {
        let source = |app| crate::payment::tests::payment(&[("hs_payment_source_app", app)]);
        assert_eq!(skipped(skip_if_of_invoice(&source("INVOICE"))), Some(codes::SOURCE_IS_INVOICE));
        assert_eq!(skipped(skip_if_of_invoice(&source("QUOTE"))), None);
        assert_eq!(skipped(skip_if_of_invoice(&with_invoice("paid"))), Some(codes::SOURCE_IS_INVOICE));
        assert_eq!(skipped(skip_if_of_invoice(&with_invoice("voided"))), None);
    }
}
