//! Whether a sale has an invoice on HubSpot's side already.

use crate::{Enrollment, Problem, Problems, Refusal, codes};

/// Skips an object that already has an invoice in HubSpot: the data sync would bring that one
/// to QuickBooks, and the sale would be booked twice.
pub fn skip_if_invoiced(enrollment: &Enrollment, problems: &mut Problems) -> Result<(), Refusal> {
    if problems.note(enrollment.yes_or_no("invoices_synced")).flatten() == Some(false) {
        return Ok(());
    }
    let standing =
        enrollment.associated("invoice").find(|invoice| invoice.object.text("hs_invoice_status") != Some("voided"));
    let Some(invoice) = standing else {
        return Ok(());
    };
    let number = invoice.object.text("hs_number").unwrap_or(&invoice.object.id);
    Err(Refusal::skip(
        Problem::new(
            codes::ALREADY_INVOICED,
            format!("The HubSpot invoice {number} exists for this sale, and the data sync brings it to QuickBooks."),
        )
        .about(enrollment.object.describe())
        .remedy("If invoices are not synced, set the input invoices_synced to no."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sale::tests::enrollment;
    use crate::{CrmObject, RefusalKind};

    fn invoice(status: &str) -> CrmObject {
        let properties = vec![("hs_invoice_status".to_owned(), status.to_owned())];
        CrmObject::new("invoice", "55", properties)
    }

    #[test]
    fn an_object_with_a_hubspot_invoice_is_skipped() {
        let refusal = skip_if_invoiced(&enrollment(vec![invoice("open")], &[]), &mut Problems::new()).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Skip);
        assert_eq!(refusal.problems[0].code, codes::ALREADY_INVOICED);
    }

    #[test]
    fn a_voided_invoice_and_one_that_is_not_synced_do_not_count() {
        assert!(skip_if_invoiced(&enrollment(vec![invoice("voided")], &[]), &mut Problems::new()).is_ok());
        let unsynced = enrollment(vec![invoice("open")], &[("invoices_synced", "no")]);
        assert!(skip_if_invoiced(&unsynced, &mut Problems::new()).is_ok());
    }
}
