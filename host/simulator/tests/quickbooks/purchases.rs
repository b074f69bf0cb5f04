//! Purchases.

use serde_json::{Value, json};

use super::client::{Client, number};

fn purchase(kind: &str, account: &str) -> Value {
    json!({"PaymentType": kind, "AccountRef": {"value": account}, "Line": [{
        "DetailType": "AccountBasedExpenseLineDetail", "Amount": 10,
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "13"}}}]})
}

#[tokio::test]
async fn a_purchase_is_completed_as_recorded() {
    let client = Client::craigs().await;
    let stored = client.stored("Purchase", &purchase("CreditCard", "42")).await;
    assert_eq!((&stored["Credit"], &stored["TotalAmt"]), (&json!(false), &number("10.00")));
    assert_eq!(stored["AccountRef"], json!({"value": "42", "name": "Visa"}));
    assert_eq!(stored["PurchaseEx"]["any"][0]["value"], json!({"Name": "TxnType", "Value": "54"}));
    let detail = json!({"AccountRef": {"value": "13", "name": "Meals and Entertainment"},
        "TaxCodeRef": {"value": "NON"}, "BillableStatus": "NotBillable"});
    assert_eq!(stored["Line"].as_array().unwrap().len(), 1);
    assert_eq!(stored["Line"][0]["AccountBasedExpenseLineDetail"], detail);
}

#[tokio::test]
async fn the_account_must_fit_the_way_of_paying() {
    let client = Client::craigs().await;
    assert_eq!(client.refused("purchase", &purchase("CreditCard", "35")).await, "6430");
    assert_eq!(client.refused("purchase", &purchase("Cash", "42")).await, "6430");
    client.stored("Purchase", &purchase("Cash", "35")).await;
}

#[tokio::test]
async fn what_is_required_is_named() {
    let client = Client::craigs().await;
    for member in ["PaymentType", "AccountRef", "Line"] {
        let mut body = purchase("Cash", "35");
        body.as_object_mut().unwrap().remove(member);
        let answer = client.post("purchase", &body).await;
        assert_eq!(answer.code(), "2020");
        assert_eq!(answer.json()["Fault"]["Error"][0]["element"], member);
    }
}

#[tokio::test]
async fn the_entity_is_a_vendor_unless_it_says_otherwise() {
    let client = Client::craigs().await;
    let mut body = purchase("Cash", "35");
    body["EntityRef"] = json!({"value": "30"});
    let vendor = json!({"value": "30", "name": "Books by Bessie", "type": "Vendor"});
    assert_eq!(client.stored("Purchase", &body).await["EntityRef"], vendor);
    body["EntityRef"] = json!({"value": "1", "type": "Customer"});
    assert_eq!(client.stored("Purchase", &body).await["EntityRef"]["name"], "Amy's Bird Sanctuary");
    body["EntityRef"] = json!({"value": "1"});
    assert_eq!(client.refused("purchase", &body).await, "2500");
}
