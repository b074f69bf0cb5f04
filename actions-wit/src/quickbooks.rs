//! QuickBooks' entities as far as actions use them, under QuickBooks' own names. Shapes only:
//! nothing here decides anything.
//!
//! A member that is `None` is not written. Entities and lines keep the members they do not name
//! in `rest`, so that what was read is sent back whole by an update.

mod item;
mod lists;
mod members;
mod party;
mod payments;
mod preferences;
mod purchases;
mod sales;

pub use item::Item;
pub use lists::{Account, Class, CompanyInfo, PaymentMethod, TaxCode, Term};
pub use party::{Address, Customer, EmailAddress, Phone};
pub use payments::{Payment, PaymentLine, RefundReceipt};
pub use preferences::{AccountingInfoPrefs, CurrencyPrefs, Preferences, SalesFormsPrefs, TaxPrefs};
pub use purchases::{AccountExpense, EntityReference, Purchase, PurchaseLine, Vendor};
pub use sales::{DiscountLine, Estimate, Invoice, Line, LinkedTxn, Memo, SalesItemLine, SalesReceipt, TxnTaxDetail};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A QuickBooks entity that has a type. Any serialisable struct may become one.
pub trait Entity: Serialize + DeserializeOwned {
    /// QuickBooks' name for it, such as `Invoice`.
    const NAME: &'static str;
}

/// A reference by id, as QuickBooks writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The id of the entity referred to.
    pub value: String,
    /// Its name; QuickBooks adds it to answers and ignores it in requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Reference {
    /// A reference to the entity with this id.
    pub fn to(id: impl Into<String>) -> Self {
        Self { value: id.into(), name: None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn survives<E: Entity>(text: &str) {
        let entity: E = serde_json::from_str(text).unwrap();
        let written = serde_json::to_value(&entity).unwrap();
        let read: Value = serde_json::from_str(text).unwrap();
        assert_eq!(written, read);
    }

    #[test]
    fn members_that_have_no_name_here_survive_a_round_trip() {
        survives::<Customer>(
            r#"{"Id":"9","SyncToken":"0","DisplayName":"55 Twin Lane","Balance":85.0,
                "Notes":"n","BillAddr":{"Id":"9","Line1":"370 Easy St.","Lat":"37.4031672"},
                "MetaData":{"CreateTime":"2015-10-01T17:01:00-07:00"}}"#,
        );
        survives::<Item>(r#"{"Id":"1","Name":"Seat","UnitPrice":100.125,"QtyOnHand":1E+2}"#);
    }

    #[test]
    fn the_lines_of_a_stored_invoice_survive_a_round_trip() {
        survives::<Invoice>(
            r#"{"Id":"130","DocNumber":"1037","TotalAmt":362.07,"ExchangeRate":1.1234567890123456,
                "Line":[{"Id":"1","LineNum":1,"Amount":12.75,"DetailType":"SalesItemLineDetail",
                  "SalesItemLineDetail":{"ItemRef":{"value":"11","name":"Pump"},"UnitPrice":12.75,
                  "Qty":1,"TaxCodeRef":{"value":"TAX"},"ServiceDate":"2025-01-10"}},
                  {"Amount":335.25,"DetailType":"SubTotalLineDetail","SubTotalLineDetail":{}}]}"#,
        );
    }

    #[test]
    fn a_member_without_a_value_is_not_written() {
        let term = Term { name: Some("Net 45".to_owned()), ..Term::default() };
        assert_eq!(serde_json::to_string(&term).unwrap(), r#"{"Name":"Net 45"}"#);
    }
}
