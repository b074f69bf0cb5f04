//! A definite no of QuickBooks or of the host, and what it means to a bookkeeper. Throttling,
//! outages and expired tokens never get here: the host deals with them.

use serde::Deserialize;

use crate::bindings::qbo::actions::quickbooks;
use crate::{Problem, Refusal, codes};

/// The name that was supplied is in use by a customer, vendor, employee or item.
pub(crate) const DUPLICATE_NAME: &str = "6240";
/// A query names a property that cannot be asked for.
pub(crate) const NOT_QUERYABLE: &str = "4001";
const DENIED: &str = "denied";
const UNREADABLE: &str = "unreadable-answer";

/// A definite no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Fault {
    code: String,
    message: String,
    body: String,
    entity: String,
}

impl Fault {
    /// QuickBooks' fault code (`6240`), the host's (`denied`, `key-reused`, …), or
    /// `unreadable-answer` for an answer that the asked type cannot hold.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// One sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the host said no because the capability is not granted.
    pub fn is_denied(&self) -> bool {
        self.code == DENIED
    }

    /// QuickBooks' own detail of the first error, where there is one.
    pub fn detail(&self) -> Option<String> {
        let body: Body = serde_json::from_str(&self.body).ok()?;
        body.fault.error.into_iter().next().map(|error| error.detail)
    }

    pub(crate) fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// What was answered to a call about an entity.
    pub(crate) fn answered(entity: &str, fault: quickbooks::Fault) -> Self {
        Self { code: fault.code, message: fault.message, body: fault.body, entity: entity.to_owned() }
    }

    pub(crate) fn unreadable(entity: &str, cause: &serde_json::Error) -> Self {
        Self {
            entity: entity.to_owned(),
            code: UNREADABLE.to_owned(),
            message: format!("The answer for {entity} could not be read: {cause}."),
            body: String::new(),
        }
    }

    /// The fault as a problem that a bookkeeper understands. It concerns QuickBooks' entity, such as
    /// `Invoice`, unless whoever made the call names it better.
    pub fn problem(&self) -> Problem {
        let (code, sentence, remedy) = meaning(&self.code);
        let said = self.detail().unwrap_or_else(|| self.message.clone());
        let message = if said.is_empty() {
            sentence.to_owned()
        } else {
            format!("{sentence} The answer was ({}): {said}", self.code)
        };
        Problem::new(code, message).about(self.entity.clone()).remedy(remedy)
    }
}

/// Code, sentence and remedy for a fault code; the codes are those of the Accounting API v3 and
/// of the host. Whatever is not told apart here is passed on in QuickBooks' words.
fn meaning(code: &str) -> (&'static str, &'static str, &'static str) {
    match code {
        DENIED => (
            codes::CAPABILITY_DENIED,
            "The action was not allowed to do this in QuickBooks.",
            "Approve the capability for this action, or choose a setting that does not need it.",
        ),
        "6200" | "6210" => (
            codes::BOOKS_CLOSED,
            "The books are closed for the date of the document.",
            "Choose a later transaction date, or reopen the books in QuickBooks.",
        ),
        "6140" => (
            codes::DOCUMENT_NUMBER_TAKEN,
            "Another document in QuickBooks has this number already.",
            "Look at that document; delete it or change its number, then run the action again.",
        ),
        DUPLICATE_NAME => (
            codes::NAME_TAKEN,
            "The name is already used by another customer, vendor, employee or product.",
            "Rename one of the two, or choose the customer or product in the step.",
        ),
        "6250" => (
            codes::CUSTOMER_UNUSABLE,
            "QuickBooks does not accept this customer on a sale.",
            "Check in QuickBooks that the customer exists and is active.",
        ),
        "610" | "2500" => (
            codes::REFERENCE_UNUSABLE,
            "Something that the document refers to does not exist or has been made inactive.",
            "Check the customer, products, terms, class and accounts in QuickBooks.",
        ),
        "6270" | "6520" => (
            codes::INVENTORY_UNAVAILABLE,
            "QuickBooks cannot take the stock of an inventory product for this date.",
            "Check the start date and the quantity of the product, or choose a later date.",
        ),
        "2290" | "6000" | "6070" | "6090" | "6100" | "6430" | "620" => (
            codes::DOCUMENT_REFUSED,
            "QuickBooks' business rules do not allow this document.",
            "Mend what QuickBooks names, then run the action again.",
        ),
        "2040" | "2050" | "2210" | "3000" | "6420" => (
            codes::TEXT_REFUSED,
            "QuickBooks does not accept one of the texts on the document.",
            "Shorten or correct the text that QuickBooks names.",
        ),
        "120" | "3100" | "5020" => (
            codes::NOT_PERMITTED,
            "The QuickBooks user who connected the company may not do this.",
            "Give that user the right in QuickBooks, or connect the company as another user.",
        ),
        "5030" | "6190" => (
            codes::SUBSCRIPTION_LIMIT,
            "The company's QuickBooks subscription does not allow this.",
            "Check the subscription and its billing in QuickBooks.",
        ),
        _ => (
            codes::QUICKBOOKS_REFUSED,
            "QuickBooks refused the request.",
            "Mend what QuickBooks names; if that is unclear, show the run to the action's author.",
        ),
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::fix(fault.problem())
    }
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "Fault")]
    fault: Errors,
}

#[derive(Deserialize)]
struct Errors {
    #[serde(rename = "Error")]
    error: Vec<OneError>,
}

#[derive(Deserialize)]
struct OneError {
    #[serde(rename = "Detail", default)]
    detail: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: &str, body: &str) -> Fault {
        let (code, message, body) = (code.to_owned(), String::new(), body.to_owned());
        Fault::answered("Invoice", quickbooks::Fault { code, message, body })
    }

    #[test]
    fn the_detail_is_that_of_the_first_error() {
        let body = r#"{"Fault":{"Error":[{"Message":"m","Detail":"first","code":"2020"},{"Detail":"second"}]}}"#;
        assert_eq!(fault("2020", body).detail().as_deref(), Some("first"));
        assert_eq!(fault("2020", "").detail(), None);
    }

    #[test]
    fn a_denial_is_told_apart_from_a_refusal_of_quickbooks() {
        assert!(fault("denied", "").is_denied());
        assert_eq!(fault("denied", "").problem().code, codes::CAPABILITY_DENIED);
        assert_eq!(fault("9999", "").problem().code, codes::QUICKBOOKS_REFUSED);
    }

    #[test]
    fn a_problem_names_the_entity_that_the_call_was_about() {
        assert_eq!(fault("6140", "").problem().about, "Invoice");
    }
}
