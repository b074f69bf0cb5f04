//! Search, and how far it lags behind.

use jiff::{SignedDuration, Timestamp};
use qbo_simulator::clock::Clock;
use qbo_simulator::hubspot::{HubSpot, Settings};
use serde_json::json;

use crate::{Client, ids};

#[tokio::test]
async fn search_lags_behind_what_was_written() {
    let clock = Clock::fixed("2026-02-01T10:00:00Z".parse::<Timestamp>().unwrap());
    let client = Client::of(HubSpot::seeded_with(Settings { clock: clock.clone(), ..Settings::default() }));
    client.hubspot.put("deal", "5001", &[("dealname", "Fresh")]);
    let fresh = || {
        let filter = json!({ "propertyName": "dealname", "operator": "EQ", "value": "fresh" });
        let search = json!({ "filterGroups": [{ "filters": [filter] }] });
        client.post("/crm/v3/objects/deals/search", search)
    };
    clock.advance(SignedDuration::from_secs(29));
    assert_eq!(fresh().await.body["total"], 0);
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(ids(&fresh().await.body["results"], "id"), ["5001"]);
    client.hubspot.archive("deal", "5001");
    assert_eq!(fresh().await.body["total"], 1);
}

#[tokio::test]
async fn search_comes_in_pages_and_refuses_what_it_does_not_know() {
    let client = Client::seeded();
    let search = json!({ "limit": 50, "filterGroups": [{ "filters": [{ "propertyName": "dealname", "operator": "HAS_PROPERTY" }] }] });
    let first = client.post("/crm/v3/objects/deals/search", search).await.body;
    assert_eq!((&first["total"], first["results"].as_array().map(Vec::len)), (&json!(58), Some(50)));
    assert_eq!(first["paging"]["next"]["after"], "50");
    let filter = |name: &str, operator: &str| json!({ "filterGroups": [{ "filters": [{ "propertyName": name, "operator": operator }] }] });
    for refused in [filter("nonsense", "EQ"), filter("amount", "BETWEEN"), json!({ "limit": 201 })] {
        assert_eq!(client.post("/crm/v3/objects/deals/search", refused).await.status, 400);
    }
}
