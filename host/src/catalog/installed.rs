//! The action versions that a host runs: one active for each action, and those that runs began with.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use super::ActionVersion;
use crate::grant::Grants;
use crate::ids::Digest;

/// Installed versions. A run in flight keeps the one it began with, whatever is active meanwhile.
#[derive(Default)]
pub struct Installed(RwLock<Versions>);

#[derive(Default)]
struct Versions {
    by_digest: BTreeMap<Digest, Version>,
    active: BTreeMap<String, Digest>,
}

/// A version and what it may do.
#[derive(Clone)]
pub struct Version {
    /// The version.
    pub version: Arc<ActionVersion>,
    /// What was approved of what it asks for.
    pub grants: Arc<Grants>,
}

impl Installed {
    /// Makes a version known.
    pub fn put(&self, version: Arc<ActionVersion>, grants: Arc<Grants>) {
        let mut versions = self.0.write().unwrap_or_else(PoisonError::into_inner);
        versions.by_digest.insert(version.digest, Version { version, grants });
    }

    /// Makes a version known, and the one that new runs of its action get.
    pub fn activate(&self, version: Arc<ActionVersion>, grants: Arc<Grants>) {
        let (action, digest) = (version.definition.id.clone(), version.digest);
        self.put(version, grants);
        self.0.write().unwrap_or_else(PoisonError::into_inner).active.insert(action, digest);
    }

    /// The version at `digest`.
    pub fn at(&self, digest: Digest) -> Option<Version> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).by_digest.get(&digest).cloned()
    }

    /// The version that new runs of `action` get.
    pub fn active(&self, action: &str) -> Option<Version> {
        let versions = self.0.read().unwrap_or_else(PoisonError::into_inner);
        versions.by_digest.get(versions.active.get(action)?).cloned()
    }

    /// The versions of `action` that say they are `version`.
    pub fn named(&self, action: &str, version: &str) -> Vec<Version> {
        let versions = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let named = |known: &&Version| {
            let definition = &known.version.definition;
            definition.id == action && definition.version == version
        };
        versions.by_digest.values().filter(named).cloned().collect()
    }

    /// The actions that have an active version.
    pub fn actions(&self) -> Vec<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).active.keys().cloned().collect()
    }

    /// The digests of the active versions.
    pub fn active_digests(&self) -> BTreeSet<Digest> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).active.values().copied().collect()
    }
}
