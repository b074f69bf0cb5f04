//! What the company has switched on, as far as it decides how a document must look.

use super::Reference;
use super::members::members;

members! {
    /// The company's preferences.
    pub struct Preferences as "Preferences" {
        /// Sales documents.
        sales_forms_prefs "SalesFormsPrefs": SalesFormsPrefs,
        /// Sales tax.
        tax_prefs "TaxPrefs": TaxPrefs,
        /// Currencies.
        currency_prefs "CurrencyPrefs": CurrencyPrefs,
        /// Closing date and classes.
        accounting_info_prefs "AccountingInfoPrefs": AccountingInfoPrefs,
    }
}

members! {
    /// Preferences of sales documents.
    pub struct SalesFormsPrefs {
        /// Whether documents carry the numbers that people give them.
        custom_txn_numbers "CustomTxnNumbers": bool,
        /// Whether a document may have a discount line.
        allow_discount "AllowDiscount": bool,
        /// Whether the company uses estimates.
        allow_estimates "AllowEstimates": bool,
        /// The account of discounts that name none.
        default_discount_account "DefaultDiscountAccount": String,
    }
}

members! {
    /// Preferences of sales tax.
    pub struct TaxPrefs {
        /// Whether the company collects sales tax.
        using_sales_tax "UsingSalesTax": bool,
        /// `true`: QuickBooks computes the tax by itself; `false`: not set up; absent: by code.
        partner_tax_enabled "PartnerTaxEnabled": bool,
    }
}

members! {
    /// Preferences of currencies.
    pub struct CurrencyPrefs {
        /// Whether documents may be in other currencies.
        multi_currency_enabled "MultiCurrencyEnabled": bool,
        /// The currency of the books.
        home_currency "HomeCurrency": Reference,
    }
}

members! {
    /// Preferences of the books.
    pub struct AccountingInfoPrefs {
        /// The last day whose books are closed, `YYYY-MM-DD`.
        book_close_date "BookCloseDate": String,
        /// Whether a document has one class.
        class_tracking_per_txn "ClassTrackingPerTxn": bool,
        /// Whether each line has its own class.
        class_tracking_per_txn_line "ClassTrackingPerTxnLine": bool,
    }
}
