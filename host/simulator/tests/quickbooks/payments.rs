//! Payments, and what they do to invoices.

use serde_json::{Value, json};

use super::client::{Client, line, number, sale};

fn payment(invoice: &Value, total: &str, applied: &str) -> Value {
    let link = json!([{"TxnId": invoice["Id"], "TxnType": "Invoice"}]);
    json!({"CustomerRef": {"value": "20"}, "TotalAmt": number(total),
        "Line": [{"Amount": number(applied), "LinkedTxn": link}]})
}

async fn invoice(client: &Client) -> Value {
    client.stored("Invoice", &sale("20", &[line("1", "100")])).await
}

async fn again(client: &Client, invoice: &Value) -> Value {
    client.get(&format!("invoice/{}", invoice["Id"].as_str().unwrap())).await.json()["Invoice"].clone()
}

async fn balance(client: &Client) -> Value {
    client.get("customer/20").await.json()["Customer"]["Balance"].clone()
}

#[tokio::test]
async fn a_payment_without_lines_is_a_credit_that_waits_undeposited() {
    let client = Client::craigs().await;
    let stored = client.stored("Payment", &json!({"TotalAmt": 25, "CustomerRef": {"value": "20"}})).await;
    assert_eq!(stored["DepositToAccountRef"], json!({"value": "4"}));
    assert_eq!((&stored["UnappliedAmt"], &stored["Line"]), (&number("25.00"), &json!([])));
    assert_eq!(stored.get("DocNumber"), None);
    assert_eq!(balance(&client).await, number("-25.00"));
    assert_eq!(client.refused("payment", &json!({"TotalAmt": 25})).await, "2020");
    assert_eq!(client.refused("payment", &json!({"CustomerRef": {"value": "20"}})).await, "2020");
}

#[tokio::test]
async fn an_applied_payment_lowers_the_balance_links_back_and_moves_the_sync_token() {
    let client = Client::craigs().await;
    let invoice = invoice(&client).await;
    let stored = client.stored("Payment", &payment(&invoice, "65", "55")).await;
    assert_eq!(stored["UnappliedAmt"], number("10.00"));
    assert_eq!(stored["Line"][0]["LineEx"]["any"][1]["value"], json!({"Name": "txnOpenBalance", "Value": "100.00"}));
    let paid = again(&client, &invoice).await;
    assert_eq!((&paid["Balance"], &paid["SyncToken"]), (&number("45.00"), &json!("1")));
    assert_eq!(paid["LinkedTxn"], json!([{"TxnId": stored["Id"], "TxnType": "Payment"}]));
    assert_eq!(balance(&client).await, number("35.00"));
}

#[tokio::test]
async fn no_more_is_applied_than_was_received_or_is_open_or_is_the_customers() {
    let client = Client::craigs().await;
    let invoice = invoice(&client).await;
    assert_eq!(client.refused("payment", &payment(&invoice, "10", "11")).await, "6000");
    assert_eq!(client.refused("payment", &payment(&invoice, "200", "101")).await, "6000");
    let mut other = payment(&invoice, "10", "10");
    other["CustomerRef"] = json!({"value": "1"});
    assert_eq!(client.refused("payment", &other).await, "6000");
    let mut unknown = payment(&invoice, "10", "10");
    unknown["Line"][0]["LinkedTxn"][0]["TxnId"] = json!("999");
    assert_eq!(client.refused("payment", &unknown).await, "620");
}

#[tokio::test]
async fn a_voided_payment_opens_its_invoice_again() {
    let client = Client::craigs().await;
    let invoice = invoice(&client).await;
    let stored = client.stored("Payment", &payment(&invoice, "100", "100")).await;
    let void = json!({"Id": stored["Id"], "SyncToken": "0", "sparse": true});
    let voided = client.post("payment?operation=update&include=void", &void).await.json()["Payment"].clone();
    assert_eq!((&voided["TotalAmt"], &voided["Line"]), (&json!(0), &json!([])));
    let opened = again(&client, &invoice).await;
    assert_eq!((&opened["Balance"], &opened["LinkedTxn"]), (&number("100.00"), &json!([])));
    assert_eq!(balance(&client).await, number("100.00"));
}

#[tokio::test]
async fn a_deleted_or_voided_invoice_leaves_its_payment_as_a_credit() {
    for operation in ["delete", "void"] {
        let client = Client::craigs().await;
        let invoice = invoice(&client).await;
        client.stored("Payment", &payment(&invoice, "60", "60")).await;
        let body = json!({"Id": invoice["Id"], "SyncToken": "1"});
        client.post(&format!("invoice?operation={operation}"), &body).await;
        let payments = client.service.documents(&client.realm, "Payment");
        assert_eq!((&payments[0]["UnappliedAmt"], &payments[0]["Line"]), (&number("60.00"), &json!([])));
        assert_eq!(balance(&client).await, number("-60.00"));
    }
}

#[tokio::test]
async fn an_invoice_fetched_before_its_payment_is_stale() {
    let client = Client::craigs().await;
    let invoice = invoice(&client).await;
    client.stored("Payment", &payment(&invoice, "60", "60")).await;
    let memo = json!({"Id": invoice["Id"], "SyncToken": "0", "sparse": true, "PrivateNote": "late"});
    assert_eq!(client.refused("invoice", &memo).await, "5010");
}
