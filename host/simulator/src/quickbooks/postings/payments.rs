//! Payments: money comes in, and customers owe less, whether or not it is applied to invoices.

use super::sales_forms::receivable;
use super::{Posted, balanced, debit};
use crate::quickbooks::books::Books;
use crate::quickbooks::row::{Row, decimal, reference};

pub(super) fn posted(books: &Books, payment: &Row) -> Option<Posted> {
    let received = decimal(payment, "TotalAmt").unwrap_or_default();
    let own = reference(payment, "DepositToAccountRef")?;
    let others = vec![debit(payment, receivable(books, payment)?, -received)];
    Some(balanced("Payment", payment, "CustomerRef", own, others))
}
