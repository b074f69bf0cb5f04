//! Where a person finds a document: its page in QuickBooks itself. Intuit does not document these
//! addresses, and those of a sandbox company begin otherwise: so where they begin is a setting.
//!
//! Knows names and ids only. Whether a page is there is not looked up.

/// Where the pages of most companies are.
const USUAL: &str = "https://app.qbo.intuit.com";

/// Entities that have a page of their own, and what QuickBooks calls it.
const PAGES: [(&str, &str); 6] = [
    ("Estimate", "estimate"),
    ("Invoice", "invoice"),
    ("Payment", "recvpayment"),
    ("Purchase", "expense"),
    ("RefundReceipt", "refundreceipt"),
    ("SalesReceipt", "salesreceipt"),
];

/// The pages of a company.
#[derive(Debug)]
pub(super) struct Pages {
    base_url: String,
}

impl Pages {
    pub(super) fn at(base_url: &str) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned() }
    }

    /// The page of a document; list entries and preview documents have none.
    pub(super) fn of(&self, entity: &str, id: &str) -> Option<String> {
        let (_, page) = PAGES.iter().find(|(name, _)| *name == entity)?;
        let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        is_id.then(|| format!("{}/app/{page}?txnId={id}", self.base_url))
    }
}

impl Default for Pages {
    fn default() -> Self {
        Self::at(USUAL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_found_on_its_page() {
        let pages = Pages::default();
        assert_eq!(pages.of("Invoice", "130").unwrap(), "https://app.qbo.intuit.com/app/invoice?txnId=130");
        assert_eq!(pages.of("Payment", "7").unwrap(), "https://app.qbo.intuit.com/app/recvpayment?txnId=7");
        let sandbox = Pages::at("https://sandbox.example/");
        assert_eq!(sandbox.of("Purchase", "7").unwrap(), "https://sandbox.example/app/expense?txnId=7");
    }

    #[test]
    fn what_has_no_page_has_no_link() {
        for (entity, id) in [("Customer", "5"), ("Invoice", "preview:1"), ("Invoice", ""), ("Journal", "5")] {
            assert_eq!(Pages::default().of(entity, id), None, "{entity} {id}");
        }
    }
}
