//! The definition against the code it describes.

use qbo_actions::{Action, definition};

use super::CreatePaidInvoice;

#[test]
fn only_the_calls_of_every_run_are_required() {
    let usual = [
        "invoice:create",
        "payment:create",
        "account:query",
        "paymentmethod:query",
        "customer:query",
        "item:query",
        "companyinfo:query",
        "preferences:query",
    ];
    assert_eq!(definition::required(CreatePaidInvoice::DEFINITION), usual);
}
