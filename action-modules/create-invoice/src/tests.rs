//! The definition against the code it describes.

use std::collections::BTreeSet;

use qbo_actions::{Action, codes, sale};
use serde_json::Value;

use super::CreateInvoice;

fn definition() -> Value {
    serde_json::from_str(CreateInvoice::DEFINITION).unwrap()
}

fn words<'d>(list: &'d Value, member: &str) -> BTreeSet<&'d str> {
    list.as_array().unwrap().iter().map(|one| one[member].as_str().unwrap()).collect()
}

#[test]
fn every_problem_that_can_be_met_is_declared_and_no_other() {
    let definition = definition();
    assert_eq!(words(&definition["errors"], "code"), codes::ALL.iter().copied().collect());
}

#[test]
fn the_contact_properties_that_a_filter_may_name_are_read() {
    let definition = definition();
    let associated = definition["reads"][0]["associated"].as_array().unwrap();
    let contact = associated.iter().find(|one| one["kind"] == "contact").unwrap();
    let read = contact["properties"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
    assert_eq!(read.collect::<BTreeSet<_>>(), sale::CONTACT_PROPERTIES.iter().copied().collect());
}

#[test]
fn the_properties_that_may_hold_a_product_s_id_are_read_and_offered() {
    let definition = definition();
    let associated = definition["reads"][0]["associated"].as_array().unwrap();
    let line = associated.iter().find(|one| one["kind"] == "line_item").unwrap();
    let read = line["properties"].as_array().unwrap();
    let inputs = definition["inputs"].as_array().unwrap();
    let input = inputs.iter().find(|one| one["name"] == "product_id_property").unwrap();
    let offered: Vec<_> = words(&input["choices"], "value").into_iter().collect();
    assert_eq!(offered, sale::PRODUCT_ID_PROPERTIES);
    assert!(offered.iter().all(|&property| read.iter().any(|one| one == property)));
}

#[test]
fn only_the_calls_of_every_run_are_required() {
    let definition = definition();
    let capabilities = definition["capabilities"].as_array().unwrap();
    let required = capabilities.iter().filter(|one| one["required"] == true);
    let required: Vec<_> = required.map(|one| one["capability"].as_str().unwrap()).collect();
    let usual = ["companyinfo:query", "preferences:query", "customer:query", "item:query", "invoice:create"];
    assert_eq!(required, usual);
}
