//! One seed: twenty runs of a few sales, processes that die and stand still, a store and services that
//! fail, clocks that jump; then everything works again, and the auditor looks.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use qbo_host::clock::Clock;
use qbo_host::enrollment::Enrollment;
use qbo_host::ids::RunId;
use tokio::task::JoinSet;

use super::broken::Broken;
use super::chance::Chance;
use super::portal::{DEALS, REFUSED};
use super::{Process, Setting, Strike, Troubles, World, audit, billing, create_invoice, play, version};

/// Runs of one seed.
pub const RUNS: u64 = 20;

/// Runs are asked for within this.
const ASKED_WITHIN: Duration = Duration::from_secs(150);

/// What fails, fails until then.
const TROUBLED: Duration = Duration::from_secs(300);

/// Everything must have ended so long after nothing fails any longer: two leases, the longest pause,
/// a request that is carried out late, and the runs of a company one after the other.
const SETTLED: Duration = Duration::from_secs(600);

/// What came of a seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// The seed.
    pub seed: u64,
    /// The hash of everything that happened.
    pub trace: u64,
    /// What must not be, and is.
    pub violations: Vec<String>,
    /// How many processes there were.
    pub processes: u32,
    /// How many requests QuickBooks saw.
    pub requests: usize,
}

/// What a caller was told: the run exists.
#[derive(Debug, Clone)]
pub(super) struct Acknowledged {
    pub(super) run: RunId,
    pub(super) enrollment: Arc<Enrollment>,
    /// What must come of it.
    pub(super) kind: Kind,
}

/// What a run is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// This deal becomes an invoice, by this run or another.
    Sale(usize),
    /// The deal is refused.
    Refused,
    /// The action traps.
    Poison,
    /// The deal with quotes and payments is billed, by this run or another.
    Family,
}

/// A run that is asked for.
#[derive(Clone)]
struct Wish {
    after: Duration,
    /// A run of the same sale that is under way may take its place.
    join: bool,
    enrollment: Arc<Enrollment>,
    kind: Kind,
}

/// What seeds are played with; made once, since components are loaded for it.
pub fn setting(broken: Broken) -> Setting {
    Setting {
        versions: [create_invoice(), version("tests/guests", None)].into_iter().chain(billing::actions()).collect(),
        companies: ["4620816365000000001", "4620816365000000011", "4620816365000000012"].map(str::to_owned).to_vec(),
        portal: Some(super::portal::with_a_family()),
        broken,
        ..Setting::of_one_company()
    }
}

/// Plays a seed in a setting.
pub fn played(setting: &Setting, seed: u64) -> Played {
    play(setting, move |world| drama(world, seed))
}

/// Plays these seeds on all cores, each core a world at a time; in the order of their ends.
pub fn all(seeds: Range<u64>, broken: Broken) -> Vec<Played> {
    let setting = setting(broken);
    let (next, all) = (AtomicU64::new(seeds.start), Mutex::new(Vec::new()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let played = played(&setting, seed);
                    all.lock().unwrap_or_else(PoisonError::into_inner).push(played);
                }
            });
        }
    });
    all.into_inner().unwrap_or_else(PoisonError::into_inner)
}

async fn drama(world: Arc<World>, seed: u64) -> Played {
    let mut chance = Chance::new(seed);
    let told: Arc<Mutex<Vec<Acknowledged>>> = Arc::default();
    let mut asking = JoinSet::new();
    for Wish { after, join, enrollment, kind } in wishes(&world, &mut chance) {
        let (world, told) = (Arc::clone(&world), Arc::clone(&told));
        asking.spawn(async move {
            world.clock.sleep(after).await;
            let run = world.deliver_joining(&enrollment, join).await.run;
            told.lock().unwrap_or_else(PoisonError::into_inner).push(Acknowledged { run, enrollment, kind });
        });
    }
    let processes = befall(&world, &mut chance).await;
    let settled = world.clock.timeout(SETTLED, async {
        while asking.join_next().await.is_some() {}
        let told = told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for Acknowledged { run, .. } in &told {
            world.end(*run, SETTLED).await;
        }
    });
    let in_time = settled.await.is_some();
    let told = told.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut violations = audit::violations(&world, &told).await;
    if !in_time {
        violations.push("I6: not everything has ended in time".into());
    }
    let requests = world.traffic.of_companies().values().map(|seen| seen.starts.len()).sum();
    Played { seed, trace: world.trace.hash(), violations, processes, requests }
}

fn wishes(world: &World, chance: &mut Chance) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = Vec::new();
    for number in 0..RUNS {
        let (company, event) = (chance.one_of(&world.companies).clone(), format!("event {number}"));
        let poisonous = &world.versions[1];
        let (enrollment, kind) = match chance.below(20) {
            0 => (world.enrolled(poisonous, &company, "1", &event, &[("attack", "panic")]), Kind::Poison),
            1 => (world.enrollment(&company, REFUSED, &event), Kind::Refused),
            2..6 => (of_the_family(world, chance, &event), Kind::Family),
            _ => {
                let place = usize::try_from(chance.below(DEALS.len() as u64)).unwrap_or_default();
                (world.enrollment(&company, DEALS[place].id, &event), Kind::Sale(place))
            }
        };
        wishes.push(Wish { after: chance.within(ASKED_WITHIN), join: chance.happens(100), enrollment, kind });
        // HubSpot asks again when it was not answered, and sometimes when it was.
        if chance.happens(250) {
            let again = chance.one_of(&wishes).clone();
            wishes.push(Wish { after: chance.within(ASKED_WITHIN), ..again });
        }
    }
    wishes
}

/// Something that bills the deal with quotes and payments, of one company: so they meet.
fn of_the_family(world: &World, chance: &mut Chance, event: &str) -> Arc<Enrollment> {
    let (kind, object) = (*chance.one_of(&["invoice", "sales-receipt"]), *chance.one_of(&billing::FAMILY));
    world.billed(kind, &world.companies[0], object, event)
}

/// Starts processes and strikes each in the middle of what it does, until nothing fails any longer.
async fn befall(world: &Arc<World>, chance: &mut Chance) -> u32 {
    let away = chance.within(TROUBLED);
    let away = (away, away + chance.within(Duration::from_secs(60)));
    let (mut started, mut alone) = (0, true);
    while world.clock.elapsed() < TROUBLED {
        let point = usize::try_from(chance.below(POINTS)).unwrap_or_default();
        let stands_still = chance.below(3) == 0;
        let strike = if stands_still { Strike::Freeze(point) } else { Strike::Die(point) };
        let troubles = Troubles::of(chance.split(), &world.clock, TROUBLED, away);
        let process = world.start_troubled(strike, alone, troubles);
        started += 1;
        world.clock.timeout(chance.within(STRUCK_WITHIN), process.gate.struck()).await;
        if chance.happens(300) {
            world.clock.jump(SignedDuration::from_hours(if chance.happens(500) { 1 } else { -1 }));
        }
        if stands_still {
            process.gate.freeze();
            tokio::spawn(wake(world.clock.clone(), process, chance.within(STANDS_STILL), chance.within(AWAKE)));
        } else {
            process.kill();
            world.clock.sleep(chance.within(DOWN)).await;
        }
        alone = !stands_still;
    }
    world.start(Strike::Never, alone);
    started + 1
}

/// A process is struck at one of so many points: most runs pass 40.
const POINTS: u64 = 120;

/// Or at the latest after this.
const STRUCK_WITHIN: Duration = Duration::from_secs(150);

/// A process that stands still wakes up within this; a lease is 60 seconds.
const STANDS_STILL: Duration = Duration::from_secs(150);

/// And lives on for so long at most.
const AWAKE: Duration = Duration::from_secs(60);

/// A process that died is replaced within this.
const DOWN: Duration = Duration::from_secs(15);

/// Lets a process that stands still go on after a while, until it dies.
async fn wake(clock: Clock, process: Arc<Process>, after: Duration, awake: Duration) {
    clock.sleep(after).await;
    process.gate.thaw();
    clock.sleep(awake).await;
    process.kill();
}
