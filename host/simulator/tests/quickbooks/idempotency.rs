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

fn late(after_ms: u64) -> qbo_simulator::faults::Fault {
    let effect = qbo_simulator::faults::Effect::LateCommit { after_ms };
    qbo_simulator::faults::Fault { matches: "POST".to_owned(), skip: 0, times: 1, effect }
}
