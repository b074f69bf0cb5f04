//! Files of older hosts, made with the statements of their time.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, params};

use super::*;
use crate::action::Verb;
use crate::clock::Clock;
use crate::enrollment::{Enrollment, Event};
use crate::ids::{Digest, RequestId, RunId, SaleKey};
use crate::runs::history::{Call, Record};
use crate::runs::sqlite::{SqliteOptions, SqliteStore};
use crate::runs::store::{Begun, Claim, Claimed, Learned, NewRun, NewSale, Store as _};

const RUN: &str =
    "INSERT INTO runs (number, id, company, sale, digest, phase, epoch, due, lease, calls, lines, attempts,
    cpu_exhausted, host_deaths, cancelled, status) VALUES (?1, ?2, 1, ?3, ?4, ?5, 1, 0, 0, 0, 1, 1, 0, 0, 0, ?6)";
const ENROLLMENT: &str = "INSERT INTO enrollments (run, event, action, object, text) VALUES (?1, ?2, 'any', ?3, ?4)";
const SALE: &str = "INSERT INTO sales (key, taken_by, times) VALUES ('9341452/77/' || ?1, ?2, ?3)
    ON CONFLICT (key) DO UPDATE SET taken_by = excluded.taken_by, times = times + excluded.times RETURNING id";
const DOCUMENT: &str = "INSERT INTO documents (id, sale, text) VALUES (?1 << 20, ?2, ?3)";

fn enrollment(object: &str, event: &str) -> Enrollment {
    Enrollment {
        event: Event {
            source: "test".into(),
            portal: "77".into(),
            company: "9341452".into(),
            action: "any".into(),
            id: event.into(),
        },
        object: object.parse().unwrap(),
        inputs: [("due".into(), "net 30".into())].into(),
        accepted_at: Timestamp::UNIX_EPOCH,
        zone: TimeZone::UTC,
        preview: false,
        if_exists: Default::default(),
        reference: None,
        callback: None,
    }
}

/// A file as the first host made it.
struct Old {
    folder: tempfile::TempDir,
    connection: Connection,
    runs: i64,
}

impl Old {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("runs.db")).unwrap();
        // As the host has it: no reference is looked up at a write.
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        connection.execute_batch(STEPS[0]).unwrap();
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        connection.execute("INSERT INTO companies (id, name) VALUES (1, '9341452')", []).unwrap();
        Self { folder, connection, runs: 0 }
    }

    /// A run of `sale`, such as `deal:1/invoice`; with a document it has ended, otherwise it is under
    /// way and has written.
    fn run(&mut self, sale: Option<&str>, document: Option<&str>) -> RunId {
        self.runs += 1;
        let number = self.runs;
        let object = sale.and_then(|sale| sale.split_once('/')).map_or("deal:1", |(object, _)| object);
        let enrollment = enrollment(object, &number.to_string());
        let id = RunId::of(&enrollment.event);
        let sale = sale.map(|sale| {
            let times = if document.is_some() { 2 } else { 1 };
            let id = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
            self.connection.query_row(SALE, params![sale, number, times], id).unwrap()
        });
        let (phase, status) = if document.is_some() { (2, Some("succeeded")) } else { (0, None) };
        let digest = Digest::of(b"old").bytes();
        self.connection.execute(RUN, params![number, id.bytes(), sale, digest, phase, status]).unwrap();
        let text = serde_json::to_string(&enrollment).unwrap();
        self.connection.execute(ENROLLMENT, params![number, number.to_string(), object, text]).unwrap();
        if let (Some(entity), Some(sale)) = (document, sale) {
            let text = format!(r#"{{"entity":"{entity}","id":"{number}","doc_number":"1037","total":"100.00"}}"#);
            self.connection.execute(DOCUMENT, params![number, sale, text]).unwrap();
            // What it told of its end is of no interest here.
            self.connection.execute("INSERT INTO records (run, text) VALUES (?1, '{}')", [number]).unwrap();
        }
        let counted = if document.is_some() { "ended" } else { "queued" };
        self.connection
            .execute(&format!("UPDATE companies SET {counted} = {counted} + 1, ready = 1 WHERE id = 1"), [])
            .unwrap();
        id
    }

    /// The file, closed.
    fn closed(self) -> (tempfile::TempDir, PathBuf) {
        self.connection.close().unwrap();
        let file = self.folder.path().join("runs.db");
        (self.folder, file)
    }
}

fn open(file: &Path) -> SqliteStore {
    SqliteStore::open(file, Clock::machine(), SqliteOptions::default()).unwrap()
}

/// A new run for that object, held.
async fn held(store: &SqliteStore, object: &str) -> Claim {
    let enrollment = enrollment(object, &format!("new, for {object}"));
    let run = NewRun {
        id: RunId::of(&enrollment.event),
        sale: Some(NewSale { key: SaleKey::of(&enrollment.event, &enrollment.object), kind: "invoice".into() }),
        enrollment: Arc::new(enrollment),
        digest: Digest::of(b"new"),
        join: false,
    };
    let id = run.id;
    store.enqueue(run).await.unwrap();
    match store.claim_run(id).await.unwrap() {
        Claimed::Held(claim) => *claim,
        other => panic!("not held: {other:?}"),
    }
}

async fn begin(store: &SqliteStore, claim: &Claim) -> Begun {
    let call = Call { verb: Verb::Create, entity: "Invoice".into(), key: Some("invoice".into()), text: "{}".into() };
    let request_id = Some(RequestId::of(claim.fence.run, "create", "Invoice", "invoice", 0));
    let intent = Record { call, request_id, intended_at: None, reply: None, took: std::time::Duration::ZERO };
    let taken = claim.sale.as_ref().map(|sale| sale.taken);
    store.begin_write(claim.fence, Learned::default(), Arc::new(intent), taken).await.unwrap()
}

#[tokio::test]
async fn what_the_first_host_made_stands_for_its_object_whatever_its_kind() {
    let mut old = Old::new();
    let invoiced = old.run(Some("deal:1/invoice"), Some("Invoice"));
    let estimated = old.run(Some("deal:1/estimate"), Some("Estimate"));
    old.run(Some("deal:11/invoice"), Some("Invoice"));
    old.run(None, None);
    let (_folder, file) = old.closed();
    let store = open(&file);
    assert_eq!(SqliteStore::check(&file).unwrap(), []);
    let claim = held(&store, "deal:1").await;
    let sale = claim.sale.clone().unwrap();
    let made: Vec<_> = sale.made.iter().map(|made| (made.run, made.kind.as_str(), made.object.to_string())).collect();
    assert_eq!(made, [(invoiced, "invoice", "deal:1".into()), (estimated, "estimate", "deal:1".into())]);
    assert_eq!(begin(&store, &claim).await, Begun::Yes);
}

#[tokio::test]
async fn a_sale_that_the_first_host_was_working_on_is_held_by_the_same_run() {
    let mut old = Old::new();
    old.run(Some("deal:1/estimate"), Some("Estimate"));
    let working = old.run(Some("deal:1/invoice"), None);
    let (_folder, file) = old.closed();
    let store = open(&file);
    assert_eq!(SqliteStore::check(&file).unwrap(), []);
    let claim = held(&store, "deal:1").await;
    assert_eq!(begin(&store, &claim).await, Begun::SaleHeld(working));
}
