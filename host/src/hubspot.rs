//! HubSpot: reading the enrolled object with what hangs on it, and answering the workflow that waits
//! for a run. Later also signatures and the definitions that HubSpot shows.

mod callbacks;
mod crm;
mod wire;

pub use callbacks::{Callbacks, NotTaken};
pub use crm::{Crm, NoSnapshot, Portal, Seen};
