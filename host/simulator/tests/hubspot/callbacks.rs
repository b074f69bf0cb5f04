//! Callbacks of workflow actions.

use qbo_simulator::faults::Effect;
use reqwest::Method;
use serde_json::json;

use crate::Client;

const COMPLETE: &str = "/automation/v4/actions/callbacks/ap-50000001-2384423471376-1-0/complete";

#[tokio::test]
async fn a_completed_callback_is_remembered_with_its_outputs() {
    let client = Client::seeded();
    let outputs = json!({ "hs_execution_state": "SUCCESS", "invoice_id": "145" });
    let answer = client.post(COMPLETE, json!({ "outputFields": outputs, "typedOutputs": {} })).await;
    assert_eq!((answer.status, answer.body), (204, serde_json::Value::Null));
    let told = client.hubspot.callbacks();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].id, "ap-50000001-2384423471376-1-0");
    assert_eq!(serde_json::Value::from(told[0].output_fields.clone()), outputs);
}

#[tokio::test]
async fn a_completion_without_a_final_state_is_refused() {
    let client = Client::seeded();
    for body in [
        json!({}),
        json!({ "outputFields": {} }),
        json!({ "outputFields": { "hs_execution_state": "BLOCK" } }),
        json!({ "outputFields": { "hs_execution_state": 1 } }),
    ] {
        let answer = client.post(COMPLETE, body.clone()).await;
        assert_eq!((answer.status, &answer.body["category"]), (400, &json!("VALIDATION_ERROR")), "{body}");
    }
    let without_token = client.http.post(format!("{}{COMPLETE}", client.base)).send().await.unwrap();
    assert_eq!(without_token.status().as_u16(), 401);
    assert!(client.hubspot.callbacks().is_empty());
}

#[tokio::test]
async fn a_lost_answer_leaves_the_callback_completed() {
    let client = Client::seeded();
    client.inject("/callbacks/", Effect::AnswerLost);
    let body = json!({ "outputFields": { "hs_execution_state": "FAIL_CONTINUE" } });
    assert!(client.ask(Method::POST, COMPLETE, Some(body)).await.is_err());
    assert_eq!(client.hubspot.callbacks().len(), 1);
}
