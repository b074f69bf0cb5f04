//! Products and services, which QuickBooks calls items.

use super::Reference;
use super::members::members;
use crate::money::UnitPrice;

members! {
    /// A product or service.
    pub struct Item as "Item" {
        /// QuickBooks' id.
        id "Id": String,
        /// The version an update must name.
        sync_token "SyncToken": String,
        /// Unique within its parent; at most 100 characters, no colon, tab or line break.
        name "Name": String,
        /// Parents and name, joined with `:`.
        fully_qualified_name "FullyQualifiedName": String,
        /// At most 100 characters.
        sku "Sku": String,
        /// `Inventory`, `Service`, `NonInventory`, `Category` or `Group`.
        kind "Type": String,
        /// At most 4000 characters.
        description "Description": String,
        /// The usual price.
        unit_price "UnitPrice": UnitPrice,
        /// Whether its sales are taxed.
        taxable "Taxable": bool,
        /// Where its sales are booked.
        income_account_ref "IncomeAccountRef": Reference,
        /// The first day of its stock, `YYYY-MM-DD`; only of inventory.
        inv_start_date "InvStartDate": String,
        /// `false` for an item that was made inactive.
        active "Active": bool,
        ..rest
    }
}
