//! Purchases: money leaves a bank or is owed on a card, for expenses or for stock.

use rust_decimal::Decimal;

use super::{Posted, Posting, balanced, debit, preferred};
use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Entity;
use crate::quickbooks::row::{Row, decimal, is_true, part, parts, reference, text};

pub(super) fn posted(books: &Books, purchase: &Row) -> Option<Posted> {
    let credit = is_true(purchase, "Credit");
    let kind = match text(purchase, "PaymentType") {
        Some("Check") => "Check",
        Some("CreditCard") if credit => "Credit Card Credit",
        Some(_) | None => "Expense",
    };
    let sign = if credit { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    let own = reference(purchase, "AccountRef")?;
    let others = parts(purchase, "Line").filter_map(|line| spent(books, purchase, line, sign)).collect();
    Some(balanced(kind, purchase, "EntityRef", own, others))
}

/// What one line of a purchase or bill was spent on.
pub(super) fn spent(books: &Books, purchase: &Row, line: &Row, sign: Decimal) -> Option<Posting> {
    let amount = sign * decimal(line, "Amount").unwrap_or_default();
    if let Some(detail) = part(line, "AccountBasedExpenseLineDetail") {
        return Some(debit(purchase, reference(detail, "AccountRef")?, amount));
    }
    let id = reference(part(line, "ItemBasedExpenseLineDetail")?, "ItemRef")?;
    let item = books.row(Entity::Item, id)?;
    let kept = text(item, "Type") == Some("Inventory");
    let account = reference(item, if kept { "AssetAccountRef" } else { "ExpenseAccountRef" });
    Some(debit(purchase, account.or_else(|| preferred(books, "UncategorizedExpenseAccountId"))?, amount))
}
