//! What the disk does to a store: it is full, or the machine stops at any moment.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use qbo_host::clock::Clock;
use qbo_host::ids::RunId;
use qbo_host::runs::service_store::{Phase, ServiceStore as _};
use qbo_host::runs::store::{Begun, Claimed, Fenced, Learned, Store as _, Unavailable};
use qbo_host::runs::{SqliteOptions, SqliteStore, Status};
use tokio::sync::{Mutex, RwLock};

use super::{moved, values};

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, Clock::machine(), SqliteOptions::default()).expect("a store")
}

fn run(id: u64) -> qbo_host::runs::store::NewRun {
    values::new_run(&format!("company-{}", id % 7), &format!("deal:{id}"), &id.to_string(), Clock::machine().now())
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_is_left_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(&folder.path().join("a.db"));
    store.limit(256 * 1024).await.expect("an answer");
    let mut told = Vec::new();
    let refused = loop {
        let run = run(told.len() as u64);
        let id = run.id;
        match store.enqueue(run).await {
            Ok(_) => told.push(id),
            Err(Unavailable(_)) => break id,
        }
        assert!(told.len() < 10_000, "the disk is never full");
    };
    for id in &told {
        assert!(store.run(*id).await.expect("an answer").is_some());
    }
    assert!(store.run(refused).await.expect("an answer").is_none());
    assert!(store.enqueue(run(20_000)).await.is_err(), "it is full still");
    store.limit(64 * 1024 * 1024).await.expect("an answer");
    store.enqueue(run(20_000)).await.expect("an answer");
    let claims = store.claim(64, 8).await.expect("an answer").claims;
    assert!(!claims.is_empty());
    drop(store);
    assert_eq!(SqliteStore::check(&folder.path().join("a.db")).expect("an answer"), []);
}

/// Those that share a commit with one that finds no room are not told that they were made.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_while_the_disk_fills_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let store = Arc::new(open(&path));
    store.limit(256 * 1024).await.expect("an answer");
    let made = (0..600).map(|id| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { (run(id).id, store.enqueue(run(id)).await.is_ok()) })
    });
    let made: Vec<_> = futures::future::join_all(made).await.into_iter().map(|made| made.expect("an end")).collect();
    assert!(made.iter().any(|(_, told)| *told) && made.iter().any(|(_, told)| !told));
    let store = Arc::into_inner(store).expect("nobody else has it");
    drop(store);
    assert_eq!(SqliteStore::check(&path).expect("an answer"), []);
    let store = open(&path);
    for (id, _) in made.iter().filter(|(_, told)| *told) {
        assert!(store.run(*id).await.expect("an answer").is_some());
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(&folder.path().join("a.db"));
    let mut large = run(1);
    Arc::make_mut(&mut large.enrollment).inputs.insert("note".into(), "x".repeat(1 << 20));
    let id = large.id;
    assert!(store.enqueue(large).await.is_err());
    assert!(store.run(id).await.expect("an answer").is_none());
    store.enqueue(run(1)).await.expect("an answer");
    let Ok(Claimed::Held(claim)) = store.claim_run(id).await else { panic!("it is held") };
    let read = "y".repeat(17 << 20);
    let intent = values::intent(id, "invoice", claim.claimed_at);
    assert!(store.begin_write(claim.fence, values::learned(&[&read]), intent, Some(0)).await.is_err());
    assert!(store.run(id).await.expect("an answer").is_some_and(|run| run.history.records.is_empty()));
}

/// What a caller was told of its run.
#[derive(Clone, Copy)]
enum Told {
    Accepted,
    Written,
    Ended,
}

/// A machine that stops at some instant leaves the file and its log as they were then.
#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_the_files_at_any_instant_holds_what_was_told_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.db");
    let shared = Arc::new(Shared {
        store: open(&path),
        told: Mutex::default(),
        pause: RwLock::default(),
        next: AtomicU64::new(0),
        over: AtomicBool::new(false),
    });
    let writers: Vec<_> = (0..32).map(|_| tokio::spawn(write(Arc::clone(&shared)))).collect();
    for instant in 0..100 {
        let copy = folder.path().join(format!("copy-{instant}"));
        std::fs::create_dir(&copy).expect("an answer");
        // A few more changes, so that no two instants are alike.
        let enough = shared.told.lock().await.len() + 1 + instant % 5;
        while shared.told.lock().await.len() < enough {
            tokio::task::yield_now().await;
        }
        let told = copy_files(&shared, &path, &copy).await;
        let paused = shared.pause.write().await;
        let copied = copy.join("a.db");
        assert_holds(&copied, &told).await;
        std::fs::remove_dir_all(&copy).expect("an answer");
        drop(paused);
    }
    shared.over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("it ends");
    }
}

struct Shared {
    store: SqliteStore,
    told: Mutex<Vec<(RunId, Told)>>,
    /// Held by the one that looks at a copy, so that the files stay small.
    pause: RwLock<()>,
    next: AtomicU64,
    over: AtomicBool,
}

async fn write(shared: Arc<Shared>) {
    while !shared.over.load(Ordering::Relaxed) {
        let _working = shared.pause.read().await;
        let run = run(shared.next.fetch_add(1, Ordering::Relaxed));
        let (id, store) = (run.id, &shared.store);
        store.enqueue(run).await.expect("a store");
        shared.told.lock().await.push((id, Told::Accepted));
        let Ok(Claimed::Held(claim)) = store.claim_run(id).await else { panic!("it is held") };
        let intent = values::intent(id, "invoice", claim.claimed_at);
        let begun = store.begin_write(claim.fence, values::learned(&["terms"]), intent, Some(0)).await;
        assert_eq!(begun.expect("a store"), Begun::Yes);
        let took = Duration::from_millis(1);
        assert_eq!(store.end_write(claim.fence, 1, moved::accepted(), took).await.expect("a store"), Fenced::No);
        shared.told.lock().await.push((id, Told::Written));
        let end = values::record(id, Status::Succeeded, "created");
        let ended = store.finish(claim.fence, Learned::default(), end, Vec::new()).await;
        assert_eq!(ended.expect("a store"), Fenced::No);
        shared.told.lock().await.push((id, Told::Ended));
    }
}

/// Copies the file, then its log. What the log is written back to must not change meanwhile: two
/// copies one after the other are no instant then.
async fn copy_files(shared: &Shared, from: &Path, to: &Path) -> Vec<(RunId, Told)> {
    let log = from.with_file_name("a.db-wal");
    let written_back = || std::fs::metadata(from).and_then(|metadata| metadata.modified()).expect("an answer");
    loop {
        let told = shared.told.lock().await.clone();
        let before = written_back();
        std::fs::copy(from, to.join("a.db")).expect("an answer");
        std::fs::copy(&log, to.join("a.db-wal")).expect("an answer");
        if written_back() == before {
            return told;
        }
    }
}

/// Everyone is there, and what the last ones were told of their run is so.
async fn assert_holds(copy: &Path, told: &[(RunId, Told)]) {
    let store = open(copy);
    let counts = store.counts().await.expect("an answer");
    let accepted = told.iter().filter(|(_, told)| matches!(told, Told::Accepted)).count();
    let ended = told.iter().filter(|(_, told)| matches!(told, Told::Ended)).count();
    assert!(counts.queued + counts.running + counts.ended >= accepted as u64, "{counts:?}");
    assert!(counts.ended >= ended as u64, "{counts:?}");
    for (id, told) in told.iter().rev().take(LOOKED_AT) {
        let stored = store.run(*id).await.expect("an answer").expect("it was accepted");
        match told {
            Told::Accepted => {}
            Told::Written => assert!(stored.history.wrote()),
            Told::Ended => assert_eq!(stored.phase, Phase::Ended),
        }
    }
    drop(store);
    assert_eq!(SqliteStore::check(copy).expect("an answer"), []);
}

/// A machine that stops loses the last changes, if any: all of them are counted, these are read whole.
const LOOKED_AT: usize = 96;
