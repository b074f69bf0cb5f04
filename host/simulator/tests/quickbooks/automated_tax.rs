//! The automated sales tax of newer US companies.

use qbo_simulator::quickbooks::AUTOMATED_TAX;
use serde_json::{Value, json};

use super::client::{Client, line, number, sale};

/// A taxable item for 100.00, sold to a customer.
fn taxable(customer: &str) -> Value {
    let mut body = sale(customer, &[line("3", "100")]);
    body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] = json!({"value": "TAX"});
    body
}

async fn tax(client: &Client, body: &Value) -> Value {
    client.stored("Invoice", body).await["TxnTaxDetail"].clone()
}

#[tokio::test]
async fn the_rates_are_those_of_the_state_that_the_goods_go_to() {
    let client = Client::of(AUTOMATED_TAX).await;
    let california = tax(&client, &taxable("1")).await;
    assert_eq!((&california["TotalTax"], &california["TxnTaxCodeRef"]["value"]), (&number("7.25"), &json!("2")));
    let new_york = tax(&client, &taxable("2")).await;
    assert_eq!((&new_york["TotalTax"], new_york["TaxLine"].as_array().unwrap().len()), (&number("8.88"), 2));
    let mut shipped = taxable("1");
    shipped["ShipAddr"] = json!({"Line1": "7 Canal St.", "CountrySubDivisionCode": "New York"});
    assert_eq!(tax(&client, &shipped).await["TxnTaxCodeRef"]["value"], "3");
}

#[tokio::test]
async fn a_state_without_a_code_an_exempt_customer_and_an_untaxed_line_owe_nothing() {
    let client = Client::of(AUTOMATED_TAX).await;
    for body in [taxable("3"), taxable("4"), sale("1", &[line("1", "100")])] {
        assert_eq!(tax(&client, &body).await["TotalTax"], json!(0));
    }
}

#[tokio::test]
async fn a_code_that_is_sent_is_overridden_and_a_total_is_honoured() {
    let client = Client::of(AUTOMATED_TAX).await;
    let mut body = taxable("1");
    body["TxnTaxDetail"] = json!({"TxnTaxCodeRef": {"value": "3"}});
    assert_eq!(tax(&client, &body).await["TxnTaxCodeRef"]["value"], "2");
    body["TxnTaxDetail"]["TotalTax"] = json!(5);
    let stored = client.stored("Invoice", &body).await;
    let honoured = json!({"TotalTax": number("5.00"), "TxnTaxCodeRef": {"value": "2"}});
    assert_eq!((&stored["TxnTaxDetail"], &stored["TotalAmt"]), (&honoured, &number("105.00")));
}

#[tokio::test]
async fn before_the_engine_is_set_up_nothing_is_taxed() {
    let client = Client::of(AUTOMATED_TAX).await;
    let waiting = json!({"TaxPrefs": {"PartnerTaxEnabled": false}});
    client.service.update_preferences(AUTOMATED_TAX, waiting).unwrap();
    assert_eq!(tax(&client, &taxable("1")).await["TotalTax"], json!(0));
}

#[tokio::test]
async fn a_sale_to_nobody_is_taxed_where_the_company_is() {
    let client = Client::of(AUTOMATED_TAX).await;
    let mut body = taxable("1");
    body.as_object_mut().unwrap().remove("CustomerRef");
    assert_eq!(client.stored("SalesReceipt", &body).await["TxnTaxDetail"]["TotalTax"], number("7.25"));
}
