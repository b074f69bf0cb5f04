//! Items, accounts, terms, payment methods, classes and preferences.

use serde_json::json;

use super::client::Client;

#[tokio::test]
async fn a_service_needs_a_name_a_type_and_an_income_account() {
    let client = Client::craigs().await;
    let widget =
        client.stored("Item", &json!({"Name": "Widget", "Type": "Service", "IncomeAccountRef": {"value": "79"}})).await;
    assert_eq!(widget["IncomeAccountRef"], json!({"value": "79", "name": "Sales of Product Income"}));
    assert_eq!((&widget["UnitPrice"], &widget["Taxable"]), (&json!(0), &json!(false)));
    let missing = client.post("item", &json!({"Type": "Service"})).await;
    assert_eq!(missing.code(), "2020");
    assert_eq!(missing.json()["Fault"]["Error"][0]["element"], "Name");
    assert_eq!(client.refused("item", &json!({"Name": "A", "Type": "Service"})).await, "2020");
    assert_eq!(client.refused("item", &json!({"Name": "A"})).await, "2020");
}

#[tokio::test]
async fn the_account_of_an_item_exists_and_has_the_right_type() {
    let client = Client::craigs().await;
    let item = |account: &str| json!({"Name": "A", "Type": "Service", "IncomeAccountRef": {"value": account}});
    assert_eq!(client.refused("item", &item("99")).await, "2500");
    assert_eq!(client.refused("item", &item("35")).await, "6430");
}

#[tokio::test]
async fn an_inventory_item_needs_its_accounts_quantity_and_start() {
    let client = Client::craigs().await;
    let mut item = json!({"Name": "Garden Supplies", "Type": "Inventory", "IncomeAccountRef": {"value": "79"},
        "ExpenseAccountRef": {"value": "80"}, "AssetAccountRef": {"value": "81"}, "TrackQtyOnHand": true,
        "QtyOnHand": 10, "InvStartDate": "2015-01-01"});
    assert_eq!(client.stored("Item", &item).await["AssetAccountRef"]["name"], "Inventory Asset");
    item["Name"] = json!("More Garden Supplies");
    item["IncomeAccountRef"] = json!({"value": "1"});
    assert_eq!(client.refused("item", &item).await, "6430");
}

#[tokio::test]
async fn the_name_of_an_item_is_unique_and_has_no_colon() {
    let client = Client::craigs().await;
    let item = |name: &str| json!({"Name": name, "Type": "Service", "IncomeAccountRef": {"value": "1"}});
    assert_eq!(client.refused("item", &item("design")).await, "6240");
    assert_eq!(client.refused("item", &item("A:B")).await, "2040");
    assert_eq!(client.refused("item", &item(&"a".repeat(101))).await, "2050");
}

#[tokio::test]
async fn a_term_is_standard_or_date_driven() {
    let client = Client::craigs().await;
    let net = client.stored("Term", &json!({"Name": "Net 45", "DueDays": 45})).await;
    assert_eq!((&net["Type"], &net["DiscountDays"], &net["Active"]), (&json!("STANDARD"), &json!(0), &json!(true)));
    let monthly = client.stored("Term", &json!({"Name": "Monthly", "DayOfMonthDue": 15})).await;
    assert_eq!(monthly["Type"], "DATE_DRIVEN");
}

#[tokio::test]
async fn accounts_payment_methods_and_classes_are_completed() {
    let client = Client::craigs().await;
    let account = client.stored("Account", &json!({"Name": "Rain", "AccountType": "Income"})).await;
    assert_eq!((&account["Classification"], &account["SubAccount"]), (&json!("Revenue"), &json!(false)));
    assert_eq!(client.refused("account", &json!({"Name": "Sun"})).await, "6010");
    let method = client.stored("PaymentMethod", &json!({"Name": "Wire"})).await;
    assert_eq!(method["Type"], "NON_CREDIT_CARD");
    let class = client.stored("Class", &json!({"Name": "Design"})).await;
    assert_eq!((&class["FullyQualifiedName"], &class["SubClass"]), (&json!("Design"), &json!(false)));
}

#[tokio::test]
async fn a_deactivated_account_shows_it_in_its_name() {
    let client = Client::craigs().await;
    let account = client.get("account/5").await.json()["Account"].clone();
    assert_eq!(account["FullyQualifiedName"], "Fees Billed (deleted)");
}

#[tokio::test]
async fn preferences_are_merged_and_company_information_is_read_by_any_id() {
    let client = Client::craigs().await;
    let before = client.get("preferences").await.json()["Preferences"].clone();
    let body = json!({"Id": "1", "SyncToken": before["SyncToken"], "sparse": true,
        "SalesFormsPrefs": {"AllowDiscount": false}});
    let after = client.stored("Preferences", &body).await;
    assert_eq!(after["SalesFormsPrefs"]["AllowDiscount"], json!(false));
    assert_eq!(after["SalesFormsPrefs"]["DefaultTerms"], json!({"value": "3"}));
    let company = client.get(&format!("companyinfo/{}", client.realm)).await.json()["CompanyInfo"].clone();
    assert_eq!((&company["Id"], &company["Country"]), (&json!("1"), &json!("US")));
}
