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

#[tokio::test]
async fn lines_that_are_sent_replace_all_and_lines_that_are_not_sent_stay_in_a_sparse_update_only() {
    let client = Client::craigs().await;
    let first = invoice(&client).await;
    let second = invoice(&client).await;
    let stored = client.stored("Payment", &payment(&first, "100", "60")).await;
    let mut change = json!({"Id": stored["Id"], "SyncToken": "0", "sparse": true, "PaymentRefNum": "7"});
    assert_eq!(client.stored("Payment", &change).await["UnappliedAmt"], number("40.00"));
    change["SyncToken"] = json!("1");
    change["Line"] = payment(&second, "100", "30")["Line"].clone();
    assert_eq!(client.stored("Payment", &change).await["UnappliedAmt"], number("70.00"));
    assert_eq!(again(&client, &first).await["Balance"], number("100.00"));
    assert_eq!(again(&client, &second).await["Balance"], number("70.00"));
    let full = json!({"Id": stored["Id"], "SyncToken": "2", "TotalAmt": 100, "CustomerRef": {"value": "20"}});
    assert_eq!(client.stored("Payment", &full).await["UnappliedAmt"], number("100.00"));
    let opened = again(&client, &second).await;
    assert_eq!((&opened["Balance"], &opened["LinkedTxn"]), (&number("100.00"), &json!([])));
    assert_eq!(balance(&client).await, number("100.00"));
}

#[tokio::test]
async fn a_paid_invoice_takes_no_more() {
    let client = Client::craigs().await;
    let invoice = invoice(&client).await;
    client.stored("Payment", &payment(&invoice, "100", "100")).await;
    assert_eq!(client.refused("payment", &payment(&invoice, "1", "1")).await, "6000");
}

#[tokio::test]
async fn a_deleted_payment_leaves_the_invoice_open_and_the_customer_owing() {
    let client = Client::craigs().await;
    let invoice = invoice(&client).await;
    let stored = client.stored("Payment", &payment(&invoice, "100", "100")).await;
    let body = json!({"Id": stored["Id"], "SyncToken": "0"});
    assert_eq!(client.post("payment?operation=delete", &body).await.json()["Payment"]["status"], "Deleted");
    let opened = again(&client, &invoice).await;
    assert_eq!((&opened["Balance"], &opened["LinkedTxn"]), (&number("100.00"), &json!([])));
    assert_eq!(balance(&client).await, number("100.00"));
}

#[tokio::test]
async fn a_company_that_applies_by_itself_pays_the_oldest_invoice_first() {
    let client = Client::craigs().await;
    let prefs = json!({"SalesFormsPrefs": {"AutoApplyPayments": true}});
    client.service.update_preferences(&client.realm, prefs).unwrap();
    let late = invoice(&client).await;
    let mut early = sale("20", &[line("1", "50")]);
    early["DueDate"] = json!("2020-09-30");
    let early = client.stored("Invoice", &early).await;
    let body = json!({"CustomerRef": {"value": "20"}, "TotalAmt": 70});
    let stored = client.stored("Payment", &body).await;
    assert_eq!((&stored["UnappliedAmt"], stored["Line"].as_array().unwrap().len()), (&json!(0), 2));
    assert_eq!(again(&client, &early).await["Balance"], json!(0));
    assert_eq!(again(&client, &late).await["Balance"], number("80.00"));
}

#[tokio::test]
async fn a_company_that_applies_credits_by_itself_uses_them_for_a_new_invoice() {
    let client = Client::craigs().await;
    let prefs = json!({"SalesFormsPrefs": {"AutoApplyCredit": true}});
    client.service.update_preferences(&client.realm, prefs).unwrap();
    let body = json!({"CustomerRef": {"value": "20"}, "TotalAmt": 30});
    let credit = client.stored("Payment", &body).await;
    let made = invoice(&client).await;
    assert_eq!((&made["Balance"], &made["LinkedTxn"][0]["TxnId"]), (&number("70.00"), &credit["Id"]));
    let payments = client.service.documents(&client.realm, "Payment");
    assert_eq!((&payments[0]["UnappliedAmt"], &payments[0]["Line"][0]["Amount"]), (&json!(0), &number("30.00")));
    assert_eq!(balance(&client).await, number("70.00"));
}

#[tokio::test]
async fn a_credit_memo_pays_an_invoice_and_is_open_again_when_either_goes() {
    let client = Client::craigs().await;
    let invoice = invoice(&client).await;
    let memo = client.stored("CreditMemo", &sale("20", &[line("1", "40")])).await;
    let line = |row: &Value, kind: &str, amount: u32| json!({"Amount": amount, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": kind}]});
    let mut body = json!({"CustomerRef": {"value": "20"}, "TotalAmt": 10,
        "Line": [line(&invoice, "Invoice", 60), line(&memo, "CreditMemo", 40)]});
    assert_eq!(client.refused("payment", &body).await, "6000");
    body["Line"][0]["Amount"] = json!(50);
    let payment = client.stored("Payment", &body).await;
    assert_eq!((&payment["UnappliedAmt"], &again(&client, &invoice).await["Balance"]), (&json!(0), &number("50.00")));
    let used = &client.service.documents(&client.realm, "CreditMemo")[0];
    assert_eq!((&used["RemainingCredit"], &used["LinkedTxn"][0]["TxnType"]), (&json!(0), &json!("Payment")));
    assert_eq!(balance(&client).await, number("50.00"));
    client.post("invoice?operation=delete", &json!({"Id": invoice["Id"], "SyncToken": "1"})).await;
    let free = &client.service.documents(&client.realm, "CreditMemo")[0];
    assert_eq!((&free["RemainingCredit"], &free["LinkedTxn"]), (&number("40.00"), &json!([])));
    assert_eq!(client.service.documents(&client.realm, "Payment")[0]["UnappliedAmt"], number("10.00"));
    assert_eq!(balance(&client).await, number("-50.00"));
}

#[tokio::test]
async fn two_lines_together_pay_no_more_than_is_open() {
    let client = Client::craigs().await;
    let invoice = invoice(&client).await;
    let mut twice = payment(&invoice, "120", "60");
    let line = twice["Line"][0].clone();
    twice["Line"].as_array_mut().unwrap().push(line);
    assert_eq!(client.refused("payment", &twice).await, "6000");
    assert_eq!(client.refused("payment", &payment(&invoice, "10", "-5")).await, "6000");
}
