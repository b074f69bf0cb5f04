//! What a form shows when nothing was said about it.

use crate::quickbooks::entity::Sale;
use crate::quickbooks::fault::Fault;
use crate::quickbooks::row::{Row, default, reference, set, text};

/// Adds the members that every form of this kind has.
pub(super) fn derive(kind: Sale, draft: &mut Row) -> Result<(), Fault> {
    default(draft, "ApplyTaxAfterDiscount", false);
    default(draft, "PrintStatus", if kind == Sale::SalesReceipt { "NotSet" } else { "NeedToPrint" });
    default(draft, "EmailStatus", "NotSet");
    one_of(draft, "PrintStatus", &["NotSet", "NeedToPrint", "PrintComplete"])?;
    one_of(draft, "EmailStatus", &["NotSet", "NeedToSend", "EmailSent"])?;
    match kind {
        Sale::Estimate => {
            default(draft, "TxnStatus", "Pending");
            one_of(draft, "TxnStatus", &["Pending", "Accepted", "Closed", "Rejected", "Converted"])?;
        }
        Sale::Invoice => {
            draft.remove("TxnStatus");
            for switch in
                ["AllowIPNPayment", "AllowOnlinePayment", "AllowOnlineCreditCardPayment", "AllowOnlineACHPayment"]
            {
                default(draft, switch, false);
            }
        }
        // Money that leaves a bank account without a method and a number is a check yet to be printed.
        Sale::RefundReceipt if reference(draft, "PaymentMethodRef").is_none() => {
            if text(draft, "PaymentRefNum").is_none() {
                set(draft, "PaymentRefNum", "To Print");
            }
        }
        Sale::CreditMemo | Sale::RefundReceipt | Sale::SalesReceipt => {}
    }
    Ok(())
}

fn one_of(draft: &Row, member: &str, values: &[&str]) -> Result<(), Fault> {
    let value = text(draft, member).unwrap_or_default();
    if values.contains(&value) { Ok(()) } else { Err(Fault::enumeration(member, value)) }
}
