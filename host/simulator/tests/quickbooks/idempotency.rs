//! `requestid`.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;

use super::client::{Client, line, sale};

#[tokio::test]
async fn a_repeated_write_gets_the_first_answer_byte_for_byte() {
    let client = Client::craigs().await;
    let first = client.post("invoice?requestid=r1", &sale("1", &[line("1", "1")])).await;
    client.clock.advance(SignedDuration::from_hours(1));
    let other_body = sale("2", &[line("1", "2")]);
    let second = client.post("invoice?requestid=r1", &other_body).await;
    assert_eq!(first.text, second.text);
    assert_eq!(client.service.documents(&client.realm, "Invoice").len(), 1);
    let committed: Vec<bool> = client.service.requests().iter().skip(1).map(|request| request.committed).collect();
    assert_eq!(committed, [true, false]);
}

#[tokio::test]
async fn a_fault_is_not_remembered() {
    let client = Client::craigs().await;
    assert_eq!(client.refused("invoice?requestid=r1", &sale("1", &[])).await, "2020");
    let answer = client.post("invoice?requestid=r1", &sale("1", &[line("1", "1")])).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn memory_ends_after_its_time_and_can_be_switched_off() {
    let client = Client::craigs().await;
    let body = sale("1", &[line("1", "1")]);
    client.service.set_request_id_memory(Duration::from_secs(1800));
    client.post("invoice?requestid=r1", &body).await;
    client.clock.advance(SignedDuration::from_mins(31));
    client.post("invoice?requestid=r1", &body).await;
    client.service.set_request_id_memory(Duration::ZERO);
    client.post("invoice?requestid=r1", &body).await;
    assert_eq!(client.service.documents(&client.realm, "Invoice").len(), 3);
}

#[tokio::test]
async fn a_requestid_has_at_most_50_characters() {
    let client = Client::craigs().await;
    let path = format!("invoice?requestid={}", "r".repeat(51));
    assert_eq!(client.refused(&path, &sale("1", &[line("1", "1")])).await, "2130");
}

#[tokio::test(start_paused = true)]
async fn a_repetition_of_a_write_under_way_is_refused_until_it_has_committed() {
    let client = Client::craigs().await;
    client.service.faults().inject(late(40_000));
    let body = sale("1", &[line("1", "1")]);
    let impatient = tokio::time::timeout(Duration::from_secs(25), client.post("invoice?requestid=r1", &body)).await;
    assert!(impatient.is_err());
    assert_eq!(client.refused("invoice?requestid=r1", &body).await, "600");
    tokio::time::advance(Duration::from_secs(20)).await;
    tokio::task::yield_now().await;
    let replayed = client.post("invoice?requestid=r1", &body).await;
    assert_eq!(replayed.json()["Invoice"]["Id"], json!("145"));
    assert_eq!(client.service.documents(&client.realm, "Invoice").len(), 1);
}

#[tokio::test]
async fn a_repeated_deletion_or_void_is_answered_as_the_first_was() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[line("1", "1")])).await;
    let void = json!({"Id": invoice["Id"], "SyncToken": "0"});
    let first = client.post("invoice?operation=void&requestid=v1", &void).await;
    assert_eq!(client.post("invoice?operation=void&requestid=v1", &void).await.text, first.text);
    let delete = json!({"Id": invoice["Id"], "SyncToken": "1"});
    let first = client.post("invoice?operation=delete&requestid=d1", &delete).await;
    assert_eq!(first.status, 200);
    assert_eq!(client.post("invoice?operation=delete&requestid=d1", &delete).await.text, first.text);
}

#[tokio::test]
async fn a_key_belongs_to_its_company_whatever_it_is_used_for() {
    let mut client = Client::craigs().await;
    let customer = client.post("customer?requestid=k1", &json!({"DisplayName": "Jane Doe"})).await;
    let other = client.post("vendor?requestid=k1", &json!({"DisplayName": "Another"})).await;
    assert_eq!(other.text, customer.text);
    client.realm = qbo_simulator::quickbooks::CUSTOM_NUMBERS.to_owned();
    let tokens = client.refresh(&format!("simulator-refresh-{}", client.realm)).await.json();
    client.token = tokens["access_token"].as_str().unwrap().to_owned();
    let elsewhere = client.post("vendor?requestid=k1", &json!({"DisplayName": "Another"})).await;
    assert_eq!(elsewhere.json()["Vendor"]["DisplayName"], "Another");
}

#[tokio::test]
async fn a_read_has_no_key() {
    let client = Client::craigs().await;
    let first = client.get("customer/1?requestid=r1").await;
    client.stored("Invoice", &sale("1", &[line("1", "1")])).await;
    assert_ne!(client.get("customer/1?requestid=r1").await.text, first.text);
}

fn late(after_ms: u64) -> qbo_simulator::faults::Fault {
    let effect = qbo_simulator::faults::Effect::LateCommit { after_ms };
    qbo_simulator::faults::Fault { matches: "POST".to_owned(), skip: 0, times: 1, effect }
}
