//! Items, accounts, terms, payment methods and classes: what transactions refer to.

use super::books::Books;
use super::entity::Entity;
use super::fault::Fault;
use super::names::{below_parent, check_characters, mark_activity};
use super::row::{Row, default, set, text};

mod account;
mod item;

/// What a full update keeps although it was not sent.
pub(crate) const KEPT: &[&str] = &[
    "Active",
    "Type",
    "AccountType",
    "AccountSubType",
    "Taxable",
    "TrackQtyOnHand",
    "QtyOnHand",
    "InvStartDate",
    "IncomeAccountRef",
    "ExpenseAccountRef",
    "AssetAccountRef",
    "CurrencyRef",
    "CurrentBalance",
    "CurrentBalanceWithSubAccounts",
];

/// Checks a list object and adds what QuickBooks adds.
pub(crate) fn derive(books: &Books, entity: Entity, mut draft: Row, stored: Option<&Row>) -> Result<Row, Fault> {
    let name = text(&draft, "Name").ok_or_else(|| Fault::missing("Name"))?.trim().to_owned();
    default(&mut draft, "Active", true);
    let name = mark_activity(&draft, name);
    set(&mut draft, "Name", name.clone());
    let full = match entity {
        Entity::Item | Entity::Class | Entity::Account => {
            check_characters("Name", &name)?;
            let (full, level) = below_parent(books, entity, &draft, &name)?;
            place(entity, &mut draft, &full, level);
            full
        }
        Entity::Term
        | Entity::PaymentMethod
        | Entity::CompanyInfo
        | Entity::Customer
        | Entity::Employee
        | Entity::Estimate
        | Entity::Invoice
        | Entity::Preferences
        | Entity::TaxCode
        | Entity::TaxRate
        | Entity::Vendor => name,
    };
    check_unique(books, entity, &full, stored)?;
    complete(books, entity, draft, stored)
}

fn place(entity: Entity, draft: &mut Row, full: &str, level: u64) {
    set(draft, "FullyQualifiedName", full);
    match entity {
        Entity::Class => set(draft, "SubClass", level > 0),
        Entity::Account => set(draft, "SubAccount", level > 0),
        Entity::Item => {
            if level > 0 {
                set(draft, "SubItem", true);
                set(draft, "Level", level);
            }
        }
        Entity::CompanyInfo
        | Entity::Customer
        | Entity::Employee
        | Entity::Estimate
        | Entity::Invoice
        | Entity::PaymentMethod
        | Entity::Preferences
        | Entity::TaxCode
        | Entity::TaxRate
        | Entity::Term
        | Entity::Vendor => {}
    }
}

fn complete(books: &Books, entity: Entity, mut draft: Row, stored: Option<&Row>) -> Result<Row, Fault> {
    match entity {
        Entity::Item => return item::derive(books, draft, stored),
        Entity::Account => return account::derive(books, draft),
        Entity::Term => term(&mut draft)?,
        Entity::PaymentMethod => default(&mut draft, "Type", "NON_CREDIT_CARD"),
        Entity::Class
        | Entity::CompanyInfo
        | Entity::Customer
        | Entity::Employee
        | Entity::Estimate
        | Entity::Invoice
        | Entity::Preferences
        | Entity::TaxCode
        | Entity::TaxRate
        | Entity::Vendor => {}
    }
    Ok(draft)
}

/// Due so many days later, or on a day of the month.
fn term(draft: &mut Row) -> Result<(), Fault> {
    let by_date = draft.contains_key("DayOfMonthDue");
    if !by_date && !draft.contains_key("DueDays") {
        return Err(Fault::missing("DueDays"));
    }
    set(draft, "Type", if by_date { "DATE_DRIVEN" } else { "STANDARD" });
    default(draft, "DiscountPercent", 0);
    if by_date {
        default(draft, "DueNextMonthDays", 0);
    } else {
        default(draft, "DiscountDays", 0);
    }
    Ok(())
}

fn check_unique(books: &Books, entity: Entity, full: &str, stored: Option<&Row>) -> Result<(), Fault> {
    let own = stored.and_then(|stored| text(stored, "Id"));
    let lowered = full.to_lowercase();
    let taken =
        books.rows(entity).any(|row| text(row, "Id") != own && super::books::full_name(row).to_lowercase() == lowered);
    if taken { Err(Fault::duplicate_name()) } else { Ok(()) }
}
