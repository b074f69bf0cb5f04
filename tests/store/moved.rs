//! A clock to move, and what QuickBooks may say.

use std::pin::pin;
use std::time::Duration;

use futures::FutureExt as _;
use qbo_host::clock::Clock;
use qbo_host::runs::history::{Fault, Reply};

/// A clock that stands still, at a time that has no fraction of a microsecond.
pub(super) fn clock() -> Clock {
    Clock::moved("2026-03-02T08:30:00Z".parse().expect("a time"))
}

/// Moves a clock that stands still.
pub(super) fn pass(clock: &Clock, time: Duration) {
    let mut asleep = pin!(clock.sleep(time));
    while asleep.as_mut().now_or_never().is_none() {
        clock.wake_next();
    }
}

pub(super) fn accepted() -> Reply {
    Ok("{\"Id\":\"130\",\"TotalAmt\":100}".into())
}

pub(super) fn rejected() -> Reply {
    Err(Fault { code: "6240".into(), message: "The name is taken.".into(), body: "{\"Fault\":{}}".into() })
}
