//! Runs: what asks for one, what it records, how it goes on after whatever happened, and how it
//! ended.

mod drive;
mod ending;
pub mod history;
mod memory;
pub mod record;
pub mod store;

pub use drive::{Patience, Runs, Start};
pub use memory::MemoryStore;
pub use record::{Problem, RefusalKind, RunRecord, Status};
