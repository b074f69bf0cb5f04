//! What every document needs, whether it sells something or not: a company of the United States, a day
//! in open books, a class and a note. For documents without lines of a sale, such as an expense.

use super::basis::Basis;
use super::class::ClassUse;
use super::company::Books;
use super::names::check_length;
use super::notes::Notes;
use super::{currency, document_date};
use crate::quickbooks::Reference;
use crate::{Company, Date, Enrollment, Fault, Problem, Problems, codes};

/// A private note has at most 4000 characters; the marker needs some of them.
const MEMO_MAX: usize = 3800;

/// The part of a document that does not depend on what it books.
pub struct Booking<'e> {
    enrollment: &'e Enrollment,
    books: Books,
    date: Date,
    class: ClassUse,
    memo: Option<&'e str>,
    marker: Option<&'e str>,
}

impl<'e> Booking<'e> {
    /// Reads and checks it. Whatever speaks against the document is added to `problems`.
    ///
    /// # Errors
    ///
    /// When QuickBooks does not tell the company's settings.
    pub fn prepare(enrollment: &'e Enrollment, company: &Company<'_>, problems: &mut Problems) -> Result<Self, Fault> {
        let books = Books::read(company, problems)?;
        let date = document_date(enrollment, Basis::of(&enrollment.object), &books, problems);
        let class = ClassUse::read(enrollment, company, &books, problems);
        let marker = Notes::read(enrollment, problems).have_marker().then(|| enrollment.marker());
        let memo = enrollment.input("memo");
        problems.note(check_length(memo.unwrap_or_default(), MEMO_MAX, "memo").map_err(|one| one.about("memo")));
        Ok(Self { enrollment, books, date, class, memo, marker })
    }

    /// Checks that the object is in the currency in which the books keep `whose`, such as an account or
    /// a vendor. Without a currency of its own, that is the home currency.
    pub fn check_currency(&self, whose: &str, kept_in: Option<&Reference>, problems: &mut Problems) {
        let home = self.books.home_currency.as_str();
        let allowed = kept_in.filter(|_| self.books.multi_currency).map_or(home, |currency| currency.value.as_str());
        let own = currency::of(self.enrollment, &self.books);
        if own.eq_ignore_ascii_case(allowed) {
            return;
        }
        problems.add(
            Problem::new(
                codes::CURRENCY_MISMATCH,
                format!("The payment is in {own}, and QuickBooks keeps the {whose} in {allowed}."),
            )
            .about(self.enrollment.object.describe())
            .remedy(format!("Choose a {whose} in {own}, or book this payment by hand.")),
        );
    }

    /// The document's own date.
    pub fn date(&self) -> Date {
        self.date
    }

    /// The class, wherever the document has it.
    pub fn class(&self) -> Option<Reference> {
        self.class.of_document().or_else(|| self.class.of_lines().cloned())
    }

    /// The currency to state; none where the company has only one.
    pub fn currency(&self) -> Option<Reference> {
        self.books.multi_currency.then(|| Reference::to(currency::of(self.enrollment, &self.books).to_uppercase()))
    }

    /// What the books show: the memo of the step, or else `usual`, and the marker.
    pub fn private_note(&self, usual: &str) -> String {
        let text = self.memo.unwrap_or(usual);
        self.marker.map_or_else(|| text.to_owned(), |marker| format!("{text}\n{marker}"))
    }
}
