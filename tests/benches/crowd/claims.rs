//! How long a claim takes behind ever more runs that have ended. Three stores are measured side by
//! side, so that what else the machine does meets all of them.

use std::path::Path;
use std::time::{Duration, Instant};

use qbo_host::clock::Clock;
use qbo_host::runs::service_store::ServiceStore as _;
use qbo_host::runs::store::{Begun, Claim, Claimed, Fenced, Learned, NewMessage, NewRun, Store as _};
use qbo_host::runs::{SqliteOptions, SqliteStore, Status};

use crate::{Row, values};

/// Runs that have ended in each of the stores.
const ENDED: [usize; 3] = [1_000, 100_000, 1_000_000];
/// Companies whose runs these are.
const COMPANIES: usize = 2_000;
/// Runs under way at once while a store is filled.
const FILLED: usize = 2_048;
/// How often each store is measured.
const ROUNDS: usize = 300;
/// Runs that a claim takes.
const CLAIMED: usize = 8;
/// How much longer a claim may take behind more runs.
const FLAT: f64 = 1.2;

/// A store, and how long claims took: with work, and without.
struct Filled {
    store: SqliteStore,
    ended: usize,
    some: Vec<Duration>,
    none: Vec<Duration>,
}

pub(crate) async fn rows() -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut all = Vec::new();
    for ended in ENDED {
        all.push(Filled::new(folder.path(), ended).await);
    }
    for round in 0..ROUNDS {
        for filled in &mut all {
            filled.measure(round).await;
        }
    }
    let first = [median(&mut all[0].some), median(&mut all[0].none)];
    let mut rows = Vec::new();
    for filled in &mut all {
        let Filled { ended, some, none, .. } = filled;
        for (what, first, median) in
            [(format!("of {CLAIMED}"), first[0], median(some)), ("of nothing".into(), first[1], median(none))]
        {
            rows.push(Row::new(format!("claim {what} behind {ended} runs, median"), median, "µs"));
            rows.push(
                Row::new(format!("claim {what} behind {ended} runs, to the first"), median / first, "×").at_most(FLAT),
            );
        }
    }
    rows
}

impl Filled {
    async fn new(folder: &Path, ended: usize) -> Self {
        let file = folder.join(format!("{ended}.db"));
        let store = SqliteStore::open(&file, Clock::machine(), SqliteOptions::default()).expect("a store");
        for from in (0..ended).step_by(FILLED) {
            let runs = (from..ended.min(from + FILLED)).map(|number| whole_run(&store, number));
            futures::future::join_all(runs).await;
        }
        Self { store, ended, some: Vec::new(), none: Vec::new() }
    }

    async fn measure(&mut self, round: usize) {
        let Self { store, ended, some, none } = self;
        for place in 0..CLAIMED {
            store.enqueue(run(*ended + round * CLAIMED + place)).await.expect("a store");
        }
        let began = Instant::now();
        let claims = store.claim(CLAIMED, CLAIMED).await.expect("a store").claims;
        some.push(began.elapsed());
        assert_eq!(claims.len(), CLAIMED);
        let began = Instant::now();
        assert!(store.claim(CLAIMED, CLAIMED).await.expect("a store").claims.is_empty());
        none.push(began.elapsed());
        for claim in claims {
            finish(store, &claim).await;
        }
    }
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}

fn run(number: usize) -> NewRun {
    let company = format!("93414520000{}", number % COMPANIES);
    values::new_run(&company, &format!("deal:{number}"), &number.to_string(), Clock::machine().now())
}

async fn whole_run(store: &SqliteStore, number: usize) {
    let run = run(number);
    let id = run.id;
    store.enqueue(run).await.expect("a store");
    let Ok(Claimed::Held(claim)) = store.claim_run(id).await else { panic!("it is held") };
    let intent = values::intent(id, "invoice", claim.claimed_at);
    let seen = claim.sale.as_ref().map(|sale| sale.taken);
    let begun = store.begin_write(claim.fence, values::learned(&["customers"]), intent, seen).await;
    assert_eq!(begun.expect("a store"), Begun::Yes);
    let ended = store.end_write(claim.fence, 1, Ok("{}".into()), Duration::from_millis(3)).await;
    assert_eq!(ended.expect("a store"), Fenced::No);
    finish(store, &claim).await;
}

async fn finish(store: &SqliteStore, claim: &Claim) {
    let messages = vec![NewMessage { kind: "callback".into(), body: "{\"status\":\"succeeded\"}".into() }];
    let end = values::record(claim.fence.run, Status::Succeeded, "created");
    let ended = store.finish(claim.fence, Learned::default(), end, messages).await;
    assert_eq!(ended.expect("a store"), Fenced::No);
}
