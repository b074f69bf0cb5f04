//! A HubSpot portal on loopback HTTP.
//!
//! It owns what a portal shows to a private app: CRM objects, their associations, search, limits and
//! errors. It knows nothing of QuickBooks, of workflows, or of who asks. Where HubSpot promises
//! nothing (the order of a list, how fresh a search is), it does what surprises a careless client.

mod answer;
mod association_types;
mod fixture;
mod kind;
mod line_item;
mod object;
mod portal;
mod rate;
mod request;
mod routes;
mod seed;
mod serve;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use self::fixture::{Fixture, parse_id};
use self::kind::Kind;
use self::object::ObjectId;
use self::portal::Portal;
use self::rate::RequestRate;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::requests::{LoggedRequest, Requests};
use crate::server::{AnswerLost, Server};

pub use self::fixture::FixtureError;
pub use self::portal::AssociationError;

/// The portal's id (its "hub id").
pub const PORTAL: u64 = 50_000_001;

/// The private app's access token.
pub const TOKEN: &str = "simulator-portal-token";

/// How a portal behaves.
#[derive(Clone, Debug)]
pub struct Settings {
    pub clock: Clock,
    /// How far search lags behind what was written.
    pub search_lag: SignedDuration,
    /// How many requests the portal admits in any ten seconds; `None` admits all. HubSpot admits 110
    /// from one app. Answers show the limit in their headers only while there is one.
    pub requests_max: Option<usize>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { clock: Clock::system(), search_lag: SignedDuration::from_secs(30), requests_max: None }
    }
}

/// A callback that was completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CompletedCallback {
    /// HubSpot's name for the execution that waited.
    pub id: String,
    /// What it goes on with; `hs_execution_state` is HubSpot's own.
    pub output_fields: Map<String, Value>,
}

/// A portal; copies share it.
#[derive(Clone, Debug)]
pub struct HubSpot(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    settings: Settings,
    faults: Faults,
    requests: Requests,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    portal: Portal,
    callbacks: Vec<CompletedCallback>,
    rate: RequestRate,
    /// Numbers the answers that failed, so that two runs of a test read the same.
    correlations: u64,
}

impl HubSpot {
    /// A portal without an object.
    pub fn empty(settings: Settings) -> Self {
        let state =
            State { portal: Portal::new(), callbacks: Vec::new(), rate: RequestRate::default(), correlations: 0 };
        let (faults, requests) = (Faults::default(), Requests::default());
        Self(Arc::new(Shared { settings, faults, requests, state: Mutex::new(state) }))
    }

    /// A portal with the deals, quotes and payments that the documentation and the tests speak of.
    pub fn seeded() -> Self {
        Self::seeded_with(Settings::default())
    }

    pub fn seeded_with(settings: Settings) -> Self {
        let hubspot = Self::empty(settings);
        for fixture in seed::fixtures() {
            hubspot.store(seed::CREATED, fixture).expect("a test loads every seed");
        }
        hubspot
    }

    /// Stores a portal that is described as data, on top of what is there:
    ///
    /// ```json
    /// { "custom_properties": { "deals": ["quickbooks_invoice_number"] },
    ///   "deals": [
    ///     { "id": "1001",
    ///       "properties": { "dealname": "Fountain", "amount": "1500.00", "deal_currency_code": "USD" },
    ///       "contacts": [
    ///         { "id": "301", "labels": ["Billing contact"],
    ///           "properties": { "firstname": "Jane", "lastname": "Doe", "email": "jane.doe@example.com" },
    ///           "companies": [{ "id": "401", "labels": ["Primary"], "properties": { "name": "Doe Ltd" } }] }
    ///       ],
    ///       "line_items": [
    ///         { "properties": { "name": "Pump", "hs_sku": "PUMP-12V", "quantity": "2", "price": "15.00" } }
    ///       ] } ] }
    /// ```
    ///
    /// The keys of the outer object are object types. An object may have `id` (the portal numbers it
    /// otherwise), `properties` (text, numbers, booleans; null and "" mean no value), `archived`, and
    /// lists of associated objects under their type, to any depth; those may also have `labels`, which
    /// belong to the association. Naming an id again changes that object, and an object of an `id`
    /// alone refers to one described elsewhere. Types are written as HubSpot writes them, in the
    /// singular or plural, and `payment` as well as `commerce_payment`. A property that HubSpot does
    /// not ship becomes a custom one of the type; `custom_properties` names those without a value yet.
    ///
    /// A line item's `amount` is computed from `price`, `quantity` and `discount` or
    /// `hs_discount_percentage` unless it is given.
    ///
    /// # Errors
    ///
    /// When the description is no portal. What came before an association that HubSpot forbids is
    /// stored then; nothing is in all other cases.
    pub fn load(&self, fixture: &Value) -> Result<(), FixtureError> {
        self.store(self.0.settings.clock.now(), Fixture::parse(fixture)?)
    }

    /// Creates an object or changes some of its properties; "" clears one. `kind` is an object type as
    /// [`HubSpot::load`] takes it.
    ///
    /// # Panics
    ///
    /// When HubSpot has no such type, or when `id` is not a decimal number.
    pub fn put(&self, kind: &str, id: &str, properties: &[(&str, &str)]) {
        let properties: Vec<_> =
            properties.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.state().portal.put(self.0.settings.clock.now(), object_id(kind, id), &properties);
    }

    /// Associates two objects in both directions, each given as type and id, with a label of the portal
    /// ("Billing contact") or of HubSpot ("Primary").
    ///
    /// # Panics
    ///
    /// As [`HubSpot::put`], and when HubSpot does not associate these types or the line item already
    /// has a parent.
    pub fn associate(&self, from: (&str, &str), to: (&str, &str), label: Option<&str>) {
        let (from, to) = (object_id(from.0, from.1), object_id(to.0, to.1));
        if let Err(error) = self.state().portal.associate(from, to, label) {
            panic!("{from} and {to}: {error}");
        }
    }

    /// Archives an object, as a user does with "delete".
    ///
    /// # Panics
    ///
    /// As [`HubSpot::put`].
    pub fn archive(&self, kind: &str, id: &str) {
        self.state().portal.archive(self.0.settings.clock.now(), object_id(kind, id));
    }

    /// A property's value now, for tests that look at what was written.
    ///
    /// # Panics
    ///
    /// As [`HubSpot::put`].
    pub fn property(&self, kind: &str, id: &str, name: &str) -> Option<String> {
        self.state().portal.object(object_id(kind, id))?.now().properties.get(name).cloned()
    }

    /// The ids of the objects of a type that are associated with one, oldest association first.
    ///
    /// # Panics
    ///
    /// As [`HubSpot::put`].
    pub fn associated(&self, from: (&str, &str), to: &str) -> Vec<String> {
        let to = Kind::named(to).unwrap_or_else(|| panic!("HubSpot has no object type {to:?}"));
        let state = self.state();
        state.portal.associated(object_id(from.0, from.1), to).map(|other| other.to.id.to_string()).collect()
    }

    /// Serves this portal at an address; port 0 picks a free one. Must be called inside a tokio runtime.
    pub fn serve(&self, address: SocketAddr) -> io::Result<Server> {
        let service = self.clone();
        Server::start(address, move |request| {
            let service = service.clone();
            async move { service.handle(request).await }
        })
    }

    /// What the portal's workflows were told by actions that they waited for, in the order it came.
    pub fn callbacks(&self) -> Vec<CompletedCallback> {
        self.state().callbacks.clone()
    }

    /// What goes wrong on purpose.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// What the portal was asked so far.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.0.requests.all()
    }

    pub fn clear_requests(&self) {
        self.0.requests.clear();
    }

    /// Answers one request, as a server or an in-process client passes it.
    pub async fn handle(&self, request: Request<Bytes>) -> Result<Response<Bytes>, AnswerLost> {
        serve::handle(&self.0, request).await
    }

    fn store(&self, at: Timestamp, fixture: Fixture) -> Result<(), FixtureError> {
        fixture.store(at, &mut self.state().portal)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is checked before it is made, so a poisoned state is still a whole one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn object_id(kind: &str, id: &str) -> ObjectId {
    let kind = Kind::named(kind).unwrap_or_else(|| panic!("HubSpot has no object type {kind:?}"));
    let id = parse_id(id).unwrap_or_else(|| panic!("{id:?} is not the id of a HubSpot object"));
    ObjectId { kind, id }
}
