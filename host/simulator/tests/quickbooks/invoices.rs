//! Invoices: what the server adds, what it refuses, and what they do to others.

use jiff::SignedDuration;
use qbo_simulator::quickbooks::{CRAIGS_DESIGN, TWO_CURRENCIES};
use serde_json::{Value, json};

use super::client::{Client, line, number, priced_line, sale};

#[tokio::test]
async fn a_minimal_invoice_gets_the_defaults_that_were_recorded() {
    let client = Client::craigs().await;
    let body = r#"{"Line":[{"Amount":100.0,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":
        {"ItemRef":{"value":"1","name":"Services"}}}],"CustomerRef":{"value":"1"}}"#;
    let invoice = client.stored("Invoice", &serde_json::from_str(body).unwrap()).await;
    let address =
        json!({"Id":"2","Line1":"4581 Finch St.","City":"Bayshore","CountrySubDivisionCode":"CA","PostalCode":"94326"});
    let expected = json!({
        "AllowIPNPayment": false, "AllowOnlinePayment": false, "AllowOnlineCreditCardPayment": false,
        "AllowOnlineACHPayment": false, "domain": "QBO", "sparse": false, "Id": "145", "SyncToken": "0",
        "MetaData": {"CreateTime": "2020-09-29T05:58:07-07:00", "LastUpdatedTime": "2020-09-29T05:58:07-07:00"},
        "CustomField": [{"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}],
        "DocNumber": "1038", "TxnDate": "2020-09-29",
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"}, "LinkedTxn": [],
        "Line": [
            {"Id": "1", "LineNum": 1, "Amount": number("100.00"), "DetailType": "SalesItemLineDetail",
             "SalesItemLineDetail": {"ItemRef": {"value": "1", "name": "Services"}, "TaxCodeRef": {"value": "NON"}}},
            {"Amount": number("100.00"), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}],
        "TxnTaxDetail": {"TotalTax": 0}, "CustomerRef": {"value": "1", "name": "Amy's Bird Sanctuary"},
        "BillAddr": address, "ShipAddr": address, "DueDate": "2020-10-29", "TotalAmt": number("100.00"),
        "ApplyTaxAfterDiscount": false, "PrintStatus": "NeedToPrint", "EmailStatus": "NotSet",
        "Balance": number("100.00"),
    });
    assert_eq!(invoice, expected);
}

#[tokio::test]
async fn an_amount_must_be_quantity_times_price_rounded_half_up() {
    let client = Client::craigs().await;
    let right = sale("1", &[priced_line("4", "128.350", "14.50", "1861.08")]);
    assert_eq!(client.stored("Invoice", &right).await["TotalAmt"], number("1861.08"));
    let wrong = sale("1", &[priced_line("4", "128.350", "14.50", "1861.07")]);
    let answer = client.post("invoice", &wrong).await;
    assert_eq!(answer.code(), "6070");
    assert_eq!(answer.json()["Fault"]["Error"][0]["element"], "Line.Amount");
}

#[tokio::test]
async fn lines_are_required_and_say_their_type() {
    let client = Client::craigs().await;
    assert_eq!(client.refused("invoice", &sale("1", &[])).await, "2020");
    assert_eq!(client.refused("invoice", &sale("1", &[json!({"Amount": 1})])).await, "2020");
    assert_eq!(client.refused("invoice", &json!({"Line": [line("1", "1")]})).await, "2020");
}

#[tokio::test]
async fn a_line_names_an_item_that_exists_is_active_and_no_category() {
    let client = Client::craigs().await;
    for item in ["999", "20", "19"] {
        assert_eq!(client.refused("invoice", &sale("1", &[line(item, "1")])).await, "2500", "{item}");
    }
}

#[tokio::test]
async fn the_customer_must_exist_and_be_active() {
    let client = Client::craigs().await;
    let lines = [line("1", "1")];
    assert_eq!(client.refused("invoice", &sale("583", &lines)).await, "2500");
    assert_eq!(client.refused("invoice", &sale("14", &lines)).await, "6250");
    assert_eq!(client.refused("invoice", &sale("30", &lines)).await, "6250");
}

#[tokio::test]
async fn a_line_without_an_item_documents_and_its_amount_is_ignored() {
    let client = Client::craigs().await;
    let words = json!({"Amount": 50, "Description": "as agreed", "DetailType": "SalesItemLineDetail"});
    let invoice = client.stored("Invoice", &sale("1", &[line("1", "10"), words])).await;
    assert_eq!(invoice["TotalAmt"], number("10.00"));
    assert_eq!(invoice["Line"][1]["DetailType"], "DescriptionOnly");
}

#[tokio::test]
async fn an_inactive_term_is_refused_and_a_given_one_sets_the_due_date() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("1", "1")]);
    body["SalesTermRef"] = json!({"value": "5"});
    assert_eq!(client.refused("invoice", &body).await, "2500");
    body["SalesTermRef"] = json!({"value": "2"});
    let invoice = client.stored("Invoice", &body).await;
    assert_eq!(invoice["DueDate"], "2020-10-14");
    assert_eq!(invoice["SalesTermRef"], json!({"value": "2", "name": "Net 15"}));
}

#[tokio::test]
async fn a_percentage_discount_is_positive_follows_the_subtotal_and_has_no_id() {
    let client = Client::craigs().await;
    let discount = json!({"DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": true, "DiscountPercent": 5}});
    let invoice = client.stored("Invoice", &sale("18", &[line("4", "1005"), discount])).await;
    let expected = json!({"Amount": number("50.25"), "DetailType": "DiscountLineDetail", "DiscountLineDetail":
        {"PercentBased": true, "DiscountPercent": 5, "DiscountAccountRef": {"value": "86", "name": "Discounts given"}}});
    assert_eq!(invoice["Line"][2], expected);
    assert_eq!(invoice["TotalAmt"], number("954.75"));
}

#[tokio::test]
async fn a_discount_says_how_much_stands_alone_and_is_allowed() {
    let client = Client::craigs().await;
    let discount = |detail: Value| json!({"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail});
    let vague = discount(json!({"PercentBased": true}));
    assert_eq!(client.refused("invoice", &sale("1", &[line("1", "1"), vague])).await, "6090");
    let mut fixed = discount(json!({}));
    fixed["Amount"] = json!(1);
    let twice = sale("1", &[line("1", "9"), fixed.clone(), fixed.clone()]);
    assert_eq!(client.refused("invoice", &twice).await, "6000");
    let off = json!({"SalesFormsPrefs": {"AllowDiscount": false}});
    client.service.update_preferences(CRAIGS_DESIGN, off).unwrap();
    assert_eq!(client.refused("invoice", &sale("1", &[line("1", "9"), fixed])).await, "6000");
}

#[tokio::test]
async fn a_negative_line_is_fine_until_the_total_is_negative() {
    let client = Client::craigs().await;
    let fine = sale("1", &[line("1", "10"), line("2", "-4")]);
    assert_eq!(client.stored("Invoice", &fine).await["TotalAmt"], number("6.00"));
    assert_eq!(client.refused("invoice", &sale("1", &[line("1", "-4")])).await, "6000");
}

#[tokio::test]
async fn at_most_750_lines_fit() {
    let client = Client::craigs().await;
    assert_eq!(client.refused("invoice", &sale("1", &vec![line("1", "1"); 751])).await, "6000");
}

#[tokio::test]
async fn custom_fields_are_echoed_and_an_unknown_one_is_refused() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("1", "1")]);
    body["CustomField"] = json!([{"DefinitionId": "1", "StringValue": "102"}]);
    let invoice = client.stored("Invoice", &body).await;
    let echoed = json!([{"DefinitionId": "1", "Name": "Crew #", "Type": "StringType", "StringValue": "102"}]);
    assert_eq!(invoice["CustomField"], echoed);
    body["CustomField"] = json!([{"DefinitionId": "2", "StringValue": "102"}]);
    assert_eq!(client.refused("invoice", &body).await, "3000");
    body["CustomField"] = json!([{"DefinitionId": "1", "StringValue": "1".repeat(32)}]);
    assert_eq!(client.refused("invoice", &body).await, "2050");
}

#[tokio::test]
async fn an_invoice_moves_the_balance_and_time_of_its_customer_but_not_its_sync_token() {
    let client = Client::craigs().await;
    client.stored("Invoice", &sale("9", &[line("1", "85")])).await;
    let job = client.get("customer/9").await.json()["Customer"].clone();
    assert_eq!((&job["Balance"], &job["SyncToken"]), (&number("85.00"), &json!("0")));
    assert_eq!(job["MetaData"]["LastUpdatedTime"], "2020-09-29T05:58:07-07:00");
    let parent = client.get("customer/7").await.json()["Customer"].clone();
    assert_eq!((&parent["Balance"], &parent["BalanceWithJobs"]), (&json!(0), &number("85.00")));
}

#[tokio::test]
async fn a_deleted_invoice_gives_everything_back_and_is_not_found_any_more() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[priced_line("5", "1", "275", "275")])).await;
    let id = invoice["Id"].as_str().unwrap();
    assert_eq!(client.get("item/5").await.json()["Item"]["QtyOnHand"], json!(1));
    let deleted = client.post("invoice?operation=delete", &json!({"Id": id, "SyncToken": "0"})).await;
    assert_eq!(deleted.json()["Invoice"], json!({"domain": "QBO", "status": "Deleted", "Id": id}));
    assert_eq!(client.get("item/5").await.json()["Item"]["QtyOnHand"], json!(2));
    assert_eq!(client.get("customer/1").await.json()["Customer"]["Balance"], json!(0));
    assert_eq!(client.get(&format!("invoice/{id}")).await.code(), "610");
    let found = client.query(&format!("select * from Invoice where Id = '{id}'")).await;
    assert_eq!(found.json()["QueryResponse"], json!({}));
}

#[tokio::test]
async fn a_voided_invoice_keeps_its_number_and_loses_its_amounts() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[priced_line("4", "2", "75", "150")])).await;
    let void = json!({"Id": invoice["Id"], "SyncToken": "0"});
    let voided = client.post("invoice?operation=void", &void).await.json()["Invoice"].clone();
    assert_eq!(voided["SyncToken"], "1");
    assert_eq!(voided["PrivateNote"], "Voided");
    assert_eq!((&voided["TotalAmt"], &voided["Balance"]), (&json!(0), &json!(0)));
    assert_eq!((&voided["DocNumber"], &voided["DueDate"]), (&invoice["DocNumber"], &invoice["DueDate"]));
    assert_eq!(voided["Line"][0]["SalesItemLineDetail"]["Qty"], json!(0));
    assert_eq!(voided["Line"][0]["SalesItemLineDetail"].get("UnitPrice"), None);
    assert_eq!(client.get("customer/1").await.json()["Customer"]["Balance"], json!(0));
}

#[tokio::test]
async fn a_sparse_update_keeps_the_rest_and_a_full_one_keeps_number_and_date() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("1", "10")]);
    body["PrivateNote"] = json!("first");
    let invoice = client.stored("Invoice", &body).await;
    client.clock.advance(SignedDuration::from_hours(48));
    let sparse = json!({"Id": invoice["Id"], "SyncToken": "0", "sparse": true, "CustomerMemo": {"value": "hello"}});
    let updated = client.stored("Invoice", &sparse).await;
    assert_eq!((&updated["PrivateNote"], &updated["SyncToken"]), (&json!("first"), &json!("1")));
    let mut full = sale("1", &[line("1", "20")]);
    full["Id"] = invoice["Id"].clone();
    full["SyncToken"] = json!("1");
    let updated = client.stored("Invoice", &full).await;
    assert_eq!(updated.get("PrivateNote"), None);
    assert_eq!((&updated["DocNumber"], &updated["TxnDate"]), (&invoice["DocNumber"], &invoice["TxnDate"]));
    assert_eq!(updated["Line"][0]["Id"], "2");
    assert_eq!(updated["Balance"], number("20.00"));
}

#[tokio::test]
async fn a_stale_sync_token_is_refused_and_saving_the_same_again_changes_nothing() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[line("1", "10")])).await;
    client.clock.advance(SignedDuration::from_mins(1));
    let same = client.stored("Invoice", &invoice).await;
    assert_eq!(same, invoice);
    let stale = json!({"Id": invoice["Id"], "SyncToken": "7", "sparse": true});
    assert_eq!(client.refused("invoice", &stale).await, "5010");
}

#[tokio::test]
async fn sending_needs_an_address_and_is_remembered() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[line("1", "10")])).await;
    let path = format!("invoice/{}/send", invoice["Id"].as_str().unwrap());
    assert_eq!(client.post(&path, &json!("")).await.code(), "6420");
    let sent = client.post(&format!("{path}?sendTo=jane@example.com"), &json!("")).await.json()["Invoice"].clone();
    assert_eq!(sent["EmailStatus"], "EmailSent");
    assert_eq!(sent["BillEmail"]["Address"], "jane@example.com");
}

#[tokio::test]
async fn an_invoice_to_be_sent_needs_an_address_that_is_one() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("1", "1")]);
    body["EmailStatus"] = json!("NeedToSend");
    assert_eq!(client.refused("invoice", &body).await, "6420");
    body["BillEmail"] = json!({"Address": "nowhere"});
    assert_eq!(client.refused("invoice", &body).await, "2210");
}

#[tokio::test]
async fn closed_books_refuse_a_date_before_the_end_of_the_closing_day() {
    let client = Client::craigs().await;
    let closed = json!({"AccountingInfoPrefs": {"BookCloseDate": "2020-08-31"}});
    client.service.update_preferences(CRAIGS_DESIGN, closed).unwrap();
    let mut body = sale("1", &[line("1", "1")]);
    body["TxnDate"] = json!("2020-08-31");
    assert_eq!(client.refused("invoice", &body).await, "6200");
    client.service.set_closed_with_password(CRAIGS_DESIGN, true);
    assert_eq!(client.refused("invoice", &body).await, "6210");
    body["TxnDate"] = json!("2020-09-01");
    client.stored("Invoice", &body).await;
}

#[tokio::test]
async fn inventory_is_not_sold_before_it_starts() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("5", "275")]);
    body["TxnDate"] = json!("2014-12-31");
    assert_eq!(client.refused("invoice", &body).await, "6270");
}

#[tokio::test]
async fn with_several_currencies_the_currency_is_required_and_the_customers() {
    let client = Client::of(TWO_CURRENCIES).await;
    let mut body = sale("1", &[line("1", "100")]);
    assert_eq!(client.refused("invoice", &body).await, "2020");
    body["CurrencyRef"] = json!({"value": "USD"});
    assert_eq!(client.refused("invoice", &body).await, "6000");
    body["CurrencyRef"] = json!({"value": "EUR"});
    let invoice = client.stored("Invoice", &body).await;
    assert_eq!((&invoice["ExchangeRate"], &invoice["HomeTotalAmt"]), (&number("1.085"), &number("108.50")));
}

#[tokio::test]
async fn what_the_server_owns_is_ignored_on_create() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("1", "10")]);
    body["SyncToken"] = json!(0);
    body["TotalAmt"] = json!(5);
    body["Balance"] = json!("5");
    body["TxnDate"] = json!("");
    body["domain"] = json!("QBO");
    let invoice = client.stored("Invoice", &body).await;
    assert_eq!((&invoice["TotalAmt"], &invoice["SyncToken"]), (&number("10.00"), &json!("0")));
    assert_eq!(invoice["TxnDate"], "2020-09-29");
}
