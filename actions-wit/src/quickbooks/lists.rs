//! Lists that actions only read: they keep no `rest`, since nothing here is ever written back.

use super::Reference;
use super::members::members;
use super::party::Address;

members! {
    /// The company itself.
    pub struct CompanyInfo as "CompanyInfo" {
        /// The name people see.
        company_name "CompanyName": String,
        /// `US`, or `USA` since 2025.
        country "Country": String,
        /// The company's address, whose country stands in where `country` is absent.
        company_addr "CompanyAddr": Address,
    }
}

members! {
    /// Payment terms.
    pub struct Term as "Term" {
        /// QuickBooks' id.
        id "Id": String,
        /// Such as `Net 30`.
        name "Name": String,
        /// `false` for terms that were made inactive.
        active "Active": bool,
    }
}

members! {
    /// A sales tax code.
    pub struct TaxCode as "TaxCode" {
        /// QuickBooks' id, or the word itself for `TAX` and `NON`.
        id "Id": String,
        /// Such as `California`.
        name "Name": String,
        /// Whether sales under it are taxed.
        taxable "Taxable": bool,
        /// `false` for a code that was made inactive.
        active "Active": bool,
    }
}

members! {
    /// An account of the chart of accounts.
    pub struct Account as "Account" {
        /// QuickBooks' id.
        id "Id": String,
        /// Its own name.
        name "Name": String,
        /// Parents and name, joined with `:`.
        fully_qualified_name "FullyQualifiedName": String,
        /// Such as `Income`, `Bank` or `Credit Card`.
        account_type "AccountType": String,
        /// Such as `SalesOfProductIncome`.
        account_sub_type "AccountSubType": String,
        /// The currency it is kept in, where the company uses several.
        currency_ref "CurrencyRef": Reference,
        /// `false` for an account that was made inactive.
        active "Active": bool,
    }
}

members! {
    /// A way to pay.
    pub struct PaymentMethod as "PaymentMethod" {
        /// QuickBooks' id.
        id "Id": String,
        /// Such as `Check` or `Visa`.
        name "Name": String,
        /// `CREDIT_CARD` or `NON_CREDIT_CARD`.
        kind "Type": String,
        /// `false` for a method that was made inactive.
        active "Active": bool,
    }
}

members! {
    /// A class, by which companies divide their books.
    pub struct Class as "Class" {
        /// QuickBooks' id.
        id "Id": String,
        /// Parents and name, joined with `:`.
        fully_qualified_name "FullyQualifiedName": String,
        /// `false` for a class that was made inactive.
        active "Active": bool,
    }
}
