//! Capabilities: what may be done to which kind of QuickBooks entity.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How long an entity's name may be: twice `RecurringTransaction`.
const ENTITY_BYTES_MAX: usize = 40;

/// What is done to an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    Query,
    Read,
    Create,
    Update,
    Send,
    Void,
    Delete,
}

impl Verb {
    /// Every verb, in the order in which they are listed to people.
    pub const ALL: [Verb; 7] =
        [Verb::Query, Verb::Read, Verb::Create, Verb::Update, Verb::Send, Verb::Void, Verb::Delete];

    /// The word in definitions, the contract, the CLI and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Query => "query",
            Verb::Read => "read",
            Verb::Create => "create",
            Verb::Update => "update",
            Verb::Send => "send",
            Verb::Void => "void",
            Verb::Delete => "delete",
        }
    }

    /// Whether it changes anything in QuickBooks or sends mail to a customer.
    pub fn is_write(self) -> bool {
        match self {
            Verb::Query | Verb::Read => false,
            Verb::Create | Verb::Update | Verb::Send | Verb::Void | Verb::Delete => true,
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Verb {
    type Err = BadCapability;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Verb::ALL
            .into_iter()
            .find(|verb| verb.as_str() == word)
            .ok_or_else(|| BadCapability::UnknownVerb { verb: word.to_owned() })
    }
}

/// One entity and one verb, written `invoice:create`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Capability {
    /// In lower case, letters only.
    pub entity: String,
    pub verb: Verb,
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.entity, self.verb)
    }
}

impl FromStr for Capability {
    type Err = BadCapability;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (entity, verb) = text.split_once(':').ok_or_else(|| BadCapability::NoColon { text: text.to_owned() })?;
        let lower_case = entity.bytes().all(|byte| byte.is_ascii_lowercase());
        if entity.is_empty() || entity.len() > ENTITY_BYTES_MAX || !lower_case {
            return Err(BadCapability::NotAnEntity { entity: entity.to_owned() });
        }
        Ok(Self { entity: entity.to_owned(), verb: verb.parse()? })
    }
}

impl TryFrom<String> for Capability {
    type Error = BadCapability;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl Serialize for Capability {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why a text names no capability.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCapability {
    #[error("capability {text:?} has no colon between entity and verb")]
    NoColon { text: String },
    #[error("entity {entity:?} of a capability is not lower-case letters")]
    NotAnEntity { entity: String },
    #[error("verb {verb:?} of a capability is none of query, read, create, update, send, void, delete")]
    UnknownVerb { verb: String },
}

#[cfg(test)]
mod tests {
    use super::{BadCapability, Capability, Verb};

    #[test]
    fn a_capability_is_read_as_it_is_written() {
        for verb in Verb::ALL {
            let capability = Capability { entity: "salesreceipt".to_owned(), verb };
            assert_eq!(capability.to_string().parse(), Ok(capability));
        }
    }

    #[test]
    fn what_names_no_capability_is_refused() {
        let parse = |text: &str| text.parse::<Capability>();
        let no_entity = |entity: &str| Err(BadCapability::NotAnEntity { entity: entity.to_owned() });
        let no_verb = |verb: &str| Err(BadCapability::UnknownVerb { verb: verb.to_owned() });
        assert_eq!(parse("invoice"), Err(BadCapability::NoColon { text: "invoice".to_owned() }));
        assert_eq!(parse("Invoice:create"), no_entity("Invoice"));
        assert_eq!(parse(":create"), no_entity(""));
        assert_eq!(parse("*:create"), no_entity("*"));
        assert_eq!(parse(&format!("{}:create", "x".repeat(41))), no_entity(&"x".repeat(41)));
        assert_eq!(parse("invoice:post"), no_verb("post"));
        assert_eq!(parse("invoice:create:send"), no_verb("create:send"));
        assert_eq!(parse("invoice:CREATE"), no_verb("CREATE"));
    }
}
