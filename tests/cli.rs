//! The command line as its users meet it: the real binary, its output and its exit codes.

mod actions;
pub(crate) mod binary;
mod demo;
mod runs;
mod simulator;
mod usage;
