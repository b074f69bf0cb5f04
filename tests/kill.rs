//! The real host, killed over and over in the middle of its work, and an auditor that reads only what
//! the callers were told, the simulators' own books, and the store that is left.
//!
//! Real components, real HTTP, a real process that gets SIGKILL at random moments. Real sockets run
//! on real time, so the settings are short.

mod audit;
mod callers;
mod doctored;
mod host;
mod world;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use qbo_host::ids::RunId;
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
    /// Decides everything that is left to chance but the machine's own timing. With an odd one
    /// QuickBooks remembers no request ids.
    pub seed: u64,
}

impl Plan {
    fn forgets(&self) -> bool {
        self.seed % 2 == 1
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Played {
    /// Kills that met a living host.
    pub kills: usize,
    /// Starts that were acknowledged.
    pub acknowledged: usize,
    /// Runs by how they ended.
    pub ended: BTreeMap<String, usize>,
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

/// A play that is over, for the auditor.
pub struct Over {
    world: Arc<World>,
    host: Host,
    /// What the callers were told: event by event, the run.
    told: BTreeMap<String, Vec<RunId>>,
    faults: usize,
}

/// Plays it, and looks for broken promises.
pub async fn play(plan: Plan) -> Played {
    let began = Instant::now();
    let over = Over::after(plan).await;
    Played {
        kills: plan.kills,
        acknowledged: over.told.len(),
        findings: over.findings().await,
        ended: audit::ends(&over.host).await,
        requests: over.world.requests(),
        faults: over.faults,
        took: began.elapsed(),
    }
}

impl Over {
    /// Plays it.
    pub async fn after(plan: Plan) -> Self {
        let world = Arc::new(World::new(&plan));
        let host = Host::new(&world);
        let may_send = Arc::new(Semaphore::new(0));
        let callers = Callers::send(&world, &host, &may_send);
        let troubles = world.make_trouble(&plan);
        let mut chance = Chance::new(plan.seed ^ 0x6b69_6c6c);
        for round in 0..plan.kills {
            let running = host.start().await;
            let sent = |rounds: usize| world.events.len() * rounds / plan.kills;
            may_send.add_permits(sent(round + 1) - sent(round));
            tokio::time::sleep(Duration::from_millis(50 + chance.below(750))).await;
            running.kill();
        }
        troubles.abort();
        let faults = world.end_trouble();
        let running = host.start().await;
        let told = callers.all_told().await;
        host.until_all_ended().await;
        running.stop();
        Self { world, host, told, faults }
    }

    /// What the auditor finds.
    pub async fn findings(&self) -> Vec<String> {
        audit::audit(&self.world, &self.host, &self.told).await
    }
}
