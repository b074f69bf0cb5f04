//! What lies between a process and the two services: its gate, the way there and back, and what goes
//! wrong on it. A request that was sent goes on at the service, whatever becomes of who sent it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use qbo_host::clock::Clock;
use qbo_host::quickbooks::Transport;
use qbo_host::quickbooks::transport::{Answered, NoAnswer};
use qbo_simulator::faults::{Effect, Fault};
use qbo_simulator::hubspot::HubSpot;
use qbo_simulator::quickbooks::QuickBooks;

use super::broken::Broken;
use super::gate::Gate;
use super::trouble::Troubles;

/// As in the product: past this there is no answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(25);

/// QuickBooks may carry a request out so long after it came, when nobody waits any longer.
const LATE: Duration = Duration::from_secs(40);

/// What a company's service saw of all processes; copies share it.
#[derive(Clone, Default)]
pub struct Traffic(Arc<Mutex<BTreeMap<String, Seen>>>);

/// What one company saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Requests under way.
    open: usize,
    /// The most that were under way at once.
    pub open_max: usize,
    /// When each came.
    pub starts: Vec<Duration>,
}

impl Seen {
    /// The most that came within any `window`.
    pub fn most_within(&self, window: Duration) -> usize {
        let mut first = 0;
        let mut most = 0;
        for (index, start) in self.starts.iter().enumerate() {
            while *start - self.starts[first] >= window {
                first += 1;
            }
            most = most.max(index + 1 - first);
        }
        most
    }
}

impl Traffic {
    fn seen(&self) -> MutexGuard<'_, BTreeMap<String, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn came(&self, realm: &str, now: Duration) {
        let mut seen = self.seen();
        let seen = seen.entry(realm.to_owned()).or_default();
        seen.starts.push(now);
        seen.open += 1;
        seen.open_max = seen.open_max.max(seen.open);
    }

    fn left(&self, realm: &str) {
        if let Some(seen) = self.seen().get_mut(realm) {
            seen.open -= 1;
        }
    }

    /// What each company saw so far.
    pub fn of_companies(&self) -> BTreeMap<String, Seen> {
        self.seen().clone()
    }
}

/// The way from one process to the services.
#[derive(Clone)]
pub(crate) struct Network {
    pub(crate) clock: Clock,
    pub(crate) gate: Arc<Gate>,
    pub(crate) troubles: Troubles,
    pub(crate) books: QuickBooks,
    pub(crate) portal: HubSpot,
    pub(crate) traffic: Traffic,
    pub(crate) broken: Broken,
}

impl Network {
    /// The way to QuickBooks. Each request has three points: before it is sent, on its way to be
    /// carried out late, and when its answer is in.
    pub(crate) fn to_quickbooks(&self) -> Transport {
        let network = self.clone();
        Transport::new(move |request| {
            let network = network.clone();
            Box::pin(async move { network.ask_quickbooks(request).await })
        })
    }

    /// The way to HubSpot, which is only read from.
    pub(crate) fn to_hubspot(&self) -> Transport {
        let network = self.clone();
        Transport::new(move |request| {
            let network = network.clone();
            Box::pin(async move { network.ask_hubspot(request).await })
        })
    }

    async fn ask_quickbooks(self, mut request: http::Request<Bytes>) -> Answered {
        if self.broken == Broken::RequestId {
            self.rename(&mut request);
        }
        let path = request.uri().path().to_owned();
        self.gate.pass("send", path.as_bytes()).await;
        self.clock.sleep(self.troubles.latency()).await;
        self.gate.open().await;
        let late = self.gate.reach("on its way", path.as_bytes());
        let effect = match late {
            true => Some(Effect::LateCommit { after_ms: millis(LATE) }),
            false => self.troubles.effect(),
        };
        if let Some(effect) = effect {
            self.books.faults().inject(Fault { matches: String::new(), skip: 0, times: 1, effect });
        }
        let again = self.troubles.twice().then(|| request.clone());
        let answer = self.sent(request);
        if let Some(again) = again {
            drop(tokio::spawn(self.sent(again)));
        }
        let answer = tokio::spawn(answer);
        if late {
            self.gate.open().await;
        }
        let answer = self.clock.timeout(ANSWER_TIMEOUT, answer).await;
        self.gate.pass("answer", path.as_bytes()).await;
        match answer {
            Some(Ok(answer)) => answer,
            Some(Err(_)) | None => Err(NoAnswer::Lost("no answer within the time limit".into())),
        }
    }

    /// Gives a request an id that no other has.
    fn rename(&self, request: &mut http::Request<Bytes>) {
        let uri = request.uri().to_string();
        if let Some((before, _)) = uri.split_once("&requestid=") {
            let name = format!("{before}&requestid={:036}", self.gate.passed());
            *request.uri_mut() = name.parse().expect("a longer URI is one too");
        }
    }

    /// The service's work on a request, begun before this returns what is left of it.
    fn sent(&self, request: http::Request<Bytes>) -> BoxFuture<'static, Answered> {
        let (books, traffic, clock) = (self.books.clone(), self.traffic.clone(), self.clock.clone());
        let realm = request.uri().path().split('/').nth(3).unwrap_or_default().to_owned();
        let of_company = request.uri().path().starts_with("/v3/company/");
        Box::pin(async move {
            if of_company {
                traffic.came(&realm, clock.elapsed());
            }
            let answer = books.handle(request).await;
            if of_company {
                traffic.left(&realm);
            }
            answer.map_err(|lost| NoAnswer::Lost(lost.to_string()))
        })
    }

    async fn ask_hubspot(self, request: http::Request<Bytes>) -> Answered {
        self.gate.open().await;
        if self.troubles.is_hubspot_away() {
            return Err(NoAnswer::Lost("HubSpot is away".into()));
        }
        let answer = self.portal.handle(request).await;
        self.gate.open().await;
        answer.map_err(|lost| NoAnswer::Lost(lost.to_string()))
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
