//! How large what is kept may be. Each cap lies above what the sandbox, the client and the doors let
//! through, so that it is met only by what should not have come so far; nothing is ever cut.

use crate::runs::history::{Record, Reply};
use crate::runs::store::{Learned, NewMessage, Unavailable};

/// Inputs are a few fields that a person fills in, and are read by every claim.
pub(super) const ENROLLMENT_BYTES_MAX: usize = 1 << 20;

/// A deal with 500 line items of 100 properties of 100 bytes has 5 MB, and every later attempt reads it.
pub(super) const SNAPSHOT_BYTES_MAX: usize = 16 << 20;

/// By the contract an answer has at most 4 MiB and what is sent 2 MiB.
pub(super) const CALL_BYTES_MAX: usize = 16 << 20;

/// What is recorded in one commit, for which everyone else waits: twice the history that the sandbox
/// lets a run have.
pub(super) const LEARNED_BYTES_MAX: usize = 64 << 20;

/// A log has at most 64 KiB and an outcome 256 KiB; the rest is a line for each call.
pub(super) const RECORD_BYTES_MAX: usize = 8 << 20;

/// Four times the output fields of a run, which a callback carries.
pub(super) const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// Twice what the catalog takes.
pub(super) const COMPONENT_BYTES_MAX: usize = 128 << 20;

/// Whether `bytes` of `what` may be kept.
pub(super) fn fits(what: &str, bytes: usize, bytes_max: usize) -> Result<(), Unavailable> {
    if bytes <= bytes_max {
        return Ok(());
    }
    Err(Unavailable(format!("too_large_to_keep: {what} has {bytes} bytes, and at most {bytes_max} are kept")))
}

/// Whether a call may be kept, with its answer.
pub(super) fn call_fits(record: &Record) -> Result<(), Unavailable> {
    fits("a call", call_bytes(record), CALL_BYTES_MAX)
}

/// Whether an answer may be kept.
pub(super) fn answer_fits(reply: &Reply) -> Result<(), Unavailable> {
    fits("an answer", reply_bytes(reply), CALL_BYTES_MAX)
}

/// Whether everything that was learned may be kept.
pub(super) fn learned_fits(learned: &Learned) -> Result<(), Unavailable> {
    learned.records.iter().try_for_each(|record| call_fits(record))?;
    let bytes = learned.records.iter().map(|record| call_bytes(record)).sum();
    fits("what an attempt learned", bytes, LEARNED_BYTES_MAX)
}

/// Whether all messages may be kept.
pub(super) fn messages_fit(messages: &[NewMessage]) -> Result<(), Unavailable> {
    messages.iter().try_for_each(|message| fits("a message", message.body.len(), MESSAGE_BYTES_MAX))
}

fn call_bytes(record: &Record) -> usize {
    record.call.text.len() + record.reply.as_ref().map_or(0, reply_bytes)
}

fn reply_bytes(reply: &Reply) -> usize {
    match reply {
        Ok(answer) => answer.len(),
        Err(fault) => fault.code.len() + fault.message.len() + fault.body.len(),
    }
}
