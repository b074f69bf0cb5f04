//! Exchange rates.

use qbo_simulator::quickbooks::TWO_CURRENCIES;
use serde_json::json;

use super::client::{Client, line, number, sale};

#[tokio::test]
async fn a_rate_that_is_set_is_read_and_counts_for_what_states_none() {
    let client = Client::of(TWO_CURRENCIES).await;
    let read = client.get("exchangerate?sourcecurrencycode=EUR&asofdate=2020-09-01").await.json();
    assert_eq!(read["ExchangeRate"]["Rate"], number("1.085"));
    assert_eq!(
        (&read["ExchangeRate"]["AsOfDate"], &read["ExchangeRate"]["TargetCurrencyCode"]),
        (&json!("2020-09-01"), &json!("USD"))
    );
    client.stored("ExchangeRate", &json!({"SourceCurrencyCode": "EUR", "Rate": 1.2, "AsOfDate": "2020-09-29"})).await;
    let mut body = sale("1", &[line("1", "10")]);
    body["CurrencyRef"] = json!({"value": "EUR"});
    let invoice = client.stored("Invoice", &body).await;
    assert_eq!((&invoice["ExchangeRate"], &invoice["HomeTotalAmt"]), (&number("1.2"), &number("12.00")));
}

#[tokio::test]
async fn a_rate_needs_a_foreign_currency_and_a_company_with_several() {
    let client = Client::of(TWO_CURRENCIES).await;
    for (body, code) in [
        (json!({"Rate": 2}), "2020"),
        (json!({"SourceCurrencyCode": "EUR"}), "2020"),
        (json!({"SourceCurrencyCode": "EUR", "Rate": 0}), "2090"),
        (json!({"SourceCurrencyCode": "USD", "Rate": 2}), "6000"),
        (json!({"SourceCurrencyCode": "EUR", "Rate": 2, "Colour": "red"}), "2010"),
    ] {
        assert_eq!(client.refused("exchangerate", &body).await, code, "{body}");
    }
    assert_eq!(client.get("exchangerate").await.code(), "2020");
    let client = Client::craigs().await;
    assert_eq!(client.get("exchangerate?sourcecurrencycode=EUR").await.code(), "5030");
}
