//! One attempt: a fresh store and instance, one call of the guest's `run`, and what came of it.

mod cause;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::Resource;
use wasmtime::{Store, UpdateDeadline};

use super::bindings::ActionPre;
use super::bindings::qbo::actions::types;
use super::given::{Given, Lent};
use super::limits::{Exhausted, Limiter, Limits, Usage, Used};
use super::meter::{Meter, Metered};
use super::slow_lane::Place;
use super::world::World;
use super::{Loaded, Sandbox};
use crate::clock::Clock;
use crate::effects::{Door, Stop};
use cause::why;

/// The host's side of the contract's `company`: the door of this run.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct Company {
    pub(super) door: Door,
}

/// What a store holds.
pub(super) struct State {
    pub(super) world: World,
    limiter: Limiter,
    pub(super) limits: Limits,
    pub(super) calls: u32,
    pub(super) place: Place,
    /// Why the host ended the attempt; set before the trap that unwinds the guest.
    pub(super) ended: Option<Ended>,
}

pub(super) enum Ended {
    Stopped(Stop),
    Exhausted(Exhausted),
}

pub use types::{Outcome, Problem, Refusal};

/// How an attempt ended.
#[derive(Debug)]
pub enum Ending {
    /// The action finished.
    Outcome(Outcome),
    /// The action decided against a document.
    Refusal(Refusal),
    /// The host ended it in the middle of a call.
    Stopped(Stop),
    /// A limit.
    Exhausted(Exhausted),
    /// It took too long by the wall clock. Nothing is held against the action.
    TimedOut,
    /// A bug in the action: what trapped, and where.
    Trapped(String),
    /// The pool is full or the instance can't be made; the run waits.
    NoInstance(String),
}

/// An attempt that is over.
pub struct Attempted {
    /// How it ended.
    pub ending: Ending,
    /// The door, with what was recorded and learned.
    pub door: Option<Door>,
    /// What it used of each limit.
    pub usage: Usage,
    /// Log lines and output, control characters removed.
    pub log: String,
}

impl Sandbox {
    /// Runs `loaded` once.
    pub async fn attempt(&self, loaded: &Loaded, given: Given, door: Door) -> Attempted {
        let limits = loaded.limits;
        let meter = Meter::new();
        let clock = door.clock().clone();
        let mut store = self.store(&limits, given.accepted_at(), given.run.bytes(), &meter);
        let permit = match self.instances.acquire().await {
            Ok(permit) => permit,
            Err(closed) => return over(store, &meter, Ending::NoInstance(closed.to_string()), Some(door), 0),
        };
        let company = match store.data_mut().world.table.push(Company { door }) {
            Ok(company) => company,
            Err(full) => return over(store, &meter, Ending::NoInstance(full.to_string()), None, 0),
        };
        let handle = Resource::new_own(company.rep());
        let lent = given.lend();
        let wall = Duration::from_secs(limits.wall_seconds);
        let returned = {
            let mark = self.polled.as_ref().map(|polled| (polled, given.mark));
            let run = pin!(run(&mut store, &loaded.pre, &lent, company));
            clock.timeout(wall, Metered::new(run, Arc::clone(&meter), mark)).await
        };
        let (ending, output_bytes) = match returned {
            Some(returned) => judge(returned, &mut store),
            None => (Ending::TimedOut, 0),
        };
        let door = store.data_mut().world.table.delete::<Company>(handle).ok().map(|company| company.door);
        let attempted = over(store, &meter, ending, door, output_bytes);
        drop(permit);
        attempted
    }

    /// Asks a component for its definition, in the same world, without a company.
    pub(super) async fn ask_definition(&self, pre: &ActionPre<State>) -> Result<String, Ending> {
        let limits = Limits::default();
        let meter = Meter::new();
        let mut store = self.store(&limits, jiff::Timestamp::UNIX_EPOCH, [0; 16], &meter);
        let _permit = self.instances.acquire().await.map_err(|closed| Ending::NoInstance(closed.to_string()))?;
        let wall = Duration::from_secs(limits.wall_seconds);
        let told = {
            let asked = pin!(async {
                let action = pre.instantiate_async(&mut store).await?;
                action.qbo_actions_handler().call_definition(&mut store).await
            });
            Clock::machine().timeout(wall, Metered::new(asked, Arc::clone(&meter), None)).await
        };
        match told {
            Some(Ok(definition)) => Ok(definition),
            Some(Err(error)) => Err(why(&error, store.data_mut())),
            None => Err(Ending::TimedOut),
        }
    }

    fn store(&self, limits: &Limits, wall: jiff::Timestamp, seed: [u8; 16], meter: &Arc<Meter>) -> Store<State> {
        let state = State {
            world: World::new(wall, seed, limits.log_bytes),
            limiter: Limiter::new(limits),
            limits: *limits,
            calls: 0,
            place: self.slow_lane.place(),
            ended: None,
        };
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(super::limits::CALL_BYTES_MAX);
        store.set_epoch_deadline(1);
        let meter = Arc::clone(meter);
        store.epoch_deadline_callback(move |mut context| {
            let used_ms = meter.used_ns_now() / 1_000_000;
            let state = context.data_mut();
            if used_ms >= state.limits.cpu_ms {
                state.ended.get_or_insert(Ended::Exhausted(Exhausted::Cpu));
                return Ok(UpdateDeadline::Interrupt);
            }
            if used_ms < super::limits::CPU_SLOW_LANE_MS {
                return Ok(UpdateDeadline::Continue(1));
            }
            // Past the threshold a guest goes on in the slow lane, a tick at a time.
            state.place.leave();
            Ok(UpdateDeadline::YieldCustom(1, state.place.enter()))
        });
        store
    }
}

/// A result as wasmtime gives it: the guest's own, or why there is none.
type Returned = wasmtime::Result<Result<Outcome, Refusal>>;

async fn run(
    store: &mut Store<State>,
    pre: &ActionPre<State>,
    lent: &Lent<'_>,
    company: Resource<Company>,
) -> Returned {
    let action = pre.instantiate_async(&mut *store).await?;
    lent.with(async |enrollment| action.qbo_actions_handler().call_run(store, enrollment, company).await).await
}

fn judge(returned: Returned, store: &mut Store<State>) -> (Ending, usize) {
    let result = match returned {
        Ok(result) => result,
        Err(error) => return (why(&error, store.data_mut()), 0),
    };
    let bytes = match &result {
        Ok(outcome) => outcome_bytes(outcome),
        Err(refusal) => refusal.kind.len() + problem_bytes(&refusal.problems),
    };
    let ending = match result {
        _ if bytes > store.data().limits.output_bytes => Ending::Exhausted(Exhausted::Output),
        Ok(outcome) => Ending::Outcome(outcome),
        Err(refusal) => Ending::Refusal(refusal),
    };
    (ending, bytes)
}

fn outcome_bytes(outcome: &Outcome) -> usize {
    let outputs: usize = outcome.outputs.iter().map(|(name, value)| name.len() + value.len()).sum();
    outputs + problem_bytes(&outcome.warnings)
}

fn problem_bytes(problems: &[Problem]) -> usize {
    problems
        .iter()
        .map(|problem| problem.code.len() + problem.message.len() + problem.about.len() + problem.remedy.len())
        .sum()
}

fn over(store: Store<State>, meter: &Meter, ending: Ending, door: Option<Door>, output_bytes: usize) -> Attempted {
    let state = store.data();
    let limits = &state.limits;
    let used = |used: usize, limit: usize| Used { used: used as u64, limit: limit as u64 };
    let usage = Usage {
        cpu_us: Used { used: meter.used_us(), limit: limits.cpu_ms * 1_000 },
        memory_bytes: used(state.limiter.memory_bytes, limits.memory_bytes),
        table_elements: used(state.limiter.table_elements, limits.table_elements),
        calls: Used { used: u64::from(state.calls), limit: u64::from(limits.calls) },
        log_bytes: used(state.world.written_bytes(), limits.log_bytes),
        output_bytes: used(output_bytes, limits.output_bytes),
    };
    let (mut log, dropped) = state.world.written();
    if dropped > 0 {
        log.push_str(&format!("\n[{dropped} more bytes were dropped]\n"));
    }
    Attempted { ending, door, usage, log: printable(&log) }
}

/// A guest's text goes to terminals and web pages: no control characters but line ends.
pub(crate) fn printable(text: &str) -> String {
    // The usual text has none, and is taken as it is. 0xC2 begins the rarer ones beyond ASCII.
    if text.bytes().all(|byte| byte >= b' ' && byte != 0x7f && byte != 0xc2) {
        return text.to_owned();
    }
    text.chars().filter(|c| !c.is_control() || *c == '\n').collect()
}
