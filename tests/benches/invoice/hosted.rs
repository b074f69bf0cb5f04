//! The whole host around the same component: event, claim, snapshot, door, client, verdict. Behind the
//! transport seam QuickBooks answers from memory; the store is in memory; the enrolled object is
//! recorded already, as on any attempt but the first.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use qbo_host::action::Verb;
use qbo_host::catalog::{Catalog, CodeCache};
use qbo_host::clock::Clock;
use qbo_host::connection::{Connection, WriteBack};
use qbo_host::effects::Door;
use qbo_host::enrollment::{Enrollment, Event, IfExists, Snapshot};
use qbo_host::grant::Grants;
use qbo_host::hubspot::{Crm, Portal};
use qbo_host::ids::{Digest, RunId, SaleKey};
use qbo_host::quickbooks::{Client, Company, OAuth, Rates, Secret, Transport};
use qbo_host::runs::history::{Call, History, Record, Reply};
use qbo_host::runs::store::{
    Begun, Claim, Claimed, Enqueued, Fence, Fenced, Joined, Learned, Made, NewMessage, NewRun, Release, Store,
    Unavailable,
};
use qbo_host::runs::{Patience, RunRecord, Runs, Start, Status};
use qbo_host::sandbox::{Limits, Sandbox};
use wasmtime::component::Component;

use super::{memory, raw};

pub(crate) struct Hosted {
    sandbox: Arc<Sandbox>,
    runs: Runs,
    start: Start,
    events: AtomicU64,
    code: PathBuf,
    cache: CodeCache,
    wasm: Vec<u8>,
}

impl Hosted {
    pub(crate) async fn load() -> Self {
        let checkout = qbo_tests::checkout();
        let wasm = std::fs::read(qbo_tests::component("action-modules/create-invoice")).expect("a component");
        let sandbox = qbo_tests::sandbox();
        let folder = checkout.join("target/code-cache");
        let catalog = Catalog::open(Arc::clone(&sandbox), folder.clone()).expect("a catalog");
        let version = Arc::new(catalog.load(&wasm, Limits::default()).await.expect("an action"));
        let code = std::fs::read_dir(folder)
            .expect("the cache")
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.to_string_lossy().contains(&version.digest.hex()))
            .expect("compiled code");
        let grants = Arc::new(Grants::of(&version.definition, |_| true));
        let enrollment = Enrollment {
            event: Event {
                source: "bench".into(),
                portal: "50000001".into(),
                company: "4620816365000000001".into(),
                action: "create-invoice".into(),
                id: "0".into(),
            },
            object: "deal:1002".parse().expect("an object"),
            inputs: version.definition.defaults().collect(),
            accepted_at: "2026-01-15T12:00:00Z".parse().expect("a time"),
            zone: jiff::tz::TimeZone::UTC,
            preview: false,
            if_exists: IfExists::default(),
            reference: None,
            callback: None,
        };
        let start = Start { enrollment: Arc::new(enrollment), version, grants, connection: connection() };
        let store = Forgetful { run: Mutex::new(None), snapshot: Arc::new(memory::snapshot()) };
        let runs = Runs::new(Arc::new(store), Arc::clone(&sandbox));
        let cache = CodeCache::open(checkout.join("target/code-cache")).expect("the code cache opens");
        let events = AtomicU64::new(0);
        Self { sandbox, runs, start, events, code, cache, wasm }
    }

    pub(crate) fn raw(&self) -> raw::Raw {
        raw::Raw::load(self.sandbox.engine(), &self.code).expect("the component loads")
    }

    pub(crate) fn raw_enrollment(&self) -> raw::Enrollment {
        let enrollment = &self.start.enrollment;
        let snapshot = memory::snapshot();
        let object = |object: &qbo_host::enrollment::CrmObject| raw::CrmObject {
            kind: object.kind.clone(),
            id: object.id.clone(),
            properties: object.properties.clone(),
        };
        raw::Enrollment {
            event_id: "0".into(),
            run_id: "00".into(),
            accepted_at: enrollment.accepted_at.to_string(),
            company_date: "2026-01-15".into(),
            zone: "UTC".into(),
            object: object(&snapshot.object),
            associated: snapshot
                .associated
                .iter()
                .map(|associated| raw::Associated {
                    object: object(&associated.object),
                    parent: associated.parent.clone(),
                    labels: Vec::new(),
                })
                .collect(),
            documents: Vec::new(),
            inputs: enrollment.inputs.clone().into_iter().collect(),
            facts: vec![("marker".into(), "HubSpot deal 1002 · run 4f2c".into())],
        }
    }

    /// A start of its own event, as a request would bring it.
    pub(crate) fn start(&self) -> Start {
        let mut start = self.start.clone();
        Arc::make_mut(&mut start.enrollment).event.id = self.events.fetch_add(1, Ordering::Relaxed).to_string();
        start
    }

    /// One run, from its event to its end.
    pub(crate) async fn run(&self, start: &Start) {
        let record = self.runs.run(start, Patience(Duration::ZERO)).await.expect("the store answers");
        assert_eq!(record.status, Status::Succeeded, "{}", record.message);
    }

    /// A fresh store and instance, asked for its definition.
    pub(crate) async fn instance(&self) -> String {
        self.sandbox.definition(&self.start.version.loaded).await.expect("a definition")
    }

    /// A run that ends before any guest code: what surrounds an attempt.
    pub(crate) async fn run_without_guest(&self, start: &Start) {
        let record = self.runs.run(start, Patience(Duration::ZERO)).await.expect("the store answers");
        assert_eq!(record.status, Status::Held);
    }

    /// A start that lacks what its action needs.
    pub(crate) fn start_without_grants(&self) -> Start {
        Start { grants: Arc::new(Grants::default()), ..self.start() }
    }

    /// A claimed run whose enrolled object is recorded.
    pub(crate) fn claim(&self) -> Claim {
        let enrollment = self.start().enrollment;
        let fence = Fence { run: RunId::of(&enrollment.event), epoch: 1 };
        let history = History { snapshot: Some(Arc::new(memory::snapshot())), records: Vec::new() };
        Claim::new(fence, enrollment, self.start.version.digest, history)
    }

    /// The five calls of the measured sale, made without a guest.
    pub(crate) async fn calls(&self, claim: Claim) {
        let store = Arc::new(Forgetful { run: Mutex::new(None), snapshot: Arc::new(memory::snapshot()) });
        let client = Arc::clone(&self.start.connection.quickbooks);
        let mut door = Door::new(&claim, store, client, Arc::clone(&self.start.grants), &Clock::machine());
        let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        let queries: [(&str, &[&str]); 4] = [
            ("SELECT * FROM CompanyInfo STARTPOSITION 1 MAXRESULTS 200", &[]),
            ("SELECT * FROM Preferences STARTPOSITION 1 MAXRESULTS 200", &[]),
            ("SELECT * FROM Customer WHERE GivenName = ? AND FamilyName = ?", &["Amy", "Lauterbach"]),
            ("SELECT * FROM Item WHERE Sku IN (?, ?, ?)", &["DESIGN-HR", "ROCK-FOUNTAIN", "PUMP-12V"]),
        ];
        for (statement, values) in queries {
            assert!(door.query(statement, &texts(values)).await.expect("an answer").is_ok());
        }
        // What QuickBooks answers is as long as what an action sends, or longer.
        let text = memory::answer("Invoice").replacen("\"Id\":\"", "\"Was\":\"", 1);
        let call = Call { verb: Verb::Create, entity: "Invoice".into(), key: Some("invoice".into()), text };
        let created = door.call(call).await.expect("an answer");
        assert!(created.is_ok(), "{created:?}");
    }

    /// Loads the compiled code of a known digest once more.
    pub(crate) fn load_again(&self) -> Component {
        self.cache.get(self.sandbox.engine(), &self.start.version.digest).expect("compiled code")
    }

    /// What it takes to know the digest of a component that comes as bytes.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of(&self.wasm)
    }
}

/// A store that keeps nothing: what it costs to keep runs is measured with the durable stores. It
/// has the enrolled object recorded already.
struct Forgetful {
    run: Mutex<Option<NewRun>>,
    snapshot: Arc<Snapshot>,
}

#[async_trait]
impl Store for Forgetful {
    async fn enqueue(&self, run: NewRun) -> Result<Enqueued, Unavailable> {
        *self.run.lock().expect("nothing panicked") = Some(run);
        Ok(Enqueued::New)
    }

    async fn claim_run(&self, run: RunId) -> Result<Claimed, Unavailable> {
        let NewRun { enrollment, digest, .. } = self.run.lock().expect("nothing panicked").take().expect("a run");
        let history = History { snapshot: Some(Arc::clone(&self.snapshot)), records: Vec::new() };
        Ok(Claimed::Held(Box::new(Claim::new(Fence { run, epoch: 1 }, enrollment, digest, history))))
    }

    async fn join_sales(&self, _: Fence, _: Vec<SaleKey>) -> Result<Joined, Unavailable> {
        Ok(Joined::Yes(None))
    }

    async fn made_for(&self, _: Vec<SaleKey>) -> Result<Vec<Made>, Unavailable> {
        Ok(Vec::new())
    }

    async fn begin_write(&self, _: Fence, _: Learned, _: Arc<Record>, _: Option<u64>) -> Result<Begun, Unavailable> {
        Ok(Begun::Yes)
    }

    async fn end_write(&self, _: Fence, _: usize, _: Reply, _: Duration) -> Result<Fenced, Unavailable> {
        Ok(Fenced::No)
    }

    async fn give_back(&self, _: Fence) -> Result<Fenced, Unavailable> {
        Ok(Fenced::No)
    }

    async fn release(&self, _: Fence, _: Release) -> Result<Fenced, Unavailable> {
        Ok(Fenced::No)
    }

    async fn finish(&self, _: Fence, _: Learned, _: Arc<RunRecord>, _: Vec<NewMessage>) -> Result<Fenced, Unavailable> {
        Ok(Fenced::No)
    }
}

fn connection() -> Connection {
    let transport = Transport::new(|request| Box::pin(std::future::ready(Ok(answer(&request)))));
    let company = Company {
        base_url: "http://memory".into(),
        realm: "4620816365000000001".into(),
        oauth: OAuth {
            token_url: "http://memory/token".into(),
            client_id: String::new(),
            client_secret: Secret::new(""),
            refresh_token: Secret::new(""),
        },
        rates: Rates { per_second: usize::MAX, per_minute: usize::MAX, in_flight: 8, throttled_pause: Duration::ZERO },
    };
    let portal = Portal { base_url: "http://memory".into(), token: Secret::new("") };
    Connection {
        portal: "50000001".into(),
        zone: jiff::tz::TimeZone::UTC,
        quickbooks: Arc::new(Client::new(company, transport.clone(), &Clock::machine())),
        hubspot: Arc::new(Crm::new(portal, transport, &Clock::machine())),
        // What HubSpot is told afterwards is no part of what is measured.
        write_back: WriteBack { note: false, ..WriteBack::default() },
    }
}

/// QuickBooks' side costs as little as it can: each answer is made once.
fn answer(request: &http::Request<Bytes>) -> http::Response<Bytes> {
    static ANSWERS: LazyLock<BTreeMap<&str, Bytes>> = LazyLock::new(|| {
        let entities = ["CompanyInfo", "Preferences", "Customer", "Item", "Invoice"];
        let wrapped = entities.map(|entity| {
            let name = if entity == "Invoice" { entity } else { "QueryResponse" };
            let body = format!(r#"{{"{name}":{},"time":"2026-01-01T00:00:00.000-08:00"}}"#, memory::answer(entity));
            (entity, Bytes::from(body))
        });
        wrapped.into_iter().collect()
    });
    let path = request.uri().path();
    let entity = if path.ends_with("/query") {
        memory::entity_of(std::str::from_utf8(request.body()).expect("text"))
    } else if path == "/token" {
        return http::Response::new(Bytes::from_static(br#"{"access_token":"t","expires_in":3600}"#));
    } else {
        "Invoice"
    };
    http::Response::new(ANSWERS[entity].clone())
}
