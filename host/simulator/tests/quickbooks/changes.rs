//! Change data capture.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::client::{Client, line, sale};

async fn since(client: &Client, entities: &str, moment: &str) -> Vec<Value> {
    let answer = client.get(&format!("cdc?entities={entities}&changedSince={moment}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["CDCResponse"][0]["QueryResponse"].as_array().unwrap().clone()
}

fn ids(rows: &Value) -> Vec<&str> {
    rows.as_array().into_iter().flatten().map(|row| row["Id"].as_str().unwrap()).collect()
}

const BEFORE: &str = "2020-09-29T05:00:00-07:00";

#[tokio::test]
async fn an_invoice_changes_its_customer_too() {
    let client = Client::craigs().await;
    assert_eq!(since(&client, "Invoice,Customer", BEFORE).await, [json!({}), json!({})]);
    let invoice = client.stored("Invoice", &sale("1", &[line("1", "10")])).await;
    let answers = since(&client, "invoice,Customer,Vendor", BEFORE).await;
    assert_eq!(ids(&answers[0]["Invoice"]), [invoice["Id"].as_str().unwrap()]);
    assert_eq!(ids(&answers[1]["Customer"]), ["1"]);
    assert_eq!((&answers[0]["startPosition"], &answers[0]["maxResults"]), (&json!(1), &json!(1)));
    assert_eq!(answers[2], json!({}));
}

#[tokio::test]
async fn what_is_deleted_is_reported_with_the_time_it_went() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[line("1", "10")])).await;
    client.clock.advance(SignedDuration::from_hours(1));
    client.post("invoice?operation=delete", &invoice).await;
    let gone = json!({"domain": "QBO", "status": "Deleted", "Id": invoice["Id"],
        "MetaData": {"LastUpdatedTime": "2020-09-29T06:58:07-07:00"}});
    assert_eq!(since(&client, "Invoice", BEFORE).await[0]["Invoice"], json!([gone]));
    assert_eq!(since(&client, "Invoice", "2020-09-29T07:00:00-07:00").await, [json!({})]);
}

#[tokio::test]
async fn an_object_that_was_deactivated_has_changed() {
    let client = Client::craigs().await;
    client.stored("Customer", &json!({"Id": "2", "SyncToken": "0", "sparse": true, "Active": false})).await;
    let answers = since(&client, "Customer", BEFORE).await;
    assert_eq!(answers[0]["Customer"][0]["Active"], json!(false));
}

#[tokio::test]
async fn an_answer_has_at_most_a_thousand_objects() {
    let client = Client::craigs().await;
    for number in 0..1001 {
        client.service.create(&client.realm, "Class", json!({"Name": format!("Class {number}")})).unwrap();
    }
    let answers = since(&client, "Class,Customer", "2020-09-29").await;
    assert_eq!((&answers[0]["maxResults"], &answers[1]), (&json!(1000), &json!({})));
}

#[tokio::test]
async fn one_looks_back_thirty_days_at_what_is_watched() {
    let client = Client::craigs().await;
    for (query, code) in [
        ("entities=Invoice&changedSince=2020-08-01", "2070"),
        ("entities=Invoice&changedSince=yesterday", "2060"),
        ("entities=Invoice", "2020"),
        ("changedSince=2020-09-29", "2020"),
        ("entities=TimeActivity&changedSince=2020-09-29", "2000"),
        ("entities=Custmoer&changedSince=2020-09-29", "2000"),
    ] {
        assert_eq!(client.get(&format!("cdc?{query}")).await.code(), code, "{query}");
    }
}
