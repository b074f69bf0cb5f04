//! Time, asked for in one place: the machine's own, or one that a test moves.
//!
//! There are two kinds. The time of day says when something was accepted; it may jump. Elapsed time
//! measures pauses and leases; it only goes forward.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// A clock; copies tell the same time.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<Mutex<Moved>>>);

/// The machine's elapsed time begins here, so that what an earlier process did a minute ago has a place in it.
const BEFORE: Duration = Duration::from_secs(3_600);

/// A time that stands still until it is moved.
struct Moved {
    now: Timestamp,
    elapsed: Duration,
    /// By when, then by who came first: which sleeper wakes first never depends on chance.
    sleepers: BTreeMap<(Duration, u64), Waker>,
    slept: u64,
}

impl Clock {
    /// The machine's time.
    pub fn machine() -> Self {
        Self(None)
    }

    /// A time that stands still at `now` until it is moved. Only for what uses no sockets: those
    /// run on the machine's time.
    pub fn moved(now: Timestamp) -> Self {
        let moved = Moved { now, elapsed: Duration::ZERO, sleepers: BTreeMap::new(), slept: 0 };
        Self(Some(Arc::new(Mutex::new(moved))))
    }

    /// The time of day.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            None => machine_now(),
            Some(moved) => lock(moved).now,
        }
    }

    /// Time since some moment in the past; never goes back.
    pub fn elapsed(&self) -> Duration {
        static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
        match &self.0 {
            None => BEFORE + ORIGIN.elapsed(),
            Some(moved) => lock(moved).elapsed,
        }
    }

    /// Waits for `pause`.
    pub async fn sleep(&self, pause: Duration) {
        match &self.0 {
            None => tokio::time::sleep(pause).await,
            Some(moved) => sleep_moved(moved, pause).await,
        }
    }

    /// What `work` gives, or nothing once `limit` has passed.
    pub async fn timeout<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        if self.0.is_none() {
            return tokio::time::timeout(limit, work).await.ok();
        }
        let (mut work, mut slept) = (pin!(work), pin!(self.sleep(limit)));
        std::future::poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending => slept.as_mut().poll(context).map(|()| None),
        })
        .await
    }

    /// Moves a clock that stands still to the next sleeper, and wakes it. Nothing happens when
    /// nobody sleeps, and on the machine's time.
    pub fn wake_next(&self) -> bool {
        let Some(moved) = &self.0 else { return false };
        let mut moved = lock(moved);
        let Some((until, _)) = moved.sleepers.keys().next().copied() else { return false };
        moved.move_to(until);
        let woken = moved.sleepers.pop_first();
        drop(moved);
        if let Some((_, waker)) = woken {
            waker.wake();
        }
        true
    }

    /// Moves the time of day of a clock that stands still, and no elapsed time with it: a machine
    /// whose clock was set.
    pub fn jump(&self, by: SignedDuration) {
        if let Some(moved) = &self.0 {
            let mut moved = lock(moved);
            moved.now = moved.now.saturating_add(by).unwrap_or(moved.now);
        }
    }
}

impl Moved {
    fn move_to(&mut self, until: Duration) {
        let by = until.saturating_sub(self.elapsed);
        self.elapsed += by;
        self.now = self.now.saturating_add(by).unwrap_or(self.now);
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Clock(moved)" } else { "Clock(machine)" })
    }
}

fn lock(moved: &Mutex<Moved>) -> MutexGuard<'_, Moved> {
    moved.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn sleep_moved(moved: &Mutex<Moved>, pause: Duration) {
    let (until, number) = {
        let mut moved = lock(moved);
        moved.slept += 1;
        (moved.elapsed.saturating_add(pause), moved.slept)
    };
    /// Whoever stops waiting leaves no waker behind.
    struct Bed<'m>(&'m Mutex<Moved>, (Duration, u64));
    impl Drop for Bed<'_> {
        fn drop(&mut self) {
            lock(self.0).sleepers.remove(&self.1);
        }
    }
    let bed = Bed(moved, (until, number));
    std::future::poll_fn(|context| {
        let mut moved = lock(bed.0);
        if moved.elapsed >= until {
            return Poll::Ready(());
        }
        moved.sleepers.insert(bed.1, context.waker().clone());
        Poll::Pending
    })
    .await;
}

/// The machine's own time of day.
#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
fn machine_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn a_moved_clock_wakes_the_nearest_sleeper_first() {
        let clock = Clock::moved(Timestamp::UNIX_EPOCH);
        let (mut late, mut early) =
            (pin!(clock.sleep(Duration::from_secs(5))), pin!(clock.sleep(Duration::from_secs(2))));
        assert!(late.as_mut().now_or_never().is_none());
        assert!(early.as_mut().now_or_never().is_none());
        assert!(clock.wake_next());
        assert_eq!(clock.now().as_second(), 2);
        assert!(early.as_mut().now_or_never().is_some());
        assert!(late.as_mut().now_or_never().is_none());
        assert!(clock.wake_next());
        assert!(late.as_mut().now_or_never().is_some());
        assert!(!clock.wake_next());
    }

    #[test]
    fn what_is_done_in_time_is_not_cut_off() {
        let clock = Clock::moved(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.timeout(Duration::from_secs(1), async { 7 }).now_or_never(), Some(Some(7)));
        let mut never = pin!(clock.timeout(Duration::from_secs(1), std::future::pending::<()>()));
        assert!(never.as_mut().now_or_never().is_none());
        clock.wake_next();
        assert_eq!(never.as_mut().now_or_never(), Some(None));
    }
}
