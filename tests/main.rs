//! Proves what the project promises, on real components, real HTTP and the real binary. One binary,
//! so that the host is linked once.

mod bad_input;
mod catalog;
mod cli;
mod conformance;
mod door;
mod kills;
mod one_sale;
mod readme;
mod runs;
mod sandbox;
mod service;
mod simulation;
mod store;
mod totals;
mod written_back;
