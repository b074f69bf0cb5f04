//! Lines for the run's record, which the operator and the action's author read.

use crate::bindings::qbo::actions::log::{Level, write};

/// A detail for the author.
pub fn debug(line: &str) {
    write(Level::Debug, line);
}

/// Something the operator may want to know.
pub fn info(line: &str) {
    write(Level::Info, line);
}

/// Something odd that did not stop the run.
pub fn warn(line: &str) {
    write(Level::Warn, line);
}

/// Something that stopped the run.
pub fn error(line: &str) {
    write(Level::Error, line);
}
