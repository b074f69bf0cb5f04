//! From when to when a report looks.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Entity;
use crate::quickbooks::fault::Fault;
use crate::quickbooks::pacific;
use crate::quickbooks::request::Incoming;
use crate::quickbooks::row::text;

/// Days are kept as text, year first, as rows have them.
pub(super) struct Period {
    /// `None` is from the beginning.
    pub(super) from: Option<String>,
    pub(super) to: String,
    /// The period in words, where dates were not given.
    pub(super) words: Option<String>,
}

/// What a report without a period is about.
const DEFAULT_WORDS: &str = "This Fiscal Year-to-date";

impl Period {
    /// Dates count more than words; a missing end is today.
    pub(super) fn asked(books: &Books, request: &Incoming, now: Timestamp) -> Result<Self, Fault> {
        let today = now.to_zoned(pacific()).date();
        let day = |member| request.parameter(member).map(|text| parsed(member, text)).transpose();
        let (from, to) = (day("start_date")?, day("end_date")?);
        if from.is_some() || to.is_some() {
            let from = from.or_else(|| Some(fiscal_year(books, to?)));
            let to = to.unwrap_or(today);
            return Ok(Self { from: from.map(|day| day.to_string()), to: to.to_string(), words: None });
        }
        let words = request.parameter("date_macro").unwrap_or(DEFAULT_WORDS);
        let (from, to) = in_words(books, words, today).ok_or_else(|| Fault::enumeration("date_macro", words))?;
        Ok(Self { from: from.map(|day| day.to_string()), to: to.to_string(), words: Some(words.to_ascii_lowercase()) })
    }
}

fn parsed(member: &str, text: &str) -> Result<Date, Fault> {
    text.parse().map_err(|_| Fault::date_format(member, text))
}

fn in_words(books: &Books, words: &str, today: Date) -> Option<(Option<Date>, Date)> {
    let month = today.first_of_month();
    let year = fiscal_year(books, today);
    let span = |from: Date, to: Date| Some((Some(from), to));
    match words.to_ascii_lowercase().as_str() {
        "all" => Some((None, Date::MAX)),
        "today" => span(today, today),
        "yesterday" => span(today.saturating_sub(1.day()), today.saturating_sub(1.day())),
        "this month" => span(month, today.last_of_month()),
        "this month-to-date" => span(month, today),
        "last month" => span(month.saturating_sub(1.month()), month.saturating_sub(1.day())),
        "this fiscal year" => span(year, year.saturating_add(1.year()).saturating_sub(1.day())),
        "this fiscal year-to-date" => span(year, today),
        "last fiscal year" => span(year.saturating_sub(1.year()), year.saturating_sub(1.day())),
        "this calendar year" => span(today.first_of_year(), today.last_of_year()),
        "this calendar year-to-date" => span(today.first_of_year(), today),
        _ => None,
    }
}

/// The first day of the fiscal year that a day is in.
pub(super) fn fiscal_year(books: &Books, day: Date) -> Date {
    let company = books.row(Entity::CompanyInfo, "1");
    let name = company.and_then(|company| text(company, "FiscalYearStartMonth")).unwrap_or("January");
    let january = day.first_of_year();
    let months = (0..12).map(|later| january.saturating_add(later.months()));
    let first = months.into_iter().find(|month| month.strftime("%B").to_string() == name).unwrap_or(january);
    if first > day { first.saturating_sub(1.year()) } else { first }
}
