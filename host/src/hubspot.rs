//! HubSpot: reading the enrolled object with what hangs on it. Later also signatures, callbacks and
//! the definitions that HubSpot shows.

mod crm;
mod wire;

pub use crm::{Crm, NoSnapshot, Portal, Seen};
