//! How runs and components look: text for people, at most 80 columns wide, and JSON for programs.

mod component;
mod connection;
mod run;
mod stored;
mod suite;
mod text;

pub(super) use component::{asked, component, component_json};
pub(super) use connection::{choices, connections, findings, settings};
pub(super) use run::{json, mark, reasons, run, timeline};
pub(super) use stored::{lines, messages, whole};
pub(super) use suite::suite;
pub(super) use text::table;
