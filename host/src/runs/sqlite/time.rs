//! The store's own time: the time of day when the file was opened, and from then on elapsed time. A
//! machine whose clock is set meanwhile neither ends leases nor delays runs.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Clock;

/// Microseconds since 1970, as the tables have them.
pub(super) type Micros = i64;

/// The time of one open file; copies tell the same.
#[derive(Debug, Clone)]
pub(super) struct StoreTime {
    clock: Clock,
    opened_at: Micros,
    opened: Duration,
}

impl StoreTime {
    /// Time that goes on from now, or from `last` when the file has seen a later time already.
    pub(super) fn from(clock: Clock, last: Micros) -> Self {
        let opened_at = clock.now().as_microsecond().max(last);
        let opened = clock.elapsed();
        Self { clock, opened_at, opened }
    }

    pub(super) fn now(&self) -> Micros {
        self.opened_at.saturating_add(micros(self.clock.elapsed().saturating_sub(self.opened)))
    }
}

pub(super) fn micros(duration: Duration) -> Micros {
    Micros::try_from(duration.as_micros()).unwrap_or(Micros::MAX)
}

pub(super) fn duration(micros: Micros) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

pub(super) fn timestamp(micros: Micros) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(if micros < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
