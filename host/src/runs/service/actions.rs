//! The actions of a service: installed from a component's bytes, and found again in the store for
//! the runs that began with them.

use std::sync::Arc;

use serde::Serialize;

use super::Service;
use crate::action::{Capability, Definition, takes};
use crate::catalog::{ActionVersion, BadComponent, Version};
use crate::enrollment::ObjectKind;
use crate::grant::Grants;
use crate::ids::Digest;
use crate::runs::store::Unavailable;
use crate::sandbox::Limits;

/// An installed action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActionLine {
    /// Its id.
    pub action: String,
    /// What the active version is called.
    pub version: String,
    /// Its component.
    pub digest: Digest,
    /// What can be enrolled.
    pub object_types: Vec<ObjectKind>,
    /// What it may do.
    pub granted: Vec<String>,
    /// What can be filled in.
    pub inputs: Vec<InputLine>,
}

/// An input of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputLine {
    /// Its name.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// What it takes, in words.
    pub takes: String,
    /// Whether a run can't do without.
    pub required: bool,
    /// What it is where nothing is given.
    pub default: Option<String>,
}

impl Service {
    /// Installs a component: new runs of its action get it, with everything granted that it asks
    /// for and that isn't `denied`.
    pub async fn install(&self, wasm: Arc<[u8]>, denied: &[Capability]) -> Result<Arc<ActionVersion>, NotInstalled> {
        let version = self.catalog.load(&wasm, Limits::default()).await?;
        check_asked(&version.definition, denied)?;
        // Before any run can begin with it.
        self.store.put_component(version.digest, wasm).await?;
        let grants = Grants::of(&version.definition, |capability| !denied.contains(capability));
        let version = Arc::new(version);
        self.installed.activate(Arc::clone(&version), Arc::new(grants));
        Ok(version)
    }

    /// Loads the components that runs still need, and forgets those that nobody does. What was
    /// approved for an action holds for its older versions; nothing is for one that is gone.
    pub async fn load_needed(&self) -> Result<(), Unavailable> {
        self.store.forget_components(&self.installed.active_digests()).await?;
        for digest in self.store.components_needed().await? {
            if self.installed.at(digest).is_some() {
                continue;
            }
            let Some(wasm) = self.store.component(digest).await? else {
                tracing::warn!("runs need the component {digest}, and the store does not have it");
                continue;
            };
            match self.catalog.load(&wasm, Limits::default()).await {
                Ok(version) => {
                    let active = self.installed.active(&version.definition.id);
                    let approved = |capability: &Capability| {
                        let grants = active.as_ref().map(|active| &active.grants);
                        grants.is_some_and(|grants| grants.allow(&capability.entity, capability.verb))
                    };
                    let grants = Grants::of(&version.definition, approved);
                    self.installed.put(Arc::new(version), Arc::new(grants));
                }
                Err(error) => tracing::warn!("runs need the component {digest}, which can't be loaded: {error}"),
            }
        }
        Ok(())
    }

    /// The installed actions.
    pub fn actions(&self) -> Vec<ActionLine> {
        self.active_versions().iter().map(line).collect()
    }

    /// The version that new runs get, of each installed action.
    pub(super) fn active_versions(&self) -> Vec<Version> {
        self.installed.actions().into_iter().filter_map(|action| self.installed.active(&action)).collect()
    }
}

fn line(Version { version, grants }: &Version) -> ActionLine {
    let definition = &version.definition;
    let inputs = definition.inputs.iter().map(|input| InputLine {
        name: input.name.clone(),
        label: input.label.clone(),
        takes: takes(input),
        required: input.required,
        default: input.default.clone(),
    });
    ActionLine {
        action: definition.id.clone(),
        version: definition.version.clone(),
        digest: version.digest,
        object_types: definition.object_types.clone(),
        granted: grants.to_string().split_whitespace().map(str::to_owned).collect(),
        inputs: inputs.collect(),
    }
}

/// Withholding what nobody asks for would look as if it had an effect.
fn check_asked(definition: &Definition, denied: &[Capability]) -> Result<(), NotInstalled> {
    let asked: Vec<_> = definition.capabilities.iter().map(|asked| &asked.capability).collect();
    let Some(unasked) = denied.iter().find(|denied| !asked.contains(denied)) else { return Ok(()) };
    Err(NotInstalled::Unasked {
        action: definition.id.clone(),
        capability: unasked.clone(),
        asked: asked.iter().map(ToString::to_string).collect(),
    })
}

/// Why a component was not installed.
#[derive(Debug, thiserror::Error)]
pub enum NotInstalled {
    /// It can't be an action here.
    #[error(transparent)]
    BadComponent(#[from] BadComponent),
    /// It does not ask for what was to be denied.
    #[error("{action} does not ask for {capability}")]
    Unasked {
        /// The action.
        action: String,
        /// What was to be denied.
        capability: Capability,
        /// What it asks for.
        asked: Vec<String>,
    },
    /// The store did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl NotInstalled {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadComponent(bad) => bad.code(),
            Self::Unasked { .. } => "bad_capability",
            Self::Unavailable(_) => "store_unavailable",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::BadComponent(bad) => bad.hint(),
            Self::Unasked { asked, .. } => format!("it asks for: {}", asked.join(", ")),
            Self::Unavailable(_) => "look after the store, then try again".into(),
        }
    }
}
