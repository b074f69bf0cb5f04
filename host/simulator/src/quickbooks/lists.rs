//! Items, accounts, terms, payment methods and classes: what transactions refer to.

use super::books::{Books, full_name};
use super::entity::{Entity, List};
use super::fault::Fault;
use super::names::{below_parent, check_characters, mark_activity};
use super::row::{Row, default, same_text, set, text};

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
pub(crate) fn derive(books: &Books, kind: List, mut draft: Row, stored: Option<&Row>) -> Result<Row, Fault> {
    let name = text(&draft, "Name").ok_or_else(|| Fault::missing("Name"))?.trim().to_owned();
    default(&mut draft, "Active", true);
    let name = mark_activity(&draft, name);
    set(&mut draft, "Name", name.clone());
    let full = match kind {
        List::Item | List::Class | List::Account => {
            check_characters("Name", &name)?;
            let (full, level) = below_parent(books, kind.entity(), &draft, &name)?;
            place(kind, &mut draft, &full, level);
            full
        }
        List::Term | List::PaymentMethod => name,
    };
    check_unique(books, kind.entity(), &full, stored)?;
    match kind {
        List::Item => return item::derive(books, draft, stored),
        List::Account => return account::derive(books, draft, stored),
        List::Term => term(&mut draft)?,
        List::PaymentMethod => default(&mut draft, "Type", "NON_CREDIT_CARD"),
        List::Class => {}
    }
    Ok(draft)
}

fn place(kind: List, draft: &mut Row, full: &str, level: u64) {
    set(draft, "FullyQualifiedName", full);
    match kind {
        List::Class => set(draft, "SubClass", level > 0),
        List::Account => set(draft, "SubAccount", level > 0),
        List::Item if level > 0 => {
            set(draft, "SubItem", true);
            set(draft, "Level", level);
        }
        List::Item | List::Term | List::PaymentMethod => {}
    }
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
    let taken = books.rows(entity).any(|row| text(row, "Id") != own && same_text(full_name(row), full));
    if taken { Err(Fault::duplicate_name()) } else { Ok(()) }
}
