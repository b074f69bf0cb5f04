//! Customers, vendors and employees.

use serde_json::json;

use super::client::Client;

#[tokio::test]
async fn a_customer_with_a_name_only_gets_the_defaults_that_were_recorded() {
    let client = Client::craigs().await;
    let customer = client.stored("Customer", &json!({"DisplayName": "Doe5, Jane"})).await;
    let expected = json!({
        "Taxable": true, "Job": false, "BillWithParent": false, "Balance": 0, "BalanceWithJobs": 0,
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"}, "PreferredDeliveryMethod": "Print",
        "domain": "QBO", "sparse": false, "Id": "61", "SyncToken": "0",
        "MetaData": {"CreateTime": "2020-09-29T05:58:07-07:00", "LastUpdatedTime": "2020-09-29T05:58:07-07:00"},
        "FullyQualifiedName": "Doe5, Jane", "DisplayName": "Doe5, Jane", "PrintOnCheckName": "Doe5, Jane",
        "Active": true, "DefaultTaxCodeRef": {"value": "2"},
    });
    assert_eq!(customer, expected);
}

#[tokio::test]
async fn a_display_name_is_built_from_the_parts_of_a_name() {
    let client = Client::craigs().await;
    let customer = client.stored("Customer", &json!({"GivenName": "Jane", "FamilyName": "Doe"})).await;
    assert_eq!(customer["DisplayName"], "Jane Doe");
    assert_eq!(client.refused("customer", &json!({"CompanyName": "Doe"})).await, "6080");
}

#[tokio::test]
async fn a_name_is_unique_across_customers_vendors_and_employees_in_any_case() {
    let client = Client::craigs().await;
    for taken in ["amy's bird sanctuary", "Books by Bessie", "Emily Platt"] {
        assert_eq!(client.refused("customer", &json!({"DisplayName": taken})).await, "6240", "{taken}");
        assert_eq!(client.refused("vendor", &json!({"DisplayName": taken})).await, "6240", "{taken}");
    }
}

#[tokio::test]
async fn names_and_addresses_are_checked() {
    let client = Client::craigs().await;
    assert_eq!(client.refused("customer", &json!({"DisplayName": "a:b"})).await, "2040");
    assert_eq!(client.refused("customer", &json!({"DisplayName": "a".repeat(501)})).await, "2050");
    let email = json!({"DisplayName": "a", "PrimaryEmailAddr": {"Address": "nowhere"}});
    assert_eq!(client.refused("customer", &email).await, "2210");
}

#[tokio::test]
async fn deactivation_frees_the_name_and_repeating_it_changes_nothing() {
    let client = Client::craigs().await;
    let off = json!({"Id": "10", "SyncToken": "0", "sparse": true, "Active": false});
    let inactive = client.stored("Customer", &off).await;
    assert_eq!(inactive["DisplayName"], "Geeta Kalapatapu (deleted)");
    assert_eq!(inactive["SyncToken"], "1");
    client.stored("Customer", &json!({"DisplayName": "Geeta Kalapatapu"})).await;
    let again = json!({"Id": "10", "SyncToken": "1", "sparse": true, "Active": false});
    assert_eq!(client.stored("Customer", &again).await, inactive);
    let back = json!({"Id": "10", "SyncToken": "1", "sparse": true, "Active": true});
    assert_eq!(client.refused("customer", &back).await, "6240");
}

#[tokio::test]
async fn a_full_update_keeps_what_the_system_decided() {
    let client = Client::craigs().await;
    let before = client.stored("Customer", &json!({"DisplayName": "Jack", "Notes": "tall"})).await;
    let full = json!({"DisplayName": "Jack Moe", "Id": before["Id"], "SyncToken": "0"});
    let after = client.stored("Customer", &full).await;
    assert_eq!(after["FullyQualifiedName"], "Jack Moe");
    assert_eq!(after["PrintOnCheckName"], "Jack Moe");
    assert_eq!(after.get("Notes"), None);
    for member in ["Taxable", "DefaultTaxCodeRef", "CurrencyRef", "PreferredDeliveryMethod"] {
        assert_eq!(after[member], before[member], "{member}");
    }
}

#[tokio::test]
async fn a_job_is_named_below_its_parent_and_not_too_deep() {
    let client = Client::craigs().await;
    let mut parent = "7".to_owned();
    for level in 1..=4 {
        let body = json!({"DisplayName": format!("Job {level}"), "Job": true, "ParentRef": {"value": parent}});
        let job = client.stored("Customer", &body).await;
        assert_eq!(job["Level"], json!(level));
        parent = job["Id"].as_str().unwrap().to_owned();
    }
    let job = client.get(&format!("customer/{parent}")).await.json()["Customer"].clone();
    assert_eq!(job["FullyQualifiedName"], "Freeman Sporting Goods:Job 1:Job 2:Job 3:Job 4");
    let deeper = json!({"DisplayName": "Job 5", "ParentRef": {"value": parent}});
    assert_eq!(client.refused("customer", &deeper).await, "6180");
}

#[tokio::test]
async fn names_cannot_be_deleted() {
    let client = Client::craigs().await;
    let body = json!({"Id": "10", "SyncToken": "0"});
    assert_eq!(client.refused("customer?operation=delete", &body).await, "500");
}

#[tokio::test]
async fn a_vendor_owes_no_form_1099_by_default() {
    let client = Client::craigs().await;
    let vendor = client.stored("Vendor", &json!({"DisplayName": "Boraski Family Store"})).await;
    assert_eq!((&vendor["Vendor1099"], &vendor["Balance"]), (&json!(false), &json!(0)));
    assert_eq!(vendor["PrintOnCheckName"], "Boraski Family Store");
}
