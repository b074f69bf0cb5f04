//! Runs QuickBooks actions: WebAssembly components that nobody has to trust, each of which does one
//! accounting task for one enrolled HubSpot object. `ARCHITECTURE.md` tells how the parts fit.

pub mod action;
pub mod catalog;
pub mod cli;
pub mod clock;
pub mod conformance;
pub mod connection;
pub mod effects;
pub mod enrollment;
pub mod grant;
pub mod hubspot;
pub mod ids;
pub mod options;
pub mod quickbooks;
pub mod runs;
pub mod sandbox;
pub mod server;
pub mod settings;
