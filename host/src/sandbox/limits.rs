//! What one attempt may use, each limit a constant with its argument, and the limiter that holds
//! memory and tables to it as a sum over everything the component instantiates.

use serde::{Deserialize, Serialize};
use wasmtime::Result;

/// Live instances in one process. An instance keeps about 0.6 MiB resident, so a full pool stays
/// near 160 MiB; QuickBooks allows one company 480 calls a minute, so 256 busy runs already serve
/// well over a hundred companies at their own limit.
pub const INSTANCES_MAX: u32 = 256;

/// All linear memory of one attempt. An invoice of 750 lines with 300 matched items needs 6 MiB;
/// Python's runtime takes about 30 MiB before the action's first line.
pub const MEMORY_BYTES_MAX: usize = 64 << 20;

/// All table elements of one attempt. A Rust component has about 300, CPython about 6,000.
pub const TABLE_ELEMENTS_MAX: usize = 20_000;

/// Native stack of a guest. Deeper recursion traps. JSON of 128 levels, the parser's own limit,
/// takes about 90 KiB.
pub const STACK_BYTES_MAX: usize = 512 << 10;

/// Time spent running guest code in one attempt. The usual run takes about 0.1 ms, and ten times
/// that in a process that has just begun; an interpreter is about 50 times slower.
pub const CPU_MS_MAX: u64 = 1_000;

/// Guest time after which a run goes on only with a slow-lane permit, so that a spinning guest
/// can't take the threads from the others. Twenty times the usual run.
pub const CPU_SLOW_LANE_MS: u64 = 2;

/// QuickBooks calls in one attempt. 750 lines whose customer, products and invoice are all new
/// make about 760.
pub const CALLS_MAX: u32 = 1_000;

/// Bytes that one call may carry from the guest to the host, and that a result may hold. An
/// invoice of 750 lines is about 250 KiB.
pub const CALL_BYTES_MAX: usize = 2 << 20;

/// Bytes of all calls and answers of one attempt, which the host keeps as its history. 300 products
/// matched and 750 lines written make about 3 MiB.
pub const HISTORY_BYTES_MAX: usize = 32 << 20;

/// Bytes of an answer that reaches a guest; a larger one is the fault `answer-too-large`.
pub const ANSWER_BYTES_MAX: usize = 4 << 20;

/// Bytes of log lines, standard output and standard error kept for one attempt; the rest is
/// counted and dropped.
pub const LOG_BYTES_MAX: usize = 64 << 10;

/// Bytes of an outcome or a refusal: 750 refused lines at a few sentences each fit twice.
pub const OUTPUT_BYTES_MAX: usize = 256 << 10;

/// Wall-clock time of one attempt. Past it the attempt ends and the run waits; it never holds,
/// since waiting is not the action's fault.
pub const WALL_SECONDS_MAX: u64 = 120;

/// The limits of one attempt. The defaults are the constants above; an operator may lower them
/// for an action, never raise them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// See [`MEMORY_BYTES_MAX`].
    pub memory_bytes: usize,
    /// See [`TABLE_ELEMENTS_MAX`].
    pub table_elements: usize,
    /// See [`CPU_MS_MAX`].
    pub cpu_ms: u64,
    /// See [`CALLS_MAX`].
    pub calls: u32,
    /// See [`LOG_BYTES_MAX`].
    pub log_bytes: usize,
    /// See [`OUTPUT_BYTES_MAX`].
    pub output_bytes: usize,
    /// See [`WALL_SECONDS_MAX`].
    pub wall_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: MEMORY_BYTES_MAX,
            table_elements: TABLE_ELEMENTS_MAX,
            cpu_ms: CPU_MS_MAX,
            calls: CALLS_MAX,
            log_bytes: LOG_BYTES_MAX,
            output_bytes: OUTPUT_BYTES_MAX,
            wall_seconds: WALL_SECONDS_MAX,
        }
    }
}

/// How much of one limit an attempt used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub struct Used {
    /// What was used.
    pub used: u64,
    /// What was allowed.
    pub limit: u64,
}

/// What an attempt used of each limit: part of the run record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub struct Usage {
    /// Time spent running guest code, in microseconds.
    pub cpu_us: Used,
    /// Linear memory, in bytes.
    pub memory_bytes: Used,
    /// Table elements.
    pub table_elements: Used,
    /// QuickBooks calls.
    pub calls: Used,
    /// Log, standard output and standard error, in bytes.
    pub log_bytes: Used,
    /// Outcome or refusal, in bytes.
    pub output_bytes: Used,
}

/// Which limit stopped an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exhausted {
    /// Linear memory.
    Memory,
    /// Table elements.
    Table,
    /// The stack.
    Recursion,
    /// Guest time.
    Cpu,
    /// Number of QuickBooks calls.
    Calls,
    /// Size of one call.
    CallSize,
    /// Size of all calls and answers.
    History,
    /// Size of the outcome or refusal.
    Output,
}

impl Exhausted {
    /// The stable code of a run that is held for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Memory => "memory_exhausted",
            Self::Table => "table_exhausted",
            Self::Recursion => "recursion_exhausted",
            Self::Cpu => "cpu_exhausted",
            Self::Calls => "calls_exhausted",
            Self::CallSize => "call_too_large",
            Self::History => "history_exhausted",
            Self::Output => "output_exhausted",
        }
    }

    /// What happened, as part of a sentence.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Memory => "the action asked for more memory than an attempt may have",
            Self::Table => "the action asked for more table elements than an attempt may have",
            Self::Recursion => "the action called itself too deeply",
            Self::Cpu => "the action computed for longer than an attempt may",
            Self::Calls => "the action made more QuickBooks calls than an attempt may",
            Self::CallSize => "the action handed over more data in one call than it may",
            Self::History => "the action's calls and their answers are larger together than they may be",
            Self::Output => "the action's result is larger than it may be",
        }
    }
}

/// Holds memories and tables to a sum. wasmtime's own limiter counts each memory by itself, so a
/// component of ten memories would have ten times the limit.
#[derive(Debug)]
pub(super) struct Limiter {
    memory_bytes_max: usize,
    table_elements_max: usize,
    pub(super) memory_bytes: usize,
    pub(super) table_elements: usize,
    /// The first limit that was refused; a guest that then gives up is held for it.
    pub(super) refused: Option<Exhausted>,
}

impl Limiter {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            memory_bytes_max: limits.memory_bytes,
            table_elements_max: limits.table_elements,
            memory_bytes: 0,
            table_elements: 0,
            refused: None,
        }
    }
}

impl wasmtime::ResourceLimiter for Limiter {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let sum = self.memory_bytes.saturating_add(desired.saturating_sub(current));
        if sum > self.memory_bytes_max {
            self.refused.get_or_insert(Exhausted::Memory);
            return Ok(false);
        }
        self.memory_bytes = sum;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> Result<bool> {
        let sum = self.table_elements.saturating_add(desired.saturating_sub(current));
        if sum > self.table_elements_max {
            self.refused.get_or_insert(Exhausted::Table);
            return Ok(false);
        }
        self.table_elements = sum;
        Ok(true)
    }
}
