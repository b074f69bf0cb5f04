//! QuickBooks Online on loopback HTTP: companies that behave like the Accounting API v3.
//!
//! [`QuickBooks::handle`] answers one request and is the seam for tests without sockets; put it behind
//! a [`crate::server::Server`] and it is a service. Everything is in memory. What a company holds is in
//! `books`, what a write must satisfy in `write` and below, the query language in `query`, tokens in
//! `oauth`. It knows nothing of HubSpot, of runs or of the host.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Response};
use jiff::tz::TimeZone;
use serde_json::Value;

use self::answer::{Answer, Gateway};
use self::books::Books;
use self::entity::Entity;
use self::fault::Fault;
use self::oauth::Tokens;
use self::pace::Paces;
use self::replies::Replies;
use self::request::Incoming;
use self::throttle::Throttle;
use self::webhooks::{Change, Webhooks};
use self::write::Circumstances;
use crate::faults::{Effect, Faults, Refusal, suffer};
use crate::requests::{LoggedRequest, Requests};
use crate::server::{AnswerLost, Server};

mod admin;
mod answer;
mod batch;
mod books;
mod changes;
mod dispatch;
mod entity;
mod exchange_rates;
mod fault;
mod figures;
mod generic;
mod lists;
mod names;
mod numbering;
mod oauth;
mod operation;
mod pace;
mod payments;
mod pdf;
mod people;
mod postings;
mod preferences;
mod purchases;
mod query;
mod replies;
mod reports;
mod request;
mod row;
mod sales;
mod schema;
mod seed;
mod settings;
mod settled;
mod sign_in;
mod switches;
mod tax;
mod throttle;
mod webhooks;
mod write;

pub use self::oauth::{CLIENT_ID, CLIENT_SECRET, RefreshTokenRotation};
pub use self::pace::Pace;
pub use self::reports::{AccountTotal, AccountingMethod, ProfitAndLoss};
pub use self::seed::{AUTOMATED_TAX, CRAIGS_DESIGN, CUSTOM_NUMBERS, MAPLE_LEAF, TWO_CURRENCIES};
pub use self::settings::{Company, Settings};
pub use self::throttle::RateLimits;
pub use self::webhooks::{Notification, Subscriber, WebhookForm};

/// The service. Copies share their companies, tokens, faults and log.
#[derive(Clone)]
pub struct QuickBooks {
    state: Arc<Mutex<State>>,
    faults: Faults,
    requests: Requests,
    paces: Paces,
    webhooks: Webhooks,
}

/// Everything behind the lock, which is never held over an await.
struct State {
    settings: Settings,
    companies: BTreeMap<String, Books>,
    tokens: Tokens,
    replies: Replies,
    throttle: Throttle,
    /// Counts answers, for `intuit_tid`.
    answered: u64,
}

impl State {
    /// The changes of a company that no webhook has told yet.
    fn untold(&mut self, realm: &str) -> Vec<Change> {
        self.companies.get_mut(realm).map(|books| std::mem::take(&mut books.untold)).unwrap_or_default()
    }
}

impl QuickBooks {
    /// A service without companies.
    pub fn empty(settings: Settings) -> Self {
        let state = State {
            settings,
            companies: BTreeMap::new(),
            tokens: Tokens::default(),
            replies: Replies::default(),
            throttle: Throttle::default(),
            answered: 0,
        };
        let state = Arc::new(Mutex::new(state));
        Self {
            state,
            faults: Faults::default(),
            requests: Requests::default(),
            paces: Paces::default(),
            webhooks: Webhooks::default(),
        }
    }

    /// A service with the companies of the seed, on the machine's time.
    pub fn seeded() -> Self {
        Self::seeded_with(Settings::default())
    }

    /// A service with the companies of the seed.
    pub fn seeded_with(settings: Settings) -> Self {
        let service = Self::empty(settings);
        for books in seed::companies() {
            service.add_books(books);
        }
        service
    }

    /// A service of its own that holds a copy of one company as it stands here. Neither learns what
    /// happens in the other.
    pub fn copy_of(&self, realm: &str, settings: Settings) -> Self {
        let copy = Self::empty(settings);
        let books = self.state().companies.get(realm).cloned();
        if let Some(books) = books {
            copy.add_books(books);
        }
        copy
    }

    /// Adds a company with a chart of accounts, terms, payment methods and tax codes, and nothing else.
    pub fn add_company(&self, company: &Company) {
        self.add_books(seed::company(company));
    }

    /// Adds a company that holds what the sample company holds.
    pub fn add_sample(&self, realm: &str) {
        self.add_books(seed::sample(realm));
    }

    /// The realm ids of all companies.
    pub fn company_ids(&self) -> Vec<String> {
        self.state().companies.keys().cloned().collect()
    }

    /// Stores an object as a request would, without a token: the stored object, or the fault.
    pub fn create(&self, realm: &str, entity: &str, body: Value) -> Result<Value, Value> {
        self.change(realm, |books, circumstances| {
            let entity = Entity::named(entity).ok_or_else(|| Fault::unsupported_object(entity))?;
            let Value::Object(body) = body else { return Err(Fault::malformed_body()) };
            let sent = schema::parse_row(entity, body)?;
            write::create(books, entity, sent, circumstances).map(Value::Object)
        })
    }

    /// Merges preferences into those of a company: the whole of them, or the fault.
    pub fn update_preferences(&self, realm: &str, preferences: Value) -> Result<Value, Value> {
        self.change(realm, |books, circumstances| {
            let Value::Object(mut sent) = preferences else { return Err(Fault::malformed_body()) };
            let stored = write::find(books, Entity::Preferences, "1")?;
            for member in ["Id", "SyncToken"] {
                sent.insert(member.to_owned(), stored[member].clone());
            }
            write::update(books, Entity::Preferences, sent, circumstances).map(Value::Object)
        })
    }

    /// Every stored object of an entity in the order of creation, inactive ones too. None for an
    /// unknown company or entity.
    pub fn documents(&self, realm: &str, entity: &str) -> Vec<Value> {
        let state = self.state();
        let books = state.companies.get(realm).zip(Entity::named(entity));
        books.map(|(books, entity)| books.rows(entity).cloned().map(Value::Object).collect()).unwrap_or_default()
    }

    /// The names of all entities that a company may hold.
    pub fn entities() -> impl Iterator<Item = &'static str> {
        Entity::all().map(Entity::name)
    }

    /// The faults to arm.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// What was asked, oldest first. Requests to the simulator itself are not listed.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.requests.all()
    }

    /// How fast the company was asked.
    pub fn pace(&self, realm: &str) -> Pace {
        self.paces.of(realm)
    }

    /// Forgets what was asked.
    pub fn clear_requests(&self) {
        self.requests.clear();
    }

    /// Serves this service at an address; port 0 picks a free one. Must be called inside a tokio runtime.
    pub fn serve(&self, address: SocketAddr) -> io::Result<Server> {
        let service = self.clone();
        Server::start(address, move |request| {
            let service = service.clone();
            async move { service.handle(request).await }
        })
    }

    /// Answers one request.
    pub async fn handle(&self, request: Request<Bytes>) -> Result<Response<Bytes>, AnswerLost> {
        let request = Arc::new(Incoming::new(request));
        if let Some(answer) = admin::answer(self, &request) {
            return Ok(self.dressed(answer));
        }
        let now = self.state().settings.clock.now();
        let _under_way = request.realm().map(|realm| self.paces.came(realm, now));
        let effect = self.faults.take(&request.method, &request.decoded_path(), &request.body);
        let reserved = matches!(effect, Some(Effect::LateCommit { .. })) && self.reserve(&request);
        let kept = effect.clone();
        let answered = effect != Some(Effect::AnswerLost);
        let (service, asked) = (self.clone(), Arc::clone(&request));
        let commit = move || service.commit(&asked, reserved, answered);
        let refused = self.clone();
        let clock = self.state().settings.clock.clone();
        let answer = suffer(effect, &clock, commit, |refusal| refused.refuse(&request, refusal)).await;
        if kept.is_some_and(|effect| !effect.commits()) {
            let status = answer.as_ref().ok().map(|answer| answer.status().as_u16());
            self.log(&request, status, false);
        }
        answer
    }

    /// Does what a request asks for.
    fn commit(&self, request: &Incoming, reserved: bool, answered: bool) -> Response<Bytes> {
        let (answer, changes) = {
            let mut state = self.state();
            let answer = dispatch::answer(&mut state, request, reserved);
            let changes = request.realm().map(|realm| state.untold(realm)).unwrap_or_default();
            if let Some(key) = reserved.then(|| reply_key(request)).flatten() {
                state.replies.end(&key);
            }
            (answer, changes)
        };
        self.tell(changes);
        let status = answered.then(|| answer.status.as_u16());
        self.log(request, status, answer.committed);
        self.dressed(answer)
    }

    fn refuse(&self, request: &Incoming, refusal: Refusal) -> Response<Bytes> {
        let now = self.state().settings.clock.now();
        let answer = match refusal {
            Refusal::Throttled => Answer::gateway(&Gateway::throttled(), now),
            Refusal::ExpiredToken => {
                Answer::gateway(&Gateway::expired_token(request.bearer().unwrap_or_default()), now)
            }
            Refusal::Fault { code } => Answer::fault(&Fault::listed(&code), now),
            Refusal::ServerError { status } => {
                let status = http::StatusCode::from_u16(status);
                let status = status.unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
                Answer::fault(&Fault::system_failure(status), now)
            }
        };
        self.dressed(answer)
    }

    /// Marks a write as under way; `false` if it is already, or carries no `requestid`.
    fn reserve(&self, request: &Incoming) -> bool {
        reply_key(request).is_some_and(|key| self.state().replies.begin(key))
    }

    fn dressed(&self, answer: Answer) -> Response<Bytes> {
        let mut state = self.state();
        state.answered += 1;
        let seconds = state.settings.clock.now().as_second();
        answer.into_response(&format!("1-{seconds:08x}-{:024x}", state.answered))
    }

    fn log(&self, request: &Incoming, status: Option<u16>, committed: bool) {
        self.requests.push(LoggedRequest {
            method: request.method.to_string(),
            path: request.decoded_path(),
            requestid: request.parameter("requestid").map(str::to_owned),
            status,
            committed,
        });
    }

    /// Tells the subscriber of webhooks, if there is one.
    fn tell(&self, changes: Vec<Change>) {
        let clock = self.state().settings.clock.clone();
        self.webhooks.tell(changes, &clock);
    }

    fn add_books(&self, mut books: Books) {
        // What a company starts with is no news.
        books.untold.clear();
        let mut state = self.state();
        let now = state.settings.clock.now();
        state.tokens.connect(&books.realm, now);
        state.companies.insert(books.realm.clone(), books);
    }

    fn change(
        &self,
        realm: &str,
        change: impl FnOnce(&mut Books, Circumstances) -> Result<Value, Fault>,
    ) -> Result<Value, Value> {
        let mut state = self.state();
        let circumstances = Circumstances { now: state.settings.clock.now(), allow_duplicate_number: false };
        let books = state.companies.get_mut(realm).ok_or_else(|| Fault::object_not_found().body())?;
        let changed = change(books, circumstances).map_err(|fault| fault.body());
        let changes = state.untold(realm);
        drop(state);
        self.tell(changes);
        changed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic in a handler is a bug of the simulator; the test that met it fails on its own.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Company and `requestid` of a write, if it carries one.
fn reply_key(request: &Incoming) -> Option<replies::Key> {
    Some((request.realm()?.to_owned(), request.request_id()?.to_owned()))
}

/// The zone of QuickBooks' servers, whose day is the default date of a transaction.
fn pacific() -> TimeZone {
    TimeZone::get("America/Los_Angeles").unwrap_or(TimeZone::UTC)
}
