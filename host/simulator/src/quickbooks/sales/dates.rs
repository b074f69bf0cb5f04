//! Due dates and closed books.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::quickbooks::books::Books;
use crate::quickbooks::entity::{Entity, Sale};
use crate::quickbooks::fault::Fault;
use crate::quickbooks::row::{Row, decimal, default, reference, text};

/// Adds the due date of an invoice: by its own terms, else by the company's, which are then not
/// shown on the invoice.
pub(super) fn derive(books: &Books, kind: Sale, draft: &mut Row) -> Result<(), Fault> {
    if kind != Sale::Invoice {
        draft.remove("DueDate");
        return Ok(());
    }
    let company = books.preference("SalesFormsPrefs").and_then(|sales| reference(sales, "DefaultTerms"));
    default_due_date(books, draft, company)
}

/// Adds the due date by a draft's own terms, else by these; without any, it is due on its day.
pub(crate) fn default_due_date(books: &Books, draft: &mut Row, terms: Option<&str>) -> Result<(), Fault> {
    let term = reference(draft, "SalesTermRef").or(terms).and_then(|id| books.row(Entity::Term, id));
    let day = text(draft, "TxnDate").unwrap_or_default();
    let day: Date = day.parse().map_err(|_| Fault::date_value("TxnDate", day))?;
    let due = term.map_or(day, |term| due(term, day));
    default(draft, "DueDate", due.to_string());
    Ok(())
}

/// Refuses what would change books that are closed up to some day.
pub(crate) fn check_open_books(books: &Books, row: &Row) -> Result<(), Fault> {
    let closed = books.preference("AccountingInfoPrefs").and_then(|group| text(group, "BookCloseDate"));
    // Both are written year first, so the order of text is the order of days.
    match (closed, text(row, "TxnDate")) {
        (Some(closed), Some(day)) if day <= closed && books.closed_with_password => {
            Err(Fault::period_closed_with_password())
        }
        (Some(closed), Some(day)) if day <= closed => Err(Fault::period_closed()),
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

fn due(term: &Row, day: Date) -> Date {
    let whole = |member| decimal(term, member).and_then(|number| i32::try_from(number).ok());
    match whole("DayOfMonthDue") {
        None => day.saturating_add(whole("DueDays").unwrap_or(0).days()),
        Some(due_day) => {
            let this_month = on_day(day, due_day);
            // Too close to the day, the next month's counts.
            let grace = whole("DueNextMonthDays").unwrap_or(0);
            if this_month < day.saturating_add(grace.days()) {
                on_day(day.first_of_month().saturating_add(1.month()), due_day)
            } else {
                this_month
            }
        }
    }
}

/// That day of the month, or the last one of a shorter month.
fn on_day(month: Date, day: i32) -> Date {
    let last = i32::from(month.days_in_month());
    month.first_of_month().saturating_add((day.clamp(1, last) - 1).days())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn due_on(term: &serde_json::Value, day: &str) -> String {
        due(term.as_object().unwrap(), day.parse().unwrap()).to_string()
    }

    #[test]
    fn net_30_is_due_30_days_later() {
        assert_eq!(due_on(&json!({"DueDays": 30}), "2020-09-29"), "2020-10-29");
    }

    #[test]
    fn a_day_of_the_month_that_is_too_close_moves_to_the_next_month() {
        let term = json!({"DayOfMonthDue": 31, "DueNextMonthDays": 5});
        assert_eq!(due_on(&term, "2026-01-20"), "2026-01-31");
        assert_eq!(due_on(&term, "2026-01-28"), "2026-02-28");
    }
}
