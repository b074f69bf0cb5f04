//! The time of day, asked for in one place.

use jiff::Timestamp;

/// The machine's own time of day.
#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
