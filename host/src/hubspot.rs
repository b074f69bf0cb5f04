//! HubSpot: reading the enrolled object with what hangs on it, answering the workflow that waits for a
//! run, and writing back what came of it. Later also signatures and the definitions that HubSpot shows.

mod callbacks;
mod crm;
mod probe;
mod tell;
mod wire;
mod write;

pub use callbacks::Callbacks;
pub use crm::{Crm, NoSnapshot, Portal, Seen};
pub use probe::Trial;
pub use tell::{Never, NotTaken, STILL_AT_WORK};
pub use write::{Change, NewObject, Target};
