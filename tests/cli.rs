//! The command line as its users meet it: the real binary, its output and its exit codes.

mod actions;
mod checks;
mod demo;
mod runs;
mod simulator;
mod usage;

pub(crate) use qbo_tests::binary;
