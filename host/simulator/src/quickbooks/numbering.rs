//! Document numbers: one sequence for what is sold, another for estimates.

use super::books::Books;
use super::entity::Sale;
use super::fault::Fault;
use super::row::{Row, is_true, text};

/// The number a transaction gets; `None` where the company numbers by hand and none was sent.
pub(crate) fn number(
    books: &Books,
    kind: Sale,
    draft: &Row,
    stored: Option<&Row>,
    allow_duplicate: bool,
) -> Result<Option<String>, Fault> {
    let forced = is_true(draft, "AutoDocNumber") || text(draft, "DocNumber") == Some("AUTO_GENERATE");
    let sent = text(draft, "DocNumber").filter(|_| !forced);
    let before = stored.and_then(|stored| text(stored, "DocNumber"));
    match sent.or(before) {
        Some(number) => {
            if !allow_duplicate && before != Some(number) {
                check_unused(books, kind, number)?;
            }
            Ok(Some(number.to_owned()))
        }
        None if stored.is_some() || (!forced && books.prefers("SalesFormsPrefs", "CustomTxnNumbers")) => Ok(None),
        None => Ok(Some((last(books, kind) + 1).to_string())),
    }
}

/// Moves the sequence past a number that was just used. Numbers that are not whole leave it alone.
pub(crate) fn note(books: &mut Books, kind: Sale, row: &Row) {
    let Some(used) = text(row, "DocNumber").and_then(|number| number.parse::<u64>().ok()) else { return };
    let sequence = match kind {
        Sale::Estimate => &mut books.estimate_number,
        Sale::CreditMemo | Sale::Invoice | Sale::RefundReceipt | Sale::SalesReceipt => &mut books.sales_number,
    };
    *sequence = (*sequence).max(used);
}

fn last(books: &Books, kind: Sale) -> u64 {
    match kind {
        Sale::Estimate => books.estimate_number,
        Sale::CreditMemo | Sale::Invoice | Sale::RefundReceipt | Sale::SalesReceipt => books.sales_number,
    }
}

/// Estimates may share a number: the sample company has three with the same one.
fn check_unused(books: &Books, kind: Sale, number: &str) -> Result<(), Fault> {
    let sharing: &[Sale] = match kind {
        Sale::Estimate => &[],
        Sale::CreditMemo | Sale::Invoice | Sale::RefundReceipt | Sale::SalesReceipt => {
            &[Sale::CreditMemo, Sale::Invoice, Sale::RefundReceipt, Sale::SalesReceipt]
        }
    };
    for other in sharing {
        let user = books.rows(other.entity()).find(|row| text(row, "DocNumber") == Some(number));
        if let Some(id) = user.and_then(|user| text(user, "Id")) {
            return Err(Fault::duplicate_number(number, other.entity().name(), id));
        }
    }
    Ok(())
}
