//! What a play happens in: both simulators on a time that is moved, without sockets, and hosts that
//! reach them for as long as they live.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Request as HttpRequest;
use qbo_simulator::hubspot::HubSpot;
use qbo_simulator::quickbooks::QuickBooks;
use qbo_simulator::{clock, quickbooks};

use super::disturbance::Request;
use super::mortal::{Life, MortalStore};
use crate::clock::Clock;
use crate::conformance::books::{Books, Changes};
use crate::conformance::scene::Scene;
use crate::conformance::stage::{self, NoStage};
use crate::connection::Connection;
use crate::quickbooks::Transport;
use crate::quickbooks::transport::NoAnswer;
use crate::runs::{MemoryStore, Runs};
use crate::sandbox::Sandbox;

/// What an address of a company begins with; that of tokens does not.
pub(super) const OF_A_COMPANY: &str = "/v3/company/";

/// What every play of a case begins with, prepared once.
pub(super) struct Properties {
    books: QuickBooks,
    /// Runs only read it, so that all plays share it.
    portal: HubSpot,
    realm: &'static str,
    before: Arc<Books>,
}

impl Properties {
    /// As the scene's case says.
    pub(super) fn of(scene: Scene<'_>) -> Result<Self, NoStage> {
        let clock = clock::Clock::fixed(scene.case.accepted_at);
        let books = scene.books(quickbooks::Settings { clock, ..quickbooks::Settings::default() })?;
        let realm = scene.case.company.realm();
        Ok(Self { before: Arc::new(Books::of(&books, realm)), books, portal: scene.portal()?, realm })
    }
}

/// Everything outside the hosts.
pub(super) struct World {
    pub(super) clock: Clock,
    pub(super) books: QuickBooks,
    portal: HubSpot,
    realm: &'static str,
    sandbox: Arc<Sandbox>,
    before: Arc<Books>,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// One life of a host.
pub(super) struct Host {
    pub(super) runs: Runs,
    pub(super) connection: Connection,
    pub(super) life: Arc<Life>,
}

impl World {
    /// A copy of `properties`, on `clock`.
    pub(super) fn set(properties: &Properties, sandbox: &Arc<Sandbox>, clock: &Clock) -> Self {
        let (telling, waiting) = (clock.clone(), clock.clone());
        let lent = clock::Clock::lent(
            move || telling.now(),
            move |pause| {
                let waiting = waiting.clone();
                Box::pin(async move { waiting.sleep(pause).await })
            },
        );
        let settings = quickbooks::Settings { clock: lent, ..quickbooks::Settings::default() };
        Self {
            clock: clock.clone(),
            books: properties.books.copy_of(properties.realm, settings),
            portal: properties.portal.clone(),
            realm: properties.realm,
            before: Arc::clone(&properties.before),
            sandbox: Arc::clone(sandbox),
            requests: Arc::default(),
        }
    }

    /// What the books have now that they had not; what these runs' markers say does not count.
    pub(super) fn changes(&self, markers: &[String]) -> Changes {
        Books::of(&self.books, self.realm).since(&self.before, markers)
    }

    /// What QuickBooks was asked so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A host that keeps its runs in `store`, as long as it lives.
    pub(super) fn host(&self, store: &Arc<MemoryStore>, life: Arc<Life>) -> Result<Host, NoStage> {
        let reached = Arc::new(MortalStore { store: Arc::clone(store), life: Arc::clone(&life) });
        let (sandbox, clock) = (Arc::clone(&self.sandbox), self.clock.clone());
        let runs = Runs::with(reached, sandbox, clock, Arc::default(), Arc::default());
        Ok(Host { runs, connection: self.connection(&life)?, life })
    }

    /// The way of one life to the services.
    pub(super) fn connection(&self, life: &Arc<Life>) -> Result<Connection, NoStage> {
        let urls = ["http://quickbooks", "http://hubspot"].map(str::to_owned);
        stage::connection(self.realm, urls, [self.to_quickbooks(life), self.to_hubspot(life)], &self.clock)
    }

    fn to_quickbooks(&self, life: &Arc<Life>) -> Transport {
        let (books, requests, life) = (self.books.clone(), Arc::clone(&self.requests), Arc::clone(life));
        Transport::new(move |request| {
            let (books, requests, life) = (books.clone(), Arc::clone(&requests), Arc::clone(&life));
            Box::pin(async move {
                life.lives().await;
                let asked = request.uri().path().starts_with(OF_A_COMPANY).then(|| asked(&request));
                let counts = asked.is_some();
                requests.lock().unwrap_or_else(PoisonError::into_inner).extend(asked);
                let answer = books.handle(request).await;
                if counts {
                    life.sent().await;
                }
                life.lives().await;
                answer.map_err(|lost| NoAnswer::Lost(lost.to_string()))
            })
        })
    }

    fn to_hubspot(&self, life: &Arc<Life>) -> Transport {
        let (portal, life) = (self.portal.clone(), Arc::clone(life));
        Transport::new(move |request| {
            let (portal, life) = (portal.clone(), Arc::clone(&life));
            Box::pin(async move {
                life.lives().await;
                let answer = portal.handle(request).await;
                life.lives().await;
                answer.map_err(|lost| NoAnswer::Lost(lost.to_string()))
            })
        })
    }
}

/// A request in short: `query Customer`, `POST invoice`.
fn asked(request: &HttpRequest<Bytes>) -> Request {
    let path = request.uri().path().trim_start_matches(OF_A_COMPANY);
    let operation = path.split_once('/').map_or(path, |(_, operation)| operation);
    let is_write = request.uri().query().is_some_and(|query| query.contains("requestid="));
    let what = if operation == "query" {
        let statement = String::from_utf8_lossy(request.body());
        let entity = statement.split_whitespace().skip_while(|word| !word.eq_ignore_ascii_case("from")).nth(1);
        format!("query {}", entity.unwrap_or_default())
    } else {
        format!("{} {operation}", request.method())
    };
    Request { what, is_write }
}
