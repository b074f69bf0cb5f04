//! Several operations in one request.

use serde_json::{Value, json};

use super::client::{Client, line, sale};

async fn items(client: &Client, items: &[Value]) -> Vec<Value> {
    let answer = client.post("batch", &json!({"BatchItemRequest": items})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["BatchItemResponse"].as_array().unwrap().clone()
}

fn code(item: &Value) -> &Value {
    &item["Fault"]["Error"][0]["code"]
}

#[tokio::test]
async fn each_item_stands_or_falls_on_its_own() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[line("1", "100")])).await;
    let receipt = client.stored("SalesReceipt", &sale("1", &[line("1", "300")])).await;
    let answers = items(
        &client,
        &[
            json!({"bId": "bid1", "operation": "create", "Vendor": {"DisplayName": "Boraski Family Store"}}),
            json!({"bId": "bid2", "operation": "delete", "Invoice": {"Id": "9999", "SyncToken": "0"}}),
            json!({"bId": "bid3", "operation": "update", "SalesReceipt":
            {"sparse": true, "Id": receipt["Id"], "SyncToken": "7", "PrivateNote": "late"}}),
            json!({"bId": "bid4", "Query": "select * from SalesReceipt where TotalAmt > '200.00'"}),
            json!({"bId": "bid5", "operation": "void", "Invoice": {"Id": invoice["Id"], "SyncToken": "0"}}),
        ],
    )
    .await;
    let ids: Vec<&str> = answers.iter().map(|answer| answer["bId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["bid1", "bid2", "bid3", "bid4", "bid5"]);
    assert_eq!(answers[0]["Vendor"]["DisplayName"], "Boraski Family Store");
    assert_eq!((code(&answers[1]), code(&answers[2])), (&json!("610"), &json!("5010")));
    assert_eq!(answers[3]["QueryResponse"]["SalesReceipt"][0]["Id"], receipt["Id"]);
    assert_eq!(answers[4]["Invoice"]["PrivateNote"], "Voided");
}

#[tokio::test]
async fn options_of_an_item_are_its_own() {
    let client = Client::craigs().await;
    let mut first = sale("1", &[line("1", "1")]);
    first["DocNumber"] = json!("7");
    client.stored("Invoice", &first).await;
    let item = json!({"bId": "1", "operation": "create", "Invoice": first});
    let mut allowed = item.clone();
    allowed["optionsData"] = json!(["allowduplicatedocnum"]);
    let answers = items(&client, &[item, allowed]).await;
    assert_eq!(code(&answers[0]), "6140");
    assert_eq!(answers[1]["Invoice"]["DocNumber"], "7");
}

#[tokio::test]
async fn an_update_that_is_told_to_void_does() {
    let client = Client::craigs().await;
    let paid = client.stored("Payment", &json!({"CustomerRef": {"value": "1"}, "TotalAmt": 10})).await;
    let body = json!({"Id": paid["Id"], "SyncToken": "0", "sparse": true});
    let item = json!({"bId": "1", "operation": "update", "optionsData": "void", "Payment": body});
    assert_eq!(items(&client, &[item]).await[0]["Payment"]["TotalAmt"], json!(0));
}

#[tokio::test]
async fn what_an_item_may_not_be_is_told_item_by_item() {
    let client = Client::craigs().await;
    let answers = items(
        &client,
        &[
            json!({"operation": "create", "Class": {"Name": "A"}}),
            json!({"bId": "2", "operation": "create", "Klass": {"Name": "A"}}),
            json!({"bId": "3", "operation": "delete", "Customer": {"Id": "1", "SyncToken": "0"}}),
            json!({"bId": "4", "operation": "create", "Class": {"Colour": "red"}}),
            json!({"bId": "5", "Query": "select"}),
            json!("create"),
        ],
    )
    .await;
    let codes: Vec<&str> = answers.iter().map(|answer| code(answer).as_str().unwrap()).collect();
    assert_eq!(codes, ["2020", "2000", "500", "2010", "4000", "2010"]);
}

#[tokio::test]
async fn a_batch_has_at_most_thirty_items() {
    let client = Client::craigs().await;
    let item = json!({"bId": "1", "Query": "select * from Term"});
    assert_eq!(items(&client, &vec![item.clone(); 30]).await.len(), 30);
    let body = json!({"BatchItemRequest": vec![item; 31]});
    assert_eq!(client.refused("batch", &body).await, "1040");
    assert_eq!(client.refused("batch", &json!({})).await, "2020");
}

#[tokio::test]
async fn a_repeated_batch_gets_the_first_answer() {
    let client = Client::craigs().await;
    let body = json!({"BatchItemRequest": [
        {"bId": "1", "operation": "create", "Invoice": sale("1", &[line("1", "1")])},
        {"bId": "2", "operation": "create", "Invoice": {}},
    ]});
    let first = client.post("batch?requestid=r1", &body).await;
    assert_eq!(client.post("batch?requestid=r1", &body).await.text, first.text);
    assert_eq!(client.service.documents(&client.realm, "Invoice").len(), 1);
}
