//! What every sale has in common, whether it becomes an invoice, an estimate or a receipt: the
//! company's own rules, the customer, the products, the lines and the notes.
//!
//! [`Sale::prepare`] makes every check and writes nothing; [`Sale::write_missing`] creates the
//! customer and the products that are missing. Which document is made of them is the action's
//! matter, and nothing here knows it.

mod class;
mod company;
mod contact;
mod currency;
mod customer;
mod document;
mod grants;
mod lines;
mod listed;
mod names;
mod notes;
mod number;
mod party;
mod products;
mod sync_filter;
mod terms;
mod totals;

use crate::money::Money;
use crate::quickbooks::{Address, EmailAddress, Line, Reference};
use crate::{Company, Date, Enrollment, Problem, Problems, Refusal, codes};

pub use contact::FILTERABLE as CONTACT_PROPERTIES;
pub use notes::Notes;
pub use products::ID_PROPERTIES as PRODUCT_ID_PROPERTIES;
pub use terms::payment_terms;
pub use totals::total_differs;

use class::ClassUse;
use company::Books;
use contact::Contact;
use customer::CustomerPlan;
use lines::SaleLine;
use products::ProductPlan;
use totals::Totals;

/// A sale that may be written: all its checks are behind it.
pub struct Sale<'e> {
    books: Books,
    date: Date,
    contact: Option<Contact<'e>>,
    customer: CustomerPlan<'e>,
    lines: Vec<SaleLine<'e>>,
    products: ProductPlan,
    class: ClassUse,
    totals: Totals,
    notes: Notes,
    number: Option<String>,
    warnings: Vec<Problem>,
}

/// What a document of the sale is made of, once customer and products exist in QuickBooks.
pub struct Written {
    /// The customer.
    pub customer: Reference,
    /// The lines, with a discount line where there are discounts and the company allows one.
    pub lines: Vec<Line>,
}

impl<'e> Sale<'e> {
    /// Reads and checks everything, and writes nothing. `document` is QuickBooks' name of what the
    /// sale becomes, such as `Invoice`; `problems` brings what the action's own checks found, so that
    /// all of it is refused at once.
    pub fn prepare(
        enrollment: &'e Enrollment,
        company: &Company<'_>,
        document: &str,
        mut problems: Problems,
    ) -> Result<Self, Refusal> {
        let books = Books::read(company, &mut problems)?;
        let date = document_date(enrollment, &books, &mut problems);
        let notes = Notes::read(enrollment, &mut problems);
        let number = || number::plan(enrollment, company, document, &notes, &mut problems);
        let number = books.custom_numbers.then(number).transpose()?;
        let class = ClassUse::read(enrollment, company, &books, &mut problems);

        let contact = Contact::of(enrollment);
        contact.inspect(|contact| contact.check_addresses(&mut problems));
        let customer = customer::plan(enrollment, company, contact, &books, &mut problems)?;
        currency::check(enrollment, &books, customer.as_ref(), &mut problems);
        let records = lines::records(enrollment, &mut problems);
        let products = products::plan(enrollment, company, &records, date, &mut problems)?;
        grants::check(enrollment, customer.as_ref(), products.as_ref(), &mut problems);
        let lines = lines::read(&records, &mut problems);
        let totals = lines.as_deref().and_then(|lines| Totals::check(enrollment, lines, &books, &mut problems));

        let parts = customer.zip(products).zip(lines.zip(totals));
        let (((customer, products), (lines, totals)), warnings) = problems.settle_with(parts)?;
        Ok(Self { books, date, contact, customer, lines, products, class, totals, notes, number, warnings })
    }

    /// Creates the customer and the products that are missing, and gives the document's parts.
    pub fn write_missing(&self, company: &Company<'_>) -> Result<Written, Refusal> {
        let customer = self.customer.write(company)?;
        let items = self.products.write(company)?;
        let style = document::Style { discounts_allowed: self.books.discounts_allowed, class: self.class.of_lines() };
        Ok(Written { customer, lines: document::lines(&self.lines, &items, &self.totals, &style) })
    }

    /// The document's own date.
    pub fn date(&self) -> Date {
        self.date
    }

    /// The sum of the lines, discounts taken off, before tax.
    pub fn total(&self) -> Money {
        self.totals.net
    }

    /// What the customer reads and what only the books show.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// The number the document must bring along, where the company numbers by hand.
    pub fn document_number(&self) -> Option<String> {
        self.number.clone()
    }

    /// Whether tax comes after the discount, stated where there is a discount line: what is taken
    /// off is not sold, so it is not taxed either.
    pub fn tax_after_discount(&self) -> Option<bool> {
        self.totals.has_discount_line(self.books.discounts_allowed).then_some(true)
    }

    /// The currency to state; none where the company has only one.
    pub fn currency(&self) -> Option<Reference> {
        self.books.multi_currency.then(|| Reference::to(self.customer.currency(&self.books)))
    }

    /// The class of the whole document.
    pub fn class(&self) -> Option<Reference> {
        self.class.of_document()
    }

    /// Where the document is e-mailed to: the contact's address.
    pub fn email(&self) -> Option<EmailAddress> {
        self.contact?.email().map(EmailAddress::of)
    }

    /// Where the document is mailed to: the contact's address, if it has one.
    pub fn address(&self) -> Option<Address> {
        self.contact?.address()
    }

    /// The contact whose data was used, as people know it.
    pub fn contact(&self) -> String {
        self.contact.map(|contact| contact.record.describe()).unwrap_or_default()
    }

    /// What is worth a look although nothing speaks against the document.
    pub fn into_warnings(self) -> Vec<Problem> {
        self.warnings
    }
}

/// Skips an object that already has an invoice in HubSpot: the data sync would bring that one
/// to QuickBooks, and the sale would be booked twice.
pub fn skip_if_invoiced(enrollment: &Enrollment, problems: &mut Problems) -> Result<(), Refusal> {
    if problems.note(enrollment.yes_or_no("invoices_synced")).flatten() == Some(false) {
        return Ok(());
    }
    let standing =
        enrollment.associated("invoice").find(|invoice| invoice.object.text("hs_invoice_status") != Some("voided"));
    let Some(invoice) = standing else {
        return Ok(());
    };
    let number = invoice.object.text("hs_number").unwrap_or(&invoice.object.id);
    Err(Refusal::skip(
        Problem::new(
            codes::ALREADY_INVOICED,
            format!("The HubSpot invoice {number} exists for this sale, and the data sync brings it to QuickBooks."),
        )
        .about(enrollment.object.describe())
        .remedy("If invoices are not synced, set the input invoices_synced to no."),
    ))
}

fn document_date(enrollment: &Enrollment, books: &Books, problems: &mut Problems) -> Date {
    let chosen = problems.note(enrollment.input_date("transaction_date"));
    let date = chosen.flatten().unwrap_or(enrollment.company_date);
    books.check_date(date, problems);
    date
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Associated, CrmObject, RefusalKind};

    pub(super) fn enrollment(associated: Vec<CrmObject>, inputs: &[(&str, &str)]) -> Enrollment {
        let of_deal = |object| Associated { object, parent: "789".to_owned(), labels: Vec::new() };
        Enrollment::of_parts(
            CrmObject::new("deal", "789", Vec::new()),
            associated.into_iter().map(of_deal).collect(),
            inputs.iter().map(|&(name, value)| (name.into(), value.into())).collect(),
        )
    }

    fn invoice(status: &str) -> CrmObject {
        let properties = vec![("hs_invoice_status".to_owned(), status.to_owned())];
        CrmObject::new("invoice", "55", properties)
    }

    #[test]
    fn an_object_with_a_hubspot_invoice_is_skipped() {
        let refusal = skip_if_invoiced(&enrollment(vec![invoice("open")], &[]), &mut Problems::new()).unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Skip);
        assert_eq!(refusal.problems[0].code, codes::ALREADY_INVOICED);
    }

    #[test]
    fn a_voided_invoice_and_one_that_is_not_synced_do_not_count() {
        assert!(skip_if_invoiced(&enrollment(vec![invoice("voided")], &[]), &mut Problems::new()).is_ok());
        let unsynced = enrollment(vec![invoice("open")], &[("invoices_synced", "no")]);
        assert!(skip_if_invoiced(&unsynced, &mut Problems::new()).is_ok());
    }
}
