//! What this process used of the machine, as the kernel counts it.

use std::time::Duration;

/// The kernel counts CPU time in hundredths of a second.
const TICKS_PER_SECOND: u64 = 100;

/// Memory is counted in pages.
const PAGE_BYTES: u64 = 4_096;

/// CPU time and resident memory.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Used {
    pub(crate) cpu: Duration,
    pub(crate) resident_bytes: u64,
}

impl Used {
    /// Of this process, so far.
    pub(crate) fn now() -> Self {
        Self::of("self")
    }

    /// Of a process, so far.
    pub(crate) fn of(process: &str) -> Self {
        let text = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("a process of this machine");
        // The name may hold spaces; what follows its closing parenthesis begins with the third field.
        let (_, fields) = text.rsplit_once(") ").expect("a process has a name");
        let field = |number: usize| fields.split(' ').nth(number - 3).and_then(|field| field.parse::<u64>().ok());
        let ticks = field(14).unwrap_or(0) + field(15).unwrap_or(0);
        let cpu = Duration::from_millis(ticks * 1_000 / TICKS_PER_SECOND);
        Self { cpu, resident_bytes: field(24).unwrap_or(0) * PAGE_BYTES }
    }

    pub(crate) fn since(&self, before: &Self) -> Self {
        Self { cpu: self.cpu.saturating_sub(before.cpu), ..*self }
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        Self { cpu: self.cpu + other.cpu, ..*other }
    }
}
