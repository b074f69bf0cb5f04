//! The definition against the code it describes.

use qbo_actions::{Action, definition};

use super::CreateEstimate;

#[test]
fn only_the_calls_of_every_run_are_required() {
    let usual = ["estimate:create", "customer:query", "item:query", "companyinfo:query", "preferences:query"];
    assert_eq!(definition::required(CreateEstimate::DEFINITION), usual);
}
