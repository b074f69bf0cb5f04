//! The automated sales tax of newer US companies: the code follows from where the goods go.
//!
//! The arithmetic of the real engine is not published. Here a state's code is the company's own tax
//! code whose description is that state, and a state without one is a state where nothing is owed.

use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Entity;
use crate::quickbooks::row::{Row, is_true, part, text};

/// Whether the company leaves its taxes to the engine. The member is missing where taxes are manual, and
/// `false` before the engine is set up.
pub(super) fn is_on(books: &Books) -> bool {
    books.preference("TaxPrefs").is_some_and(|taxes| is_true(taxes, "PartnerTaxEnabled"))
}

/// Whether the company is to use the engine and has not set it up: nothing is taxed yet.
pub(super) fn is_waiting(books: &Books) -> bool {
    books.preference("TaxPrefs").is_some_and(|taxes| taxes.contains_key("PartnerTaxEnabled")) && !is_on(books)
}

/// The code of the state that the goods go to, whatever code was sent.
pub(super) fn code<'a>(books: &'a Books, draft: &Row, customer: Option<&Row>) -> Option<&'a str> {
    let state = destination(books, draft, customer)?;
    let found = books.rows(Entity::TaxCode).find(|code| {
        [text(code, "Description"), text(code, "Name")]
            .into_iter()
            .flatten()
            .any(|known| known.eq_ignore_ascii_case(&state))
    });
    text(found?, "Id")
}

/// The transaction's own addresses come first, then the customer's; without any, it is sold over the
/// counter, where the company is.
fn destination(books: &Books, draft: &Row, customer: Option<&Row>) -> Option<String> {
    let company = books.row(Entity::CompanyInfo, "1");
    let addresses = [
        part(draft, "ShipAddr"),
        part(draft, "BillAddr"),
        customer.and_then(|customer| part(customer, "ShipAddr")),
        customer.and_then(|customer| part(customer, "BillAddr")),
        company.and_then(|company| part(company, "CompanyAddr")),
    ];
    let state = addresses.into_iter().flatten().find_map(|address| text(address, "CountrySubDivisionCode"));
    state.map(|state| state.trim().to_owned())
}
