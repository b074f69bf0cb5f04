//! What an action may do: what it asked for and was approved.

use std::collections::BTreeSet;
use std::fmt;

use crate::action::{Capability, Definition, Verb};

/// The capabilities of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants(BTreeSet<Capability>);

impl Grants {
    /// What `definition` asks for, as far as `approved` says yes.
    pub fn of(definition: &Definition, approved: impl Fn(&Capability) -> bool) -> Self {
        Self(
            definition
                .capabilities
                .iter()
                .map(|asked| asked.capability.clone())
                .filter(|capability| approved(capability))
                .collect(),
        )
    }

    /// Whether `verb` on `entity` was granted.
    pub fn allow(&self, entity: &str, verb: Verb) -> bool {
        self.0.iter().any(|granted| granted.verb == verb && granted.entity.eq_ignore_ascii_case(entity))
    }

    /// The required capabilities of `definition` that were not granted.
    pub fn missing<'a>(&self, definition: &'a Definition) -> Vec<&'a Capability> {
        definition
            .capabilities
            .iter()
            .filter(|asked| asked.required && !self.0.contains(&asked.capability))
            .map(|asked| &asked.capability)
            .collect()
    }
}

/// `customer:create invoice:create`, in order.
impl fmt::Display for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, capability) in self.0.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(f, "{space}{capability}")?;
        }
        Ok(())
    }
}
