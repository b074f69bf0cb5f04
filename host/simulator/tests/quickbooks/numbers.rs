//! Document numbers.

use qbo_simulator::quickbooks::CUSTOM_NUMBERS;
use serde_json::json;

use super::client::{Client, line, sale};

#[tokio::test]
async fn invoices_are_numbered_on_from_the_last_and_estimates_on_their_own() {
    let client = Client::craigs().await;
    let body = sale("1", &[line("1", "1")]);
    assert_eq!(client.stored("Invoice", &body).await["DocNumber"], "1038");
    assert_eq!(client.stored("Estimate", &body).await["DocNumber"], "1002");
    assert_eq!(client.stored("Invoice", &body).await["DocNumber"], "1039");
}

#[tokio::test]
async fn a_number_of_ones_own_is_kept_and_counted_on_from() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("1", "1")]);
    body["DocNumber"] = json!("2000");
    assert_eq!(client.stored("Invoice", &body).await["DocNumber"], "2000");
    body["DocNumber"] = json!("");
    assert_eq!(client.stored("Invoice", &body).await["DocNumber"], "2001");
}

#[tokio::test]
async fn a_number_that_is_taken_is_refused_with_its_owner_unless_that_is_allowed() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("1", "1")]);
    body["DocNumber"] = json!("A-7");
    let first = client.stored("Invoice", &body).await;
    let answer = client.post("invoice", &body).await;
    assert_eq!(answer.code(), "6140");
    let owner = format!("DocNumber=A-7 is assigned to TxnType=Invoice with TxnId={}", first["Id"].as_str().unwrap());
    assert!(answer.json()["Fault"]["Error"][0]["Detail"].as_str().unwrap().ends_with(&owner));
    let twin = client.post("invoice?include=allowduplicatedocnum", &body).await.json();
    assert_eq!(twin["Invoice"]["DocNumber"], "A-7");
}

#[tokio::test]
async fn a_company_that_numbers_itself_gets_no_number_it_did_not_send() {
    let client = Client::of(CUSTOM_NUMBERS).await;
    let customer = client.stored("Customer", &json!({"DisplayName": "Jane Doe"})).await;
    let mut body = sale(customer["Id"].as_str().unwrap(), &[line("1", "1")]);
    assert_eq!(client.stored("Invoice", &body).await.get("DocNumber"), None);
    body["DocNumber"] = json!("AUTO_GENERATE");
    assert_eq!(client.stored("Invoice", &body).await["DocNumber"], "1001");
    body["DocNumber"] = json!("INV-1");
    assert_eq!(client.stored("Invoice", &body).await["DocNumber"], "INV-1");
}
