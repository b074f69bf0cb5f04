//! Transactions of the table: bills and their payments, deposits, transfers, entries by hand.

use rust_decimal::Decimal;

use super::purchases::spent;
use super::{Posted, Posting, account_with, balanced, debit};
use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Entity;
use crate::quickbooks::generic::Generic;
use crate::quickbooks::row::{Row, cents, decimal, part, parts, reference, text};

/// What a transaction of the table posts. Orders and time are no money yet.
pub(super) fn posted(books: &Books, generic: Generic, row: &Row) -> Option<Posted> {
    match generic.name() {
        "Bill" => bill(books, "Bill", row, Decimal::ONE),
        "VendorCredit" => bill(books, "Vendor Credit", row, Decimal::NEGATIVE_ONE),
        "BillPayment" => bill_payment(books, row),
        "Deposit" => deposit(books, row),
        "Transfer" => moved("Transfer", row, "ToAccountRef", "FromAccountRef"),
        "CreditCardPaymentTxn" => moved("Credit Card Payment", row, "CreditCardAccountRef", "BankAccountRef"),
        "JournalEntry" => by_hand(row),
        "InventoryAdjustment" => adjusted(books, row),
        _ => None,
    }
}

/// The account that collects what is owed to vendors.
fn payable<'a>(books: &'a Books, row: &'a Row) -> Option<&'a str> {
    reference(row, "APAccountRef").or_else(|| account_with(books, "AccountType", "Accounts Payable"))
}

fn bill(books: &Books, kind: &'static str, row: &Row, sign: Decimal) -> Option<Posted> {
    let others = parts(row, "Line").filter_map(|line| spent(books, row, line, sign)).collect();
    Some(balanced(kind, row, "VendorRef", payable(books, row)?, others))
}

fn bill_payment(books: &Books, row: &Row) -> Option<Posted> {
    let by_check = part(row, "CheckPayment").and_then(|check| reference(check, "BankAccountRef"));
    let by_card = part(row, "CreditCardPayment").and_then(|card| reference(card, "CCAccountRef"));
    let (kind, own) = match text(row, "PayType") {
        Some("CreditCard") => ("Bill Payment (Credit Card)", by_card?),
        Some(_) | None => ("Bill Payment (Check)", by_check?),
    };
    let paid = debit(row, payable(books, row)?, decimal(row, "TotalAmt")?);
    Some(balanced(kind, row, "VendorRef", own, vec![paid]))
}

/// What was waiting undeposited, and other money, goes to the bank.
fn deposit(books: &Books, row: &Row) -> Option<Posted> {
    let waiting = account_with(books, "AccountSubType", "UndepositedFunds");
    let source = |line: &Row| {
        let Some(link) = parts(line, "LinkedTxn").next() else {
            let own = part(line, "DepositLineDetail").and_then(|detail| reference(detail, "AccountRef"));
            return own.map(str::to_owned);
        };
        let linked = Entity::named(text(link, "TxnType")?).and_then(|entity| books.row(entity, text(link, "TxnId")?));
        let kept = linked.and_then(|linked| reference(linked, "DepositToAccountRef"));
        kept.or(waiting).map(str::to_owned)
    };
    let lines = parts(row, "Line").filter_map(|line| Some(debit(row, &source(line)?, -decimal(line, "Amount")?)));
    let mut others: Vec<Posting> = lines.collect();
    if let Some(back) = part(row, "CashBack") {
        let amount = decimal(back, "Amount").unwrap_or_default();
        others.extend(reference(back, "AccountRef").map(|account| debit(row, account, amount)));
    }
    Some(balanced("Deposit", row, "CustomerRef", reference(row, "DepositToAccountRef")?, others))
}

fn moved(kind: &'static str, row: &Row, to: &str, from: &str) -> Option<Posted> {
    let amount = decimal(row, "Amount")?;
    Some(balanced(kind, row, "VendorRef", reference(row, from)?, vec![debit(row, reference(row, to)?, amount)]))
}

/// An entry says itself what it debits and credits; its first line counts as its own account.
fn by_hand(row: &Row) -> Option<Posted> {
    let postings = parts(row, "Line").filter_map(|line| {
        let detail = part(line, "JournalEntryLineDetail")?;
        let sign = if text(detail, "PostingType") == Some("Credit") { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
        Some(debit(row, reference(detail, "AccountRef")?, sign * decimal(line, "Amount")?))
    });
    let mut postings: Vec<Posting> = postings.collect();
    let own = (!postings.is_empty()).then(|| postings.remove(0))?;
    Some(balanced("Journal Entry", row, "CustomerRef", &own.account, postings))
}

fn adjusted(books: &Books, row: &Row) -> Option<Posted> {
    let others = parts(row, "Line").filter_map(|line| {
        let detail = part(line, "ItemAdjustmentLineDetail")?;
        let item = books.row(Entity::Item, reference(detail, "ItemRef")?)?;
        let value = cents(decimal(detail, "QtyDiff")? * decimal(item, "PurchaseCost")?);
        Some(Posting { account: reference(item, "AssetAccountRef")?.to_owned(), amount: value })
    });
    let others = others.collect();
    Some(balanced("Inventory Qty Adjust", row, "CustomerRef", reference(row, "AdjustAccountRef")?, others))
}
