//! What a company's preferences change for its documents, set as a client sets them.

use serde_json::{Value, json};

use super::client::{Client, line, sale};

impl Client {
    /// Changes one preference over the API.
    async fn prefer(&self, group: &str, member: &str, value: Value) {
        let stored = self.get("preferences").await.json()["Preferences"].clone();
        let body = json!({"Id": "1", "SyncToken": stored["SyncToken"], "sparse": true, group: {member: value}});
        assert_eq!(self.stored("Preferences", &body).await[group][member], body[group][member]);
    }
}

fn expense(class: &Value) -> Value {
    json!({"PaymentType": "Cash", "AccountRef": {"value": "91"}, "Line": [{
        "DetailType": "AccountBasedExpenseLineDetail", "Amount": 10,
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "90"}, "ClassRef": {"value": class["Id"]}}}]})
}

#[tokio::test]
async fn classes_are_kept_where_the_company_tracks_them() {
    let client = Client::craigs().await;
    let class = client.stored("Class", &json!({"Name": "Design"})).await;
    let named = json!({"value": class["Id"], "name": "Design"});
    let mut body = sale("1", &[line("4", "100")]);
    body["ClassRef"] = json!({"value": class["Id"]});
    body["Line"][0]["SalesItemLineDetail"]["ClassRef"] = json!({"value": class["Id"]});
    let of_line = |invoice: &Value| invoice["Line"][0]["SalesItemLineDetail"].get("ClassRef").cloned();
    let of_expense = |purchase: &Value| purchase["Line"][0]["AccountBasedExpenseLineDetail"].get("ClassRef").cloned();

    let invoice = client.stored("Invoice", &body).await;
    assert_eq!((invoice.get("ClassRef"), of_line(&invoice)), (None, None));
    assert_eq!(of_expense(&client.stored("Purchase", &expense(&class)).await), None);
    client.prefer("AccountingInfoPrefs", "ClassTrackingPerTxn", json!(true)).await;
    let invoice = client.stored("Invoice", &body).await;
    assert_eq!((&invoice["ClassRef"], of_line(&invoice)), (&named, None));
    client.prefer("AccountingInfoPrefs", "ClassTrackingPerTxnLine", json!(true)).await;
    assert_eq!(of_line(&client.stored("Invoice", &body).await), Some(named.clone()));
    assert_eq!(of_expense(&client.stored("Purchase", &expense(&class)).await), Some(named));
    body["ClassRef"] = json!({"value": "99"});
    assert_eq!(client.refused("invoice", &body).await, "2500");
}

#[tokio::test]
async fn a_company_can_begin_to_number_itself_and_stop() {
    let client = Client::craigs().await;
    let body = sale("1", &[line("4", "100")]);
    client.prefer("SalesFormsPrefs", "CustomTxnNumbers", json!(true)).await;
    assert_eq!(client.stored("Invoice", &body).await.get("DocNumber"), None);
    client.prefer("SalesFormsPrefs", "CustomTxnNumbers", json!(false)).await;
    assert_eq!(client.stored("Invoice", &body).await["DocNumber"], "1038");
}

#[tokio::test]
async fn a_company_with_several_currencies_is_told_which_one() {
    let client = Client::craigs().await;
    let mut body = sale("1", &[line("4", "100")]);
    let euro = json!({"DisplayName": "Jean Dupont", "CurrencyRef": {"value": "EUR"}});
    assert_eq!(client.refused("customer", &euro).await, "6000");
    client.prefer("CurrencyPrefs", "MultiCurrencyEnabled", json!(true)).await;
    assert_eq!(client.refused("invoice", &body).await, "2020");
    body["CurrencyRef"] = json!({"value": "USD"});
    client.stored("Invoice", &body).await;
    let customer = client.stored("Customer", &euro).await;
    body["CustomerRef"] = json!({"value": customer["Id"]});
    assert_eq!(client.refused("invoice", &body).await, "6000");
}

#[tokio::test]
async fn shipping_is_charged_only_where_it_is_allowed_and_counts_as_income() {
    let client = Client::craigs().await;
    let body = sale("1", &[line("SHIPPING_ITEM_ID", "12")]);
    assert_eq!(client.refused("invoice", &body).await, "2500");
    client.prefer("SalesFormsPrefs", "AllowShipping", json!(true)).await;
    client.stored("Invoice", &body).await;
    assert_eq!(client.service.account_balance(&client.realm, "30"), Some(12.into()));
}

#[tokio::test]
async fn preferences_that_somebody_changed_meanwhile_are_stale() {
    let client = Client::craigs().await;
    client.prefer("SalesFormsPrefs", "AllowEstimates", json!(false)).await;
    let stale = json!({"Id": "1", "SyncToken": "0", "sparse": true, "SalesFormsPrefs": {"AllowEstimates": true}});
    assert_eq!(client.refused("preferences", &stale).await, "5010");
}
