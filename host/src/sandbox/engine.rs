//! The engine: what WebAssembly is allowed at all, the instance pool, and the ticking that gives
//! the host its say while a guest computes.

use std::num::NonZeroUsize;
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, Result};

use super::limits::{INSTANCES_MAX, MEMORY_BYTES_MAX, STACK_BYTES_MAX, TABLE_ELEMENTS_MAX};

/// Between two ticks a guest runs undisturbed. Half the slow-lane threshold, so that it is
/// noticed within one and a half times of it; a tick costs one atomic add.
const TICK: Duration = Duration::from_millis(1);

/// Core instances of one component: a Rust component uses 3, Python with its stubs 38.
const CORE_INSTANCES_PER_COMPONENT_MAX: u32 = 64;

/// Memory that stays resident between two runs in one slot: stack, data and usual heap of a Rust
/// action fit, so a run pays no page fault and no `madvise`.
const MEMORY_KEEP_RESIDENT_BYTES: usize = 512 << 10;

/// Innermost frames of a trap that are kept: enough to find it, and to see that calls repeat.
pub(super) const BACKTRACE_FRAMES_MAX: usize = 16;

/// Makes the engine.
pub(super) fn start() -> Result<Engine> {
    Engine::new(&config())
}

/// Starts the ticking, which ends with the engine.
pub(super) fn tick(engine: &Engine) -> Result<()> {
    let ticked = engine.weak();
    std::thread::Builder::new().name("epoch".into()).spawn(move || {
        while let Some(engine) = ticked.upgrade() {
            engine.increment_epoch();
            drop(engine);
            std::thread::park_timeout(TICK);
        }
    })?;
    Ok(())
}

fn config() -> Config {
    let mut config = Config::new();
    config
        .wasm_component_model(true)
        .concurrency_support(false)
        .epoch_interruption(true)
        .cranelift_opt_level(OptLevel::Speed)
        .cranelift_nan_canonicalization(true)
        .memory_init_cow(true)
        .max_wasm_stack(STACK_BYTES_MAX)
        .async_stack_size(STACK_BYTES_MAX * 2)
        .wasm_backtrace_max_frames(NonZeroUsize::new(BACKTRACE_FRAMES_MAX))
        .shared_memory(false)
        .wasm_memory64(false)
        .wasm_gc(false)
        .wasm_stack_switching(false)
        .wasm_custom_page_sizes(false)
        .wasm_wide_arithmetic(false)
        .wasm_relaxed_simd(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool()));
    config
}

fn pool() -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(INSTANCES_MAX)
        .total_core_instances(INSTANCES_MAX * 3)
        .total_memories(INSTANCES_MAX)
        .total_tables(INSTANCES_MAX * 3)
        .total_stacks(INSTANCES_MAX)
        .max_component_instance_size(2 << 20)
        .max_core_instance_size(1 << 20)
        .max_core_instances_per_component(CORE_INSTANCES_PER_COMPONENT_MAX)
        .max_memories_per_component(2)
        .max_tables_per_component(8)
        .max_memories_per_module(1)
        .max_tables_per_module(2)
        .max_memory_size(MEMORY_BYTES_MAX)
        .table_elements(TABLE_ELEMENTS_MAX)
        .linear_memory_keep_resident(MEMORY_KEEP_RESIDENT_BYTES)
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::No);
    pool
}
