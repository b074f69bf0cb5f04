//! Creating, changing, associating and archiving.

use reqwest::Method;
use serde_json::json;

use crate::{Client, ids};

#[tokio::test]
async fn a_change_is_stored_and_an_empty_text_clears_a_property() {
    let client = Client::seeded();
    let changed = client
        .patch("/crm/v3/objects/deals/1001", json!({ "properties": { "dealname": "Fountain", "amount": "" } }))
        .await;
    assert_eq!((changed.status, &changed.body["properties"]["dealname"]), (200, &json!("Fountain")));
    assert_eq!(client.hubspot.property("deal", "1001", "amount"), None);
    assert_eq!(client.patch("/crm/v3/objects/deals/999", json!({ "properties": {} })).await.status, 404);
}

#[tokio::test]
async fn a_property_is_written_only_where_the_portal_has_it() {
    let client = Client::seeded();
    let number = json!({ "properties": { "quickbooks_number": "1037" } });
    let unknown = client.patch("/crm/v3/objects/deals/1001", number.clone()).await;
    assert_eq!((unknown.status, &unknown.body["errors"][0]["code"]), (400, &json!("PROPERTY_DOESNT_EXIST")));
    client.hubspot.load(&json!({ "custom_properties": { "deals": ["quickbooks_number"] } })).unwrap();
    assert_eq!(client.patch("/crm/v3/objects/deals/1001", number).await.status, 200);
    let read_only = json!({ "properties": { "hs_object_id": "1" } });
    let read_only = client.patch("/crm/v3/objects/deals/1001", read_only).await;
    assert_eq!(read_only.body["errors"][0]["code"], "READ_ONLY_VALUE");
}

#[tokio::test]
async fn a_property_is_made_once_and_told_with_hubspot_s_own() {
    let client = Client::seeded();
    let made = |name: &str| {
        json!({ "name": name, "label": "QuickBooks number", "groupName": "dealinformation",
        "type": "string", "fieldType": "text" })
    };
    assert_eq!(client.get("/crm/v3/properties/deals/quickbooks_number").await.status, 404);
    assert_eq!(client.post("/crm/v3/properties/deals", made("quickbooks_number")).await.status, 201);
    let again = client.post("/crm/v3/properties/deals", made("quickbooks_number")).await;
    assert_eq!((again.status, &again.body["category"]), (409, &json!("OBJECT_ALREADY_EXISTS")));
    let unnamed = client.post("/crm/v3/properties/deals", made("Two Words")).await;
    assert_eq!((unnamed.status, &unnamed.body["errors"][0]["code"]), (400, &json!("INVALID_NAME")));
    let all = client.get("/crm/v3/properties/deals").await.body;
    let names = ids(&all["results"], "name");
    assert!(names.iter().any(|name| name == "dealname") && names.iter().any(|name| name == "quickbooks_number"));
    let number = json!({ "properties": { "quickbooks_number": "1037" } });
    assert_eq!(client.patch("/crm/v3/objects/deals/1001", number).await.status, 200);
}

#[tokio::test]
async fn a_payment_of_somebody_else_is_recorded_with_its_amount_and_date() {
    let client = Client::seeded();
    let payment = |properties| json!({ "properties": properties });
    let amount = payment(json!({ "hs_initial_amount": "305.00" }));
    let undated = client.post("/crm/v3/objects/commerce_payments", amount).await;
    assert_eq!((undated.status, &undated.body["errors"][0]["code"]), (400, &json!("MISSING_PROPERTY")));
    let dated = json!({ "hs_initial_amount": "305.00", "hs_initiated_date": "2026-01-05T09:45:00.000Z" });
    assert_eq!(client.post("/crm/v3/objects/commerce_payments", payment(dated.clone())).await.status, 201);
    let mut processed = dated;
    processed["hs_processor_type"] = "hs_payments".into();
    assert_eq!(client.post("/crm/v3/objects/commerce_payments", payment(processed)).await.status, 400);
}

#[tokio::test]
async fn a_payment_that_commerce_hub_processed_cannot_be_changed() {
    let client = Client::seeded();
    let change = json!({ "properties": { "hs_reference_number": "X" } });
    let own = client.patch("/crm/v3/objects/commerce_payments/3001", change.clone()).await;
    assert_eq!((own.status, &own.body["errors"][0]["code"]), (400, &json!("PAYMENT_NOT_EDITABLE")));
    assert_eq!(client.patch("/crm/v3/objects/commerce_payments/3007", change).await.status, 200);
}

#[tokio::test]
async fn a_note_is_created_on_a_deal() {
    let client = Client::seeded();
    let association = json!({ "to": { "id": "1001" },
        "types": [{ "associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 214 }] });
    let properties = json!({ "hs_note_body": "Invoice 1037", "hs_timestamp": "2026-01-06T10:00:00.000Z" });
    let note =
        client.post("/crm/v3/objects/notes", json!({ "properties": properties, "associations": [association] })).await;
    assert_eq!(note.status, 201);
    assert_eq!(client.hubspot.associated(("deal", "1001"), "note"), [note.body["id"].as_str().unwrap()]);
    assert!(client.hubspot.requests().last().unwrap().committed);
}

#[tokio::test]
async fn a_creation_that_is_refused_creates_nothing() {
    let client = Client::seeded();
    let note = |type_id: u32, to: &str| {
        json!({ "properties": { "hs_timestamp": "2026-01-06T10:00:00.000Z" }, "associations": [
            { "to": { "id": to }, "types": [{ "associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id }] }] })
    };
    for refused in [note(214, "999"), note(3, "1001"), json!({ "properties": { "hs_note_body": "no time" } })] {
        assert_eq!(client.post("/crm/v3/objects/notes", refused).await.status, 400);
    }
    let all = client.post("/crm/v3/objects/notes/search", json!({})).await.body;
    assert_eq!(all["total"], 0);
    assert!(client.hubspot.requests().iter().all(|request| !request.committed));
}

#[tokio::test]
async fn two_objects_are_associated_by_their_default_type() {
    let client = Client::seeded();
    let invoice = client.post("/crm/v3/objects/invoices", json!({ "properties": { "hs_currency": "USD" } })).await.body;
    let id = invoice["id"].as_str().unwrap();
    let path = |deal: &str| format!("/crm/v4/objects/invoices/{id}/associations/default/deals/{deal}");
    assert_eq!(client.ask(Method::PUT, &path("1001"), None).await.unwrap().status, 200);
    assert_eq!(client.hubspot.associated(("deal", "1001"), "invoice"), [id]);
    assert_eq!(client.ask(Method::PUT, &path("999"), None).await.unwrap().status, 404);
}

#[tokio::test]
async fn the_older_form_associates_by_a_type_s_name_or_id() {
    let client = Client::seeded();
    for (type_name, status) in [("deal_to_contact", 200), ("3", 200), ("contact_to_deal", 400)] {
        let path = format!("/crm/v3/objects/deals/1001/associations/contacts/50102/{type_name}");
        assert_eq!(client.ask(Method::PUT, &path, None).await.unwrap().status, status, "{type_name}");
    }
    assert_eq!(client.hubspot.associated(("deal", "1001"), "contact"), ["50101", "50102"]);
}

#[tokio::test]
async fn an_archived_object_is_gone_from_reads_and_associations() {
    let client = Client::seeded();
    for _again in 0..2 {
        let archived = client.ask(Method::DELETE, "/crm/v3/objects/contacts/50101", None).await.unwrap();
        assert_eq!(archived.status, 204);
    }
    assert_eq!(client.get("/crm/v3/objects/contacts/50101").await.status, 404);
    assert!(client.hubspot.associated(("deal", "1001"), "contact").is_empty());
}
