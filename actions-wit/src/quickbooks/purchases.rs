//! Money spent: what QuickBooks shows as expenses, checks and credit card charges.

use super::Reference;
use super::members::members;
use crate::money::Money;

members! {
    /// An expense. QuickBooks computes its total from the lines.
    pub struct Purchase as "Purchase" {
        /// QuickBooks' id.
        id "Id": String,
        /// The version an update must name.
        sync_token "SyncToken": String,
        /// The reference number people see, at most 21 characters.
        doc_number "DocNumber": String,
        /// `YYYY-MM-DD`.
        txn_date "TxnDate": String,
        /// `Cash` and `Check` leave a bank account, `CreditCard` a card account.
        payment_type "PaymentType": String,
        /// The account it was paid from.
        account_ref "AccountRef": Reference,
        /// Who was paid.
        entity_ref "EntityRef": EntityReference,
        /// Only where the company uses several currencies.
        currency_ref "CurrencyRef": Reference,
        /// What it was for.
        line "Line": Vec<PurchaseLine>,
        /// What the books show as the memo, at most 4000 characters.
        private_note "PrivateNote": String,
        /// The sum of the lines.
        total_amt "TotalAmt": Money,
        ..rest
    }
}

members! {
    /// A line of an expense.
    pub struct PurchaseLine {
        /// At most 4000 characters.
        description "Description": String,
        /// What was spent.
        amount "Amount": Money,
        /// `AccountBasedExpenseLineDetail` or `ItemBasedExpenseLineDetail`.
        detail_type "DetailType": String,
        /// Of a line that names its account.
        account_based_expense_line_detail "AccountBasedExpenseLineDetail": AccountExpense,
        ..rest
    }
}

members! {
    /// The account that a line of an expense is booked on.
    pub struct AccountExpense {
        /// The account.
        account_ref "AccountRef": Reference,
        /// The class; an expense has none of its own.
        class_ref "ClassRef": Reference,
        ..rest
    }
}

members! {
    /// A reference into one of several lists of names.
    pub struct EntityReference {
        /// The id.
        value "value": String,
        /// The name; QuickBooks adds it to answers.
        name "name": String,
        /// `Vendor`, `Customer` or `Employee`.
        kind "type": String,
    }
}

members! {
    /// Somebody the company buys from.
    pub struct Vendor as "Vendor" {
        /// QuickBooks' id.
        id "Id": String,
        /// Unique over customers, vendors and employees.
        display_name "DisplayName": String,
        /// Fixed once the vendor exists.
        currency_ref "CurrencyRef": Reference,
        /// `false` for a vendor that was made inactive.
        active "Active": bool,
        ..rest
    }
}
