//! The faults of the Accounting API: codes, messages and details as recorded from the real service.
//!
//! One constructor per code. It knows how a fault is written, not when one is due.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use http::StatusCode;
use serde_json::{Value, json};

/// The documented codes and their messages, for faults that are asked for by their code.
static LISTED: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("schema/faults.json")).expect("the schema files are part of the program")
});

/// One refused request. QuickBooks can list several errors; the simulator stops at the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) status: StatusCode,
    kind: &'static str,
    code: Cow<'static, str>,
    message: &'static str,
    detail: String,
    element: String,
}

impl Fault {
    fn new(code: &'static str, message: &'static str, detail: impl Into<String>) -> Self {
        let status = StatusCode::BAD_REQUEST;
        let kind = "ValidationFault";
        Self { status, kind, code: code.into(), message, detail: detail.into(), element: String::new() }
    }

    /// A fault by its code, when a test arms one: worded as listed, for no reason of its own.
    pub(crate) fn listed(code: &str) -> Self {
        let message = LISTED.get(code).map_or("A fault that is not listed", String::as_str);
        let mut fault = Self::new("", message, format!("{message} : armed by a test"));
        fault.code = Cow::Owned(code.to_owned());
        if code == "10000" {
            fault.status = StatusCode::INTERNAL_SERVER_ERROR;
            fault.kind = "SystemFault";
        }
        fault
    }

    fn at(mut self, element: &str) -> Self {
        element.clone_into(&mut self.element);
        self
    }

    /// The body without its envelope time.
    pub(crate) fn body(&self) -> Value {
        let error = json!({
            "Message": self.message,
            "Detail": self.detail,
            "code": self.code,
            "element": self.element,
        });
        json!({ "Error": [error], "type": self.kind })
    }

    pub(crate) fn unsupported_operation(method: &str, path: &str) -> Self {
        let detail = format!("Operation Could not find resource for {method} relative : {path} is not supported.");
        Self::new("500", "Unsupported Operation", detail)
    }

    pub(crate) fn duplicate_request_id(request_id: &str) -> Self {
        let detail = format!("Duplicate Request ID : the request {request_id} is still being processed");
        Self::new("600", "Duplicate Request ID", detail)
    }

    pub(crate) fn object_not_found() -> Self {
        let detail = "Object Not Found : Something you're trying to use has been made inactive. \
                      Check the fields with accounts, customers, items, vendors or employees.";
        Self::new("610", "Object Not Found", detail)
    }

    pub(crate) fn cannot_be_linked(id: &str) -> Self {
        let detail = format!("Transaction {id} can't be linked");
        Self::new("620", "Txn ID Cannot Be Linked", detail)
    }

    pub(crate) fn batch_size(items_max: usize, supplied: usize) -> Self {
        let detail = format!("A batch has at most {items_max} items. Supplied:{supplied}");
        Self::new("1040", "Batch size exceeds limit", detail).at("BatchItemRequest")
    }

    pub(crate) fn unsupported_object(name: &str) -> Self {
        let detail = format!("Unsupported object name : {name}");
        Self::new("2000", "Invalid or unsupported object name", detail)
    }

    pub(crate) fn unknown_property(property: &str, class: &str, known: &[String]) -> Self {
        let count = known.len();
        let listed = known.iter().take(12).map(|name| format!("\"{name}\"")).collect::<Vec<_>>();
        let listed = listed.join(", ");
        Self::invalid_property(&format!(
            "Property Name:Unrecognized field \"{property}\" (class com.intuit.schema.finance.v3.{class}), \
             not marked as ignorable ({count} known properties: {listed} [truncated]])\n specified is unsupported or invalid"
        ))
    }

    pub(crate) fn malformed_body() -> Self {
        Self::invalid_property("Property Name:Can not parse the request body specified is unsupported or invalid")
    }

    /// A value of another kind than the member's, such as text for a reference.
    pub(crate) fn not_constructed(member: &str) -> Self {
        Self::invalid_property(&format!(
            "Property Name:Can not construct instance of {member} from the given value specified is unsupported or invalid"
        ))
    }

    fn invalid_property(detail: &str) -> Self {
        Self::new("2010", "Request has invalid or unsupported property", detail)
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        let message = "Required param missing, need to supply the required value for the API";
        let detail = format!("Required parameter {parameter} is missing in the request");
        Self::new("2020", message, detail).at(parameter)
    }

    pub(crate) fn invalid_id(supplied: &str) -> Self {
        let detail = format!("Id should be a valid number. Supplied value:{supplied}");
        Self::new("2030", "Invalid ID", detail).at("Id")
    }

    pub(crate) fn invalid_characters(element: &str, supplied: &str) -> Self {
        let detail = format!("Element contains invalid characters: {supplied}");
        Self::new("2040", "Invalid String. The string contains invalid characters.", detail).at(element)
    }

    pub(crate) fn too_long(element: &str, length_max: usize, supplied: usize) -> Self {
        let message = "Invalid String Length. The string is either too short or too long.";
        let detail = format!(
            "String length specified does not match the supported length. \
             Min:0 Max:{length_max} supported. Supplied length:{supplied}"
        );
        Self::new("2050", message, detail).at(element)
    }

    pub(crate) fn date_format(element: &str, supplied: &str) -> Self {
        let detail = format!("Invalid date format : {supplied}");
        Self::new("2060", "Invalid Date Format", detail).at(element)
    }

    pub(crate) fn date_value(element: &str, supplied: &str) -> Self {
        let detail = format!("Invalid date value : {supplied}");
        Self::new("2070", "Invalid Date Value", detail).at(element)
    }

    pub(crate) fn number_format(element: &str, supplied: &str) -> Self {
        let detail = format!("{element} should be a valid number. Supplied value:{supplied}");
        Self::new("2080", "Invalid Number Format", detail).at(element)
    }

    pub(crate) fn number_value(element: &str, supplied: &str) -> Self {
        let detail = format!("{element} is out of range. Supplied value:{supplied}");
        Self::new("2090", "Invalid Number", detail).at(element)
    }

    pub(crate) fn boolean(element: &str, supplied: &str) -> Self {
        let detail = format!("{element} should be true or false. Supplied value:{supplied}");
        Self::new("2230", "Invalid Boolean", detail).at(element)
    }

    pub(crate) fn request_id_format(supplied: &str) -> Self {
        let detail = format!("Request Id should have at most 50 characters. Supplied value:{supplied}");
        Self::new("2130", "Invalid Request Id Format", detail)
    }

    pub(crate) fn enumeration(element: &str, supplied: &str) -> Self {
        let detail = format!("{element} has no value {supplied}");
        Self::new("2170", "Invalid Enumeration", detail).at(element)
    }

    pub(crate) fn email(supplied: &str) -> Self {
        let detail =
            format!("Email Address does not conform to the syntax rules of RFC 822. Supplied value:{supplied}");
        Self::new("2210", "Invalid Email Address format", detail).at("EmailAddress")
    }

    pub(crate) fn debits_and_credits() -> Self {
        Self::new(
            "2300",
            "Debits and credits do not balance",
            "The debits and credits of a journal entry must be equal",
        )
        .at("Line")
    }

    /// `list` is QuickBooks' own plural: `Names`, `Accounts`, `Items`, `Klasses`, `Terms`.
    pub(crate) fn reference(list: &str, id: &str) -> Self {
        let detail = format!("Invalid Reference Id : {list} element id {id} not found");
        Self::new("2500", "Invalid Reference Id", detail).at("Reference Id")
    }

    pub(crate) fn category_on_line() -> Self {
        let detail = "An item in this transaction is set up as a category instead of a product or service.";
        Self::new("2500", "Invalid Reference Id", detail).at("Reference Id")
    }

    pub(crate) fn custom_field(definition_id: &str) -> Self {
        let detail = format!("Invalid Custom Field : no definition has the id {definition_id}");
        Self::new("3000", "Invalid Custom Field", detail).at("CustomField")
    }

    pub(crate) fn query_syntax(detail: String) -> Self {
        Self::new("4000", "Error parsing query", format!("QueryParserError: {detail}"))
    }

    pub(crate) fn query_validation(detail: &str) -> Self {
        Self::new("4001", "Invalid query", format!("QueryValidationError: {detail}"))
    }

    pub(crate) fn stale_object() -> Self {
        let detail = "Stale Object Error : You and Craig Carlson were working on this at the same time. \
                      Craig Carlson finished before you did, so your work was not saved.";
        Self::new("5010", "Stale Object Error", detail)
    }

    pub(crate) fn permission_denied(what: &str) -> Self {
        Self::new("5020", "Permission Denied", format!("Permission Denied Error : {what}"))
    }

    pub(crate) fn feature_not_supported(feature: &str) -> Self {
        let detail = format!("Feature Not Supported Error : {feature}");
        Self::new("5030", "Feature Not Supported Error", detail)
    }

    pub(crate) fn business(reason: &str) -> Self {
        let message = "A business validation error has occurred while processing your request";
        Self::new("6000", message, format!("Business Validation Error: {reason}"))
    }

    pub(crate) fn account_type() -> Self {
        let message = "Invalid Account.AccountType && SubType";
        Self::new("6010", message, "Account type and account sub-type do not belong together").at("AccountType")
    }

    /// `supplied` is written with thousands separators, as QuickBooks does.
    pub(crate) fn amount_calculation(supplied: &str) -> Self {
        let detail = format!("Amount is not equal to UnitPrice * Qty. Supplied value:{supplied}");
        Self::new("6070", "Amount calculation incorrect in the request.", detail).at("Line.Amount")
    }

    pub(crate) fn no_name() -> Self {
        let detail = "At least one of Title, GivenName, MiddleName, FamilyName, Suffix or DisplayName is needed";
        Self::new("6080", "No Name Provided", detail)
    }

    pub(crate) fn discount_incomplete() -> Self {
        let detail = "A discount line needs an amount or a percentage";
        Self::new("6090", "Discount line missing info", detail).at("Line.DiscountLineDetail")
    }

    pub(crate) fn line_tax_code(supplied: &str) -> Self {
        let detail = format!("Invalid line TaxCode. For US companies it is TAX or NON. Supplied value:{supplied}");
        Self::new("6100", "Invalid line TaxCode", detail).at("Line.SalesItemLineDetail.TaxCodeRef")
    }

    pub(crate) fn duplicate_number(number: &str, entity: &str, id: &str) -> Self {
        let detail = format!(
            "Duplicate Document Number Error : You must specify a different number. This number has \
             already been used. DocNumber={number} is assigned to TxnType={entity} with TxnId={id}"
        );
        Self::new("6140", "Duplicate Document Number Error", detail)
    }

    pub(crate) fn custom_sales_tax() -> Self {
        let detail = "CustomSalesTax can not be used on this transaction";
        Self::new("6160", "CustomSalesTax not allowed", detail).at("TxnTaxDetail.TxnTaxCodeRef")
    }

    pub(crate) fn levels() -> Self {
        Self::new("6180", "Sub-level limit exceeded", "A sub-list element can have at most 4 levels above it")
    }

    pub(crate) fn company_status() -> Self {
        let detail =
            "Invalid Company Status Error : The subscription of this company has ended or there is a billing problem.";
        Self::new("6190", "Invalid Company Status Error", detail)
    }

    pub(crate) fn period_closed() -> Self {
        let detail = "Account Period Closed Error : The books are closed for the date of this transaction.";
        Self::new("6200", "Account Period Closed", detail).at("TxnDate")
    }

    pub(crate) fn period_closed_with_password() -> Self {
        let detail =
            "Account Period Closed Error : The books are closed with a password for the date of this transaction.";
        Self::new("6210", "Account Period Closed, password needed", detail).at("TxnDate")
    }

    pub(crate) fn duplicate_name() -> Self {
        let detail = "The name supplied already exists. : Another customer, vendor or employee is \
                      already using this \nname. Please use a different name.";
        Self::new("6240", "Duplicate Name Exists Error", detail)
    }

    pub(crate) fn sales_customer() -> Self {
        let detail = "Invalid Sales Customer : The customer of this transaction is missing or inactive.";
        Self::new("6250", "Invalid Sales Customer", detail).at("CustomerRef")
    }

    pub(crate) fn before_inventory_start() -> Self {
        let detail = "Inventory Transaction Date Error : Transaction date is prior to start date for inventory item";
        Self::new("6270", "Inventory transaction date is before the start date of the item", detail).at("TxnDate")
    }

    pub(crate) fn billable_without_customer(element: &str) -> Self {
        Self::new("6310", "Missing customer for billable", "A billable expense or time needs a customer").at(element)
    }

    pub(crate) fn customer_of_billable() -> Self {
        let detail = "A customer is required for a line that is billable";
        Self::new("6310", "Missing customer for billable", detail).at("Line.CustomerRef")
    }

    pub(crate) fn email_required() -> Self {
        let detail = "Email address is required : supply BillEmail when EmailStatus is NeedToSend";
        Self::new("6420", "Email address required", detail).at("BillEmail")
    }

    pub(crate) fn account_type_used(element: &str) -> Self {
        let detail = "Invalid account type used : You need to select a different type of account for this transaction.";
        Self::new("6430", "Invalid account type used", detail).at(element)
    }

    pub(crate) fn settled() -> Self {
        let detail = "Settled Transaction Error : A transaction that has been settled can not be voided.";
        Self::new("6450", "Settled transaction cannot be voided", detail)
    }

    pub(crate) fn deposited() -> Self {
        let detail = "Deposited Transaction cannot be changed : remove the transaction from its deposit first.";
        Self::new("6540", "Deposited Transaction cannot be changed", detail)
    }

    pub(crate) fn system_failure(status: StatusCode) -> Self {
        let message = "An application error has occurred while processing your request";
        let mut fault = Self::new("10000", message, "System Failure Error: the request could not be processed");
        fault.status = status;
        fault.kind = "SystemFault";
        fault
    }
}
