//! What a write is asked to do: by the parameters of its address, or by an item of a batch.

use serde_json::Value;

use super::books::Books;
use super::entity::{Entity, Family};
use super::fault::Fault;
use super::generic::Verb;
use super::row::{Row, text};
use super::write::{self, Circumstances};

/// A write that was asked for by its name; `Unknown` is one that the real service does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Create,
    Delete,
    Update,
    Void,
    Unknown,
}

impl Operation {
    /// The operation of this name; an update can be told to void.
    pub(crate) fn named(name: &str, voids: bool) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "create" => Self::Create,
            "update" if voids => Self::Void,
            "update" => Self::Update,
            "delete" => Self::Delete,
            "void" => Self::Void,
            _ => Self::Unknown,
        }
    }

    /// The operation of a body that names none: with an `Id` it is an update.
    pub(crate) fn of(entity: Entity, sent: &Row) -> Self {
        let is_update = text(sent, "Id").is_some() || entity.family() == Family::Singleton;
        if is_update { Self::Update } else { Self::Create }
    }

    /// Does it: the object as it is afterwards. `None` where the real service has no such operation.
    pub(crate) fn perform(
        self,
        books: &mut Books,
        entity: Entity,
        sent: Row,
        circumstances: Circumstances,
    ) -> Option<Result<Value, Fault>> {
        match self {
            Self::Unknown => None,
            Self::Delete => write::delete(books, entity, &sent, circumstances),
            Self::Void => Some(write::void(books, entity, &sent, circumstances)?.map(Value::Object)),
            Self::Create if can(entity, Verb::Create) => {
                Some(write::create(books, entity, sent, circumstances).map(Value::Object))
            }
            Self::Update if can(entity, Verb::Update) => {
                Some(write::update(books, entity, sent, circumstances).map(Value::Object))
            }
            Self::Create | Self::Update => None,
        }
    }
}

fn can(entity: Entity, verb: Verb) -> bool {
    match entity.family() {
        Family::Generic(generic) => generic.has(verb),
        Family::Tax => false,
        Family::Name(_)
        | Family::List(_)
        | Family::Sale(_)
        | Family::Payment
        | Family::Purchase
        | Family::Singleton => true,
    }
}
