//! The definition against the code it describes.

use qbo_actions::{Action, definition};
use serde_json::Value;

use super::CreateExpense;

#[test]
fn only_the_calls_of_every_run_are_required() {
    let definition: Value = serde_json::from_str(&definition::whole(CreateExpense::DEFINITION)).unwrap();
    let capabilities = definition["capabilities"].as_array().unwrap();
    let required = capabilities.iter().filter(|one| one["required"] == true);
    let required: Vec<_> = required.map(|one| one["capability"].as_str().unwrap()).collect();
    let usual = ["purchase:create", "account:query", "vendor:query", "companyinfo:query", "preferences:query"];
    assert_eq!(required, usual);
}
