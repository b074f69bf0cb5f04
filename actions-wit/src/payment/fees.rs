//! What the payment cost: the processing fee and the platform fee, of which HubSpot asks to book the
//! sum. Both are checked against what is left of the payment, since a fee that is not known yet looks
//! like none.

use super::{amounts, source, status};
use crate::money::{Money, OutOfRange};
use crate::{CrmObject, Enrollment, Problem, Problems, Refusal, codes};

/// The processor of payments that people recorded by hand: nobody charges for them.
const NO_PROCESSOR: &str = "none";

/// The fees of a payment; at least one of them is more than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fees {
    /// For processing the payment.
    pub processing: Money,
    /// For the platform.
    pub platform: Money,
}

/// The amounts from which fees are told.
#[derive(Debug, Clone, Copy)]
struct Amounts {
    gross: Money,
    processing: Option<Money>,
    platform: Option<Money>,
    refunded: Money,
    net: Option<Money>,
    net_after_refunds: Option<Money>,
}

/// What the amounts come to.
#[derive(Debug, PartialEq, Eq)]
enum Told {
    Fees(Fees),
    None,
    NotYet,
    Unclear,
}

impl Fees {
    /// Reads the fees of a payment whose money was received. A refund does not lower them.
    ///
    /// # Errors
    ///
    /// A skip where there is nothing to book: an accounting system recorded the payment, or it was
    /// free of charge. Whatever else is wrong is added to `problems`, and there are no fees then.
    pub fn read(enrollment: &Enrollment, problems: &mut Problems) -> Result<Option<Self>, Refusal> {
        let payment = &enrollment.object;
        source::skip_if_recorded_elsewhere(payment)?;
        let received = problems.note(status::received(payment));
        let amounts = Amounts::read(payment, problems);
        // As long as the money is not there, nobody can know its fees.
        if received.is_none() {
            return Ok(None);
        }
        let Some(amounts) = amounts else {
            return Ok(None);
        };
        let told = amounts.told(payment.text("hs_processor_type") == Some(NO_PROCESSOR));
        match told {
            Ok(Told::Fees(fees)) => return Ok(Some(fees)),
            Ok(Told::None) => return Err(Refusal::skip(free_of_charge(payment))),
            Ok(Told::NotYet) => problems.wait(not_known_yet(payment)),
            Ok(Told::Unclear) => problems.add(unclear(payment, &amounts)),
            Err(OutOfRange) => problems.add(out_of_range(payment)),
        }
        Ok(None)
    }

    /// What the payment cost in all.
    ///
    /// # Errors
    ///
    /// When the sum does not fit into a QuickBooks amount.
    pub fn total(self) -> Result<Money, OutOfRange> {
        self.processing.plus(self.platform)
    }
}

impl Amounts {
    fn read(payment: &CrmObject, problems: &mut Problems) -> Option<Self> {
        let gross = problems.note(amounts::required(payment, "hs_initial_amount"));
        let mut stated = |property| problems.note(amounts::stated(payment, property));
        let processing = stated("hs_fees_amount");
        let platform = stated("hs_platform_fee");
        let refunded = stated("hs_refunds_amount");
        let net = stated("hs_net_amount");
        let net_after_refunds = stated("hs_net_amount_after_refunds");
        Some(Self {
            gross: gross?,
            processing: processing?,
            platform: platform?,
            refunded: refunded?.unwrap_or(Money::ZERO),
            net: net?,
            net_after_refunds: net_after_refunds?,
        })
    }

    /// Fees are certain where what was stated explains the whole way from gross to net. An amount that
    /// is not stated is zero only if that is what is left of the way, or if nobody charges for the
    /// processing; the platform may charge for such a payment too.
    fn told(&self, nobody_charges: bool) -> Result<Told, OutOfRange> {
        let Some(processing) = self.processing.or(nobody_charges.then_some(Money::ZERO)) else {
            return Ok(Told::NotYet);
        };
        let platform = self.platform.unwrap_or(Money::ZERO);
        let fees = Fees { processing, platform };
        let total = fees.total()?;
        let net = self.gross.minus(total)?;
        let after_refunds = net.minus(self.refunded)?;
        let fits = match (self.net, self.net_after_refunds) {
            (None, None) if nobody_charges && processing.is_zero() && platform.is_zero() => return Ok(Told::None),
            (None, None) => return Ok(Told::NotYet),
            // HubSpot's page shows the net amount of a refunded payment without the refund too.
            (Some(stated), None) => stated == net || stated == after_refunds,
            (None, Some(stated)) => stated == after_refunds,
            (Some(stated), Some(after)) => (stated == net || stated == after_refunds) && after == after_refunds,
        };
        let less_is_left = self.net.is_some_and(|stated| stated < net)
            || self.net_after_refunds.is_some_and(|stated| stated < after_refunds);
        Ok(match fits {
            true if processing.is_negative() || platform.is_negative() => Told::Unclear,
            true if total.is_zero() => Told::None,
            true => Told::Fees(fees),
            // What is missing may be the fee that is not stated.
            false if self.platform.is_none() && less_is_left => Told::NotYet,
            false => Told::Unclear,
        })
    }
}

fn free_of_charge(payment: &CrmObject) -> Problem {
    Problem::new(codes::NO_FEES, "The payment cost nothing, so there is no expense to book.").about(payment.describe())
}

fn not_known_yet(payment: &CrmObject) -> Problem {
    Problem::new(codes::FEES_NOT_KNOWN_YET, "HubSpot does not state the payment's fees or net amount yet.")
        .about(payment.describe())
        .remedy("Resume the run when HubSpot shows the payment's fees and its net amount.")
}

fn unclear(payment: &CrmObject, amounts: &Amounts) -> Problem {
    let shown = |amount: Option<Money>| amount.map_or_else(|| "not stated".to_owned(), |amount| amount.to_string());
    Problem::new(
        codes::FEES_UNCLEAR,
        format!(
            "The payment's amounts do not fit together: gross {}, processing fee {}, platform fee {}, refunds {}, \
             net {}, net after refunds {}.",
            amounts.gross,
            shown(amounts.processing),
            shown(amounts.platform),
            amounts.refunded,
            shown(amounts.net),
            shown(amounts.net_after_refunds),
        ),
    )
    .about(payment.describe())
    .remedy("Compare them with the payout, and book the fees by hand.")
}

fn out_of_range(payment: &CrmObject) -> Problem {
    Problem::new(codes::AMOUNT_OUT_OF_RANGE, "The payment's amounts have more digits than QuickBooks takes.")
        .about(payment.describe())
        .remedy("Correct the payment in HubSpot.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RefusalKind;

    const RECEIVED: [(&str, &str); 2] = [("hs_latest_status", "succeeded"), ("hs_initial_amount", "305.00")];

    /// The fees, or the kind and code of what speaks against them.
    fn fees(properties: &[(&str, &str)]) -> Result<(String, String), (RefusalKind, &'static str)> {
        let all: Vec<_> = RECEIVED.iter().chain(properties).copied().collect();
        let mut problems = Problems::new();
        let said = |refusal: Refusal| (refusal.kind, refusal.problems[0].code);
        let read = Fees::read(&crate::payment::tests::payment(&all), &mut problems).map_err(said)?;
        let (fees, _) = problems.settle_with(read).map_err(said)?;
        Ok((fees.processing.to_string(), fees.platform.to_string()))
    }

    fn both(processing: &str, platform: &str) -> Result<(String, String), (RefusalKind, &'static str)> {
        Ok((processing.to_owned(), platform.to_owned()))
    }

    #[test]
    fn both_fees_together_are_what_gross_and_net_differ_by() {
        let stated = [("hs_fees_amount", "8.89"), ("hs_platform_fee", "1.53"), ("hs_net_amount", "294.58")];
        assert_eq!(fees(&stated), both("8.89", "1.53"));
        let differs = [stated[0], stated[1], ("hs_net_amount", "296.11")];
        assert_eq!(fees(&differs), Err((RefusalKind::Fix, codes::FEES_UNCLEAR)));
    }

    #[test]
    fn a_fee_that_is_not_stated_is_zero_only_where_nothing_is_left_for_it() {
        let stated = |net| [("hs_fees_amount", "8.89"), ("hs_net_amount", net)];
        assert_eq!(fees(&stated("296.11")), both("8.89", "0.00"));
        assert_eq!(fees(&stated("294.58")), Err((RefusalKind::Wait, codes::FEES_NOT_KNOWN_YET)));
        assert_eq!(fees(&[("hs_net_amount", "305.00")]), Err((RefusalKind::Wait, codes::FEES_NOT_KNOWN_YET)));
        assert_eq!(fees(&[("hs_fees_amount", "0")]), Err((RefusalKind::Wait, codes::FEES_NOT_KNOWN_YET)));
    }

    #[test]
    fn a_payment_that_cost_nothing_is_skipped() {
        let free = [("hs_fees_amount", "0"), ("hs_platform_fee", "0"), ("hs_net_amount", "305.00")];
        assert_eq!(fees(&free), Err((RefusalKind::Skip, codes::NO_FEES)));
        assert_eq!(fees(&[("hs_processor_type", "none")]), Err((RefusalKind::Skip, codes::NO_FEES)));
    }

    #[test]
    fn the_platform_may_charge_where_no_processor_does() {
        let with = |stated: &[(&str, &str)]| fees(&[&[("hs_processor_type", "none")], stated].concat());
        assert_eq!(with(&[("hs_platform_fee", "1.53"), ("hs_net_amount", "303.47")]), both("0.00", "1.53"));
        assert_eq!(with(&[("hs_net_amount", "303.47")]), Err((RefusalKind::Wait, codes::FEES_NOT_KNOWN_YET)));
        let differs = [("hs_platform_fee", "1.53"), ("hs_net_amount", "305.00")];
        assert_eq!(with(&differs), Err((RefusalKind::Fix, codes::FEES_UNCLEAR)));
        for free in [&[("hs_platform_fee", "0")][..], &[("hs_net_amount", "305.00")]] {
            assert_eq!(with(free), Err((RefusalKind::Skip, codes::NO_FEES)), "{free:?}");
        }
    }

    #[test]
    fn a_refund_does_not_lower_the_fees_whichever_net_amount_is_stated() {
        let stated = [("hs_fees_amount", "8.89"), ("hs_refunds_amount", "30.00")];
        for net in [
            &[("hs_net_amount", "296.11")][..],
            &[("hs_net_amount", "266.11")],
            &[("hs_net_amount_after_refunds", "266.11")],
            &[("hs_net_amount", "296.11"), ("hs_net_amount_after_refunds", "266.11")],
        ] {
            assert_eq!(fees(&[&stated, net].concat()), both("8.89", "0.00"), "{net:?}");
        }
        let wrong = [stated[0], stated[1], ("hs_net_amount", "296.11"), ("hs_net_amount_after_refunds", "296.11")];
        assert_eq!(fees(&wrong), Err((RefusalKind::Fix, codes::FEES_UNCLEAR)));
    }

    #[test]
    fn a_fee_below_zero_is_unclear() {
        let stated = [("hs_fees_amount", "-8.89"), ("hs_platform_fee", "0"), ("hs_net_amount", "313.89")];
        assert_eq!(fees(&stated), Err((RefusalKind::Fix, codes::FEES_UNCLEAR)));
    }
}
