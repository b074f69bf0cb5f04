//! Runs components that nobody trusts. A component gets the enrolled object and a company that
//! passes every call through `effects`; it has no files, no sockets, no clock of its own, and a
//! limit on whatever it could use up.
//!
//! The sandbox knows wasmtime and the contract. It must not know servers, commands or stores.

mod attempt;
mod bindings;
mod calls;
mod engine;
mod given;
pub mod limits;
mod meter;
mod polled;
mod slow_lane;
mod world;

use tokio::sync::Semaphore;
use wasmtime::Engine;
use wasmtime::component::{Component, HasSelf, Linker};

use attempt::State;
pub(crate) use attempt::printable;
pub use attempt::{Attempted, Ending, Outcome, Problem, Refusal};
use bindings::{Action, ActionPre};
pub use given::Given;
pub use limits::{Exhausted, Limits, Usage, Used};
pub use polled::Polled;
use slow_lane::SlowLane;

/// One engine with its instance pool.
pub struct Sandbox {
    engine: Engine,
    linker: Linker<State>,
    /// In front of the pool, so that a burst waits instead of failing.
    instances: Semaphore,
    slow_lane: SlowLane,
    polled: Option<Polled>,
}

/// A component that is linked and can be run.
pub struct Loaded {
    pre: ActionPre<State>,
    /// What its attempts may use.
    pub limits: Limits,
}

impl Sandbox {
    /// Starts the engine.
    pub fn start() -> Result<Self, NoSandbox> {
        let sandbox = Self::without_ticks()?;
        engine::tick(&sandbox.engine).map_err(|error| NoSandbox(format!("{error:#}")))?;
        Ok(sandbox)
    }

    /// An engine without its thread, for the seeded simulation, whose course must not depend on
    /// threads. Nothing stops a guest that computes for ever.
    pub fn without_ticks() -> Result<Self, NoSandbox> {
        let engine = engine::start().map_err(|error| NoSandbox(format!("{error:#}")))?;
        let mut linker = Linker::new(&engine);
        world::add_to_linker(&mut linker)
            .and_then(|()| Action::add_to_linker::<State, HasSelf<State>>(&mut linker, |state| state))
            .map_err(|error| NoSandbox(format!("{error:#}")))?;
        Ok(Self {
            engine,
            linker,
            instances: Semaphore::new(limits::INSTANCES_MAX as usize),
            slow_lane: SlowLane::new(),
            polled: None,
        })
    }

    /// Marks in `polled` which run's guest is running, for a host that may die with it.
    pub fn marking(self, polled: Polled) -> Self {
        Self { polled: Some(polled), ..self }
    }

    /// The engine: for the cache of compiled code, and to measure wasmtime alone beside the host.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Instances that hold a place of the pool.
    pub fn instances(&self) -> usize {
        limits::INSTANCES_MAX as usize - self.instances.available_permits()
    }

    /// Links a compiled component: everything that can be checked before it runs.
    pub(crate) fn link(&self, component: &Component, limits: Limits) -> Result<Loaded, Unlinkable> {
        let pre = self
            .linker
            .instantiate_pre(component)
            .and_then(ActionPre::new)
            .map_err(|error| Unlinkable(format!("{error:#}")))?;
        Ok(Loaded { pre, limits })
    }

    /// The definition's text, as the component tells it.
    pub async fn definition(&self, loaded: &Loaded) -> Result<String, Ending> {
        self.ask_definition(&loaded.pre).await
    }
}

/// The engine can't start.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox can't start: {0}")]
pub struct NoSandbox(String);

/// A component that doesn't fit the contract.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unlinkable(String);
