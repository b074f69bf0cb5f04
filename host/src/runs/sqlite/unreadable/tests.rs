use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::Connection;

use crate::clock::Clock;
use crate::enrollment::{Enrollment, Event};
use crate::ids::{Digest, RunId, SaleKey};
use crate::runs::record::Status;
use crate::runs::service_store::{Phase, Query, ServiceStore as _};
use crate::runs::sqlite::{SqliteOptions, SqliteStore};
use crate::runs::store::{Claimed, NewRun, NewSale, Store as _};

fn run(deal: &str) -> NewRun {
    let event = Event {
        source: "test".into(),
        portal: "77".into(),
        company: "9341452".into(),
        action: "any".into(),
        id: deal.into(),
    };
    let enrollment = Enrollment {
        event,
        object: format!("deal:{deal}").parse().unwrap(),
        inputs: [].into(),
        accepted_at: Timestamp::UNIX_EPOCH,
        zone: TimeZone::UTC,
        preview: false,
        if_exists: Default::default(),
        reference: None,
        callback: None,
    };
    NewRun {
        id: RunId::of(&enrollment.event),
        sale: Some(NewSale { key: SaleKey::of(&enrollment.event, &enrollment.object), kind: "invoice".into() }),
        enrollment: Arc::new(enrollment),
        digest: Digest::of(b"any"),
        join: false,
    }
}

/// A store of two runs, in which a statement has broken something of the first.
async fn broken(statement: &str) -> (tempfile::TempDir, SqliteStore, [RunId; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runs.db");
    let open = || SqliteStore::open(&file, Clock::machine(), SqliteOptions::default()).unwrap();
    let store = open();
    for deal in ["1", "2"] {
        store.enqueue(run(deal)).await.unwrap();
    }
    drop(store);
    let connection = Connection::open(&file).unwrap();
    connection.pragma_update(None, "foreign_keys", false).unwrap();
    connection.execute_batch(statement).unwrap();
    connection.close().unwrap();
    (folder, open(), [run("1").id, run("2").id])
}

const SNAPSHOT: &str = "INSERT INTO snapshots (run, text) VALUES (1, '{')";
const CALL: &str =
    "INSERT INTO calls (run, position, verb, entity, text, took_us) VALUES (1, 0, 'spell', 'Item', '', 0);
    UPDATE runs SET calls = 1 WHERE number = 1";
const DOCUMENT: &str = "INSERT INTO documents (id, sale, text)
    VALUES (2 << 20, (SELECT sale FROM runs WHERE number = 1), '[]')";

#[tokio::test]
async fn a_run_that_cannot_be_read_is_held_and_the_others_go_on() {
    for statement in [SNAPSHOT, CALL, DOCUMENT] {
        let (_folder, store, [unreadable, sound]) = broken(statement).await;
        let claims = store.claim(10, 10).await.unwrap().claims;
        assert_eq!(claims.iter().map(|claim| claim.fence.run).collect::<Vec<_>>(), [sound], "{statement}");
        let held = store.runs(&Query { status: Some(Status::Held), most: 10, ..Query::default() }).await.unwrap();
        assert_eq!(held.len(), 1, "{statement}");
        assert_eq!((held[0].run_id, held[0].phase, held[0].code.as_str()), (unreadable, Phase::Ended, "unreadable"));
        assert!(store.claim(10, 10).await.unwrap().claims.is_empty(), "{statement}");
    }
}

/// What HubSpot is told of two runs that ended; one of them has an enrollment that can't be read. Its
/// message once failed the page that all messages are taken from.
const MESSAGES: &str = "UPDATE enrollments SET text = '{' WHERE run = 1;
    INSERT INTO messages (run, kind, body, due) VALUES (1, 'note', '{}', 0), (2, 'note', '{}', 0)";

#[tokio::test]
async fn a_message_that_cannot_be_read_is_set_aside_and_the_others_are_sent() {
    let (_folder, store, [_, sound]) = broken(MESSAGES).await;
    let due: Vec<_> = store.messages(10).await.unwrap().into_iter().map(|message| message.run).collect();
    assert_eq!(due, [sound]);
    assert_eq!(store.counts().await.unwrap().messages, 1);
}

#[tokio::test]
async fn whoever_asks_for_a_run_that_cannot_be_read_is_told() {
    let (_folder, store, [unreadable, _]) = broken(SNAPSHOT).await;
    let claimed = store.claim_run(unreadable).await.unwrap();
    assert!(matches!(&claimed, Claimed::Ended(record) if record.code == "unreadable"), "{claimed:?}");
}
