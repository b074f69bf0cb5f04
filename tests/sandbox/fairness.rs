//! Guests that compute without end take little from those that only need a moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use qbo_host::sandbox::{Ending, Limits};

use super::Scene;

const SPINNING: usize = 10;
const HONEST: usize = 300;

/// An honest attempt beside spinning guests takes hardly longer than alone. The machine that runs
/// the tests does other work too, so the bounds are loose; still, turns of a tick for each of ten
/// guests would break the one for the middle, and a guest that isn't interrupted the other.
const RATIO_MAX: u32 = 10;
const SLACK: Took = Took { middle: Duration::from_millis(2), slowest: Duration::from_millis(60) };

/// How long honest attempts take: the median and the 99th percentile.
#[derive(Debug, Clone, Copy)]
struct Took {
    middle: Duration,
    slowest: Duration,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_guests_stay_quick_beside_spinning_ones() {
    let honest = Arc::new(Scene::new().await);
    let spinning = Arc::new(Scene::limited(Limits { cpu_ms: 100, ..Limits::default() }).await);
    let alone = tokio::spawn(honest_attempts(Arc::clone(&honest))).await.expect("honest attempts end");
    let spin = (0..SPINNING).map(|_| {
        let spinning = Arc::clone(&spinning);
        tokio::spawn(async move { spinning.bare_attempt("spin").await.ending })
    });
    let spin: Vec<_> = spin.collect();
    let beside = tokio::spawn(honest_attempts(honest)).await.expect("honest attempts end");
    for spun in spin {
        let ending = spun.await.expect("a spinning attempt ends");
        assert!(matches!(ending, Ending::Exhausted(_)), "{ending:?}");
    }
    println!("honest attempts alone: {alone:?}; beside {SPINNING} spinning guests: {beside:?}");
    assert!(beside.middle <= alone.middle * RATIO_MAX + SLACK.middle, "{beside:?} instead of {alone:?}");
    assert!(beside.slowest <= alone.slowest * RATIO_MAX + SLACK.slowest, "{beside:?} instead of {alone:?}");
}

async fn honest_attempts(scene: Arc<Scene>) -> Took {
    let mut took = Vec::with_capacity(HONEST);
    for _ in 0..HONEST {
        let began = Instant::now();
        let attempted = scene.bare_attempt("refuse").await;
        took.push(began.elapsed());
        assert!(matches!(attempted.ending, Ending::Refusal(_)), "{:?}", attempted.ending);
    }
    took.sort_unstable();
    Took { middle: took[HONEST / 2], slowest: took[HONEST * 99 / 100] }
}
