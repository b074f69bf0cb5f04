//! Five thousand companies with one run each, behind one with ten thousand.

use std::time::Instant;

use qbo_host::clock::Clock;
use qbo_host::runs::service_store::ServiceStore as _;
use qbo_host::runs::store::{Claim, Fenced, Learned, Store as _};
use qbo_host::runs::{SqliteOptions, SqliteStore, Status};

use crate::{Row, values};

const SMALL: usize = 5_000;
const QUEUED: usize = 10_000;
/// Runs that a service takes at once, and of one company.
const CLAIMED: usize = 64;
const COMPANY_MAX: usize = 8;
/// Starts that are under way at once.
const STARTS: usize = 500;
/// The company with many runs.
const LARGE: &str = "4620816365000500000";

pub(crate) async fn rows() -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("runs.db"), Clock::machine(), SqliteOptions::default());
    let store = store.expect("a store");
    enqueue(&store, (0..QUEUED).map(|number| (LARGE.to_owned(), number))).await;
    enqueue(&store, (1..=SMALL).map(|company| (format!("4620816365000{:06}", 500_000 + company), 0))).await;
    let began = Instant::now();
    let (mut small, mut large) = (0, 0);
    while small < SMALL {
        let claims = store.claim(CLAIMED, COMPANY_MAX).await.expect("a store").claims;
        assert!(!claims.is_empty(), "there is always something to do");
        let of_large = claims.iter().filter(|claim| claim.enrollment.event.company == LARGE).count();
        large += of_large;
        small += claims.len() - of_large;
        futures::future::join_all(claims.iter().map(|claim| finish(&store, claim))).await;
    }
    let (took, share) = (began.elapsed().as_secs_f64(), 100.0 * large as f64 / QUEUED as f64);
    vec![
        Row::new(format!("fairness: {SMALL} companies with one run each, until the last is taken"), took, "s"),
        Row::new(format!("fairness: what one company got of its {QUEUED} runs by then"), share, "%").at_most(15.0),
    ]
}

async fn enqueue(store: &SqliteStore, runs: impl Iterator<Item = (String, usize)>) {
    let runs: Vec<_> = runs.collect();
    for some in runs.chunks(STARTS) {
        let starts = some.iter().map(|(company, number)| {
            let object = format!("deal:{number}");
            store.enqueue(values::new_run(company, &object, &number.to_string(), Clock::machine().now()))
        });
        assert!(futures::future::join_all(starts).await.iter().all(Result::is_ok), "all are accepted");
    }
}

async fn finish(store: &SqliteStore, claim: &Claim) {
    let end = values::record(claim.fence.run, Status::Succeeded, "created");
    let ended = store.finish(claim.fence, Learned::default(), end, Vec::new()).await;
    assert_eq!(ended.expect("a store"), Fenced::No);
}
