//! A service in this process with everything it needs: a store on disk, both simulators behind the
//! transport's seam or on real HTTP, and one caller that starts runs over HTTP and waits for their end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use qbo_host::clock::Clock;
use qbo_host::connection::Connections;
use qbo_host::quickbooks::transport::NoAnswer;
use qbo_host::quickbooks::{Rates, Transport};
use qbo_host::runs::{Service, SqliteOptions, SqliteStore};
use qbo_host::sandbox::limits::ANSWER_BYTES_MAX;
use qbo_host::server::{Server, Token};
use qbo_simulator::hubspot::HubSpot;
use qbo_simulator::quickbooks::QuickBooks;
use qbo_simulator::server::Server as Simulator;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::oneshot;

/// Companies that share the runs: more than enough for 64 in flight at 8 of one company.
const COMPANIES: usize = 16;

/// What callers show to be let in.
const OPERATOR: &str = "the-operators-token";

/// How the simulators are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// A call of their handler.
    Seam,
    /// Loopback HTTP.
    Http,
}

/// The service and its caller.
pub(crate) struct Scene {
    caller: reqwest::Client,
    url: String,
    companies: Vec<String>,
    next: AtomicUsize,
    stop: Option<oneshot::Sender<()>>,
    simulators: Vec<Simulator>,
    _folder: TempDir,
}

/// What a round of runs took.
pub(crate) struct Round {
    /// From the first start to the last end.
    pub(crate) took: Duration,
    /// Each run, from its start to its end, in ascending order.
    pub(crate) runs: Vec<Duration>,
}

impl Round {
    /// Runs that ended in a second.
    pub(crate) fn per_second(&self) -> f64 {
        self.runs.len() as f64 / self.took.as_secs_f64()
    }

    /// What that share of the runs took at most.
    pub(crate) fn quantile(&self, share: f64) -> Duration {
        self.runs[((self.runs.len() - 1) as f64 * share).round() as usize]
    }
}

impl Scene {
    /// A service with `deals` deals to be invoiced once each.
    pub(crate) async fn new(way: Way, deals: usize) -> Self {
        let (books, portal) = (QuickBooks::seeded(), HubSpot::seeded());
        let companies: Vec<_> = (0..COMPANIES).map(|number| format!("46208163650002{number:05}")).collect();
        companies.iter().for_each(|realm| books.add_sample(realm));
        let described: Vec<_> = (0..deals).map(deal).collect();
        portal.load(&json!({ "deals": described })).expect("the deals are HubSpot's");

        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let (mut simulators, urls, transport) =
            (Vec::new(), ["http://quickbooks", "http://hubspot"], seam(&books, &portal));
        let (urls, transport) = match way {
            Way::Seam => (urls.map(str::to_owned), transport),
            Way::Http => {
                simulators.push(books.serve(any).expect("a free port"));
                simulators.push(portal.serve(any).expect("a free port"));
                let urls = [0, 1].map(|which: usize| format!("http://{}", simulators[which].address()));
                (urls, Transport::http(Duration::from_secs(25), ANSWER_BYTES_MAX).expect("a client"))
            }
        };
        let connections = Connections::default();
        for realm in &companies {
            // What is measured is the host, not QuickBooks' pace.
            let rates = Rates { per_second: 1_000_000, per_minute: 1_000_000, ..Rates::default() };
            let transports = [transport.clone(), transport.clone()];
            let urls = [urls[0].as_str(), urls[1].as_str()];
            connections.put(qbo_tests::connection(realm, urls, transports, rates, &Clock::machine()));
        }

        let folder = tempfile::tempdir().expect("a folder");
        let clock = Clock::machine();
        let store = SqliteStore::open(&folder.path().join("runs.db"), clock.clone(), SqliteOptions::default());
        let store = Arc::new(store.expect("a store"));
        let service = Service::new(store, qbo_tests::sandbox(), qbo_tests::catalog(), connections, clock.clone());
        let wasm = std::fs::read(qbo_tests::component("action-modules/create-invoice")).expect("a component");
        service.install(wasm.into(), &[]).await.expect("an action");
        service.open();
        let service = Arc::new(service);
        let server = Server::bind(any).await.expect("a free port");
        let url = format!("http://{}", server.address());
        tokio::spawn(server.serve(Arc::clone(&service), Token::new(OPERATOR), clock, std::future::pending()));
        let (stop, stopped) = oneshot::channel();
        tokio::spawn(async move {
            let stopped = async {
                let _stopped = stopped.await;
            };
            service.dispatch(stopped, Duration::from_secs(5), 8).await;
        });
        let next = AtomicUsize::new(0);
        Self { caller: reqwest::Client::new(), url, companies, next, stop: Some(stop), simulators, _folder: folder }
    }

    /// Makes `count` runs, `in_flight` at a time.
    pub(crate) async fn runs(&self, count: usize, in_flight: usize) -> Round {
        let began = Instant::now();
        let left = AtomicUsize::new(count);
        let take = || left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
        let callers = (0..in_flight).map(|_| async {
            let mut runs = Vec::new();
            while take() {
                let began = Instant::now();
                self.run().await;
                runs.push(began.elapsed());
            }
            runs
        });
        let mut runs = futures::future::join_all(callers).await.concat();
        runs.sort();
        Round { took: began.elapsed(), runs }
    }

    /// One run, from the request to the end: four reads and a write.
    async fn run(&self) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let start = json!({
            "action": "create-invoice", "object": format!("deal:{}", id(number)), "event": number.to_string(),
            "company": self.companies[number % self.companies.len()], "wait_seconds": 50,
        });
        let sent = self.caller.post(format!("{}/v1/runs", self.url)).bearer_auth(OPERATOR);
        let sent = sent.header("content-type", "application/json").body(start.to_string()).send();
        let answer = sent.await.expect("an answer").text().await.expect("a body");
        let record: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(record["record"]["status"], "succeeded", "{answer}");
    }

    pub(crate) async fn stop(mut self) {
        drop(self.stop.take());
        for simulator in std::mem::take(&mut self.simulators) {
            simulator.stop().await;
        }
    }
}

/// Both simulators without a wire between.
fn seam(books: &QuickBooks, portal: &HubSpot) -> Transport {
    let (books, portal) = (books.clone(), portal.clone());
    Transport::new(move |request| {
        let (books, portal) = (books.clone(), portal.clone());
        Box::pin(async move {
            let of_books = request.uri().host() == Some("quickbooks");
            let answered = if of_books { books.handle(request).await } else { portal.handle(request).await };
            answered.map_err(|_| NoAnswer::Lost("the connection was dropped".into()))
        })
    })
}

/// A deal of a customer whom QuickBooks knows, over one product that it knows.
fn deal(number: usize) -> Value {
    json!({
        "id": id(number),
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

fn id(number: usize) -> String {
    (7_000_000 + number).to_string()
}
