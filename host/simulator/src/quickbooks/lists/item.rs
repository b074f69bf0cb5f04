//! Products and services, and the categories that group them.

use serde_json::json;

use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Entity;
use crate::quickbooks::fault::Fault;
use crate::quickbooks::row::{Row, default, is_true, reference, set, text};

/// Checks an item by its type and adds what QuickBooks adds.
pub(super) fn derive(books: &Books, mut draft: Row, stored: Option<&Row>) -> Result<Row, Fault> {
    let kind = text(&draft, "Type").ok_or_else(|| Fault::missing("Type"))?.to_owned();
    match kind.as_str() {
        "Category" => return Ok(draft),
        "Service" | "NonInventory" => income_account(books, &draft)?,
        "Inventory" => inventory(books, &mut draft, stored)?,
        "Group" => return Err(Fault::feature_not_supported("Bundles")),
        _ => return Err(Fault::enumeration("Type", &kind)),
    }
    for account in ["IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef"] {
        books.name_reference(&mut draft, account, Entity::Account)?;
    }
    default(&mut draft, "Taxable", false);
    default(&mut draft, "UnitPrice", 0);
    default(&mut draft, "PurchaseCost", 0);
    default(&mut draft, "TrackQtyOnHand", false);
    Ok(draft)
}

fn income_account(books: &Books, draft: &Row) -> Result<(), Fault> {
    let id = reference(draft, "IncomeAccountRef").ok_or_else(|| Fault::missing("IncomeAccountRef"))?;
    let account = books.referred(Entity::Account, id)?;
    match text(account, "AccountType") {
        Some("Income" | "Other Income") => Ok(()),
        Some(_) | None => Err(Fault::account_type_used("IncomeAccountRef")),
    }
}

/// Stock needs three accounts of fixed types, a quantity and the day it starts.
fn inventory(books: &Books, draft: &mut Row, stored: Option<&Row>) -> Result<(), Fault> {
    let sub_types = [
        ("IncomeAccountRef", "SalesOfProductIncome"),
        ("ExpenseAccountRef", "SuppliesMaterialsCogs"),
        ("AssetAccountRef", "Inventory"),
    ];
    for (member, sub_type) in sub_types {
        let id = reference(draft, member).ok_or_else(|| Fault::missing(member))?;
        let account = books.referred(Entity::Account, id)?;
        if text(account, "AccountSubType") != Some(sub_type) {
            return Err(Fault::account_type_used(member));
        }
    }
    for member in ["QtyOnHand", "InvStartDate"] {
        if !draft.contains_key(member) {
            return Err(Fault::missing(member));
        }
    }
    if !is_true(draft, "TrackQtyOnHand") {
        return Err(Fault::missing("TrackQtyOnHand"));
    }
    if let Some(stored) = stored {
        // Only transactions and inventory adjustments move stock.
        set(draft, "QtyOnHand", stored.get("QtyOnHand").cloned().unwrap_or(json!(0)));
    }
    Ok(())
}
