//! Plays a case again and again, each time with one disturbance at one place of its course, and says
//! where the books did not come out as they must: the same as undisturbed, untouched, or held with what
//! stands on the run's record.
//!
//! A sweep needs no sockets: every play has simulators, a store and a time of its own, in one thread.
//! What is true of real HTTP is for `check`, which plays the same case first.

mod disturbance;
mod judge;
mod mortal;
mod play;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

pub use disturbance::SweepKind;
use disturbance::{Course, Disturbance};
use play::{Staged, play};
use world::Properties;

use super::case::Case;
use super::scene::Scene;
use super::stage::NoStage;
use crate::catalog::ActionVersion;
use crate::runs::Status;
use crate::runs::store::Unavailable;
use crate::sandbox::Sandbox;

/// What sweeping one case found.
#[derive(Debug, Clone, Serialize)]
pub struct Swept {
    /// The case.
    pub case: String,
    /// Plays by kind of disturbance.
    pub plays: BTreeMap<SweepKind, usize>,
    /// Plays that did not come out as they must.
    pub failures: Vec<SweepFailure>,
    /// Whether every transaction bears the run's marker. Without it a lost store is played with a QuickBooks
    /// that still knows every request id, which the real one does not promise.
    pub is_marked: bool,
    /// How long all of them took together.
    pub took: Duration,
}

/// A play that did not come out as it must.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SweepFailure {
    /// The kind of disturbance.
    pub kind: SweepKind,
    /// What befell the play, and where.
    pub disturbance: String,
    /// What came of it that must not.
    pub found: String,
}

impl Swept {
    /// Whether every play came out as it must.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

impl fmt::Display for Swept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plays: usize = self.plays.values().sum();
        write!(f, "{}: {} of {plays} plays come out wrong", self.case, self.failures.len())?;
        self.failures.iter().try_for_each(|failure| write!(f, "\n  {failure}"))
    }
}

impl fmt::Display for SweepFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.disturbance, self.found)
    }
}

/// Plays `case` with every disturbance that its course offers, in this thread. `sandbox` is one
/// [without ticks](Sandbox::without_ticks), and `version` was loaded for it.
///
/// # Errors
///
/// When the case can't be set up, or a play breaks off.
fn sweep(sandbox: &Arc<Sandbox>, version: &Arc<ActionVersion>, case: &Case) -> Result<Swept, NotSwept> {
    let began = Instant::now();
    let scene = Scene { case, version };
    let properties = Properties::of(scene)?;
    let mut staged = Staged { scene, properties: &properties, sandbox, is_marked: false };
    let undisturbed = play(&staged, &Disturbance::None)?;
    staged.is_marked = undisturbed.changes.is_marked;
    let record = undisturbed.records.first();
    let course = Course {
        requests: &undisturbed.requests,
        has_ended: record.is_some_and(|record| record.status != Status::Waiting),
        calls: record.map_or(&[], |record| &record.calls),
        definition: &version.definition,
    };
    let mut swept = Swept {
        case: case.name.clone(),
        plays: BTreeMap::new(),
        failures: Vec::new(),
        is_marked: staged.is_marked,
        took: began.elapsed(),
    };
    let mut judged = |disturbance: &Disturbance, found: Option<String>| {
        *swept.plays.entry(disturbance.kind()).or_default() += 1;
        let told = |found| SweepFailure {
            kind: disturbance.kind(),
            disturbance: disturbance.told(&undisturbed.requests),
            found,
        };
        swept.failures.extend(found.map(told));
    };
    judged(&Disturbance::None, judge::unexpected(&case.expect, &undisturbed));
    for disturbance in disturbance::all(&course) {
        let played = play(&staged, &disturbance)?;
        judged(&disturbance, judge::wrong(&disturbance, &undisturbed, &played));
    }
    swept.took = began.elapsed();
    Ok(swept)
}

/// Sweeps all of them in `jobs` threads, and tells of each in the order given. `told` hears of each when
/// it is done.
pub fn sweep_all(
    sandbox: &Arc<Sandbox>,
    version: &Arc<ActionVersion>,
    cases: &[Case],
    jobs: usize,
    told: &(dyn Fn(&Case) + Sync),
) -> Vec<Result<Swept, NotSwept>> {
    let next = AtomicUsize::new(0);
    let swept = Mutex::new(Vec::with_capacity(cases.len()));
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, cases.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(place) else { return };
                    let one = sweep(sandbox, version, case);
                    told(case);
                    swept.lock().unwrap_or_else(PoisonError::into_inner).push((place, one));
                }
            });
        }
    });
    let mut swept = swept.into_inner().unwrap_or_else(PoisonError::into_inner);
    swept.sort_by_key(|(place, _)| *place);
    swept.into_iter().map(|(_, one)| one).collect()
}

/// A sweep that came to no verdict.
#[derive(Debug, thiserror::Error)]
pub enum NotSwept {
    /// The simulators can't be set up as the case says.
    #[error("the case has no stage")]
    Stage(#[from] NoStage),
    /// The store of the runs failed.
    #[error("a play did not run")]
    Store(#[from] Unavailable),
    /// There is nothing to run a play in.
    #[error("a play has no runtime")]
    NoRuntime(#[source] std::io::Error),
    /// The host itself broke.
    #[error("a play broke off: {0}")]
    Died(String),
}
