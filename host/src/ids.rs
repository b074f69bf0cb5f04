//! Identities. Each is derived from what it names, never drawn: after a crash, a restored backup
//! or on another machine the same thing has the same name.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use crate::enrollment::{Event, ObjectRef};

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

    /// The 32 bytes.
    pub fn bytes(&self) -> [u8; 32] {
        self.0
    }
}

/// The digest that these bytes are.
impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// With or without `sha256:` in front.
impl FromStr for Digest {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        unhex(text.strip_prefix("sha256:").unwrap_or(text)).map(Self).ok_or(BadId("digest"))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
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

    /// A preview of `event` that was asked for at this moment: each is a run of its own, since a
    /// preview shows what would be made now, and none stands in the way of the run it previews.
    pub fn of_preview(event: &Event, asked_at: Timestamp) -> Self {
        let source = format!("preview at {} of {}", asked_at.as_nanosecond(), event.source);
        Self::of(&Event { source, ..event.clone() })
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

/// The run that these bytes name.
impl From<[u8; 16]> for RunId {
    fn from(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl FromStr for RunId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        unhex(text).map(Self).ok_or(BadId("run id"))
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Names a sale by its object: everything that is made for one object shares it, whoever asked for it
/// and in whichever version. HubSpot's associations join the keys of several objects to one family.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SaleKey(String);

impl SaleKey {
    /// What `event`'s company sells with `object`. HubSpot's ids are unique in one portal only.
    pub fn of(event: &Event, object: &ObjectRef) -> Self {
        Self(format!("{}/{}/{object}", event.company, event.portal))
    }

    /// The key that a store kept.
    pub fn kept(text: String) -> Self {
        Self(text)
    }

    /// As it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
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

    /// The id that a store kept.
    pub fn kept(text: String) -> Self {
        Self(text)
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

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != N * 2 || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(digit(digits[0])? * 16 + digit(digits[1])?).ok()?;
    }
    Some(bytes)
}

/// A text that is no such identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a {0}; it is made of hex digits and written in full")]
pub struct BadId(&'static str);

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
    fn an_identity_is_read_as_it_is_written() {
        let run = RunId::of(&event("a", "x"));
        assert_eq!(run.to_string().parse(), Ok(run));
        let digest = Digest::of(b"component");
        assert_eq!(digest.to_string().parse(), Ok(digest));
        for text in ["", "4f2c", "+f000000000000000000000000000000"] {
            assert!(text.parse::<RunId>().is_err(), "{text}");
        }
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
