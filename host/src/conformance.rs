//! Checks an action against its *cases*: folders that each state one fact about it.
//!
//! A case is data ([`Case`]): what HubSpot and QuickBooks hold, what is enrolled with which inputs
//! and without which capabilities, and what must come of it. The runner owns the way from there to
//! a verdict: it starts both simulators on free ports, fills them, runs the real component over
//! real HTTP through [`Runs`](crate::runs::Runs), and compares. Four things are proven of every case,
//! whatever it states:
//!
//! 1. A preview writes nothing and decides as the run does, as far as QuickBooks lets it know.
//! 2. The event comes to what the case expects; a refused one has written nothing.
//! 3. The same event again comes to the same end and writes nothing more.
//! 4. The same event on a host that has lost its store finds the document and makes no second one.
//!
//! A case is then *swept* ([`sweep_all`]): played again, without sockets and on a time of its own, once
//! for each thing that may go wrong at each call of its run.
//!
//! What was written is counted where it happened, in QuickBooks' own log of requests, never in what
//! the host or the action says. The runner must not know any action: it compares codes, amounts and
//! members, and no prose.

mod books;
mod case;
mod check;
mod compare;
mod expected;
mod junit;
mod report;
mod scene;
mod stage;
mod suite;
mod sweep;
mod verdict;

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;

pub use case::{BadCase, Case};
pub use junit::junit;
pub use report::{Mismatch, Report, Seen, Step};
pub use scene::UnknownToAction;
pub use stage::{NoStage, Stage};
pub use suite::{CheckedCase, LimitUse, SuiteReport};
pub use sweep::{NotSwept, SweepFailure, SweepKind, Swept, sweep_all};

use crate::catalog::ActionVersion;
use crate::quickbooks::Transport;
use crate::quickbooks::transport::NoTransport;
use crate::runs::store::Unavailable;
use crate::sandbox::Sandbox;
use crate::sandbox::limits::ANSWER_BYTES_MAX;

/// How long a simulator may take: real sockets run on real time, so it is kept short.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Cases that run side by side unless somebody says otherwise. A run mostly waits for its simulators,
/// which compute on the same cores; more than a few side by side only wait for each other.
pub const SIDE_BY_SIDE: usize = 4;

/// Runs cases on one sandbox.
pub struct Conformance {
    sandbox: Arc<Sandbox>,
    transport: Transport,
}

impl Conformance {
    /// Runs cases on `sandbox`.
    ///
    /// # Errors
    ///
    /// When no HTTP client can be made on this machine.
    pub fn new(sandbox: Arc<Sandbox>) -> Result<Self, NotChecked> {
        let transport = Transport::http(ANSWER_TIMEOUT, ANSWER_BYTES_MAX);
        Ok(Self { sandbox, transport: transport? })
    }

    /// Checks one case.
    ///
    /// # Errors
    ///
    /// When the case did not come to a verdict: nothing can listen, or the simulators refuse what
    /// the case puts into them.
    pub async fn check(&self, version: &Arc<ActionVersion>, case: &Case) -> Result<Report, NotChecked> {
        check::check(&self.sandbox, &self.transport, version, case).await
    }

    /// Checks all of them, `jobs` side by side, and tells of each in the order given. `told` hears of each
    /// when it is done.
    pub async fn check_all(
        &self,
        version: &Arc<ActionVersion>,
        cases: &[Case],
        jobs: usize,
        told: &(dyn Fn(&Case) + Sync),
    ) -> Vec<Result<Report, NotChecked>> {
        let checks = cases.iter().map(|case| async move {
            let checked = self.check(version, case).await;
            told(case);
            checked
        });
        futures::stream::iter(checks).buffered(jobs.max(1)).collect().await
    }
}

/// A case that came to no verdict.
#[derive(Debug, thiserror::Error)]
pub enum NotChecked {
    /// There is no way to send a request.
    #[error("no HTTP client can be made on this machine")]
    NoTransport(#[from] NoTransport),
    /// The case names what its action does not have.
    #[error("the case does not fit its action")]
    Unfit(#[from] UnknownToAction),
    /// The simulators can't be set up as the case says.
    #[error("the case has no stage")]
    Stage(#[from] NoStage),
    /// The store of the runs failed.
    #[error("the case did not run")]
    Store(#[from] Unavailable),
}
