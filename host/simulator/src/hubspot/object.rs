//! One object of a portal with all its versions.
//!
//! It knows neither its associations nor other objects.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;

use super::kind::Kind;
use super::line_item;

/// Which object: ids are unique within a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ObjectId {
    pub(super) kind: Kind,
    pub(super) id: u64,
}

/// An object with all its versions.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) created: Timestamp,
    kind: Kind,
    now: Version,
    /// Oldest first.
    before: Vec<Version>,
}

/// An object between two changes.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) since: Timestamp,
    pub(super) properties: BTreeMap<String, String>,
    pub(super) archived: bool,
}

impl Object {
    pub(super) fn new(at: Timestamp, kind: Kind, properties: &[(String, String)]) -> Self {
        let mut now = Version { since: at, properties: BTreeMap::new(), archived: false };
        now.write(kind, properties);
        Self { created: at, kind, now, before: Vec::new() }
    }

    pub(super) fn now(&self) -> &Version {
        &self.now
    }

    /// The object as it was at a time, or nothing if it is younger.
    pub(super) fn at(&self, time: Timestamp) -> Option<&Version> {
        let newest_first = std::iter::once(&self.now).chain(self.before.iter().rev());
        newest_first.into_iter().find(|version| version.since <= time)
    }

    /// Writes properties; an empty value clears one. Writing nothing is no change.
    pub(super) fn write(&mut self, at: Timestamp, properties: &[(String, String)]) {
        if !properties.is_empty() {
            let kind = self.kind;
            self.change(at, |version| version.write(kind, properties));
        }
    }

    pub(super) fn archive(&mut self, at: Timestamp) {
        self.change(at, |version| version.archived = true);
    }

    fn change(&mut self, at: Timestamp, change: impl FnOnce(&mut Version)) {
        self.before.push(self.now.clone());
        self.now.since = at;
        change(&mut self.now);
    }
}

impl Version {
    fn write(&mut self, kind: Kind, properties: &[(String, String)]) {
        for (name, value) in properties {
            if value.is_empty() {
                self.properties.remove(name);
            } else {
                self.properties.insert(name.clone(), value.clone());
            }
        }
        if kind == Kind::LineItem {
            line_item::compute(&mut self.properties, properties);
        }
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.kind.singular(), self.id)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;
    const SECOND: SignedDuration = SignedDuration::from_secs(1);

    #[test]
    fn an_object_is_remembered_as_it_was_before_each_change() {
        let mut deal = Object::new(START, Kind::Deal, &[]);
        deal.write(START + SECOND, &[("dealname".into(), "Fountain".into())]);
        assert!(deal.at(START - SECOND).is_none());
        assert!(deal.at(START).is_some_and(|version| version.properties.is_empty()));
        assert_eq!(deal.at(START + SECOND).unwrap().properties["dealname"], "Fountain");
    }

    #[test]
    fn writing_nothing_is_no_change() {
        let mut deal = Object::new(START, Kind::Deal, &[]);
        deal.write(START + SECOND, &[]);
        assert_eq!(deal.now().since, START);
    }
}
