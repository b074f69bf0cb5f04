//! Lists of associations, inside an object and beside it.

use serde_json::json;

use crate::{Client, ids};

#[tokio::test]
async fn associations_are_listed_unsorted_with_their_labels_and_type_ids() {
    let client = Client::seeded();
    let contacts = client.get("/crm/v4/objects/deals/1007/associations/contacts").await.body;
    assert_eq!(ids(&contacts["results"], "toObjectId"), ["50171", "50173", "50172"]);
    assert!(contacts["results"][0]["toObjectId"].is_number());
    let types = &contacts["results"][1]["associationTypes"];
    assert_eq!(types[0], json!({ "category": "HUBSPOT_DEFINED", "typeId": 3, "label": null }));
    assert_eq!((&types[1]["category"], &types[1]["label"]), (&json!("USER_DEFINED"), &json!("Billing contact")));
    let none = client.get("/crm/v4/objects/deals/1006/associations/contacts").await;
    assert_eq!((none.status, &none.body["results"]), (200, &json!([])));
    assert_eq!(client.get("/crm/v4/objects/deals/999/associations/contacts").await.status, 404);
}

#[tokio::test]
async fn associations_come_in_pages() {
    let client = Client::seeded();
    let path = "/crm/v4/objects/deals/1031/associations/line_items";
    let first = client.get(path).await.body;
    assert_eq!(first["results"].as_array().map(Vec::len), Some(500));
    let after = first["paging"]["next"]["after"].as_str().unwrap();
    let second = client.get(&format!("{path}?limit=500&after={after}")).await.body;
    assert_eq!(second["results"].as_array().map(Vec::len), Some(251));
    assert_eq!(second.get("paging"), None);
    for query in ["limit=501", "limit=0", "after=x"] {
        assert_eq!(client.get(&format!("{path}?{query}")).await.status, 400, "{query}");
    }
}

#[tokio::test]
async fn an_object_lists_a_hundred_associations_and_links_to_the_rest() {
    let client = Client::seeded();
    let deal = client.get("/crm/v3/objects/deals/1025?associations=line_items").await.body;
    let lines = &deal["associations"]["line items"];
    assert_eq!(lines["results"].as_array().map(Vec::len), Some(100));
    let link = lines["paging"]["next"]["link"].as_str().unwrap();
    let rest = client.get(link.strip_prefix(&client.base).unwrap()).await.body;
    assert_eq!(rest["results"].as_array().map(Vec::len), Some(200));
    assert_eq!(rest["results"][0], json!({ "id": "1025101", "type": "deal_to_line_item" }));
}

#[tokio::test]
async fn a_labelled_association_is_listed_twice_inside_an_object() {
    let client = Client::seeded();
    let deal = client.get("/crm/v3/objects/deals/1027?associations=companies").await.body;
    assert_eq!(ids(&deal["associations"]["companies"]["results"], "id"), ["60127", "60127"]);
}

#[tokio::test]
async fn associations_of_many_objects_are_read_at_once_and_those_without_are_errors() {
    let client = Client::seeded();
    let inputs = json!({ "inputs": [{ "id": "1001" }, { "id": "1006" }] });
    let answer = client.post("/crm/v4/associations/deals/contacts/batch/read", inputs).await;
    assert_eq!(answer.status, 207);
    assert_eq!(answer.body["results"][0]["from"]["id"], "1001");
    assert_eq!(answer.body["results"][0]["to"][0]["toObjectId"], 50101);
    assert_eq!(answer.body["errors"][0]["subCategory"], "crm.associations.NO_ASSOCIATIONS_FOUND");
    assert_eq!(answer.body["errors"][0]["context"]["fromObjectId"], json!(["1006"]));
}

#[tokio::test]
async fn the_types_between_two_kinds_of_object_are_listed_with_the_portals_own_labels() {
    let client = Client::seeded();
    let types = client.get("/crm/v4/associations/deals/contacts/labels").await.body;
    let hubspots = json!({ "category": "HUBSPOT_DEFINED", "typeId": 3, "label": null });
    let own = json!({ "category": "USER_DEFINED", "typeId": 28, "label": "Billing contact" });
    assert_eq!(types["results"], json!([hubspots, own]));
}
