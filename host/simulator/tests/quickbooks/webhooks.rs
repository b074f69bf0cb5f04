//! Webhooks, over real sockets to a subscriber that takes them or does not.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use base64::Engine;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, Response};
use qbo_simulator::quickbooks::{CRAIGS_DESIGN, Subscriber, WebhookForm};
use qbo_simulator::server::Server;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::client::{Client, line, sale};

/// A subscriber's end: what arrives, and how many of the next notifications it refuses.
struct Listener {
    url: String,
    arrived: mpsc::UnboundedReceiver<(String, Bytes)>,
    _server: Server,
}

impl Listener {
    fn refusing(times: u32) -> Self {
        let (arrive, arrived) = mpsc::unbounded_channel();
        let left = Arc::new(Mutex::new(times));
        let server = Server::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), move |request: Request<Bytes>| {
            let signature = request.headers()["intuit-signature"].to_str().unwrap().to_owned();
            arrive.send((signature, request.into_body())).unwrap();
            let mut left = left.lock().unwrap();
            let status = if *left > 0 { 500 } else { 200 };
            *left = left.saturating_sub(1);
            async move { Ok(Response::builder().status(status).body(Bytes::new()).unwrap()) }
        });
        let server = server.unwrap();
        Self { url: format!("http://{}/webhook", server.address()), arrived, _server: server }
    }

    fn subscriber(&self) -> Subscriber {
        let text = json!({"url": self.url, "verifier_token": "verifier"});
        serde_json::from_value(text).unwrap()
    }

    /// The next notification, whose signature is good.
    async fn next(&mut self) -> Value {
        let (signature, body) = self.arrived.recv().await.unwrap();
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"verifier").unwrap();
        mac.update(&body);
        let expected = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
        assert_eq!(signature, expected);
        serde_json::from_slice(&body).unwrap()
    }
}

/// Type and id of each event.
fn events(body: &Value) -> Vec<(String, String)> {
    let text = |event: &Value, member: &str| event[member].as_str().unwrap().to_owned();
    body.as_array().unwrap().iter().map(|event| (text(event, "type"), text(event, "intuitentityid"))).collect()
}

#[tokio::test]
async fn each_committed_change_is_told_as_a_signed_cloud_event() {
    let client = Client::craigs().await;
    let mut listener = Listener::refusing(0);
    client.service.subscribe(Some(listener.subscriber()));
    let invoice = client.stored("Invoice", &sale("1", &[line("4", "100")])).await;
    let told = listener.next().await;
    let id = invoice["Id"].as_str().unwrap();
    assert_eq!(events(&told), [("qbo.invoice.created.v1".to_owned(), id.to_owned())]);
    assert_eq!((&told[0]["specversion"], &told[0]["intuitaccountid"]), (&json!("1.0"), &json!(CRAIGS_DESIGN)));
    assert_eq!(told[0]["time"], "2020-09-29T12:58:07Z");

    client.post(&format!("invoice/{id}/send?sendTo=a@b.example"), &json!({})).await;
    assert_eq!(events(&listener.next().await)[0].0, "qbo.invoice.emailed.v1");
    client.post("invoice?operation=void", &json!({"Id": id, "SyncToken": "1"})).await;
    assert_eq!(events(&listener.next().await)[0].0, "qbo.invoice.voided.v1");
    client.post("invoice?operation=delete", &json!({"Id": id, "SyncToken": "2"})).await;
    assert_eq!(events(&listener.next().await)[0].0, "qbo.invoice.deleted.v1");
}

#[tokio::test]
async fn a_payment_tells_of_its_invoice_too_and_a_refusal_and_a_replay_tell_nothing() {
    let client = Client::craigs().await;
    let invoice = client.stored("Invoice", &sale("1", &[line("4", "100")])).await;
    let mut listener = Listener::refusing(0);
    client.service.subscribe(Some(listener.subscriber()));
    assert_eq!(client.refused("invoice", &sale("1", &[])).await, "2020");
    let link = json!([{"TxnId": invoice["Id"], "TxnType": "Invoice"}]);
    let payment = json!({"CustomerRef": {"value": "1"}, "TotalAmt": 100, "Line": [{"Amount": 100, "LinkedTxn": link}]});
    for _ in 0..2 {
        client.post("payment?requestid=p1", &payment).await;
    }
    let told: Vec<String> = events(&listener.next().await).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(told, ["qbo.payment.created.v1", "qbo.invoice.updated.v1"]);
    client.stored("Customer", &json!({"DisplayName": "Jane Doe"})).await;
    assert_eq!(events(&listener.next().await)[0].0, "qbo.customer.created.v1");
}

#[tokio::test]
async fn the_older_form_lists_changes_by_company() {
    let client = Client::craigs().await;
    let mut listener = Listener::refusing(0);
    client.service.subscribe(Some(Subscriber { form: WebhookForm::Legacy, ..listener.subscriber() }));
    client.stored("Customer", &json!({"DisplayName": "Jane Doe"})).await;
    let told = listener.next().await;
    let expected = json!({"eventNotifications": [{"realmId": CRAIGS_DESIGN, "dataChangeEvent": {"entities": [
        {"name": "Customer", "id": "61", "operation": "Create", "lastUpdated": "2020-09-29T05:58:07-0700"}]}}]});
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_as_it_was_until_it_is() {
    let client = Client::craigs().await;
    let mut listener = Listener::refusing(2);
    client.service.subscribe(Some(Subscriber { retry_after_ms: vec![1, 1, 1], ..listener.subscriber() }));
    client.stored("Customer", &json!({"DisplayName": "Jane Doe"})).await;
    let told = [listener.next().await, listener.next().await, listener.next().await];
    assert!(told.iter().all(|body| *body == told[0]));
    client.stored("Customer", &json!({"DisplayName": "John Doe"})).await;
    assert_ne!(listener.next().await, told[0]);
    let statuses: Vec<_> = client.service.notifications().iter().map(|told| told.status).take(3).collect();
    assert_eq!(statuses, [Some(500), Some(500), Some(200)]);
}

#[tokio::test]
async fn changes_can_come_together_backwards_and_twice() {
    let client = Client::craigs().await;
    let mut listener = Listener::refusing(0);
    let subscriber = Subscriber { batch_ms: 50, times: 2, reversed: true, ..listener.subscriber() };
    client.service.subscribe(Some(subscriber));
    for name in ["Jane Doe", "John Doe"] {
        client.stored("Customer", &json!({"DisplayName": name})).await;
    }
    let told = listener.next().await;
    assert_eq!(events(&told).into_iter().map(|(_, id)| id).collect::<Vec<_>>(), ["62", "61"]);
    assert_eq!(listener.next().await, told);
}
