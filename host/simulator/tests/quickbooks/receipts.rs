//! Sales receipts and refund receipts.

use serde_json::json;

use super::client::{Client, line, number, priced_line};

#[tokio::test]
async fn a_sales_receipt_needs_no_customer_and_waits_undeposited() {
    let client = Client::craigs().await;
    let receipt = client.stored("SalesReceipt", &json!({"Line": [line("4", "337.5")]})).await;
    assert_eq!(receipt["DepositToAccountRef"], json!({"value": "4", "name": "Undeposited Funds"}));
    assert_eq!((&receipt["Balance"], &receipt["TotalAmt"]), (&json!(0), &number("337.50")));
    assert_eq!((receipt.get("CustomerRef"), receipt.get("DueDate")), (None, None));
}

#[tokio::test]
async fn receipts_share_the_numbers_of_invoices() {
    let client = Client::craigs().await;
    let lines = json!([line("1", "1")]);
    let receipt = client.stored("SalesReceipt", &json!({"Line": lines})).await;
    assert_eq!(receipt["DocNumber"], "1038");
    let invoice = json!({"CustomerRef": {"value": "1"}, "Line": lines, "DocNumber": "1038"});
    assert_eq!(client.refused("invoice", &invoice).await, "6140");
    let refund = json!({"Line": lines, "DepositToAccountRef": {"value": "35"}});
    assert_eq!(client.stored("RefundReceipt", &refund).await["DocNumber"], "1039");
}

#[tokio::test]
async fn money_is_deposited_to_a_bank_or_a_current_asset_only() {
    let client = Client::craigs().await;
    let mut body = json!({"Line": [line("1", "1")], "DepositToAccountRef": {"value": "42"}});
    assert_eq!(client.refused("salesreceipt", &body).await, "6430");
    assert_eq!(client.refused("refundreceipt", &body).await, "6430");
    body["DepositToAccountRef"] = json!({"value": "35"});
    client.stored("SalesReceipt", &body).await;
}

#[tokio::test]
async fn a_refund_names_its_account_and_becomes_a_check_to_print() {
    let client = Client::craigs().await;
    let mut body = json!({"Line": [line("1", "420")]});
    assert_eq!(client.refused("refundreceipt", &body).await, "2020");
    body["DepositToAccountRef"] = json!({"value": "35"});
    let refund = client.stored("RefundReceipt", &body).await;
    assert_eq!((&refund["PaymentRefNum"], &refund["PrintStatus"]), (&json!("To Print"), &json!("NeedToPrint")));
}

#[tokio::test]
async fn receipts_move_stock_in_their_direction() {
    let client = Client::craigs().await;
    let lines = json!([priced_line("11", "5", "15", "75")]);
    client.stored("SalesReceipt", &json!({"Line": lines})).await;
    assert_eq!(client.get("item/11").await.json()["Item"]["QtyOnHand"], json!(20));
    client.stored("RefundReceipt", &json!({"Line": lines, "DepositToAccountRef": {"value": "35"}})).await;
    assert_eq!(client.get("item/11").await.json()["Item"]["QtyOnHand"], json!(25));
}

#[tokio::test]
async fn a_sales_receipt_is_voided_by_an_update_that_includes_it() {
    let client = Client::craigs().await;
    let receipt = client.stored("SalesReceipt", &json!({"Line": [priced_line("4", "2", "75", "150")]})).await;
    let void = json!({"Id": receipt["Id"], "SyncToken": "0", "sparse": true});
    let voided = client.post("salesreceipt?operation=update&include=void", &void).await.json()["SalesReceipt"].clone();
    assert_eq!((&voided["PrivateNote"], &voided["TotalAmt"]), (&json!("Voided"), &json!(0)));
    let detail = &voided["Line"][0]["SalesItemLineDetail"];
    assert_eq!((&detail["Qty"], &detail["UnitPrice"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn a_receipt_keeps_how_it_was_paid_and_takes_the_tax_that_was_collected() {
    let client = Client::craigs().await;
    let body = json!({"CustomerRef": {"value": "1"}, "Line": [line("4", "100")], "PaymentMethodRef": {"value": "3"},
        "PaymentRefNum": "pay_123", "DepositToAccountRef": {"value": "91"}, "TxnTaxDetail": {"TotalTax": number("7.31")}});
    let receipt = client.stored("SalesReceipt", &body).await;
    assert_eq!(receipt["PaymentMethodRef"], json!({"value": "3", "name": "Visa"}));
    assert_eq!((&receipt["PaymentRefNum"], &receipt["TotalAmt"]), (&json!("pay_123"), &number("107.31")));
    assert_eq!(receipt["TxnTaxDetail"]["TotalTax"], number("7.31"));
    let found = client.rows("SalesReceipt", "select * from SalesReceipt where CustomerRef = '1'").await;
    assert_eq!(found[0]["Id"], receipt["Id"]);
}

#[tokio::test]
async fn a_refund_from_a_bank_without_a_number_is_a_check_and_takes_no_custom_tax() {
    let client = Client::craigs().await;
    let mut body = json!({"Line": [line("4", "10")], "DepositToAccountRef": {"value": "35"}});
    assert_eq!(client.stored("RefundReceipt", &body).await["PaymentRefNum"], "To Print");
    body["PaymentRefNum"] = json!("re_1");
    assert_eq!(client.stored("RefundReceipt", &body).await["PaymentRefNum"], "re_1");
    body["TxnTaxDetail"] = json!({"TxnTaxCodeRef": {"value": "CustomSalesTax"}});
    assert_eq!(client.refused("refundreceipt", &body).await, "6160");
    body = json!({"Line": [line("4", "10")], "DepositToAccountRef": {"value": "4"}});
    assert_eq!(client.stored("RefundReceipt", &body).await.get("PaymentRefNum"), None);
}
