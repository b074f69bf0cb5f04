//! Why a guest didn't come to an end of its own: a limit, the host's own stop, or a bug.
//!
//! Knows wasmtime's errors. It must not know what becomes of a run for it.

use wasmtime::{FrameInfo, Trap, WasmBacktrace};

use super::{Ended, Ending, State, printable};
use crate::sandbox::engine::BACKTRACE_FRAMES_MAX;
use crate::sandbox::limits::Exhausted;
use crate::sandbox::world::Exited;

/// Tells a limit, the host's own stop and a bug apart.
pub(super) fn why(error: &wasmtime::Error, state: &mut State) -> Ending {
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
    functions.len() == BACKTRACE_FRAMES_MAX && functions.iter().any(|function| repeats(function) >= REPEATS_MIN)
}
