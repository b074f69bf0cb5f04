//! QuickBooks Online, Accounting API v3 at minor version 75: one client for one company. It keeps
//! the company's pace, its token and its reference data. Only `effects` sends writes through it.

mod envelope;
pub mod fault;
mod link;
mod oauth;
mod reference;
mod reply;
mod starts;
mod throttle;
pub mod transport;

use std::borrow::Cow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};

pub use oauth::{OAuth, Secret};
pub use throttle::{Permit, Rates};
pub use transport::Transport;

use crate::action::Verb;
use crate::clock::Clock;
use crate::ids::RequestId;
use crate::runs::history::{Call, Fault, Reply};
use link::Pages;
use oauth::Tokens;
use reference::Reference;
use reply::Read;
use throttle::Throttle;
use transport::NoAnswer;

/// Since August 2025 every request is read as this minor version; saying so guards against the next.
const MINOR_VERSION: &str = "75";

/// Where a company is and how it is reached.
#[derive(Debug, Clone)]
pub struct Company {
    /// Scheme, host and port: `https://quickbooks.api.intuit.com`.
    pub base_url: String,
    /// The company's realm id, digits.
    pub realm: String,
    /// Tokens.
    pub oauth: OAuth,
    /// The pace.
    pub rates: Rates,
}

/// One company's client.
#[derive(Debug)]
pub struct Client {
    /// `{base}/v3/company/{realm}/`.
    root: String,
    realm: String,
    transport: Transport,
    tokens: Tokens,
    clock: Clock,
    throttle: Throttle,
    throttled_pause: Duration,
    reference: Reference,
    pages: Pages,
    reads: AtomicU64,
    writes: AtomicU64,
    /// QuickBooks' last word on this connection was that it does not accept it.
    signed_out: AtomicBool,
}

/// Requests that were sent to QuickBooks since the host started. Intuit charges reads by the month and
/// leaves writes free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// Queries and reads, asked again ones included.
    pub reads: u64,
    /// Everything else.
    pub writes: u64,
}

/// What came of sending a call.
#[derive(Debug)]
pub enum Sent {
    /// A definite answer: the entity, or a no. It is recorded.
    Replied {
        /// What the action is told.
        reply: Reply,
        /// How long QuickBooks took.
        took: Duration,
    },
    /// Nothing definite; the attempt ends and the run goes on later.
    Unknown(Wait),
}

/// Why a run goes on later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Stable code.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// Not earlier than this, if that is known.
    pub after: Option<Duration>,
    /// Who else would only meet the same.
    pub scope: Scope,
    /// QuickBooks answered that it could not finish a write, and does not say whether it was done.
    pub unfinished: bool,
}

/// Whom a wait concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// This run.
    Run,
    /// Every run of the company, until its turn comes.
    Company,
    /// Every run of the company, until one of them finds that it works again.
    CompanyFails,
}

impl Wait {
    /// A wait of the host's usual length.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), after: None, scope: Scope::Run, unfinished: false }
    }

    /// A wait that every run of the company would meet.
    pub fn company(code: &'static str, message: impl Into<String>) -> Self {
        Self { scope: Scope::CompanyFails, ..Self::new(code, message) }
    }

    /// The host's own task died; that is a bug, and the run must not suffer for it.
    pub fn broken(died: &tokio::task::JoinError) -> Self {
        Self::new("internal", format!("a call's task ended early: {died}"))
    }
}

impl Client {
    /// A client for `company` that sends through `transport`, on `clock`.
    pub fn new(company: Company, transport: Transport, clock: &Clock) -> Self {
        let Company { base_url, realm, oauth, rates } = company;
        Self {
            root: format!("{}/v3/company/{realm}/", base_url.trim_end_matches('/')),
            realm,
            tokens: Tokens::new(oauth, transport.clone(), clock.clone()),
            transport,
            clock: clock.clone(),
            throttle: Throttle::new(rates, clock.clone()),
            throttled_pause: rates.throttled_pause,
            reference: Reference::new(clock.clone()),
            pages: Pages::default(),
            reads: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            signed_out: AtomicBool::new(false),
        }
    }

    /// People find the company's documents at `base_url` instead of where they usually are.
    pub fn with_pages(self, base_url: &str) -> Self {
        Self { pages: Pages::at(base_url), ..self }
    }

    /// Where a person finds a document. List entries and documents of a preview have no link.
    pub fn link(&self, entity: &str, id: &str) -> Option<String> {
        self.pages.of(entity, id)
    }

    /// Keeps the company's pace in `file` too, and goes on with that of an earlier process.
    /// What that one left unanswered counts as in flight for `answer_timeout`.
    pub fn keep_pace(&self, file: &Path, answer_timeout: Duration) -> std::io::Result<()> {
        self.throttle.keep(file, answer_timeout)
    }

    /// How often QuickBooks was asked.
    pub fn asked(&self) -> Asked {
        Asked { reads: self.reads.load(Ordering::Relaxed), writes: self.writes.load(Ordering::Relaxed) }
    }

    /// The company's realm id.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// Whether a person has to connect the company again, as far as QuickBooks has said so.
    pub fn is_signed_out(&self) -> bool {
        self.signed_out.load(Ordering::Relaxed)
    }

    /// Waits for the company's pace.
    pub async fn admit(&self) -> Result<Permit, Wait> {
        self.signed_in().await?;
        self.throttle.admit().await.map_err(used_up)
    }

    /// The same for a person, for whom places are kept.
    pub async fn admit_person(&self) -> Result<Permit, Wait> {
        self.signed_in().await?;
        self.throttle.admit_person().await.map_err(used_up)
    }

    /// Has a token. Whoever waited for one with a permit in hand would send late, together with others.
    async fn signed_in(&self) -> Result<(), Wait> {
        let header = self.tokens.header(None).await;
        header.map(|_| ()).inspect_err(|wait| self.note(wait))
    }

    fn note(&self, wait: &Wait) {
        if wait.code == "signed_out" {
            self.signed_out.store(true, Ordering::Relaxed);
        }
    }

    /// The answer to a question about the company itself, if it was asked lately.
    pub fn cached(&self, call: &Call) -> Option<Reply> {
        self.reference.get(call).map(Ok)
    }

    /// Sends `call`. An expired token is renewed once, under the same request id.
    pub async fn send(&self, call: &Call, request_id: Option<&RequestId>, permit: Permit) -> Sent {
        let began = self.clock.elapsed();
        let sent = self.send_signed(call, request_id, permit).await;
        match sent {
            Ok(reply) => {
                self.signed_out.store(false, Ordering::Relaxed);
                if let Ok(answer) = &reply {
                    self.reference.keep(call, answer);
                }
                Sent::Replied { reply, took: self.clock.elapsed().saturating_sub(began) }
            }
            Err(wait) => {
                self.note(&wait);
                Sent::Unknown(wait)
            }
        }
    }

    async fn send_signed(
        &self,
        call: &Call,
        request_id: Option<&RequestId>,
        mut permit: Permit,
    ) -> Result<Reply, Wait> {
        let mut rejected = None;
        loop {
            let header = self.tokens.header(rejected.as_ref()).await?;
            let request = self.request(call, request_id, &header)?;
            let asked = if call.verb.is_write() { &self.writes } else { &self.reads };
            asked.fetch_add(1, Ordering::Relaxed);
            let answer = match self.transport.send(request).await {
                Ok(answer) => answer,
                Err(NoAnswer::TooLarge) if !call.verb.is_write() => {
                    return Ok(Err(Fault::own("answer-too-large", "QuickBooks' answer is larger than 4 MiB")));
                }
                Err(no_answer) => {
                    return Err(Wait::company(
                        "quickbooks_unavailable",
                        format!("no answer from QuickBooks to {} {}: {no_answer}", call.verb, call.entity),
                    ));
                }
            };
            match reply::read(call, &answer) {
                Read::Reply(reply) => return Ok(reply),
                Read::Wait(wait) => return Err(wait),
                Read::Throttled(wait) => return Err(Wait { after: Some(self.throttled_pause), ..wait }),
                Read::SignedOut(_) if rejected.is_none() => {
                    rejected = Some(header);
                    // The second try is a start like any other.
                    drop(permit);
                    permit = self.admit().await?;
                }
                Read::SignedOut(wait) => return Err(wait),
            }
        }
    }

    fn request(
        &self,
        call: &Call,
        request_id: Option<&RequestId>,
        header: &HeaderValue,
    ) -> Result<http::Request<Bytes>, Wait> {
        let Target { method, path, query, content_type, body } = target(call);
        let mut uri = String::with_capacity(self.root.len() + path.len() + query.len() + 80);
        for part in [&self.root, path.as_ref(), "?minorversion=", MINOR_VERSION, query] {
            uri.push_str(part);
        }
        if let Some(request_id) = request_id {
            uri.push_str("&requestid=");
            uri.push_str(request_id.as_str());
        }
        let uri = http::Uri::from_maybe_shared(Bytes::from(uri))
            .map_err(|_| Wait::company("configuration", "QuickBooks' base URL is not a URL"))?;
        let mut request = http::Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, header.clone());
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        Ok(request)
    }
}

fn used_up(after: Duration) -> Wait {
    Wait {
        code: "throttled",
        message: "this company's requests of the last minute are used up; the run goes on in its turn".into(),
        after: Some(after),
        scope: Scope::Company,
        unfinished: false,
    }
}

/// Where a call goes.
struct Target {
    method: http::Method,
    path: Cow<'static, str>,
    query: &'static str,
    content_type: &'static str,
    body: Bytes,
}

impl Target {
    fn json(path: String, query: &'static str, body: &str) -> Self {
        let body = Bytes::copy_from_slice(body.as_bytes());
        Self { method: http::Method::POST, path: path.into(), query, content_type: "application/json", body }
    }
}

fn target(call: &Call) -> Target {
    let entity = call.entity.to_ascii_lowercase();
    match call.verb {
        // Always as a body: 150 names in a list would make too long a URL.
        Verb::Query => Target {
            method: http::Method::POST,
            path: "query".into(),
            query: "",
            content_type: "application/text",
            body: Bytes::copy_from_slice(call.text.as_bytes()),
        },
        Verb::Read => Target {
            method: http::Method::GET,
            path: format!("{entity}/{}", call.text).into(),
            query: "",
            content_type: "application/json",
            body: Bytes::new(),
        },
        Verb::Create => Target::json(entity, "", &call.text),
        Verb::Update => Target::json(entity, "&operation=update", &call.text),
        Verb::Delete => Target::json(entity, "&operation=delete", &call.text),
        Verb::Void => {
            let query = if entity == "invoice" { "&operation=void" } else { "&operation=update&include=void" };
            Target::json(entity, query, &call.text)
        }
        Verb::Send => Target {
            method: http::Method::POST,
            path: format!("{entity}/{}/send", id_of(&call.text)).into(),
            query: "",
            content_type: "application/octet-stream",
            body: Bytes::new(),
        },
    }
}

/// The door has checked that a body which needs an id has one.
fn id_of(body: &str) -> String {
    #[derive(Deserialize)]
    struct Identified {
        #[serde(rename = "Id")]
        id: String,
    }
    serde_json::from_str::<Identified>(body).map(|body| body.id).unwrap_or_default()
}
