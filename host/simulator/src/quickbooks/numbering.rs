//! Document numbers: one sequence for what is sold, another for estimates.

use super::books::Books;
use super::entity::Entity;
use super::fault::Fault;
use super::row::{Row, is_true, text};

/// The number a transaction gets; `None` where the company numbers by hand and none was sent.
pub(crate) fn number(
    books: &Books,
    entity: Entity,
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
                check_unused(books, entity, number)?;
            }
            Ok(Some(number.to_owned()))
        }
        None if stored.is_some() || (!forced && books.prefers("SalesFormsPrefs", "CustomTxnNumbers")) => Ok(None),
        None => Ok(Some((last(books, entity) + 1).to_string())),
    }
}

/// Moves the sequence past a number that was just used. Numbers that are not whole leave it alone.
pub(crate) fn note(books: &mut Books, entity: Entity, row: &Row) {
    let Some(used) = text(row, "DocNumber").and_then(|number| number.parse::<u64>().ok()) else { return };
    let sequence = if entity == Entity::Estimate { &mut books.estimate_number } else { &mut books.sales_number };
    *sequence = (*sequence).max(used);
}

fn last(books: &Books, entity: Entity) -> u64 {
    if entity == Entity::Estimate { books.estimate_number } else { books.sales_number }
}

/// Estimates may share a number: the sample company has three with the same one.
fn check_unused(books: &Books, entity: Entity, number: &str) -> Result<(), Fault> {
    if entity == Entity::Estimate {
        return Ok(());
    }
    let user = books.rows(Entity::Invoice).find(|row| text(row, "DocNumber") == Some(number));
    match user {
        Some(user) => {
            let id = text(user, "Id").unwrap_or_default();
            Err(Fault::duplicate_number(number, Entity::Invoice.name(), id))
        }
        None => Ok(()),
    }
}
