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

#[tokio::test]
async fn only_a_card_takes_a_credit_and_a_full_update_without_the_word_makes_it_a_charge() {
    let client = Client::craigs().await;
    let mut body = purchase("Cash", "35");
    body["Credit"] = json!(true);
    assert_eq!(client.refused("purchase", &body).await, "6000");
    let mut body = purchase("CreditCard", "42");
    body["Credit"] = json!(true);
    let stored = client.stored("Purchase", &body).await;
    assert_eq!(stored["PurchaseEx"]["any"][0]["value"]["Value"], "11");
    let mut full = purchase("CreditCard", "42");
    full["Id"] = stored["Id"].clone();
    full["SyncToken"] = json!("0");
    assert_eq!(client.stored("Purchase", &full).await["Credit"], json!(false));
}

#[tokio::test]
async fn a_check_has_its_own_kind_and_waits_to_be_printed_unless_it_has_a_number() {
    let client = Client::craigs().await;
    let mut body = purchase("Check", "35");
    let stored = client.stored("Purchase", &body).await;
    assert_eq!(stored["PurchaseEx"]["any"][0]["value"]["Value"], "3");
    assert_eq!((&stored["PrintStatus"], stored.get("Credit")), (&json!("NeedToPrint"), None));
    body["DocNumber"] = json!("1001");
    assert_eq!(client.stored("Purchase", &body).await["PrintStatus"], "NotSet");
}

#[tokio::test]
async fn an_update_says_again_how_it_was_paid() {
    let client = Client::craigs().await;
    let stored = client.stored("Purchase", &purchase("Cash", "35")).await;
    let mut change = json!({"Id": stored["Id"], "SyncToken": "0", "sparse": true, "PrivateNote": "fee"});
    assert_eq!(client.refused("purchase", &change).await, "2020");
    change["PaymentType"] = json!("Cash");
    assert_eq!(client.stored("Purchase", &change).await["PrivateNote"], "fee");
}

#[tokio::test]
async fn what_is_billed_on_names_who_pays_it_and_a_category_is_not_bought() {
    let client = Client::craigs().await;
    let mut body = purchase("Cash", "35");
    body["Line"][0]["AccountBasedExpenseLineDetail"]["BillableStatus"] = json!("Billable");
    assert_eq!(client.refused("purchase", &body).await, "6310");
    body["Line"][0]["AccountBasedExpenseLineDetail"]["CustomerRef"] = json!({"value": "1"});
    client.stored("Purchase", &body).await;
    let mut body = purchase("Cash", "35");
    body["Line"] = json!([{"DetailType": "ItemBasedExpenseLineDetail", "Amount": 10,
        "ItemBasedExpenseLineDetail": {"ItemRef": {"value": "19"}}}]);
    assert_eq!(client.refused("purchase", &body).await, "2500");
    body["Line"][0]["ItemBasedExpenseLineDetail"] = json!({"ItemRef": {"value": "11"}, "Qty": 3, "UnitPrice": 4});
    assert_eq!(client.refused("purchase", &body).await, "6070");
}

#[tokio::test]
async fn more_cannot_come_back_than_was_spent() {
    let client = Client::craigs().await;
    let mut body = purchase("Cash", "35");
    body["Line"][0]["Amount"] = json!(-10);
    assert_eq!(client.refused("purchase", &body).await, "6000");
}
