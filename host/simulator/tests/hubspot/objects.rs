//! Reading objects, one and many.

use serde_json::{Value, json};

use crate::{Client, ids};

#[tokio::test]
async fn an_object_is_read_with_the_properties_and_associations_that_were_asked_for() {
    let client = Client::seeded();
    let path = "/crm/v3/objects/deals/1001?properties=dealname,amount,dealtype,no_such_property\
                &associations=contacts,line_items,quotes";
    let deal = client.get(path).await.body;
    assert_eq!(deal["properties"]["amount"], "605.00");
    assert_eq!(deal["properties"]["dealtype"], Value::Null);
    assert_eq!(deal["properties"].get("no_such_property"), None);
    assert_eq!(deal["properties"]["hs_object_id"], "1001");
    assert_eq!(deal["createdAt"], "2026-01-05T10:00:00.000Z");
    assert_eq!(deal["archived"], false);
    assert_eq!(deal["associations"]["contacts"]["results"], json!([{ "id": "50101", "type": "deal_to_contact" }]));
    assert_eq!(ids(&deal["associations"]["line items"]["results"], "id"), ["100101", "100102", "100103"]);
    assert_eq!(deal["associations"].get("quotes"), None);
}

#[tokio::test]
async fn without_a_wish_only_the_default_properties_are_answered() {
    let client = Client::seeded();
    let names = |body: Value| body["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let contact = names(client.get("/crm/v3/objects/contacts/50101").await.body);
    assert_eq!(contact, ["createdate", "lastmodifieddate", "hs_object_id", "firstname", "lastname", "email"]);
    let payment = names(client.get("/crm/v3/objects/commerce_payments/3001").await.body);
    assert_eq!(payment, ["hs_createdate", "hs_lastmodifieddate", "hs_object_id"]);
}

#[tokio::test]
async fn a_type_is_named_in_the_plural_the_singular_or_by_number() {
    let client = Client::seeded();
    for name in ["commerce_payments", "commerce_payment", "0-101"] {
        let payment = client.get(&format!("/crm/v3/objects/{name}/3001")).await;
        assert_eq!(payment.body["id"], "3001", "{name}");
    }
    let unknown = client.get("/crm/v3/objects/dealz/1001").await;
    assert_eq!((unknown.status, &unknown.body["category"]), (400, &json!("VALIDATION_ERROR")));
}

#[tokio::test]
async fn what_does_not_exist_or_is_archived_is_not_found() {
    let client = Client::seeded();
    for path in ["/crm/v3/objects/deals/999", "/crm/v3/objects/deals/none", "/crm/v3/objects/deals/1047"] {
        let missing = client.get(path).await;
        assert_eq!((missing.status, &missing.body["category"]), (404, &json!("OBJECT_NOT_FOUND")), "{path}");
    }
    let archived = client.get("/crm/v3/objects/deals/1047?archived=true").await;
    assert_eq!((archived.status, &archived.body["archived"]), (200, &json!(true)));
    assert_eq!(client.get("/crm/v9/objects/deals/1001").await.status, 404);
}

#[tokio::test]
async fn a_batch_is_answered_in_another_order_and_names_what_is_missing() {
    let client = Client::seeded();
    let inputs = json!([{ "id": "100103" }, { "id": "100101" }, { "id": "42" }]);
    let batch = json!({ "inputs": inputs, "properties": ["hs_sku", "amount"] });
    let answer = client.post("/crm/v3/objects/line_items/batch/read", batch).await;
    assert_eq!(answer.status, 207);
    assert_eq!(ids(&answer.body["results"], "id"), ["100101", "100103"]);
    assert_eq!(answer.body["results"][1]["properties"]["amount"], "300");
    assert_eq!(answer.body["numErrors"], 1);
    assert_eq!(answer.body["errors"][0]["context"]["ids"], json!(["42"]));
}

#[tokio::test]
async fn a_batch_of_more_than_a_hundred_is_refused() {
    let client = Client::seeded();
    let batch = |size: u32| json!({ "inputs": (0..size).map(|id| json!({ "id": (1_025_001 + id).to_string() })).collect::<Vec<_>>() });
    let full = client.post("/crm/v3/objects/line_items/batch/read", batch(100)).await;
    assert_eq!((full.status, full.body["results"].as_array().map(Vec::len)), (200, Some(100)));
    let above = client.post("/crm/v3/objects/line_items/batch/read", batch(101)).await;
    assert_eq!((above.status, &above.body["category"]), (400, &json!("VALIDATION_ERROR")));
}

#[tokio::test]
async fn objects_are_listed_in_pages_without_the_archived_ones() {
    let client = Client::seeded();
    let deals = client.get("/crm/v3/objects/deals?limit=100&properties=dealname").await.body;
    assert_eq!(deals["results"].as_array().map(Vec::len), Some(58));
    let first = client.get("/crm/v3/objects/deals").await.body;
    assert_eq!(first["results"].as_array().map(Vec::len), Some(10));
    assert_eq!(first["paging"]["next"]["after"], "10");
    assert_eq!(client.get("/crm/v3/objects/deals?limit=101").await.status, 400);
}
