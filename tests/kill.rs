//! The real host, killed over and over in the middle of its work, and an auditor that reads only what
//! the callers were told, the simulators' own books, and the store that is left.
//!
//! Real components, real HTTP, a real process that gets SIGKILL at random moments. Real sockets run
//! on real time, so the settings are short.

mod audit;
mod callers;
mod host;
mod world;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use callers::Callers;
use host::Host;
use world::World;

use crate::world::chance::Chance;

/// How much is tried.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// How often the host is killed.
    pub kills: usize,
    /// How many runs are asked for.
    pub runs: usize,
    /// QuickBooks companies that share them.
    pub companies: usize,
    /// Decides everything that is left to chance but the machine's own timing.
    pub seed: u64,
}

/// What came of it.
#[derive(Debug)]
pub struct Played {
    /// Kills that met a living host.
    pub kills: usize,
    /// Starts that were acknowledged.
    pub acknowledged: usize,
    /// Runs by how they ended.
    pub ended: std::collections::BTreeMap<String, usize>,
    /// Requests at QuickBooks.
    pub requests: usize,
    /// Faults that QuickBooks was made to suffer.
    pub faults: usize,
    /// What the auditor found; nothing, if all is well.
    pub findings: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

impl fmt::Display for Played {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, acknowledged, ended, requests, faults, findings, took } = self;
        writeln!(
            f,
            "{acknowledged} runs acknowledged, {kills} kills, {faults} faults, {requests} requests, {took:.0?}"
        )?;
        writeln!(f, "ended: {ended:?}")?;
        match findings.as_slice() {
            [] => writeln!(f, "the auditor found nothing"),
            found => found.iter().try_for_each(|finding| writeln!(f, "FOUND: {finding}")),
        }
    }
}

/// Plays it.
pub async fn play(plan: Plan) -> Played {
    let began = Instant::now();
    let world = Arc::new(World::new(&plan));
    let host = Host::new(&world);
    let may_send = Arc::new(Semaphore::new(0));
    let callers = Callers::send(&world, &host, &may_send);
    let troubles = world.make_trouble(plan.seed);
    let mut chance = Chance::new(plan.seed ^ 0x6b69_6c6c);
    for round in 0..plan.kills {
        let running = host.start().await;
        may_send.add_permits(world.events.len() * (round + 1) / plan.kills - world.events.len() * round / plan.kills);
        tokio::time::sleep(Duration::from_millis(50 + chance.below(750))).await;
        running.kill();
    }
    troubles.abort();
    let faults = world.end_trouble();
    let running = host.start().await;
    let told = callers.all_told().await;
    host.until_all_ended().await;
    running.stop();
    let findings = audit::audit(&world, &host, &told).await;
    Played {
        kills: plan.kills,
        acknowledged: told.len(),
        ended: audit::ends(&host).await,
        requests: world.requests(),
        faults,
        findings,
        took: began.elapsed(),
    }
}
