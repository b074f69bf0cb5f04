//! Invoices, credit memos, sales receipts and refund receipts: income by item, discount, tax, and stock that leaves.

use rust_decimal::Decimal;

use super::{Posted, Posting, account_with, balanced, debit, preferred};
use crate::quickbooks::books::Books;
use crate::quickbooks::entity::{Entity, Sale};
use crate::quickbooks::row::{Row, cents, decimal, part, parts, reference, text};

/// What a sale posts. An estimate is only an offer.
pub(super) fn posted(books: &Books, kind: Sale, sale: &Row) -> Option<Posted> {
    let deposit = reference(sale, "DepositToAccountRef");
    let (name, own, sign) = match kind {
        Sale::Estimate => return None,
        Sale::Invoice => ("Invoice", receivable(books, sale), Decimal::ONE),
        Sale::CreditMemo => ("Credit Memo", receivable(books, sale), Decimal::NEGATIVE_ONE),
        Sale::SalesReceipt => ("Sales Receipt", deposit, Decimal::ONE),
        Sale::RefundReceipt => ("Refund", deposit, Decimal::NEGATIVE_ONE),
    };
    Some(balanced(name, sale, "CustomerRef", own?, others(books, sale, sign)))
}

/// The account that collects what customers owe.
pub(super) fn receivable<'a>(books: &'a Books, row: &'a Row) -> Option<&'a str> {
    reference(row, "ARAccountRef").or_else(|| account_with(books, "AccountType", "Accounts Receivable"))
}

/// `sign` is 1 for a sale and -1 for its opposite.
fn others(books: &Books, sale: &Row, sign: Decimal) -> Vec<Posting> {
    let mut postings = Vec::new();
    for line in parts(sale, "Line") {
        let amount = sign * decimal(line, "Amount").unwrap_or_default();
        if let Some(detail) = part(line, "SalesItemLineDetail") {
            let item = reference(detail, "ItemRef").and_then(|id| books.row(Entity::Item, id));
            postings.extend(income(books, detail, item).map(|account| debit(sale, account, -amount)));
            postings.extend(item.into_iter().flat_map(|item| stock_sold(item, detail, sign)).flatten());
        }
        if let Some(detail) = part(line, "DiscountLineDetail") {
            postings.extend(reference(detail, "DiscountAccountRef").map(|account| debit(sale, account, amount)));
        }
    }
    let tax = part(sale, "TxnTaxDetail").and_then(|detail| decimal(detail, "TotalTax")).unwrap_or_default();
    let payable = account_with(books, "AccountSubType", "SalesTaxPayable");
    postings.extend(payable.map(|account| debit(sale, account, -sign * tax)));
    postings
}

fn income<'a>(books: &'a Books, detail: &'a Row, item: Option<&'a Row>) -> Option<&'a str> {
    let own = item.and_then(|item| reference(item, "IncomeAccountRef"));
    reference(detail, "ItemAccountRef").or(own).or_else(|| preferred(books, "UncategorizedIncomeAccountId"))
}

/// What was sold leaves the stock at its cost, which is the home currency's already.
fn stock_sold(item: &Row, detail: &Row, sign: Decimal) -> Option<[Posting; 2]> {
    if text(item, "Type") != Some("Inventory") {
        return None;
    }
    let cost = cents(sign * decimal(detail, "Qty")? * decimal(item, "PurchaseCost")?);
    let posting = |account: &str, amount| Posting { account: account.to_owned(), amount };
    let (expense, asset) = (reference(item, "ExpenseAccountRef")?, reference(item, "AssetAccountRef")?);
    Some([posting(expense, cost), posting(asset, -cost)])
}
