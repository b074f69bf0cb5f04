//! Identities. Each is derived from what it names, never drawn: after a crash, a restored backup
//! or on another machine the same thing has the same name.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::enrollment::Event;

/// The SHA-256 of a component's bytes: what an action version is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Lower-case hex, 64 characters.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Names a run: derived from its event, so the same event is the same run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId([u8; 16]);

impl RunId {
    /// The run of `event`.
    pub fn of(event: &Event) -> Self {
        let Event { source, portal, company, action, id } = event;
        let hash = hash_parts(&["run", source, portal, company, action, id]);
        let mut half = [0; 16];
        half.copy_from_slice(&hash[..16]);
        Self(half)
    }

    /// The preview of `event`: another run, so that neither stands in the other's way.
    pub fn of_preview(event: &Event) -> Self {
        Self::of(&Event { source: format!("preview of {}", event.source), ..event.clone() })
    }

    /// The sixteen bytes, which also seed the run's randomness.
    pub fn bytes(&self) -> [u8; 16] {
        self.0
    }

    /// The first four hex digits: enough for a person to find the run by.
    pub fn short(&self) -> String {
        hex(&self.0[..2])
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for RunId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// QuickBooks' `requestid`: 36 characters, of at most 50. QuickBooks answers a repeated one with
/// its first answer, so a write that is sent again is not written again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The id of the write that `run` calls `key`. `generation` is 0 and is raised only for a key
    /// whose write QuickBooks is known to have rejected.
    pub fn of(run: RunId, verb: &str, entity: &str, key: &str, generation: u32) -> Self {
        let hash = hash_parts(&["qbo", &run.to_string(), verb, entity, key, &generation.to_string()]);
        Self(hex(&hash[..18]))
    }

    /// As it goes on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Each part goes in behind its length: no two lists of parts run together to the same text.
fn hash_parts(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(action: &str, id: &str) -> Event {
        Event { source: "cli".into(), portal: "1".into(), company: "2".into(), action: action.into(), id: id.into() }
    }

    #[test]
    fn one_event_is_one_run() {
        assert_eq!(RunId::of(&event("a", "x")), RunId::of(&event("a", "x")));
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(RunId::of(&event("a", "bc")), RunId::of(&event("ab", "c")));
    }

    #[test]
    fn a_request_id_fits_quickbooks_and_depends_on_every_part() {
        let run = RunId::of(&event("a", "x"));
        let base = RequestId::of(run, "create", "Invoice", "invoice", 0);
        assert_eq!(base.as_str().len(), 36);
        for other in [
            RequestId::of(run, "update", "Invoice", "invoice", 0),
            RequestId::of(run, "create", "Estimate", "invoice", 0),
            RequestId::of(run, "create", "Invoice", "invoice:2", 0),
            RequestId::of(run, "create", "Invoice", "invoice", 1),
            RequestId::of(RunId::of(&event("a", "y")), "create", "Invoice", "invoice", 0),
        ] {
            assert_ne!(base, other);
        }
    }
}
