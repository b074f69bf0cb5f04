//! Guest time, metered around each poll of the guest's future. Epoch ticks alone don't measure
//! it: a guest that runs for less than a tick between two awaits would never be seen.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use super::polled::Polled;
use crate::ids::RunId;

/// The guest time of one attempt, in nanoseconds. Only one thread polls an attempt at a time;
/// the atomics carry the value to whichever thread polls next.
#[derive(Debug)]
pub(super) struct Meter {
    origin: Instant,
    used_ns: AtomicU64,
    poll_began_ns: AtomicU64,
}

impl Meter {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { origin: Instant::now(), used_ns: AtomicU64::new(0), poll_began_ns: AtomicU64::new(0) })
    }

    /// Time used by finished polls, plus that of the poll under way when asked from within one.
    pub(super) fn used_ns_now(&self) -> u64 {
        let this_poll = self.since_origin_ns().saturating_sub(self.poll_began_ns.load(Ordering::Relaxed));
        self.used_ns.load(Ordering::Relaxed) + this_poll
    }

    /// Time used by finished polls.
    pub(super) fn used_us(&self) -> u64 {
        self.used_ns.load(Ordering::Relaxed) / 1_000
    }

    fn since_origin_ns(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// A pinned future whose polls are metered, and marked while they last.
pub(super) struct Metered<'a, F> {
    inner: Pin<&'a mut F>,
    meter: Arc<Meter>,
    mark: Option<(&'a Polled, RunId)>,
}

impl<'a, F: Future> Metered<'a, F> {
    pub(super) fn new(inner: Pin<&'a mut F>, meter: Arc<Meter>, mark: Option<(&'a Polled, RunId)>) -> Self {
        Self { inner, meter, mark }
    }
}

impl<F: Future> Future for Metered<'_, F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let began = self.meter.since_origin_ns();
        self.meter.poll_began_ns.store(began, Ordering::Relaxed);
        if let Some((slots, run)) = self.mark {
            slots.begin(run);
        }
        let polled = self.inner.as_mut().poll(context);
        if let Some((slots, _)) = self.mark {
            slots.end();
        }
        let spent = self.meter.since_origin_ns().saturating_sub(began);
        self.meter.used_ns.fetch_add(spent, Ordering::Relaxed);
        polled
    }
}
