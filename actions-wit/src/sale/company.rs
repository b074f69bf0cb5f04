//! What the company's own settings demand of every document: its country, its currencies, its
//! closing date and how it wants documents to look. Reads only; knows no customer and no line.

use crate::money::Money;
use crate::quickbooks::{CompanyInfo, Preferences};
use crate::{Company, Date, Fault, Problem, Problems, codes};

const US_DOLLAR: &str = "USD";

/// The settings of a company's books.
pub(super) struct Books {
    pub(super) home_currency: String,
    pub(super) multi_currency: bool,
    pub(super) discounts_allowed: bool,
    pub(super) custom_numbers: bool,
    pub(super) class_on_document: bool,
    pub(super) class_on_lines: bool,
    estimates_allowed: bool,
    pub(super) collects_sales_tax: bool,
    closed_until: Option<Date>,
}

impl Books {
    /// Reads the settings and refuses a company that is not in the United States.
    pub(super) fn read(company: &Company<'_>, problems: &mut Problems) -> Result<Self, Fault> {
        let info: Vec<CompanyInfo> = company.query("SELECT * FROM CompanyInfo", &[])?;
        let books = Self::of(company)?;
        check_country(&info.into_iter().next().unwrap_or_default(), problems);
        Ok(books)
    }

    /// The settings alone, of a company that is checked elsewhere.
    pub(super) fn of(company: &Company<'_>) -> Result<Self, Fault> {
        let preferences: Vec<Preferences> = company.query("SELECT * FROM Preferences", &[])?;
        Ok(Self::from(preferences.into_iter().next().unwrap_or_default()))
    }

    /// A company that does not use estimates takes none.
    pub(super) fn check_document(&self, document: &str, problems: &mut Problems) {
        if document == "Estimate" && !self.estimates_allowed {
            problems.add(
                Problem::new(codes::ESTIMATES_OFF, "The company does not use estimates.")
                    .remedy("Turn on estimates in QuickBooks' sales settings."),
            );
        }
    }

    /// A company that collects no sales tax would drop the tax that a document states.
    pub(super) fn check_tax(&self, tax: Money, problems: &mut Problems) {
        if !tax.is_zero() && !self.collects_sales_tax {
            problems.add(
                Problem::new(
                    codes::SALES_TAX_OFF,
                    format!("The payment has a tax of {tax} in it, and the company collects no sales tax."),
                )
                .remedy("Turn on sales tax in QuickBooks, or book the payment by hand."),
            );
        }
    }

    /// A document may not be dated into books that are closed (error 6200).
    pub(super) fn check_date(&self, date: Date, problems: &mut Problems) {
        let Some(closed_until) = self.closed_until.filter(|&closed| date <= closed) else {
            return;
        };
        problems.add(
            Problem::new(
                codes::BOOKS_CLOSED,
                format!("The books are closed up to {closed_until}, and the document is dated {date}."),
            )
            .about("transaction_date")
            .remedy("Choose a later transaction date, or move the closing date in QuickBooks."),
        );
    }
}

impl From<Preferences> for Books {
    fn from(preferences: Preferences) -> Self {
        let sales = preferences.sales_forms_prefs.unwrap_or_default();
        let currency = preferences.currency_prefs.unwrap_or_default();
        let books = preferences.accounting_info_prefs.unwrap_or_default();
        let taxes = preferences.tax_prefs.unwrap_or_default();
        Self {
            home_currency: currency.home_currency.map_or_else(|| US_DOLLAR.to_owned(), |home| home.value),
            multi_currency: currency.multi_currency_enabled == Some(true),
            discounts_allowed: sales.allow_discount == Some(true),
            custom_numbers: sales.custom_txn_numbers == Some(true),
            class_on_document: books.class_tracking_per_txn == Some(true),
            class_on_lines: books.class_tracking_per_txn_line == Some(true),
            // Only a company that says no refuses an estimate.
            estimates_allowed: sales.allow_estimates != Some(false),
            collects_sales_tax: taxes.using_sales_tax == Some(true),
            closed_until: books.book_close_date.as_deref().and_then(Date::parse),
        }
    }
}

/// HubSpot offers its QuickBooks actions for US companies only: elsewhere every line needs a tax
/// code that a deal does not have.
fn check_country(info: &CompanyInfo, problems: &mut Problems) {
    let address = info.company_addr.as_ref();
    let country = info.country.as_deref().or_else(|| address?.country.as_deref()).unwrap_or("unknown");
    if matches!(country, "US" | "USA") {
        return;
    }
    problems.add(
        Problem::new(
            codes::COUNTRY_NOT_SUPPORTED,
            format!("The QuickBooks company's country is {country}; this action works for US companies only."),
        )
        .about(info.company_name.clone().unwrap_or_default())
        .remedy("Connect a US company."),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quickbooks::{AccountingInfoPrefs, Address};

    fn country_code(info: &CompanyInfo) -> Option<&'static str> {
        let mut problems = Problems::new();
        check_country(info, &mut problems);
        problems.settle().err().map(|refusal| refusal.problems[0].code)
    }

    #[test]
    fn us_and_usa_are_one_country_wherever_it_is_stated() {
        let stated = CompanyInfo { country: Some("US".into()), ..CompanyInfo::default() };
        assert_eq!(country_code(&stated), None);
        let address = Address { country: Some("USA".into()), ..Address::default() };
        let addressed = CompanyInfo { company_addr: Some(address), ..CompanyInfo::default() };
        assert_eq!(country_code(&addressed), None);
    }

    #[test]
    fn another_country_and_an_unknown_one_are_refused() {
        let stated = CompanyInfo { country: Some("CA".into()), ..CompanyInfo::default() };
        assert_eq!(country_code(&stated), Some(codes::COUNTRY_NOT_SUPPORTED));
        assert_eq!(country_code(&CompanyInfo::default()), Some(codes::COUNTRY_NOT_SUPPORTED));
    }

    #[test]
    fn the_closing_date_itself_is_closed() {
        let preferences = Preferences {
            accounting_info_prefs: Some(AccountingInfoPrefs {
                book_close_date: Some("2026-01-31".into()),
                ..AccountingInfoPrefs::default()
            }),
            ..Preferences::default()
        };
        let books = Books::from(preferences);
        let refused = |day: &str| {
            let mut problems = Problems::new();
            books.check_date(Date::parse(day).unwrap(), &mut problems);
            problems.settle().is_err()
        };
        assert!(refused("2026-01-31"));
        assert!(!refused("2026-02-01"));
    }
}
