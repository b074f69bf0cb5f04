//! What can no longer be changed: money that is in the bank already, or that a card company has settled.

use super::fault::Fault;
use super::row::{Row, is_true, parts, text};

/// Whether a transaction stands on a bank deposit.
pub(crate) fn is_deposited(row: &Row) -> bool {
    parts(row, "LinkedTxn").any(|link| text(link, "TxnType") == Some("Deposit"))
}

/// A deposited transaction must leave its deposit before it is changed.
pub(crate) fn check_not_deposited(row: &Row) -> Result<(), Fault> {
    if is_deposited(row) { Err(Fault::deposited()) } else { Ok(()) }
}

/// What QuickBooks has charged to a card is given back by a refund, not by a void.
pub(crate) fn check_not_processed(row: &Row) -> Result<(), Fault> {
    if is_true(row, "ProcessPayment") { Err(Fault::settled()) } else { Ok(()) }
}
