//! What every sale has in common, whether it becomes an invoice, an estimate or a receipt: the
//! company's own rules, the customer, the products, the lines and the notes; and what follows from
//! whether it is made from a deal, a quote or a payment.
//!
//! [`Sale::prepare`] makes every check and writes nothing; [`Sale::write_missing`] creates the
//! customer and the products that are missing. Which document is made of them is the action's
//! matter, and nothing here knows it.

mod accounts;
mod adjustments;
mod basis;
mod booking;
mod class;
mod company;
mod contact;
mod currency;
mod customer;
mod deposit;
mod document;
mod grants;
mod invoiced;
mod lines;
mod listed;
mod names;
mod notes;
mod number;
mod party;
mod products;
mod sync_filter;
mod tax;
mod terms;
mod totals;
mod untaxed;

use crate::money::Money;
use crate::quickbooks::{Address, EmailAddress, Line, Reference, TxnTaxDetail};
use crate::{Company, Date, Enrollment, Outcome, Problem, Problems, Refusal, codes};

pub use accounts::{account, account_or_clearing};
pub use booking::Booking;
pub use contact::FILTERABLE as CONTACT_PROPERTIES;
pub use deposit::{Deposit, deposit, refunded_from};
pub use invoiced::skip_if_invoiced;
pub use listed::{Listed, picked};
pub use notes::Notes;
pub use products::ID_PROPERTIES as PRODUCT_ID_PROPERTIES;
pub use terms::payment_terms;

use adjustments::Adjusted;
use basis::Basis;
use class::ClassUse;
use company::Books;
use contact::Contact;
use customer::CustomerPlan;
use document::TaxOfLines;
use lines::SaleLine;
use products::ProductPlan;
use totals::Totals;

/// A sale that may be written: all its checks are behind it.
pub struct Sale<'e> {
    basis: Basis,
    books: Books,
    date: Date,
    contact: Option<Contact<'e>>,
    customer: CustomerPlan<'e>,
    lines: Vec<SaleLine<'e>>,
    products: ProductPlan,
    class: ClassUse,
    discount_line: bool,
    totals: Totals,
    notes: Notes,
    number: Option<String>,
    warnings: Vec<Problem>,
}

/// What the document does, as far as its checks differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose<'p> {
    Bill,
    BillUntaxed,
    /// To the customer with this id, if it is known whose money it was.
    GiveBack(Option<&'p str>),
}

/// What a document of the sale is made of, once customer and products exist in QuickBooks.
pub struct Written {
    /// The customer.
    pub customer: Reference,
    /// The lines, with a discount line where there are discounts, the company allows one, and it leaves
    /// the tax right.
    pub lines: Vec<Line>,
}

impl<'e> Sale<'e> {
    /// Reads and checks everything, and writes nothing. `document` is QuickBooks' name of what the
    /// sale becomes, such as `Invoice`; `problems` brings what the action's own checks found, so that
    /// all of it is refused at once.
    ///
    /// Of a deal, another amount than that of its lines is a warning. A document made from a quote
    /// must come to the quote's amount, and one made from a payment to what was paid, tax included.
    pub fn prepare(
        enrollment: &'e Enrollment,
        company: &Company<'_>,
        document: &str,
        problems: Problems,
    ) -> Result<Self, Refusal> {
        Self::checked(enrollment, company, (document, Purpose::Bill), problems)
    }

    /// The same for a document that may have no tax: each line that is taxed in HubSpot, or whose
    /// product is taxable in QuickBooks, is refused.
    pub fn prepare_untaxed(
        enrollment: &'e Enrollment,
        company: &Company<'_>,
        document: &str,
        problems: Problems,
    ) -> Result<Self, Refusal> {
        Self::checked(enrollment, company, (document, Purpose::BillUntaxed), problems)
    }

    /// The same for a document that gives money back. It is dated by the day the event was accepted:
    /// the payment's own date is that of the money that came in, and its books may be closed. Unless
    /// the step names another one, `customer` is the id of whom the money came from; without it, the
    /// customer is found as for a sale.
    pub fn prepare_refund(
        enrollment: &'e Enrollment,
        company: &Company<'_>,
        document: &str,
        customer: Option<&str>,
        problems: Problems,
    ) -> Result<Self, Refusal> {
        Self::checked(enrollment, company, (document, Purpose::GiveBack(customer)), problems)
    }

    fn checked(
        enrollment: &'e Enrollment,
        company: &Company<'_>,
        (document, purpose): (&str, Purpose<'_>),
        mut problems: Problems,
    ) -> Result<Self, Refusal> {
        let basis = Basis::of(&enrollment.object);
        let books = Books::read(company, &mut problems)?;
        books.check_document(document, &mut problems);
        let (dated_by, known) = match purpose {
            Purpose::GiveBack(customer) => (Basis::Deal, customer),
            Purpose::Bill | Purpose::BillUntaxed => (basis, None),
        };
        let date = document_date(enrollment, dated_by, &books, &mut problems);
        let notes = Notes::read(enrollment, &mut problems);
        let number = || number::plan(enrollment, company, document, &notes, &mut problems);
        let number = books.custom_numbers.then(number).transpose()?;
        let class = ClassUse::read(enrollment, company, &books, &mut problems);

        let contact = Contact::of(enrollment);
        contact.inspect(|contact| contact.check_addresses(&mut problems));
        contact.inspect(|contact| contact.check_payer(enrollment, &mut problems));
        let customer = customer::plan(enrollment, company, (known, contact), &books, &mut problems)?;
        currency::check(enrollment, &books, customer.as_ref(), &mut problems);
        let records = lines::records(enrollment, &mut problems);
        let mut products = products::plan(enrollment, company, &records, date, &mut problems)?;
        grants::check(enrollment, customer.as_ref(), products.as_ref(), &mut problems);
        let lines = lines::read(&records, &mut problems);
        let adjusted = lines.and_then(|lines| adjustments::apply(enrollment, lines, &mut problems));
        if let Some(adjusted) = &adjusted {
            add_fees(enrollment, company, adjusted, products.as_mut(), date, &mut problems)?;
        }
        let lines = adjusted.map(|adjusted| adjusted.lines);
        if purpose == Purpose::BillUntaxed {
            untaxed::check(enrollment, &records, products.as_ref(), &mut problems);
        }
        let discount_line = takes_discount_line(basis, &books, lines.as_deref(), products.as_ref());
        let totals = lines.as_deref().and_then(|lines| Totals::check(enrollment, lines, discount_line, &mut problems));
        if let (Basis::Payment, Some(tax)) = (basis, totals.and_then(|totals| totals.tax)) {
            books.check_tax(tax, &mut problems);
        }

        let parts = customer.zip(products).zip(lines.zip(totals));
        let (((customer, products), (lines, totals)), warnings) = problems.settle_with(parts)?;
        Ok(Self {
            basis,
            books,
            date,
            contact,
            customer,
            lines,
            products,
            class,
            discount_line,
            totals,
            notes,
            number,
            warnings,
        })
    }

    /// Creates the customer and the products that are missing, and gives the document's parts.
    pub fn write_missing(&self, company: &Company<'_>) -> Result<Written, Refusal> {
        let customer = self.customer.write(company)?;
        let items = self.products.write(company)?;
        let style = document::Style {
            discount_line: self.discount_line,
            class: self.class.of_lines(),
            tax: self.tax_of_lines(),
        };
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

    /// The tax to state: what was collected with a payment. Deals and quotes leave it to QuickBooks.
    pub fn tax(&self) -> Option<TxnTaxDetail> {
        let stated = (self.basis == Basis::Payment).then_some(self.totals.tax)?;
        Some(TxnTaxDetail { total_tax: Some(stated.unwrap_or(Money::ZERO)), ..TxnTaxDetail::default() })
    }

    /// Whether tax comes after the discount, stated where there is a discount line: what is taken
    /// off is not sold, so it is not taxed either.
    pub fn tax_after_discount(&self) -> Option<bool> {
        self.totals.has_discount_line(self.discount_line).then_some(true)
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

    /// The outcome of the document as QuickBooks stored it: all warnings, one more if its total or tax
    /// is not the sale's, and the output fields that every sale has.
    pub fn outcome(self, customer: Option<&Reference>, total: Option<Money>, tax: Option<&TxnTaxDetail>) -> Outcome {
        let contact = self.contact.map(|contact| contact.record.describe());
        let name = customer.and_then(|customer| customer.name.clone());
        Outcome::new(self.warnings)
            .warning(self.totals.differ_from(total, tax))
            .output("customer_id", customer.map(|customer| customer.value.clone()).unwrap_or_default())
            .output("customer_name", name.unwrap_or_default())
            .output("contact", contact.unwrap_or_default())
    }

    fn tax_of_lines(&self) -> TaxOfLines {
        match (self.basis, self.totals.tax) {
            (Basis::Deal | Basis::Quote, _) => TaxOfLines::Unstated,
            (Basis::Payment, Some(tax)) if !tax.is_zero() => {
                TaxOfLines::Stated { all: !self.lines.iter().any(tax::is_taxed) }
            }
            (Basis::Payment, _) => TaxOfLines::Untaxed,
        }
    }
}

/// Whether discounts may have a line of their own: where the company allows it, and where it does not
/// change the tax that QuickBooks computes. Of a payment the tax is stated.
fn takes_discount_line(
    basis: Basis,
    books: &Books,
    lines: Option<&[SaleLine<'_>]>,
    products: Option<&ProductPlan>,
) -> bool {
    let computes_tax = basis != Basis::Payment && books.collects_sales_tax;
    let moves_tax = |(lines, products): (_, &ProductPlan)| document::discount_line_moves_tax(lines, products.taxable());
    books.discounts_allowed && !(computes_tax && lines.zip(products).is_some_and(moves_tax))
}

/// Books the fees on the product that is set for them.
fn add_fees(
    enrollment: &Enrollment,
    company: &Company<'_>,
    adjusted: &Adjusted<'_>,
    products: Option<&mut ProductPlan>,
    date: Date,
    problems: &mut Problems,
) -> Result<(), Refusal> {
    let fees = adjusted.fees();
    if fees.is_empty() {
        return Ok(());
    }
    let item = products::of_fees(enrollment, company, fees, date, problems)?;
    if let Some((products, item)) = products.zip(item) {
        products.add(&item, fees.len());
    }
    Ok(())
}

/// A payment's document is dated by the payment; another one by the day the event was accepted.
fn document_date(enrollment: &Enrollment, basis: Basis, books: &Books, problems: &mut Problems) -> Date {
    let chosen = problems.note(enrollment.input_date("transaction_date")).flatten();
    let paid = || problems.note(paid_on(enrollment));
    let own = chosen.or_else(|| (basis == Basis::Payment).then(paid).flatten());
    let date = own.unwrap_or(enrollment.company_date);
    books.check_date(date, problems);
    date
}

fn paid_on(enrollment: &Enrollment) -> Result<Date, Problem> {
    const PROPERTY: &str = "hs_initiated_date";
    enrollment.day_of(PROPERTY)?.ok_or_else(|| {
        Problem::new(codes::PROPERTY_MISSING, format!("The property {PROPERTY} is empty, so the payment has no date."))
            .about(enrollment.object.describe())
            .remedy("Choose the date of the document in the step.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Associated, CrmObject};

    pub(super) fn enrollment(associated: Vec<CrmObject>, inputs: &[(&str, &str)]) -> Enrollment {
        let of_deal = |object| Associated { object, parent: "789".to_owned(), labels: Vec::new() };
        Enrollment::of_parts(
            CrmObject::new("deal", "789", Vec::new()),
            associated.into_iter().map(of_deal).collect(),
            inputs.iter().map(|&(name, value)| (name.into(), value.into())).collect(),
        )
    }
}
