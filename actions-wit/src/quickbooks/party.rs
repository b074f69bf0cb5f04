//! Customers, and the e-mail and postal addresses that documents share with them.

use super::Reference;
use super::members::members;

members! {
    /// A customer. It can be made inactive, never deleted.
    pub struct Customer as "Customer" {
        /// QuickBooks' id.
        id "Id": String,
        /// The version an update must name.
        sync_token "SyncToken": String,
        /// Unique over customers, vendors and employees; at most 500 characters.
        display_name "DisplayName": String,
        /// First name, at most 100 characters.
        given_name "GivenName": String,
        /// Last name, at most 100 characters.
        family_name "FamilyName": String,
        /// At most 100 characters.
        company_name "CompanyName": String,
        /// One address, or several in one text.
        primary_email_addr "PrimaryEmailAddr": EmailAddress,
        /// The main telephone number.
        primary_phone "PrimaryPhone": Phone,
        /// Where invoices go.
        bill_addr "BillAddr": Address,
        /// Fixed once the customer exists.
        currency_ref "CurrencyRef": Reference,
        /// `false` for a customer that was made inactive.
        active "Active": bool,
        /// Whether it is a project or sub-customer of another customer.
        job "Job": bool,
        ..rest
    }
}

members! {
    /// An e-mail address.
    pub struct EmailAddress {
        /// The address; QuickBooks lets people write several, separated by commas.
        address "Address": String,
        ..rest
    }
}

impl EmailAddress {
    /// An e-mail address.
    pub fn of(address: impl Into<String>) -> Self {
        Self { address: Some(address.into()), ..Self::default() }
    }
}

members! {
    /// A telephone number.
    pub struct Phone {
        /// The number as people write it, at most 30 characters.
        free_form_number "FreeFormNumber": String,
        ..rest
    }
}

members! {
    /// A postal address.
    pub struct Address {
        /// Street, at most 500 characters.
        line1 "Line1": String,
        /// At most 255 characters.
        city "City": String,
        /// State, at most 255 characters.
        country_sub_division_code "CountrySubDivisionCode": String,
        /// At most 30 characters.
        postal_code "PostalCode": String,
        /// At most 255 characters.
        country "Country": String,
        ..rest
    }
}
