//! What can no longer be changed once its money is in the bank.

use serde_json::{Value, json};

use super::client::{Client, line, sale};

async fn deposited(client: &Client, entity: &str, transaction: &Value) -> Value {
    let link = json!([{"TxnId": transaction["Id"], "TxnType": entity}]);
    let body = json!({"DepositToAccountRef": {"value": "35"}, "Line": [{"Amount": 100, "LinkedTxn": link}]});
    client.stored("Deposit", &body).await;
    let path = format!("{}/{}", entity.to_lowercase(), transaction["Id"].as_str().unwrap());
    client.get(&path).await.json()[entity].clone()
}

#[tokio::test]
async fn a_deposited_receipt_is_neither_changed_nor_voided_nor_deleted_until_it_leaves_its_deposit() {
    let client = Client::craigs().await;
    let receipt = client.stored("SalesReceipt", &json!({"Line": [line("4", "100")]})).await;
    let receipt = deposited(&client, "SalesReceipt", &receipt).await;
    let deposit = receipt["LinkedTxn"][0]["TxnId"].clone();
    let body = json!({"Id": receipt["Id"], "SyncToken": receipt["SyncToken"], "sparse": true, "PrivateNote": "late"});
    for path in ["salesreceipt", "salesreceipt?operation=update&include=void", "salesreceipt?operation=delete"] {
        assert_eq!(client.refused(path, &body).await, "6540", "{path}");
    }
    client.post("deposit?operation=delete", &json!({"Id": deposit, "SyncToken": "0"})).await;
    let path = format!("salesreceipt/{}", receipt["Id"].as_str().unwrap());
    let receipt = client.get(&path).await.json()["SalesReceipt"].clone();
    let body = json!({"Id": receipt["Id"], "SyncToken": receipt["SyncToken"]});
    assert_eq!(client.post("salesreceipt?operation=delete", &body).await.status, 200);
}

#[tokio::test]
async fn a_deposited_payment_can_be_applied_otherwise_but_is_not_worth_more_or_less() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[line("4", "100")])).await;
    let payment = client.stored("Payment", &json!({"CustomerRef": {"value": "1"}, "TotalAmt": 100})).await;
    let payment = deposited(&client, "Payment", &payment).await;
    let mut body = json!({"Id": payment["Id"], "SyncToken": payment["SyncToken"], "sparse": true, "TotalAmt": 90});
    assert_eq!(client.refused("payment", &body).await, "6540");
    assert_eq!(client.refused("payment?operation=update&include=void", &body).await, "6540");
    body["TotalAmt"] = json!(100);
    body["Line"] = json!([{"Amount": 100, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}]);
    let applied = client.stored("Payment", &body).await;
    assert_eq!((&applied["UnappliedAmt"], &applied["LinkedTxn"]), (&json!(0), &payment["LinkedTxn"]));
}

#[tokio::test]
async fn a_payment_that_quickbooks_charged_to_a_card_is_not_voided() {
    let client = Client::craigs().await;
    let body = json!({"CustomerRef": {"value": "1"}, "TotalAmt": 25, "ProcessPayment": true});
    let payment = client.stored("Payment", &body).await;
    let void = json!({"Id": payment["Id"], "SyncToken": "0", "sparse": true});
    assert_eq!(client.refused("payment?operation=update&include=void", &void).await, "6450");
}

#[tokio::test]
async fn closed_books_refuse_every_change_of_what_they_hold() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[line("4", "100")])).await;
    let payment = client.stored("Payment", &json!({"CustomerRef": {"value": "1"}, "TotalAmt": 25})).await;
    let receipt = client.stored("SalesReceipt", &json!({"Line": [line("4", "10")]})).await;
    let closed = json!({"AccountingInfoPrefs": {"BookCloseDate": "2020-09-29"}});
    client.service.update_preferences(&client.realm, closed).unwrap();
    let of = |row: &Value| json!({"Id": row["Id"], "SyncToken": "0", "sparse": true, "PrivateNote": "late"});
    for (path, row) in [
        ("invoice", &invoice),
        ("invoice?operation=void", &invoice),
        ("invoice?operation=delete", &invoice),
        ("payment", &payment),
        ("payment?operation=update&include=void", &payment),
        ("payment?operation=delete", &payment),
        ("salesreceipt", &receipt),
        ("salesreceipt?operation=update&include=void", &receipt),
        ("salesreceipt?operation=delete", &receipt),
    ] {
        assert_eq!(client.refused(path, &of(row)).await, "6200", "{path}");
    }
    assert_eq!(client.refused("invoice", &sale("1", &[line("4", "1")])).await, "6200");
    let refund = json!({"Line": [line("4", "1")], "DepositToAccountRef": {"value": "35"}, "TxnDate": "2020-09-01"});
    assert_eq!(client.refused("refundreceipt", &refund).await, "6200");
    client.service.set_closed_with_password(&client.realm, true);
    assert_eq!(client.refused("invoice", &of(&invoice)).await, "6210");
}
