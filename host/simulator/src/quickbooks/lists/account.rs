//! The chart of accounts.

use serde_json::json;

use crate::quickbooks::books::Books;
use crate::quickbooks::fault::Fault;
use crate::quickbooks::names::currency_reference;
use crate::quickbooks::row::{Row, default, set, text};

/// Account type, its classification, and the sub-type it has when none is given.
const TYPES: [(&str, &str, &str); 15] = [
    ("Bank", "Asset", "Checking"),
    ("Accounts Receivable", "Asset", "AccountsReceivable"),
    ("Other Current Asset", "Asset", "OtherCurrentAssets"),
    ("Fixed Asset", "Asset", "OtherFixedAssets"),
    ("Other Asset", "Asset", "OtherLongTermAssets"),
    ("Accounts Payable", "Liability", "AccountsPayable"),
    ("Credit Card", "Liability", "CreditCard"),
    ("Other Current Liability", "Liability", "OtherCurrentLiabilities"),
    ("Long Term Liability", "Liability", "OtherLongTermLiabilities"),
    ("Equity", "Equity", "OpeningBalanceEquity"),
    ("Income", "Revenue", "ServiceFeeIncome"),
    ("Other Income", "Revenue", "OtherMiscellaneousIncome"),
    ("Cost of Goods Sold", "Expense", "SuppliesMaterialsCogs"),
    ("Expense", "Expense", "OtherMiscellaneousServiceCost"),
    ("Other Expense", "Expense", "OtherMiscellaneousExpense"),
];

/// Checks an account and adds what QuickBooks adds.
pub(super) fn derive(books: &Books, mut draft: Row, stored: Option<&Row>) -> Result<Row, Fault> {
    let name = text(&draft, "Name").unwrap_or_default();
    if name.contains('"') {
        return Err(Fault::invalid_characters("Name", name));
    }
    let known = |kind: &str| TYPES.iter().find(|(name, _, _)| *name == kind);
    let by_sub_type = |sub: &str| TYPES.iter().find(|(_, _, default)| *default == sub);
    let (kind, classification, sub_type) = match (text(&draft, "AccountType"), text(&draft, "AccountSubType")) {
        (Some(kind), _) => known(kind),
        (None, Some(sub_type)) => by_sub_type(sub_type),
        (None, None) => None,
    }
    .ok_or_else(Fault::account_type)?;
    set(&mut draft, "Classification", *classification);
    set(&mut draft, "AccountType", *kind);
    default(&mut draft, "AccountSubType", *sub_type);
    // Balances follow from what is posted; what a body says about them is ignored.
    for member in ["CurrentBalance", "CurrentBalanceWithSubAccounts"] {
        let balance = stored.and_then(|stored| stored.get(member)).cloned().unwrap_or(json!(0));
        set(&mut draft, member, balance);
    }
    default(&mut draft, "CurrencyRef", currency_reference(books.home_currency()));
    Ok(draft)
}
