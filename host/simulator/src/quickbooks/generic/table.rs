//! The table of generic entities, as `schema/generic.json` writes it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::shape::Shape;

/// The whole table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tables {
    pub(super) entities: Vec<Table>,
    /// What the detail of a line must contain, by its `DetailType`.
    pub(super) details: BTreeMap<String, Shape>,
}

pub(super) static TABLE: LazyLock<Tables> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../schema/generic.json")).expect("the schema files are part of the program")
});

/// One entity.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) path: Option<String>,
    pub(super) kind: Kind,
    /// Reading and querying is always there.
    pub(super) verbs: Vec<Verb>,
    #[serde(default)]
    pub(super) shape: Shape,
    /// The member that names who it is with, whose currency and terms count.
    pub(super) party: Option<String>,
    /// By how much a stored transaction changes what is owed to its party.
    pub(super) owed: Option<Owed>,
    /// What its lines for items do to stock.
    pub(super) stock: Option<Stock>,
    /// Accounts that are set when none is named: member and account type.
    #[serde(default)]
    pub(super) usual_accounts: BTreeMap<String, String>,
    pub(super) lines: Option<LineRule>,
    pub(super) total: Option<Total>,
    /// Its `Balance` is what others have not settled yet.
    #[serde(default)]
    pub(super) balance: bool,
    #[serde(default)]
    pub(super) due: bool,
    #[serde(default)]
    pub(super) without_currency: bool,
    /// The number of the first one; without it, numbers are only what is sent.
    pub(super) first_number: Option<u64>,
    /// The member that is its name and is not there twice.
    pub(super) unique: Option<String>,
    /// The member that says whether it has a parent.
    pub(super) below: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    List,
    Transaction,
}

/// A write that the real service has for some entities and not for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verb {
    Create,
    Update,
    Void,
    Delete,
}

/// What may stand in `Line`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LineRule {
    /// The allowed `DetailType`s.
    #[serde(default)]
    pub(super) kinds: Vec<String>,
    /// Transactions whose balance a linked line pays.
    #[serde(default)]
    pub(super) pays: Vec<String>,
    /// Transactions whose balance a linked line uses up as a means of paying.
    #[serde(default)]
    pub(super) uses: Vec<String>,
    /// Transactions that a linked line takes along without settling anything.
    #[serde(default)]
    pub(super) holds: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Total {
    /// The sum of the lines, whatever was sent.
    Sum,
    /// What was sent, of which the lines use a part.
    Given,
    /// None: debits and credits are alike.
    Balanced,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Owed {
    More,
    Less,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Stock {
    In,
    Out,
}
