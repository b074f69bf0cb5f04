//! One attempt: a fresh store and instance, one call of the guest's `run`, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use wasmtime::component::Resource;
use wasmtime::{FrameInfo, Store, Trap, UpdateDeadline, WasmBacktrace};

use super::bindings::ActionPre;
use super::bindings::qbo::actions::{log, quickbooks, types};
use super::limits::{Exhausted, Limiter, Limits, Usage, Used};
use super::meter::{Meter, Metered};
use super::slow_lane::Place;
use super::world::{Exited, World};
use super::{Loaded, Sandbox};
use crate::action::Verb;
use crate::effects::{Door, Stop};
use crate::enrollment::{Associated, CrmObject};
use crate::runs::history::{Call, Fault, Reply};

/// The host's side of the contract's `company`: the door of this run.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct Company {
    door: Door,
}

/// What a store holds.
pub(super) struct State {
    pub(super) world: World,
    limiter: Limiter,
    limits: Limits,
    calls: u32,
    place: Place,
    /// Why the host ended the attempt; set before the trap that unwinds the guest.
    ended: Option<Ended>,
}

enum Ended {
    Stopped(Stop),
    Exhausted(Exhausted),
}

/// What an attempt is given, besides the door.
pub struct Given {
    /// The contract's enrollment.
    pub enrollment: Enrollment,
    /// Seeds randomness.
    pub seed: [u8; 16],
    /// Where the clock stands.
    pub accepted_at: jiff::Timestamp,
}

pub use types::{Enrollment, Outcome, Problem, Refusal};

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
        let mut store = self.store(&limits, given.accepted_at, given.seed, &meter);
        let permit = match self.instances.acquire().await {
            Ok(permit) => permit,
            Err(closed) => return over(store, &meter, Ending::NoInstance(closed.to_string()), Some(door), 0),
        };
        let company = match store.data_mut().world.table.push(Company { door }) {
            Ok(company) => company,
            Err(full) => return over(store, &meter, Ending::NoInstance(full.to_string()), None, 0),
        };
        let handle = Resource::new_own(company.rep());
        let run = Metered::new(run(&mut store, &loaded.pre, given.enrollment, company), Arc::clone(&meter));
        let wall = Duration::from_secs(limits.wall_seconds);
        let (ending, output_bytes) = match tokio::time::timeout(wall, run).await {
            Ok(returned) => judge(returned, &mut store),
            Err(_) => (Ending::TimedOut, 0),
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
        let asked = Metered::new(
            async {
                let action = pre.instantiate_async(&mut store).await?;
                action.qbo_actions_handler().call_definition(&mut store).await
            },
            Arc::clone(&meter),
        );
        match tokio::time::timeout(Duration::from_secs(limits.wall_seconds), asked).await {
            Ok(Ok(definition)) => Ok(definition),
            Ok(Err(error)) => Err(why(&error, store.data_mut())),
            Err(_) => Err(Ending::TimedOut),
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
    enrollment: Enrollment,
    company: Resource<Company>,
) -> Returned {
    let action = pre.instantiate_async(&mut *store).await?;
    action.qbo_actions_handler().call_run(store, &enrollment, company).await
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

/// Tells a limit, the host's own stop and a bug apart.
fn why(error: &wasmtime::Error, state: &mut State) -> Ending {
    match state.ended.take() {
        Some(Ended::Stopped(stop)) => return Ending::Stopped(stop),
        Some(Ended::Exhausted(exhausted)) => return Ending::Exhausted(exhausted),
        None => {}
    }
    if let Some(Exited(status)) = error.downcast_ref::<Exited>() {
        return Ending::Trapped(format!("the action exited with status {status} instead of returning"));
    }
    if error.downcast_ref::<wasmtime::PoolConcurrencyLimitError>().is_some() {
        return Ending::NoInstance("all instances are in use".into());
    }
    if let Some(Trap::StackOverflow) = error.downcast_ref::<Trap>() {
        return Ending::Exhausted(Exhausted::Recursion);
    }
    if outgrew_its_stack(error) {
        return Ending::Exhausted(Exhausted::Recursion);
    }
    // The error's type is private to wasmtime, so its words are all there is to go by.
    if format!("{error:#}").contains("fuel allocated for hostcalls has been exhausted") {
        return Ending::Exhausted(Exhausted::CallSize);
    }
    if let Some(refused) = state.limiter.refused {
        return Ending::Exhausted(refused);
    }
    // The cause first, since a run's message has room for one line; then where it was.
    Ending::Trapped(printable(&format!("{}\n{error:?}", error.root_cause())))
}

/// Besides the host's stack a guest has one in its memory. Linkers put it first, so a frame that no
/// longer fits lies out of bounds; that the calls repeat tells this from a wild address.
fn outgrew_its_stack(error: &wasmtime::Error) -> bool {
    /// Among the innermost frames that a backtrace keeps. Four rounds through up to four functions
    /// fill it.
    const REPEATS_MIN: usize = 4;
    let (Some(Trap::MemoryOutOfBounds), Some(backtrace)) =
        (error.downcast_ref::<Trap>(), error.downcast_ref::<WasmBacktrace>())
    else {
        return false;
    };
    let functions: Vec<_> = backtrace.frames().iter().map(FrameInfo::func_index).collect();
    let repeats = |function: &u32| functions.iter().filter(|other| *other == function).count();
    functions.len() == super::engine::BACKTRACE_FRAMES_MAX && functions.iter().any(|function| repeats(function) >= REPEATS_MIN)
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
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').collect()
}

impl State {
    /// Counts a call and passes it through the door; whatever the guest can't act on unwinds it.
    async fn pass<F>(&mut self, company: &Resource<Company>, call: F) -> wasmtime::Result<Result<String, quickbooks::Fault>>
    where
        F: AsyncFnOnce(&mut Door) -> Result<Reply, Stop>,
    {
        self.calls += 1;
        if self.calls > self.limits.calls {
            self.ended = Some(Ended::Exhausted(Exhausted::Calls));
            wasmtime::bail!("{}", Exhausted::Calls.sentence());
        }
        self.place.leave();
        match call(&mut self.world.table.get_mut(company)?.door).await {
            Ok(reply) => Ok(reply.map_err(fault)),
            Err(stop) => {
                self.ended = Some(Ended::Stopped(stop));
                wasmtime::bail!("the host ended the attempt")
            }
        }
    }
}

impl quickbooks::Host for State {}

impl quickbooks::HostCompany for State {
    async fn query(
        &mut self,
        company: Resource<Company>,
        statement: String,
        values: Vec<String>,
    ) -> wasmtime::Result<Result<String, quickbooks::Fault>> {
        self.pass(&company, async |door| door.query(&statement, &values).await).await
    }

    async fn read(
        &mut self,
        company: Resource<Company>,
        entity: String,
        id: String,
    ) -> wasmtime::Result<Result<String, quickbooks::Fault>> {
        let call = Call { verb: Verb::Read, entity, key: None, text: id };
        self.pass(&company, async |door| door.call(call).await).await
    }

    async fn create(
        &mut self,
        company: Resource<Company>,
        key: String,
        entity: String,
        body: String,
    ) -> wasmtime::Result<Result<String, quickbooks::Fault>> {
        let call = Call { verb: Verb::Create, entity, key: Some(key), text: body };
        self.pass(&company, async |door| door.call(call).await).await
    }

    async fn update(
        &mut self,
        company: Resource<Company>,
        key: String,
        entity: String,
        body: String,
    ) -> wasmtime::Result<Result<String, quickbooks::Fault>> {
        let call = Call { verb: Verb::Update, entity, key: Some(key), text: body };
        self.pass(&company, async |door| door.call(call).await).await
    }

    async fn operate(
        &mut self,
        company: Resource<Company>,
        key: String,
        verb: String,
        entity: String,
        body: String,
    ) -> wasmtime::Result<Result<String, quickbooks::Fault>> {
        let verb = match verb.as_str() {
            "send" => Ok(Verb::Send),
            "void" => Ok(Verb::Void),
            "delete" => Ok(Verb::Delete),
            other => Err(Fault::own("bad-name", format!("'{}' is not send, void or delete", other.escape_debug()))),
        };
        let operate = async |door: &mut Door| match verb {
            Ok(verb) => door.call(Call { verb, entity, key: Some(key), text: body }).await,
            Err(fault) => Ok(Err(fault)),
        };
        self.pass(&company, operate).await
    }

    fn drop(&mut self, _company: Resource<Company>) -> wasmtime::Result<()> {
        wasmtime::bail!("a company is only ever lent")
    }
}

impl types::Host for State {}

impl log::Host for State {
    fn write(&mut self, level: log::Level, line: String) -> wasmtime::Result<()> {
        let level = match level {
            log::Level::Debug => "debug",
            log::Level::Info => "info",
            log::Level::Warn => "warn",
            log::Level::Error => "error",
        };
        self.world.log(level, &line);
        Ok(())
    }
}

fn fault(fault: Fault) -> quickbooks::Fault {
    let Fault { code, message, body } = fault;
    quickbooks::Fault { code, message, body }
}

impl From<&CrmObject> for types::CrmObject {
    fn from(object: &CrmObject) -> Self {
        Self { kind: object.kind.clone(), id: object.id.clone(), properties: object.properties.clone() }
    }
}

impl From<&Associated> for types::Associated {
    fn from(associated: &Associated) -> Self {
        Self {
            object: (&associated.object).into(),
            parent: associated.parent.clone(),
            labels: associated.labels.clone(),
        }
    }
}
