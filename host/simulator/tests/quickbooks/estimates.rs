//! Estimates, and the invoices made from them.

use qbo_simulator::quickbooks::CRAIGS_DESIGN;
use serde_json::json;

use super::client::{Client, line, number, sale};

#[tokio::test]
async fn an_estimate_is_pending_and_owes_nothing() {
    let client = Client::craigs().await;
    let estimate = client.stored("Estimate", &sale("18", &[line("4", "300")])).await;
    assert_eq!(estimate["TxnStatus"], "Pending");
    assert_eq!(estimate["DocNumber"], "1002");
    assert_eq!((estimate.get("Balance"), estimate.get("DueDate")), (None, None));
    assert_eq!(client.get("customer/18").await.json()["Customer"]["Balance"], json!(0));
}

#[tokio::test]
async fn an_invoice_from_an_estimate_closes_it_without_moving_its_sync_token() {
    let client = Client::craigs().await;
    let estimate = client.stored("Estimate", &sale("18", &[line("4", "300")])).await;
    let link = json!([{"TxnId": estimate["Id"], "TxnType": "Estimate"}]);
    let mut body = sale("18", &[line("4", "300"), line("1", "20")]);
    body["LinkedTxn"] = link.clone();
    let invoice = client.stored("Invoice", &body).await;
    assert_eq!(invoice["LinkedTxn"], link);
    assert_eq!(invoice["Line"][0]["LinkedTxn"], link);
    assert_eq!(invoice["Line"][1].get("LinkedTxn"), None);
    assert_eq!(invoice["TotalAmt"], number("320.00"));
    let path = format!("estimate/{}", estimate["Id"].as_str().unwrap());
    let closed = client.get(&path).await.json()["Estimate"].clone();
    assert_eq!((&closed["TxnStatus"], &closed["SyncToken"]), (&json!("Closed"), &json!("0")));
    assert_eq!(closed["LinkedTxn"], json!([{"TxnId": invoice["Id"], "TxnType": "Invoice"}]));

    client.post("invoice?operation=void", &json!({"Id": invoice["Id"], "SyncToken": "0"})).await;
    assert_eq!(client.get(&path).await.json()["Estimate"]["TxnStatus"], "Pending");
}

#[tokio::test]
async fn a_rejected_estimate_is_not_linked_and_an_unknown_one_is_refused() {
    let client = Client::craigs().await;
    let mut body = sale("18", &[line("4", "300")]);
    body["TxnStatus"] = json!("Rejected");
    let estimate = client.stored("Estimate", &body).await;
    let mut body = sale("18", &[line("4", "300")]);
    body["LinkedTxn"] = json!([{"TxnId": estimate["Id"], "TxnType": "Estimate"}]);
    assert_eq!(client.stored("Invoice", &body).await["LinkedTxn"], json!([]));
    body["LinkedTxn"] = json!([{"TxnId": "999", "TxnType": "Estimate"}]);
    assert_eq!(client.refused("invoice", &body).await, "620");
}

#[tokio::test]
async fn estimates_cannot_be_voided_but_deleted() {
    let client = Client::craigs().await;
    let estimate = client.stored("Estimate", &sale("18", &[line("4", "300")])).await;
    let body = json!({"Id": estimate["Id"], "SyncToken": "0"});
    assert_eq!(client.refused("estimate?operation=void", &body).await, "500");
    assert_eq!(client.post("estimate?operation=delete", &body).await.json()["Estimate"]["status"], "Deleted");
}

#[tokio::test]
async fn a_company_without_estimates_makes_none() {
    let client = Client::craigs().await;
    let off = json!({"SalesFormsPrefs": {"AllowEstimates": false}});
    client.service.update_preferences(CRAIGS_DESIGN, off).unwrap();
    assert_eq!(client.refused("estimate", &sale("18", &[line("4", "300")])).await, "5030");
}

#[tokio::test]
async fn a_deleted_invoice_opens_its_estimate_as_it_was_and_a_deleted_estimate_leaves_its_invoice() {
    let client = Client::craigs().await;
    let mut body = sale("18", &[line("4", "300")]);
    body["TxnStatus"] = json!("Accepted");
    body["AcceptedDate"] = json!("2020-09-28");
    body["ExpirationDate"] = json!("2020-10-31");
    let estimate = client.stored("Estimate", &body).await;
    let mut body = sale("18", &[line("4", "300")]);
    body["LinkedTxn"] = json!([{"TxnId": estimate["Id"], "TxnType": "Estimate"}]);
    let invoice = client.stored("Invoice", &body).await;
    client.post("invoice?operation=delete", &json!({"Id": invoice["Id"], "SyncToken": "0"})).await;
    let path = format!("estimate/{}", estimate["Id"].as_str().unwrap());
    let opened = client.get(&path).await.json()["Estimate"].clone();
    assert_eq!((&opened["TxnStatus"], &opened["LinkedTxn"]), (&json!("Accepted"), &json!([])));
    assert_eq!(opened["ExpirationDate"], "2020-10-31");

    let invoice = client.stored("Invoice", &body).await;
    client.post("estimate?operation=delete", &json!({"Id": estimate["Id"], "SyncToken": "0"})).await;
    let path = format!("invoice/{}", invoice["Id"].as_str().unwrap());
    let left = client.get(&path).await.json()["Invoice"].clone();
    assert_eq!((&left["LinkedTxn"], left["Line"][0].get("LinkedTxn")), (&json!([]), None));
}

#[tokio::test]
async fn what_an_estimate_became_is_not_for_a_body_to_say() {
    let client = Client::craigs().await;
    let mut body = sale("18", &[line("4", "300")]);
    body["LinkedTxn"] = json!([{"TxnId": "1", "TxnType": "Invoice"}]);
    assert_eq!(client.stored("Estimate", &body).await["LinkedTxn"], json!([]));
}
