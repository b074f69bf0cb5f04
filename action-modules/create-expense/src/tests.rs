//! The definition against the code it describes.

use qbo_actions::{Action, definition};

use super::CreateExpense;

#[test]
fn only_the_calls_of_every_run_are_required() {
    let usual = ["purchase:create", "account:query", "vendor:query", "companyinfo:query", "preferences:query"];
    assert_eq!(definition::required(CreateExpense::DEFINITION), usual);
}
