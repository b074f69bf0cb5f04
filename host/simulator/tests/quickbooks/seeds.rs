//! The companies that are there from the start.

use qbo_simulator::quickbooks::{
    AUTOMATED_TAX, CRAIGS_DESIGN, CUSTOM_NUMBERS, Company, MAPLE_LEAF, QuickBooks, Settings, TWO_CURRENCIES,
};
use serde_json::{Value, json};

fn named(rows: &[Value], id: &str) -> String {
    let row = rows.iter().find(|row| row["Id"] == id).unwrap();
    row.get("DisplayName").or(row.get("Name")).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn the_companies_of_the_seed_are_there() {
    let service = QuickBooks::seeded();
    assert_eq!(service.company_ids(), [CRAIGS_DESIGN, MAPLE_LEAF, CUSTOM_NUMBERS, TWO_CURRENCIES, AUTOMATED_TAX]);
    let country = |realm| service.documents(realm, "CompanyInfo")[0]["Country"].clone();
    assert_eq!((country(CRAIGS_DESIGN), country(MAPLE_LEAF)), (json!("US"), json!("CA")));
}

#[test]
fn the_sample_company_has_the_ids_that_public_tests_expect() {
    let service = QuickBooks::seeded();
    for (entity, id, name) in [
        ("Customer", "1", "Amy's Bird Sanctuary"),
        ("Customer", "9", "55 Twin Lane"),
        ("Customer", "24", "Sonnenschein Family Store"),
        ("Vendor", "30", "Books by Bessie"),
        ("Vendor", "56", "Bob's Burger Joint"),
        ("Employee", "55", "Emily Platt"),
        ("Account", "4", "Undeposited Funds"),
        ("Account", "86", "Discounts given"),
        ("Item", "11", "Pump"),
        ("Item", "18", "Trimming"),
        ("Term", "3", "Net 30"),
        ("PaymentMethod", "2", "Check"),
        ("TaxCode", "3", "Tucson"),
    ] {
        assert_eq!(named(&service.documents(CRAIGS_DESIGN, entity), id), name);
    }
}

#[test]
fn a_sub_account_is_named_with_its_parents() {
    let service = QuickBooks::seeded();
    let accounts = service.documents(CRAIGS_DESIGN, "Account");
    let account = accounts.iter().find(|account| account["Id"] == "48").unwrap();
    let name = "Landscaping Services:Job Materials:Fountains and Garden Lighting";
    assert_eq!(account["FullyQualifiedName"], name);
}

#[test]
fn a_test_can_add_a_company_and_objects() {
    let service = QuickBooks::empty(Settings::default());
    service.add_company(&Company {
        realm: "77".to_owned(),
        name: "Test".to_owned(),
        country: "US".to_owned(),
        home_currency: "USD".to_owned(),
        multi_currency: false,
        custom_numbers: false,
    });
    let customer = service.create("77", "Customer", json!({"DisplayName": "Jane"})).unwrap();
    assert_eq!(service.documents("77", "Customer"), [customer]);
    let fault = service.create("77", "Customer", json!({"DisplayName": "Jane"})).unwrap_err();
    assert_eq!(fault["Error"][0]["code"], "6240");
}
