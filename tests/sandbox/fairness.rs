//! Guests that compute without end take little from those that only need a moment, and more runs
//! than there are instances only wait for each other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use qbo_host::runs::Status;
use qbo_host::sandbox::limits::INSTANCES_MAX;
use qbo_host::sandbox::{Ending, Limits};

use super::Scene;

const SPINNING: usize = 10;
const HONEST: usize = 300;

/// An honest attempt beside spinning guests takes hardly longer than alone: measured, 1.2 times as
/// long. The machine that runs the tests does other work too, so the bounds are loose; still, a
/// turn of a tick for each of ten guests breaks the one for the middle (13 times as long), and
/// guests that aren't interrupted break the other.
const RATIO_MAX: u32 = 5;
const SLACK: Took = Took { middle: Duration::from_micros(500), slowest: Duration::from_millis(250) };

/// How long honest attempts take: the median and the 99th percentile.
#[derive(Debug, Clone, Copy)]
struct Took {
    middle: Duration,
    slowest: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_guests_stay_quick_beside_spinning_ones() {
    let honest = Arc::new(Scene::new().await);
    let spinning = Arc::new(Scene::limited(Limits { cpu_ms: 300, ..Limits::default() }).await);
    let alone = honest_attempts(&honest).await;
    let spin = (0..SPINNING).map(|_| {
        let spinning = Arc::clone(&spinning);
        tokio::spawn(async move { spinning.bare_attempt("spin").await.ending })
    });
    let spin: Vec<_> = spin.collect();
    let beside = honest_attempts(&honest).await;
    for spun in spin {
        let ending = spun.await.expect("a spinning attempt ends");
        assert!(matches!(ending, Ending::Exhausted(_)), "{ending:?}");
    }
    println!("honest attempts alone: {alone:?}; beside {SPINNING} spinning guests: {beside:?}");
    assert!(beside.middle <= alone.middle * RATIO_MAX + SLACK.middle, "{beside:?} instead of {alone:?}");
    assert!(beside.slowest <= alone.slowest * RATIO_MAX + SLACK.slowest, "{beside:?} instead of {alone:?}");
}

/// More runs at once than the pool has instances, each of them in the middle of asking for an
/// invoice that does not exist.
#[tokio::test(flavor = "multi_thread")]
async fn a_burst_beyond_the_pool_waits_and_every_run_ends() {
    let scene = Scene::new().await;
    let runs = (0..INSTANCES_MAX + 44).map(|index| {
        let mut start = scene.start("one_call", &[("verb", "read"), ("entity", "Invoice"), ("text", "130")]);
        Arc::make_mut(&mut start.enrollment).event.id = index.to_string();
        let scene = &scene;
        async move { scene.stage.run(&start).await }
    });
    for record in futures::future::join_all(runs).await {
        assert_eq!((record.status, record.code.as_str()), (Status::Refused, "610"), "{}", record.message);
        assert_eq!(record.attempts, 1);
    }
}

/// Each attempt is a task of its own, so that it queues for a thread like a run does.
async fn honest_attempts(scene: &Arc<Scene>) -> Took {
    let mut took = Vec::with_capacity(HONEST);
    for _ in 0..HONEST {
        let began = Instant::now();
        let scene = Arc::clone(scene);
        let attempt = tokio::spawn(async move { scene.bare_attempt("refuse").await.ending });
        let ending = attempt.await.expect("an honest attempt ends");
        took.push(began.elapsed());
        assert!(matches!(ending, Ending::Refusal(_)), "{ending:?}");
    }
    took.sort_unstable();
    Took { middle: took[HONEST / 2], slowest: took[HONEST * 99 / 100] }
}
