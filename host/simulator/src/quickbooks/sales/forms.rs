//! What a form shows when nothing was said about it.

use crate::quickbooks::books::Books;
use crate::quickbooks::entity::{Entity, Sale};
use crate::quickbooks::fault::Fault;
use crate::quickbooks::row::{Row, default, part, reference, set, text};

/// Adds the members that every form of this kind has.
pub(super) fn derive(books: &Books, kind: Sale, draft: &mut Row) -> Result<(), Fault> {
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
        Sale::RefundReceipt => refund(books, draft),
        Sale::CreditMemo | Sale::SalesReceipt => {}
    }
    Ok(())
}

/// A refund takes the tax code of the sale, and not one made up for it.
pub(super) fn check_tax_code(kind: Sale, draft: &Row) -> Result<(), Fault> {
    let code = part(draft, "TxnTaxDetail").and_then(|detail| reference(detail, "TxnTaxCodeRef"));
    let made_up = kind == Sale::RefundReceipt && code == Some("CustomSalesTax");
    if made_up { Err(Fault::custom_sales_tax()) } else { Ok(()) }
}

/// Money that leaves a bank account without a method and a number is a check yet to be printed.
fn refund(books: &Books, draft: &mut Row) {
    let account = reference(draft, "DepositToAccountRef").and_then(|id| books.row(Entity::Account, id));
    let is_bank = account.and_then(|account| text(account, "AccountType")) == Some("Bank");
    if is_bank && reference(draft, "PaymentMethodRef").is_none() && text(draft, "PaymentRefNum").is_none() {
        set(draft, "PaymentRefNum", "To Print");
    }
}

fn one_of(draft: &Row, member: &str, values: &[&str]) -> Result<(), Fault> {
    let value = text(draft, member).unwrap_or_default();
    if values.contains(&value) { Ok(()) } else { Err(Fault::enumeration(member, value)) }
}
