//! Credit memos.

use serde_json::json;

use super::client::{Client, line, number, priced_line, sale};

#[tokio::test]
async fn a_credit_memo_is_completed_like_an_invoice_and_shares_its_numbers() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[line("1", "100")])).await;
    let memo = client.stored("CreditMemo", &sale("1", &[line("1", "40")])).await;
    assert_eq!((&invoice["DocNumber"], &memo["DocNumber"]), (&json!("1038"), &json!("1039")));
    assert_eq!((&memo["TotalAmt"], &memo["RemainingCredit"]), (&number("40.00"), &number("40.00")));
    assert_eq!(memo["Line"][1]["DetailType"], "SubTotalLineDetail");
    assert_eq!(memo.get("DueDate"), None);
}

#[tokio::test]
async fn a_credit_memo_lowers_what_its_customer_owes_until_it_is_deleted() {
    let client = Client::craigs().await;
    client.stored("Invoice", &sale("1", &[line("1", "100")])).await;
    let memo = client.stored("CreditMemo", &sale("1", &[line("1", "40")])).await;
    assert_eq!(client.get("customer/1").await.json()["Customer"]["Balance"], number("60.00"));
    let answer = client.post("creditmemo?operation=delete", &memo).await;
    assert_eq!(answer.json()["CreditMemo"]["status"], "Deleted");
    assert_eq!(client.get("customer/1").await.json()["Customer"]["Balance"], number("100.00"));
}

#[tokio::test]
async fn what_a_credit_memo_takes_back_is_in_stock_again() {
    let client = Client::craigs().await;
    let before = client.get("item/11").await.json()["Item"]["QtyOnHand"].to_string().parse::<u32>().unwrap();
    client.stored("CreditMemo", &sale("1", &[priced_line("11", "2", "15", "30")])).await;
    assert_eq!(client.get("item/11").await.json()["Item"]["QtyOnHand"], json!(before + 2));
}

#[tokio::test]
async fn a_credit_memo_needs_a_customer_and_is_not_voided() {
    let client = Client::craigs().await;
    assert_eq!(client.refused("creditmemo", &json!({"Line": [line("1", "1")]})).await, "2020");
    let memo = client.stored("CreditMemo", &sale("1", &[line("1", "40")])).await;
    assert_eq!(client.refused("creditmemo?operation=void", &memo).await, "500");
}
