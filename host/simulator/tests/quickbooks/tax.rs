//! US sales tax.

use qbo_simulator::quickbooks::CRAIGS_DESIGN;
use serde_json::json;

use super::client::{Client, line, number, priced_line, sale};

#[tokio::test]
async fn taxable_lines_are_taxed_at_the_rate_of_the_customers_code() {
    let client = Client::craigs().await;
    let lines = [line("5", "275"), line("11", "12.75"), priced_line("3", "5", "9.5", "47.5"), line("4", "75")];
    let invoice = client.stored("Invoice", &sale("24", &lines)).await;
    let expected = json!({"TxnTaxCodeRef": {"value": "2"}, "TotalTax": number("26.82"), "TaxLine": [{
        "Amount": number("26.82"), "DetailType": "TaxLineDetail", "TaxLineDetail": {"TaxRateRef": {"value": "3"},
        "PercentBased": true, "TaxPercent": 8, "NetAmountTaxable": number("335.25")}}]});
    assert_eq!(invoice["TxnTaxDetail"], expected);
    assert_eq!(invoice["TotalAmt"], number("437.07"));
    assert_eq!(invoice["Line"][3]["SalesItemLineDetail"]["TaxCodeRef"]["value"], "NON");
}

#[tokio::test]
async fn each_rate_of_a_code_is_a_line_of_its_own() {
    let client = Client::craigs().await;
    let mut body = sale("24", &[line("5", "100")]);
    body["TxnTaxDetail"] = json!({"TxnTaxCodeRef": {"value": "3"}});
    let invoice = client.stored("Invoice", &body).await;
    assert_eq!(invoice["TxnTaxDetail"]["TotalTax"], number("9.10"));
    assert_eq!(invoice["TxnTaxDetail"]["TaxLine"][1]["Amount"], number("2.00"));
}

#[tokio::test]
async fn a_tax_that_the_caller_states_is_honoured_even_if_it_is_none() {
    let client = Client::craigs().await;
    let mut body = sale("24", &[line("5", "100")]);
    body["TxnTaxDetail"] = json!({"TotalTax": number("7.77")});
    assert_eq!(client.stored("Invoice", &body).await["TotalAmt"], number("107.77"));
    body["TxnTaxDetail"] = json!({"TotalTax": 0});
    assert_eq!(client.stored("Invoice", &body).await["TotalAmt"], number("100.00"));
}

#[tokio::test]
async fn an_exempt_customer_pays_no_tax() {
    let client = Client::craigs().await;
    assert_eq!(client.stored("Invoice", &sale("20", &[line("5", "100")])).await["TotalAmt"], number("100.00"));
}

#[tokio::test]
async fn a_discount_lowers_the_tax_only_if_it_comes_first() {
    let client = Client::craigs().await;
    let discount = json!({"Amount": 50, "DetailType": "DiscountLineDetail", "DiscountLineDetail": {}});
    let mut body = sale("24", &[line("5", "100"), line("4", "100"), discount]);
    assert_eq!(client.stored("Invoice", &body).await["TxnTaxDetail"]["TotalTax"], number("8.00"));
    body["ApplyTaxAfterDiscount"] = json!(true);
    assert_eq!(client.stored("Invoice", &body).await["TxnTaxDetail"]["TotalTax"], number("6.00"));
}

#[tokio::test]
async fn a_line_is_taxable_or_not_and_nothing_else() {
    let client = Client::craigs().await;
    let mut taxed = line("4", "100");
    taxed["SalesItemLineDetail"]["TaxCodeRef"] = json!({"value": "TAX"});
    assert_eq!(client.stored("Invoice", &sale("24", &[taxed.clone()])).await["TotalAmt"], number("108.00"));
    taxed["SalesItemLineDetail"]["TaxCodeRef"] = json!({"value": "2"});
    assert_eq!(client.refused("invoice", &sale("24", &[taxed])).await, "6100");
}

#[tokio::test]
async fn a_company_without_sales_tax_ignores_what_is_said_about_it() {
    let client = Client::craigs().await;
    let off = json!({"TaxPrefs": {"UsingSalesTax": false}});
    client.service.update_preferences(CRAIGS_DESIGN, off).unwrap();
    let mut body = sale("24", &[line("5", "100")]);
    body["TxnTaxDetail"] = json!({"TotalTax": 8});
    assert_eq!(client.stored("Invoice", &body).await["TotalAmt"], number("100.00"));
}

#[tokio::test]
async fn changed_lines_are_taxed_afresh_and_an_unchanged_tax_stays() {
    let client = Client::craigs().await;
    let mut body = sale("24", &[line("5", "100")]);
    body["TxnTaxDetail"] = json!({"TotalTax": 5});
    let invoice = client.stored("Invoice", &body).await;
    let memo = json!({"Id": invoice["Id"], "SyncToken": "0", "sparse": true, "PrivateNote": "seen"});
    assert_eq!(client.stored("Invoice", &memo).await["TotalAmt"], number("105.00"));
    let lines = json!({"Id": invoice["Id"], "SyncToken": "1", "sparse": true, "Line": [line("5", "200")]});
    assert_eq!(client.stored("Invoice", &lines).await["TotalAmt"], number("216.00"));
}
