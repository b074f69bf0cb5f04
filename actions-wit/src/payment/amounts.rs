//! Amounts of a payment: every one of them is money, so one that QuickBooks could not hold is a
//! problem here.

use crate::money::{Money, Unrounded};
use crate::{CrmObject, Problem, codes};

/// An amount in whole cents; `None` if the property is empty, which is not zero.
pub(super) fn stated(payment: &CrmObject, property: &'static str) -> Result<Option<Money>, Problem> {
    let Some(amount) = payment.decimal(property)? else {
        return Ok(None);
    };
    let amount = Unrounded::new(amount).map_err(|_| {
        Problem::new(
            codes::AMOUNT_OUT_OF_RANGE,
            format!("The property {property} holds {amount}, more digits than QuickBooks takes."),
        )
        .about(payment.describe())
        .remedy("Correct the number in HubSpot.")
    })?;
    Ok(Some(amount.round_half_up()))
}

/// An amount that must be there.
pub(super) fn required(payment: &CrmObject, property: &'static str) -> Result<Money, Problem> {
    match stated(payment, property)? {
        Some(amount) => Ok(amount),
        // The same problem as for a text that is not there.
        None => payment.require_text(property).and(Ok(Money::ZERO)),
    }
}
