//! The world a guest sees besides the contract: WASI 0.2 as Rust's and other languages' standard
//! libraries import it, empty and deterministic. The wall clock stands at the accepted time, the
//! monotonic clock starts at 0 and moves 1 µs a read, sleeping returns at once, randomness is
//! seeded from the run, input is closed, output is kept up to a limit, and there are no files, no
//! arguments and no environment. One attempt twice from the same answers gives the same bytes.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use wasmtime::Result;
use wasmtime::component::{HasSelf, Linker, Resource, ResourceTable};
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystem, WasiFilesystemCtx, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem, random};
use wasmtime_wasi::p2::pipe::ClosedInputStream;
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult, subscribe};
use wasmtime_wasi_io::IoView;
use wasmtime_wasi_io::poll::DynPollable;
use wasmtime_wasi_io::streams::{DynInputStream, DynOutputStream};

use super::attempt::State;

/// Bytes that one call for randomness gives at most.
const RANDOM_BYTES_MAX: u64 = 64 << 10;

/// Handles to streams and pollables a guest may hold at once.
const RESOURCES_MAX: usize = 1_000;

/// The deterministic world of one attempt.
pub(super) struct World {
    pub(super) table: ResourceTable,
    /// The accepted time.
    wall: jiff::Timestamp,
    monotonic_ns: u64,
    seed: [u8; 16],
    random_block: u64,
    output: Output,
    /// Made only for a guest that touches a file interface; without preopens it opens nothing.
    files: WasiFilesystemCtx,
}

impl World {
    pub(super) fn new(wall: jiff::Timestamp, seed: [u8; 16], log_bytes_max: usize) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(RESOURCES_MAX);
        Self {
            table,
            wall,
            monotonic_ns: 0,
            seed,
            random_block: 0,
            output: Output(Arc::new(Mutex::new(Kept { text: Vec::new(), bytes_max: log_bytes_max, dropped: 0 }))),
            files: WasiFilesystemCtx::default(),
        }
    }

    /// Keeps a log line within the same budget as standard output.
    pub(super) fn log(&self, level: &str, line: &str) {
        self.output.keep(&[level.as_bytes(), b": ", line.as_bytes(), b"\n"]);
    }

    /// What was written, as text, and how many bytes were dropped.
    pub(super) fn written(&self) -> (String, u64) {
        let kept = self.output.lock();
        (String::from_utf8_lossy(&kept.text).into_owned(), kept.dropped)
    }

    /// Bytes kept so far.
    pub(super) fn written_bytes(&self) -> usize {
        self.output.lock().text.len()
    }

    fn random(&mut self, length: u64) -> Result<Vec<u8>> {
        if length > RANDOM_BYTES_MAX {
            wasmtime::bail!("{length} random bytes were asked for, at most {RANDOM_BYTES_MAX} are given");
        }
        let length = usize::try_from(length)?;
        let mut bytes = Vec::with_capacity(length + 32);
        while bytes.len() < length {
            let block = Sha256::new().chain_update(self.seed).chain_update(self.random_block.to_le_bytes());
            self.random_block += 1;
            bytes.extend_from_slice(&block.finalize());
        }
        bytes.truncate(length);
        Ok(bytes)
    }

    fn random_u64(&mut self) -> Result<u64> {
        let bytes = self.random(8)?;
        let mut eight = [0; 8];
        eight.copy_from_slice(&bytes);
        Ok(u64::from_le_bytes(eight))
    }
}

/// Links every interface a guest may import besides the contract.
pub(super) fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    type Own = HasSelf<State>;
    fn own(state: &mut State) -> &mut State {
        state
    }
    wasmtime_wasi_io::add_to_linker_async(linker)?;
    clocks::wall_clock::add_to_linker::<State, Own>(linker, own)?;
    clocks::monotonic_clock::add_to_linker::<State, Own>(linker, own)?;
    random::random::add_to_linker::<State, Own>(linker, own)?;
    random::insecure::add_to_linker::<State, Own>(linker, own)?;
    random::insecure_seed::add_to_linker::<State, Own>(linker, own)?;
    cli::environment::add_to_linker::<State, Own>(linker, own)?;
    cli::exit::add_to_linker::<State, Own>(linker, own)?;
    cli::stdin::add_to_linker::<State, Own>(linker, own)?;
    cli::stdout::add_to_linker::<State, Own>(linker, own)?;
    cli::stderr::add_to_linker::<State, Own>(linker, own)?;
    cli::terminal_input::add_to_linker::<State, Own>(linker, own)?;
    cli::terminal_output::add_to_linker::<State, Own>(linker, own)?;
    cli::terminal_stdin::add_to_linker::<State, Own>(linker, own)?;
    cli::terminal_stdout::add_to_linker::<State, Own>(linker, own)?;
    cli::terminal_stderr::add_to_linker::<State, Own>(linker, own)?;
    filesystem::preopens::add_to_linker::<State, Own>(linker, own)?;
    filesystem::types::add_to_linker::<State, WasiFilesystem>(linker, |state| WasiFilesystemCtxView {
        ctx: &mut state.world.files,
        table: &mut state.world.table,
    })?;
    Ok(())
}

impl IoView for State {
    fn table(&mut self) -> &mut ResourceTable {
        &mut self.world.table
    }
}

impl clocks::wall_clock::Host for State {
    fn now(&mut self) -> Result<clocks::wall_clock::Datetime> {
        Ok(clocks::wall_clock::Datetime {
            seconds: u64::try_from(self.world.wall.as_second())?,
            nanoseconds: u32::try_from(self.world.wall.subsec_nanosecond())?,
        })
    }

    fn resolution(&mut self) -> Result<clocks::wall_clock::Datetime> {
        Ok(clocks::wall_clock::Datetime { seconds: 0, nanoseconds: 1_000 })
    }
}

/// A moment that has come already, whatever moment was asked for.
struct Now;

#[async_trait::async_trait]
impl Pollable for Now {
    async fn ready(&mut self) {}
}

impl State {
    /// Sleeping moves the guest's clock instead of passing time, so that a loop which waits for a
    /// moment ends.
    fn sleep_until(&mut self, when_ns: u64) -> Result<Resource<DynPollable>> {
        self.world.monotonic_ns = self.world.monotonic_ns.max(when_ns);
        let now = self.world.table.push(Now)?;
        subscribe(&mut self.world.table, now)
    }
}

impl clocks::monotonic_clock::Host for State {
    fn now(&mut self) -> Result<u64> {
        let now = self.world.monotonic_ns;
        self.world.monotonic_ns = now.saturating_add(1_000);
        Ok(now)
    }

    fn resolution(&mut self) -> Result<u64> {
        Ok(1_000)
    }

    fn subscribe_instant(&mut self, when: u64) -> Result<Resource<DynPollable>> {
        self.sleep_until(when)
    }

    fn subscribe_duration(&mut self, duration: u64) -> Result<Resource<DynPollable>> {
        self.sleep_until(self.world.monotonic_ns.saturating_add(duration))
    }
}

impl random::random::Host for State {
    fn get_random_bytes(&mut self, length: u64) -> Result<Vec<u8>> {
        self.world.random(length)
    }

    fn get_random_u64(&mut self) -> Result<u64> {
        self.world.random_u64()
    }
}

impl random::insecure::Host for State {
    fn get_insecure_random_bytes(&mut self, length: u64) -> Result<Vec<u8>> {
        self.world.random(length)
    }

    fn get_insecure_random_u64(&mut self) -> Result<u64> {
        self.world.random_u64()
    }
}

impl random::insecure_seed::Host for State {
    fn insecure_seed(&mut self) -> Result<(u64, u64)> {
        Ok((self.world.random_u64()?, self.world.random_u64()?))
    }
}

impl cli::environment::Host for State {
    fn get_environment(&mut self) -> Result<Vec<(String, String)>> {
        Ok(Vec::new())
    }

    fn get_arguments(&mut self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    fn initial_cwd(&mut self) -> Result<Option<String>> {
        Ok(None)
    }
}

impl cli::exit::Host for State {
    fn exit(&mut self, status: std::result::Result<(), ()>) -> Result<()> {
        Err(wasmtime::Error::new(Exited(if status.is_ok() { 0 } else { 1 })))
    }

    fn exit_with_code(&mut self, status: u8) -> Result<()> {
        Err(wasmtime::Error::new(Exited(status)))
    }
}

impl cli::stdin::Host for State {
    fn get_stdin(&mut self) -> Result<Resource<DynInputStream>> {
        Ok(self.world.table.push(Box::new(ClosedInputStream) as DynInputStream)?)
    }
}

impl cli::stdout::Host for State {
    fn get_stdout(&mut self) -> Result<Resource<DynOutputStream>> {
        let output = self.world.output.clone();
        Ok(self.world.table.push(Box::new(output) as DynOutputStream)?)
    }
}

impl cli::stderr::Host for State {
    fn get_stderr(&mut self) -> Result<Resource<DynOutputStream>> {
        cli::stdout::Host::get_stdout(self)
    }
}

impl cli::terminal_input::Host for State {}
impl cli::terminal_output::Host for State {}

impl cli::terminal_input::HostTerminalInput for State {
    fn drop(&mut self, handle: Resource<cli::terminal_input::TerminalInput>) -> Result<()> {
        self.world.table.delete(handle)?;
        Ok(())
    }
}

impl cli::terminal_output::HostTerminalOutput for State {
    fn drop(&mut self, handle: Resource<cli::terminal_output::TerminalOutput>) -> Result<()> {
        self.world.table.delete(handle)?;
        Ok(())
    }
}

impl cli::terminal_stdin::Host for State {
    fn get_terminal_stdin(&mut self) -> Result<Option<Resource<cli::terminal_input::TerminalInput>>> {
        Ok(None)
    }
}

impl cli::terminal_stdout::Host for State {
    fn get_terminal_stdout(&mut self) -> Result<Option<Resource<cli::terminal_output::TerminalOutput>>> {
        Ok(None)
    }
}

impl cli::terminal_stderr::Host for State {
    fn get_terminal_stderr(&mut self) -> Result<Option<Resource<cli::terminal_output::TerminalOutput>>> {
        Ok(None)
    }
}

impl filesystem::preopens::Host for State {
    fn get_directories(&mut self) -> Result<Vec<(Resource<Descriptor>, String)>> {
        Ok(Vec::new())
    }
}

/// Where standard output, standard error and log lines go. Past the limit bytes are counted and
/// dropped: a guest that talks too much isn't punished with a trap.
#[derive(Clone)]
struct Output(Arc<Mutex<Kept>>);

struct Kept {
    text: Vec<u8>,
    bytes_max: usize,
    dropped: u64,
}

impl Output {
    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, parts: &[&[u8]]) {
        let mut kept = self.lock();
        for part in parts {
            let room = kept.bytes_max.saturating_sub(kept.text.len()).min(part.len());
            kept.text.extend_from_slice(&part[..room]);
            kept.dropped += (part.len() - room) as u64;
        }
    }
}

#[async_trait::async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.keep(&[&bytes]);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(64 << 10)
    }
}

/// The guest ended itself, which an action may not.
#[derive(Debug, thiserror::Error)]
#[error("the action exited with status {0}")]
pub(super) struct Exited(pub(super) u8);
