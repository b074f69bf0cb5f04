//! A QuickBooks Online company and a HubSpot portal on loopback HTTP.
//!
//! The default of the product and its tests: no account, no network, no waiting for somebody else's
//! sandbox. Each simulator behaves like the real service down to headers, faults and timing, so that
//! public client libraries work against it. This crate never imports the host, and it shares no
//! struct with the host's clients: a misreading of the real service then shows up as a disagreement
//! instead of cancelling out.

pub mod clock;
pub mod faults;
pub mod hubspot;
pub mod quickbooks;
pub mod requests;
pub mod server;
