//! Money agrees to the cent: random deals and quotes become invoices whose total in QuickBooks is the
//! one that plain integers give. The component, the host and both simulators are the real ones; only
//! the sockets between them are left out.

mod arithmetic;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use qbo_host::clock::Clock;
use qbo_host::connection::Connection;
use qbo_host::enrollment::{Enrollment, Event, IfExists};
use qbo_host::grant::Grants;
use qbo_host::quickbooks::transport::{Answered, NoAnswer};
use qbo_host::quickbooks::{Rates, Transport};

use qbo_host::runs::{MemoryStore, Patience, RunRecord, Runs, Start, Status};
use qbo_simulator::hubspot::HubSpot;
use qbo_simulator::quickbooks::QuickBooks;
use qbo_tests::{COMPANY, connection, create_invoice, sandbox};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use arithmetic::{Offer, deals, quotes};

/// A second company like the first, but for discounts, which it forbids.
const WITHOUT_DISCOUNTS: &str = "4620816365000000099";

/// As fast as they come: the pace has tests of its own.
const RATES: Rates =
    Rates { per_second: 100_000, per_minute: 1_000_000, in_flight: 8, throttled_pause: Duration::from_millis(100) };

#[test]
fn a_thousand_random_deals_come_to_the_cent() {
    let shop = Shop::open();
    let checked = runner(1_000).run(&deals(), |deal| shop.bills(&deal));
    assert!(checked.is_ok(), "{}", checked.unwrap_err());
}

#[test]
fn random_quotes_with_discounts_and_fees_of_their_own_come_to_the_cent() {
    let shop = Shop::open();
    let checked = runner(250).run(&quotes(), |quote| shop.bills(&quote));
    assert!(checked.is_ok(), "{}", checked.unwrap_err());
}

fn runner(cases: u32) -> TestRunner {
    // The same offers on every machine and in every run: a failure here is one anywhere.
    let seed = proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    TestRunner::new_with_rng(
        Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() },
        seed,
    )
}

/// Where offers are billed.
struct Shop {
    books: QuickBooks,
    portal: HubSpot,
    runs: Runs,
    connections: [Connection; 2],
    runtime: tokio::runtime::Runtime,
    next_id: std::cell::Cell<u64>,
}

impl Shop {
    fn open() -> Self {
        let (books, portal) = (QuickBooks::seeded(), HubSpot::seeded());
        books.add_sample(WITHOUT_DISCOUNTS);
        let forbidden = json!({ "SalesFormsPrefs": { "AllowDiscount": false } });
        books.update_preferences(WITHOUT_DISCOUNTS, forbidden).expect("preferences");
        let connections = [COMPANY, WITHOUT_DISCOUNTS].map(|realm| {
            let transports = [to_quickbooks(&books), to_hubspot(&portal)];
            connection(realm, ["http://quickbooks", "http://hubspot"], transports, RATES, &Clock::machine())
        });
        let runs = Runs::new(Arc::new(MemoryStore::default()), sandbox());
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        Self { books, portal, runs, connections, runtime, next_id: std::cell::Cell::new(5_000_000_000) }
    }

    /// Bills an offer, and holds the invoice against the integers.
    fn bills(&self, offer: &Offer) -> Result<(), TestCaseError> {
        let id = self.next_id.replace(self.next_id.get() + 1_000);
        self.portal.load(&offer.fixture(id)).expect("a fixture");
        let connection = &self.connections[usize::from(offer.forbids_discounts)];
        let run = self.runtime.block_on(self.run(&format!("{}:{id}", offer.kind()), connection));
        self.books.clear_requests();
        self.portal.clear_requests();

        let told = || format!("{offer:?} ends {} {:?} {:?}", run.code, run.problems, run.warnings);
        proptest::prop_assert!(run.status == Status::Succeeded && run.warnings.is_empty(), "{}", told());
        let realm = connection.quickbooks.realm();
        let invoice = self.books.documents(realm, "Invoice").into_iter().find(|one| one["Id"] == *run.documents[0].id);
        let total = invoice.as_ref().and_then(|invoice| decimal(&invoice["TotalAmt"]));
        proptest::prop_assert_eq!(total, Some(Decimal::new(offer.cents(), 2)), "{:?}", offer);
        Ok(())
    }

    async fn run(&self, object: &str, connection: &Connection) -> Arc<RunRecord> {
        let version = create_invoice().await;
        let fees = ("fee_product".to_owned(), "1".to_owned());
        let enrollment = Enrollment {
            event: Event {
                source: "test".into(),
                portal: connection.portal.clone(),
                company: connection.quickbooks.realm().into(),
                action: version.definition.id.clone(),
                id: object.into(),
            },
            object: object.parse().expect("an object"),
            inputs: version.definition.defaults().chain([fees]).collect(),
            accepted_at: Clock::machine().now(),
            zone: connection.zone.clone(),
            preview: false,
            if_exists: IfExists::default(),
            reference: None,
            callback: None,
        };
        let grants = Arc::new(Grants::of(&version.definition, |_| true));
        let start = Start { enrollment: Arc::new(enrollment), version, grants, connection: connection.clone() };
        self.runs.run(&start, Patience(Duration::from_secs(10))).await.expect("the store answers")
    }
}

fn to_quickbooks(books: &QuickBooks) -> Transport {
    let books = books.clone();
    Transport::new(move |request: http::Request<Bytes>| {
        let books = books.clone();
        Box::pin(async move { answered(books.handle(request).await) })
    })
}

fn to_hubspot(portal: &HubSpot) -> Transport {
    let portal = portal.clone();
    Transport::new(move |request: http::Request<Bytes>| {
        let portal = portal.clone();
        Box::pin(async move { answered(portal.handle(request).await) })
    })
}

fn answered<E>(answer: Result<http::Response<Bytes>, E>) -> Answered {
    answer.map_err(|_| NoAnswer::Lost("the simulator lost it".into()))
}

fn decimal(value: &Value) -> Option<Decimal> {
    value.to_string().parse().ok()
}
