//! Ten thousand runs of a thousand companies, on a QuickBooks that takes half a minute for every answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use jiff::tz::TimeZone;
use qbo_host::clock::Clock;
use qbo_host::connection::{Connection, Connections, WriteBack};
use qbo_host::hubspot::{Crm, Portal};
use qbo_host::quickbooks::transport::NoAnswer;
use qbo_host::quickbooks::{Client, Company, OAuth, Rates, Secret, Transport};
use qbo_host::runs::{Service, SqliteOptions, SqliteStore, StartRequest};
use qbo_simulator::hubspot::{HubSpot, PORTAL, TOKEN};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::Row;
use crate::used::Used;

const COMPANIES: usize = 1_000;
/// Runs of each company.
const DEALS: usize = 10;
/// How long QuickBooks takes.
const ANSWER: Duration = Duration::from_secs(30);
/// For how long the waiting is watched: no run has its first answer by then.
const WATCHED: Duration = Duration::from_secs(20);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);

pub(crate) async fn rows() -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("runs.db"), Clock::machine(), SqliteOptions::default());
    let (sandbox, waiting) = (qbo_tests::sandbox(), Arc::new(AtomicUsize::new(0)));
    let connections = Connections::default();
    let transport = slow(&waiting);
    for company in 0..COMPANIES {
        connections.put(connection(&realm(company), &transport));
    }
    let store = Arc::new(store.expect("a store"));
    let service = Service::new(store, Arc::clone(&sandbox), qbo_tests::catalog(), connections, Clock::machine());
    let wasm = std::fs::read(qbo_tests::component("action-modules/create-invoice")).expect("a component");
    service.install(wasm.into(), &[]).await.expect("an action");
    service.open();
    for deal in 0..DEALS {
        let starts = (0..COMPANIES).map(|company| service.start(request(company, deal)));
        assert!(futures::future::join_all(starts).await.iter().all(Result::is_ok), "all are accepted");
    }
    let (stop, stopped) = oneshot::channel::<()>();
    let watching = async {
        let (mut instances, mut resident) = (0, 0);
        for _ in 0..WATCHED.as_millis() / LOOK.as_millis() {
            tokio::time::sleep(LOOK).await;
            instances = sandbox.instances().max(instances);
            resident = Used::now().resident_bytes.max(resident);
        }
        let counts = service.ready().await.expect("the store answers");
        drop(stop);
        (instances, resident, counts.queued + counts.running)
    };
    let dispatching = service.dispatch(
        async {
            let _stopped = stopped.await;
        },
        Duration::ZERO,
        8,
    );
    let ((instances, resident, unended), ()) = futures::future::join(watching, dispatching).await;
    assert_eq!(unended, (COMPANIES * DEALS) as u64, "all wait");
    let asked = waiting.load(Ordering::Relaxed) as f64;
    vec![
        Row::new("waiting: runs that have not ended", unended as f64, "runs"),
        Row::new("waiting: requests that QuickBooks has not answered", asked, "requests"),
        Row::new("waiting: resident memory", resident as f64 / 1e6, "MB").at_most(1_500.0),
        Row::new("waiting: live instances", instances as f64, "instances").at_most(256.0),
    ]
}

fn realm(company: usize) -> String {
    format!("46208163650004{company:05}")
}

fn request(company: usize, deal: usize) -> StartRequest {
    StartRequest {
        action: "create-invoice".into(),
        object: format!("deal:{}", 7_000_000 + deal).parse().expect("an object"),
        portal: None,
        company: Some(realm(company)),
        inputs: Vec::new(),
        event: Some(deal.to_string()),
        preview: false,
        if_exists: None,
        reference: None,
        source: "bench".into(),
        callback: None,
    }
}

/// HubSpot answers from memory. So does whoever gives out access tokens, since all runs are to wait for
/// QuickBooks itself.
fn slow(waiting: &Arc<AtomicUsize>) -> Transport {
    let portal = HubSpot::seeded();
    let described: Vec<_> = (0..DEALS).map(described).collect();
    portal.load(&json!({ "deals": described })).expect("the deals are HubSpot's");
    let waiting = Arc::clone(waiting);
    Transport::new(move |request| {
        let (portal, waiting) = (portal.clone(), Arc::clone(&waiting));
        Box::pin(async move {
            if request.uri().host() == Some("hubspot") {
                return portal.handle(request).await.map_err(|_| lost());
            }
            if request.uri().path() == "/token" {
                let token = r#"{"access_token":"access","refresh_token":"refresh","expires_in":3600}"#;
                return Ok(http::Response::new(Bytes::from_static(token.as_bytes())));
            }
            waiting.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(ANSWER).await;
            Err(lost())
        })
    })
}

fn lost() -> NoAnswer {
    NoAnswer::Lost("the connection was dropped".into())
}

fn connection(realm: &str, transport: &Transport) -> Connection {
    let company = Company {
        base_url: "http://quickbooks".into(),
        realm: realm.into(),
        oauth: OAuth {
            token_url: "http://quickbooks/token".into(),
            client_id: "client".into(),
            client_secret: Secret::new("secret"),
            refresh_token: Secret::new("refresh"),
        },
        rates: Rates::default(),
    };
    let portal = Portal { base_url: "http://hubspot".into(), token: Secret::new(TOKEN) };
    Connection {
        portal: PORTAL.to_string(),
        zone: TimeZone::UTC,
        quickbooks: Arc::new(Client::new(company, transport.clone(), &Clock::machine())),
        hubspot: Arc::new(Crm::new(portal, transport.clone(), &Clock::machine())),
        // What HubSpot is told afterwards is no part of what is measured.
        write_back: WriteBack { note: false, ..WriteBack::default() },
    }
}

fn described(number: usize) -> Value {
    json!({
        "id": (7_000_000 + number).to_string(),
        "properties": { "dealname": "Garden", "amount": "150.00", "deal_currency_code": "USD" },
        "contacts": [{
            "id": "50102",
            "properties": { "firstname": "Amy", "lastname": "Lauterbach", "email": "birds@amys.example" },
        }],
        "line_items": [{
            "properties": { "name": "Design", "hs_sku": "DESIGN-HR", "price": "75", "quantity": "2" },
        }],
    })
}
