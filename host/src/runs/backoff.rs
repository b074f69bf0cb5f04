//! When a run that waits goes on: pauses that double, and differ from run to run, so that those that
//! failed together do not come back together.

use std::time::Duration;

use super::store::{Claim, Pause};
use crate::quickbooks::{Scope, Wait};

/// First pause of a run.
const RUN_MIN: Duration = Duration::from_millis(200);

/// First pause of a company: one run tries for all of them.
const COMPANY_MIN: Duration = Duration::from_secs(1);

/// Longest pause. QuickBooks asks for a minute when it was asked too much.
const MAX: Duration = Duration::from_secs(60);

/// The pause that `wait` asks of the claimed run, or of its company.
pub(super) fn pause(wait: &Wait, claim: &Claim) -> Pause {
    match wait.scope {
        Scope::Run => Pause::Run(wait.after.unwrap_or_else(|| doubled(RUN_MIN, claim.attempts, claim))),
        Scope::Company => Pause::Company { pause: wait.after.unwrap_or(COMPANY_MIN), failing: false },
        Scope::CompanyFails => {
            let pause = doubled(COMPANY_MIN, claim.company_failures, claim);
            Pause::Company { pause: wait.after.map_or(pause, |after| after.max(pause)), failing: true }
        }
    }
}

/// `first`, doubled for each failure up to [`MAX`], and up to a quarter longer. Derived from the run
/// and not drawn: one history has one course.
fn doubled(first: Duration, failures: u32, claim: &Claim) -> Duration {
    let pause = first.saturating_mul(1 << failures.min(16)).min(MAX);
    let [a, b, ..] = claim.fence.run.bytes();
    let spread = u16::from_le_bytes([a, b]).wrapping_mul(31).wrapping_add(u16::try_from(failures % 1_000).unwrap_or(0));
    pause + pause / 4 * u32::from(spread % 1_000) / 1_000
}
