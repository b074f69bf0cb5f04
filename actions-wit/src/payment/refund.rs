//! What of the payment went back to the customer. Only a payment that was refunded in full can become
//! a refund receipt of all its lines.

use super::status::Received;
use super::{amounts, source, status};
use crate::money::Money;
use crate::{CrmObject, Enrollment, Problem, Problems, Refusal, codes};

/// A full refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refund {
    /// What went back: all that was paid.
    pub amount: Money,
}

impl Refund {
    /// Reads the refund of a payment.
    ///
    /// # Errors
    ///
    /// A skip where there is nothing to book: an accounting system recorded the payment, or nothing
    /// of it was refunded. Whatever else is wrong is added to `problems`, and there is no refund then.
    pub fn read(enrollment: &Enrollment, problems: &mut Problems) -> Result<Option<Self>, Refusal> {
        let payment = &enrollment.object;
        source::skip_if_recorded_elsewhere(payment)?;
        let refund = match status::received(payment) {
            Ok(Received::Refunded) => in_full(payment),
            Ok(Received::RefundedInPart) => Err(in_part(payment)),
            Ok(Received::Kept) => return Err(Refusal::skip(not_refunded(payment))),
            Err(problem) => Err(problem),
        };
        Ok(problems.note(refund))
    }
}

fn in_full(payment: &CrmObject) -> Result<Refund, Problem> {
    let paid = amounts::required(payment, "hs_initial_amount")?;
    let amount = amounts::required(payment, "hs_refunds_amount")?;
    if amount == paid {
        return Ok(Refund { amount });
    }
    Err(Problem::new(
        codes::REFUND_UNCLEAR,
        format!("The payment is said to be refunded, but {amount} of {paid} went back."),
    )
    .about(payment.describe())
    .remedy("Compare the refund with the payment in HubSpot, and book it by hand."))
}

fn in_part(payment: &CrmObject) -> Problem {
    let amount = match amounts::required(payment, "hs_refunds_amount") {
        Ok(amount) => amount,
        Err(problem) => return problem,
    };
    Problem::new(
        codes::PARTIAL_REFUND,
        format!("Only {amount} of the payment was refunded, and nobody says for which of its lines."),
    )
    .about(payment.describe())
    .remedy(format!("Book a refund receipt over {amount} by hand."))
}

fn not_refunded(payment: &CrmObject) -> Problem {
    Problem::new(codes::NOT_REFUNDED, "Nothing of the payment was refunded, so there is no refund to book.")
        .about(payment.describe())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RefusalKind;

    fn refund(status: &str, amount: &str) -> Result<String, (RefusalKind, &'static str)> {
        let payment = crate::payment::tests::payment(&[
            ("hs_latest_status", status),
            ("hs_initial_amount", "305.00"),
            ("hs_refunds_amount", amount),
        ]);
        let mut problems = Problems::new();
        let said = |refusal: Refusal| (refusal.kind, refusal.problems[0].code);
        let read = Refund::read(&payment, &mut problems).map_err(said)?;
        let (refund, _) = problems.settle_with(read).map_err(said)?;
        Ok(refund.amount.to_string())
    }

    #[test]
    fn only_a_full_refund_is_one() {
        assert_eq!(refund("refunded", "305"), Ok("305.00".to_owned()));
        assert_eq!(refund("refunded", "304.99"), Err((RefusalKind::Fix, codes::REFUND_UNCLEAR)));
        assert_eq!(refund("refunded", ""), Err((RefusalKind::Fix, codes::PROPERTY_MISSING)));
        assert_eq!(refund("partially_refunded", "30"), Err((RefusalKind::Fix, codes::PARTIAL_REFUND)));
        assert_eq!(refund("processing_refund", "305"), Err((RefusalKind::Fix, codes::REFUND_PROCESSING)));
    }

    #[test]
    fn a_payment_whose_money_stayed_is_skipped() {
        for status in ["succeeded", "disputed_won"] {
            assert_eq!(refund(status, ""), Err((RefusalKind::Skip, codes::NOT_REFUNDED)), "{status}");
        }
    }
}
