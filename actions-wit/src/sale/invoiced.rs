//! Whether a sale has an invoice on HubSpot's side already.

use crate::{CrmObject, Enrollment, Problem, Problems, Refusal, codes};

/// Skips an object that already has an invoice in HubSpot: the data sync would bring that one
/// to QuickBooks, and the sale would be booked twice.
pub fn skip_if_invoiced(enrollment: &Enrollment, problems: &mut Problems) -> Result<(), Refusal> {
    if problems.note(enrollment.yes_or_no("invoices_synced")).flatten() == Some(false) {
        return Ok(());
    }
    let counts = |invoice: &CrmObject| invoice.text("hs_invoice_status") != Some("voided") && !is_written_back(invoice);
    let Some(invoice) = enrollment.associated("invoice").find(|invoice| counts(&invoice.object)) else {
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

/// Whether a host wrote the invoice about a document that it had made in QuickBooks: its comment names the
/// run, as `HubSpot deal 789 · run 0a1b2c3d`. It bills nothing that is not in the books, and says nothing of
/// another document of the object.
fn is_written_back(invoice: &CrmObject) -> bool {
    let comments = invoice.text("hs_comments").unwrap_or_default();
    comments.match_indices("HubSpot ").any(|(at, _)| {
        let mut words = comments[at..].split(' ').skip(1);
        let (kind, id) = (words.next(), words.next());
        matches!(kind, Some("deal" | "quote" | "payment"))
            && id.is_some_and(|id| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()))
            && words.next() == Some("·")
            && words.next() == Some("run")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RefusalKind;
    use crate::sale::tests::enrollment;

    fn invoice(status: &str) -> CrmObject {
        commented(status, "")
    }

    fn commented(status: &str, comments: &str) -> CrmObject {
        let properties = [("hs_invoice_status", status), ("hs_comments", comments)];
        let properties = properties.map(|(name, value)| (name.to_owned(), value.to_owned()));
        CrmObject::new("invoice", "55", properties.into())
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

    #[test]
    fn an_invoice_that_a_run_wrote_back_does_not_count() {
        for (comments, skips) in [
            ("Invoice 1037 was created in QuickBooks. HubSpot deal 789 · run 0a1b2c3d (0a1b2c3d4e)", false),
            ("Written about by HubSpot support in a run over deal 789", true),
            ("HubSpot deal 789", true),
        ] {
            let beside = enrollment(vec![commented("open", comments)], &[]);
            assert_eq!(skip_if_invoiced(&beside, &mut Problems::new()).is_err(), skips, "{comments}");
        }
    }
}
