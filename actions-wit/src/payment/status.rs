//! Whether the payment's money was received. Each status that says no has a sentence of its own,
//! since each asks something else of a person.

use crate::{CrmObject, Problem, codes};

/// The payment's life as HubSpot tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Received(Received),
    NotReceived(NotReceived),
}

/// What became of money that was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Received {
    /// It is ours; so is money over which a dispute was won.
    Kept,
    RefundedInPart,
    Refunded,
}

/// Why the money is not ours, or not for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotReceived {
    Processing,
    Failed,
    RefundProcessing,
    DisputeNeedsAction,
    DisputeUndecided,
    DisputeLost,
}

const STATUSES: [(&str, Status); 10] = [
    ("processing", Status::NotReceived(NotReceived::Processing)),
    ("succeeded", Status::Received(Received::Kept)),
    ("failed", Status::NotReceived(NotReceived::Failed)),
    ("partially_refunded", Status::Received(Received::RefundedInPart)),
    ("refunded", Status::Received(Received::Refunded)),
    ("processing_refund", Status::NotReceived(NotReceived::RefundProcessing)),
    ("disputed_won", Status::Received(Received::Kept)),
    ("disputed_lost", Status::NotReceived(NotReceived::DisputeLost)),
    ("disputed_action_required", Status::NotReceived(NotReceived::DisputeNeedsAction)),
    ("disputed_awaiting_decision", Status::NotReceived(NotReceived::DisputeUndecided)),
];

impl Status {
    fn read(payment: &CrmObject) -> Result<Self, Problem> {
        let given = payment.require_text("hs_latest_status")?;
        let known = STATUSES.iter().find(|(word, _)| given.eq_ignore_ascii_case(word));
        known.map(|(_, status)| *status).ok_or_else(|| {
            Problem::new(
                codes::PAYMENT_STATUS_UNKNOWN,
                format!("The payment's status is “{given}”, and what that means for its money is not known here."),
            )
            .about(payment.describe())
            .remedy("Book this payment by hand, and tell the action's author.")
        })
    }
}

impl NotReceived {
    fn problem(self, payment: &CrmObject) -> Problem {
        let (code, sentence, remedy) = self.words();
        Problem::new(code, sentence).about(payment.describe()).remedy(remedy)
    }

    /// Code, sentence and remedy.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Processing => (
                codes::PAYMENT_PROCESSING,
                "The payment is still processing, so its money has not been received.",
                "Enrol the payment when it has succeeded; a bank transfer can take five business days.",
            ),
            Self::RefundProcessing => (
                codes::REFUND_PROCESSING,
                "A refund of the payment is under way, so it is not certain what of its money stays.",
                "Enrol the payment when the refund is through.",
            ),
            Self::Failed => (
                codes::PAYMENT_FAILED,
                "The payment failed, so no money was received.",
                "There is nothing to book; ask the customer for another payment.",
            ),
            Self::DisputeNeedsAction => (
                codes::PAYMENT_DISPUTED,
                "The customer disputes the payment, and the dispute waits for your answer.",
                "Answer the dispute, and enrol the payment when it is decided.",
            ),
            Self::DisputeUndecided => (
                codes::PAYMENT_DISPUTED,
                "The customer disputes the payment, and the bank has not decided yet.",
                "Enrol the payment when the dispute is decided.",
            ),
            Self::DisputeLost => (
                codes::PAYMENT_DISPUTE_LOST,
                "A dispute over the payment was lost, so its money went back to the customer.",
                "Book the loss by hand; the dispute can have cost a fee as well.",
            ),
        }
    }
}

/// What became of the payment's money, or why it was not received.
pub(super) fn received(payment: &CrmObject) -> Result<Received, Problem> {
    match Status::read(payment)? {
        Status::Received(received) => Ok(received),
        Status::NotReceived(why) => Err(why.problem(payment)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(status: &str) -> Option<&'static str> {
        let payment = CrmObject::new("payment", "3001", vec![("hs_latest_status".into(), status.into())]);
        received(&payment).err().map(|problem| problem.code)
    }

    #[test]
    fn money_that_went_back_later_was_received_and_so_was_money_of_a_dispute_that_was_won() {
        for status in ["succeeded", "partially_refunded", "refunded", "disputed_won"] {
            assert_eq!(code(status), None, "{status}");
        }
    }

    #[test]
    fn every_other_status_says_why_the_money_is_not_there() {
        for (status, expected) in [
            ("processing", codes::PAYMENT_PROCESSING),
            ("processing_refund", codes::REFUND_PROCESSING),
            ("failed", codes::PAYMENT_FAILED),
            ("disputed_action_required", codes::PAYMENT_DISPUTED),
            ("disputed_awaiting_decision", codes::PAYMENT_DISPUTED),
            ("disputed_lost", codes::PAYMENT_DISPUTE_LOST),
            ("settled_in_gold", codes::PAYMENT_STATUS_UNKNOWN),
            ("", codes::PROPERTY_MISSING),
        ] {
            assert_eq!(code(status), Some(expected), "{status}");
        }
    }
}
