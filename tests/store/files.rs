//! The file of a store: whose it is, who may open it, and what a backup brings back.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use qbo_host::clock::Clock;
use qbo_host::ids::RunId;
use qbo_host::runs::service_store::{Phase, ServiceStore as _};
use qbo_host::runs::store::{Claim, Claimed, Enqueued, Learned, Pause, Release, Store as _};
use qbo_host::runs::{LOOK_BACK, NoStore, SqliteOptions, SqliteStore, Status};

use super::{moved, values};

const COMPANY: &str = "9341452";

struct File {
    folder: tempfile::TempDir,
    clock: Clock,
}

impl File {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), clock: moved::clock() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn open(&self, name: &str) -> Result<SqliteStore, NoStore> {
        SqliteStore::open(&self.path(name), self.clock.clone(), SqliteOptions::default())
    }

    fn refusal(&self, name: &str) -> &'static str {
        match self.open(name) {
            Ok(_) => "none",
            Err(refusal) => refusal.code(),
        }
    }

    async fn accept(&self, store: &SqliteStore, id: &str) -> RunId {
        let run = values::new_run(COMPANY, &format!("deal:{id}"), id, self.clock.now());
        let name = run.id;
        assert_eq!(store.enqueue(run).await.expect("an answer"), Enqueued::New);
        name
    }
}

async fn hold(store: &SqliteStore, run: RunId) -> Claim {
    let Ok(Claimed::Held(claim)) = store.claim_run(run).await else { panic!("it is not held") };
    *claim
}

async fn finish(store: &SqliteStore, claim: &Claim) {
    let end = values::record(claim.fence.run, Status::Succeeded, "created");
    store.finish(claim.fence, Learned::default(), end, Vec::new()).await.expect("an answer");
}

fn mode(file: &Path) -> u32 {
    std::fs::metadata(file).expect("a file").permissions().mode() & 0o777
}

#[tokio::test]
async fn only_the_user_of_the_host_reads_its_files() {
    let file = File::new();
    std::fs::write(file.path("a.db"), "").expect("an answer");
    std::fs::set_permissions(file.path("a.db"), PermissionsExt::from_mode(0o644)).expect("an answer");
    let store = file.open("a.db").expect("an answer");
    file.accept(&store, "1").await;
    store.backup(&file.path("backup")).expect("an answer");
    for name in ["a.db", "a.db-wal", "a.db-shm", "a.db-lock", "backup"] {
        assert_eq!(mode(&file.path(name)), 0o600, "{name}");
    }
}

#[test]
fn a_second_process_on_a_file_is_refused() {
    let file = File::new();
    let store = file.open("a.db").expect("an answer");
    assert_eq!(file.refusal("a.db"), "store_in_use");
    drop(store);
    assert_eq!(file.refusal("a.db"), "none");
}

/// The number at an offset of SQLite's header.
fn write_header(path: &Path, at: usize, number: u32) {
    let mut bytes = std::fs::read(path).expect("an answer");
    bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
    std::fs::write(path, bytes).expect("an answer");
}

#[test]
fn a_file_of_a_newer_host_is_refused_and_left_as_it_is() {
    let file = File::new();
    drop(file.open("a.db").expect("an answer"));
    write_header(&file.path("a.db"), 60, 99);
    let before = std::fs::read(file.path("a.db")).expect("an answer");
    let refusal = file.open("a.db").err().expect("a refusal");
    assert!(matches!(refusal, NoStore::Newer { file: 99, .. }), "{refusal}");
    assert_eq!(std::fs::read(file.path("a.db")).expect("an answer"), before);
}

#[test]
fn a_file_of_something_else_is_refused_and_left_as_it_is() {
    let file = File::new();
    std::fs::write(file.path("letter.txt"), "Dear Jane, ".repeat(50)).expect("an answer");
    assert_eq!(file.refusal("letter.txt"), "store_not_ours");
    drop(file.open("other.db").expect("an answer"));
    write_header(&file.path("other.db"), 68, 7);
    assert_eq!(file.refusal("other.db"), "store_not_ours");
    assert_eq!(std::fs::read_to_string(file.path("letter.txt")).expect("an answer"), "Dear Jane, ".repeat(50));
}

#[test]
fn a_truncated_file_is_refused() {
    let file = File::new();
    drop(file.open("a.db").expect("an answer"));
    let bytes = std::fs::read(file.path("a.db")).expect("an answer");
    std::fs::write(file.path("a.db"), &bytes[..bytes.len() / 2]).expect("an answer");
    assert_eq!(file.refusal("a.db"), "store_damaged");
    std::fs::write(file.path("a.db"), &bytes[..40]).expect("an answer");
    assert_eq!(file.refusal("a.db"), "store_not_ours");
}

#[test]
fn a_read_only_file_and_a_missing_folder_are_refused() {
    let file = File::new();
    drop(file.open("a.db").expect("an answer"));
    std::fs::set_permissions(file.path("a.db"), PermissionsExt::from_mode(0o400)).expect("an answer");
    assert_eq!(file.refusal("a.db"), "store_unusable");
    assert_eq!(file.refusal("nowhere/a.db"), "store_unusable");
}

#[tokio::test]
async fn what_was_told_is_there_after_a_restart() {
    let file = File::new();
    let store = file.open("a.db").expect("an answer");
    let run = file.accept(&store, "1").await;
    let claim = hold(&store, run).await;
    let intent = values::intent(run, "invoice", file.clock.now());
    store.begin_write(claim.fence, values::learned(&["terms"]), intent.clone(), Some(0)).await.expect("an answer");
    drop(store);
    let store = file.open("a.db").expect("an answer");
    store.take_over(&[]).await.expect("an answer");
    let again = hold(&store, run).await;
    assert_eq!(again.history.records, [values::read("terms"), intent]);
    assert_eq!(again.enrollment, claim.enrollment);
    assert_eq!(again.look_from, None);
}

#[tokio::test]
async fn a_clock_that_jumps_neither_ends_leases_nor_delays_runs() {
    let file = File::new();
    let store = file.open("a.db").expect("an answer");
    let (held, waiting) = (file.accept(&store, "1").await, file.accept(&store, "2").await);
    hold(&store, held).await;
    let claim = hold(&store, waiting).await;
    let record = values::record(waiting, Status::Waiting, "waits");
    let pause = Pause::Run(Duration::from_secs(30));
    store.release(claim.fence, Release { record, pause, cpu_exhausted: false, asked: false }).await.expect("an answer");
    for by in [SignedDuration::from_hours(1), SignedDuration::from_hours(-2)] {
        file.clock.jump(by);
        assert!(store.claim(9, 9).await.expect("an answer").claims.is_empty());
    }
    moved::pass(&file.clock, Duration::from_secs(30));
    let due: Vec<_> = store.claim(9, 9).await.expect("an answer").claims.iter().map(|claim| claim.fence.run).collect();
    assert_eq!(due, [waiting]);
}

#[tokio::test]
async fn a_clock_that_was_set_back_while_the_host_was_down_delays_nothing() {
    let file = File::new();
    let store = file.open("a.db").expect("an answer");
    let run = file.accept(&store, "1").await;
    let accepted = store.run(run).await.expect("an answer").expect("an answer").timeline[0].at;
    drop(store);
    file.clock.jump(SignedDuration::from_hours(-1));
    let store = file.open("a.db").expect("an answer");
    let claims = store.claim(9, 9).await.expect("an answer").claims;
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].claimed_at, accepted);
}

#[tokio::test]
async fn a_new_file_looks_back_as_long_as_it_is_told() {
    let file = File::new();
    let options = SqliteOptions { look_back: Some(LOOK_BACK) };
    let store = SqliteStore::open(&file.path("a.db"), file.clock.clone(), options).expect("an answer");
    let opened = file.clock.now();
    let run = file.accept(&store, "1").await;
    let from = hold(&store, run).await.look_from;
    assert_eq!(from, opened.checked_sub(LOOK_BACK).ok());
    moved::pass(&file.clock, LOOK_BACK);
    let later = file.accept(&store, "2").await;
    assert_eq!(hold(&store, later).await.look_from, None);
}

#[tokio::test]
async fn a_backup_brings_back_what_stood_and_looks_for_what_came_after() {
    let file = File::new();
    let store = file.open("a.db").expect("an answer");
    let before = file.accept(&store, "1").await;
    finish(&store, &hold(&store, before).await).await;
    let taken = file.clock.now();
    store.backup(&file.path("backup")).expect("an answer");
    let after = file.accept(&store, "2").await;
    drop(store);
    moved::pass(&file.clock, Duration::from_hours(10));
    SqliteStore::restore(&file.path("backup"), &file.path("b.db"), &file.clock, LOOK_BACK).expect("an answer");
    assert_eq!(SqliteStore::check(&file.path("b.db")).expect("an answer"), []);
    let store = file.open("b.db").expect("an answer");
    assert_eq!(store.run(before).await.expect("an answer").map(|run| run.phase), Some(Phase::Ended));
    assert!(store.run(after).await.expect("an answer").is_none());
    let again = file.accept(&store, "2").await;
    assert_eq!(hold(&store, again).await.look_from, Some(taken));
}

#[tokio::test]
async fn a_backup_replaces_nothing() {
    let file = File::new();
    let store = file.open("a.db").expect("an answer");
    std::fs::write(file.path("backup"), "mine").expect("an answer");
    assert_eq!(store.backup(&file.path("backup")).err().map(|refusal| refusal.code()), Some("store_exists"));
    assert_eq!(std::fs::read_to_string(file.path("backup")).expect("an answer"), "mine");
    store.backup(&file.path("good")).expect("an answer");
    let restore = |to: &str| SqliteStore::restore(&file.path("good"), &file.path(to), &file.clock, LOOK_BACK);
    assert_eq!(restore("a.db").err().map(|refusal| refusal.code()), Some("store_in_use"));
    drop(store);
    assert_eq!(restore("a.db").err().map(|refusal| refusal.code()), Some("store_exists"));
    let mut names: Vec<_> = std::fs::read_dir(file.folder.path())
        .expect("an answer")
        .map(|entry| entry.expect("an answer").file_name())
        .collect();
    names.sort();
    assert!(!names.iter().any(|name| name.to_string_lossy().contains("partial")), "{names:?}");
}

#[test]
fn a_broken_backup_is_not_restored() {
    let file = File::new();
    let store = file.open("a.db").expect("an answer");
    store.backup(&file.path("backup")).expect("an answer");
    let mut bytes = std::fs::read(file.path("backup")).expect("an answer");
    for byte in &mut bytes[8_192..12_288] {
        *byte = 0xa5;
    }
    std::fs::write(file.path("backup"), bytes).expect("an answer");
    let restored = SqliteStore::restore(&file.path("backup"), &file.path("b.db"), &file.clock, LOOK_BACK);
    assert_eq!(restored.err().map(|refusal| refusal.code()), Some("store_damaged"));
    assert!(!file.path("b.db").exists());
}

#[test]
fn a_check_of_nothing_is_refused() {
    let file = File::new();
    assert_eq!(SqliteStore::check(&file.path("a.db")).err().map(|refusal| refusal.code()), Some("store_unusable"));
}
