//! One sale, one currency: that of the object and its lines must be the one the document will be
//! in. Rates are left to QuickBooks.

use super::basis::Basis;
use super::company::Books;
use super::customer::CustomerPlan;
use crate::quickbooks::Account;
use crate::{Company, CrmObject, Enrollment, Problem, Problems, codes};

/// The currency of the enrolled object. A portal that uses one currency does not state it, and
/// it is the books' own then.
pub(super) fn of<'e>(enrollment: &'e Enrollment, books: &'e Books) -> &'e str {
    stated(&enrollment.object).unwrap_or(&books.home_currency)
}

/// Checks object, lines and customer against each other. A document is in the home currency or,
/// where the company uses several, in its customer's.
pub(super) fn check(
    enrollment: &Enrollment,
    books: &Books,
    customer: Option<&CustomerPlan<'_>>,
    problems: &mut Problems,
) {
    let own = of(enrollment, books);
    for line in enrollment.associated("line_item") {
        if let Some(other) = stated(&line.object).filter(|other| !other.eq_ignore_ascii_case(own)) {
            problems.add(mismatch(&line.object, format!("The line is in {other}, and the sale in {own}.")));
        }
    }
    let allowed = match customer {
        Some(customer) if books.multi_currency => customer.currency(books),
        Some(_) => &books.home_currency,
        // Which customer it will be is not known, so only the other checks can speak.
        None if books.multi_currency => return,
        None => &books.home_currency,
    };
    if !own.eq_ignore_ascii_case(allowed) {
        let whose = if books.multi_currency { "customer" } else { "company" };
        let sentence = format!("The sale is in {own}, and the QuickBooks {whose} is kept in {allowed}.");
        problems.add(mismatch(&enrollment.object, sentence));
    }
}

/// Checks the account that money comes to or goes from. A transaction knows one foreign currency at
/// most, so the account is in the home currency, to which QuickBooks converts, or in the sale's.
pub(super) fn check_account(enrollment: &Enrollment, company: &Company<'_>, account: &Account) -> Result<(), Problem> {
    let Some(kept_in) = account.currency_ref.as_ref().map(|currency| currency.value.as_str()) else { return Ok(()) };
    // Most accounts are in the sale's own currency, and the company need not be asked for its settings.
    if stated(&enrollment.object).is_some_and(|own| own.eq_ignore_ascii_case(kept_in)) {
        return Ok(());
    }
    let books = Books::of(company).map_err(|fault| fault.problem())?;
    let own = of(enrollment, &books);
    if !books.multi_currency || [own, &books.home_currency].iter().any(|fits| fits.eq_ignore_ascii_case(kept_in)) {
        return Ok(());
    }
    let name = account.fully_qualified_name.as_deref().unwrap_or_default();
    let sentence = format!("The sale is in {own}, and QuickBooks keeps the account “{name}” in {kept_in}.");
    Err(Problem::new(codes::CURRENCY_MISMATCH, sentence)
        .about(enrollment.object.describe())
        .remedy(format!("Choose an account in {own} or in {}.", books.home_currency)))
}

fn stated(object: &CrmObject) -> Option<&str> {
    object.text(match object.kind.as_str() {
        "line_item" => "hs_line_item_currency_code",
        _ => Basis::of(object).currency_property(),
    })
}

fn mismatch(object: &CrmObject, sentence: String) -> Problem {
    Problem::new(codes::CURRENCY_MISMATCH, sentence)
        .about(object.describe())
        .remedy("Use one currency in HubSpot and in QuickBooks, or choose another customer.")
}
