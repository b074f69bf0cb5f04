//! Looks whether a connection can do what its actions will ask of it: the company, what is set for it,
//! the portal, and what is granted. Changes nothing, and passes the company's pace like everybody.
//!
//! Must not know where settings are kept, nor how findings are shown.

mod company;
mod portal;
mod values;

use serde::{Deserialize, Serialize};

use super::settings::BadSetting;
use super::{Connection, Settings};
use crate::action::Definition;
use crate::effects::NotAnswered;
use crate::grant::Grants;
use crate::options::Why;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Some runs may be refused.
    Warning,
    /// Runs will be refused or held.
    Error,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Finding {
    /// How much it matters.
    pub level: Level,
    /// Stable code.
    pub code: String,
    /// What was looked at: `company`, `portal`, the id of an action, or a pointer into the settings.
    pub about: String,
    /// One sentence.
    pub message: String,
    /// What to do about it; empty where nothing is.
    pub remedy: String,
}

impl Finding {
    fn fine(about: &str, message: impl Into<String>) -> Self {
        Self { level: Level::Ok, ..Finding::error("ok", about, message, "") }
    }

    fn error(code: &str, about: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        let (code, about) = (code.to_owned(), about.to_owned());
        Self { level: Level::Error, code, about, message: message.into(), remedy: remedy.into() }
    }

    fn warning(code: &str, about: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::error(code, about, message, remedy) }
    }

    /// QuickBooks was asked, and does not say.
    fn unanswered(about: &str, no_answer: NotAnswered) -> Self {
        let Why { code, message, remedy, .. } = Why::from(no_answer);
        Self { level: Level::Error, code, about: about.to_owned(), message, remedy }
    }
}

/// An installed action, with what it may do.
pub type Approved<'a> = (&'a Definition, &'a Grants);

/// Looks at a connection with these settings and these actions.
pub async fn check(
    connection: &Connection,
    settings: &Settings,
    misfits: Vec<BadSetting>,
    actions: &[Approved<'_>],
) -> Vec<Finding> {
    let mut found = company::check(connection, actions).await;
    let answers = found.iter().all(|finding| finding.level != Level::Error || finding.code == "country_not_supported");
    found.extend(misfits.into_iter().map(misfit));
    // A company that does not answer would say nothing to any of its ids either.
    if answers {
        found.extend(values::stand(connection, settings, actions).await);
    }
    found.extend(values::missing(settings, actions));
    found.extend(values::unmarked(settings, actions));
    found.extend(portal::check(connection, settings, actions).await);
    found.extend(actions.iter().flat_map(|(definition, grants)| granted(definition, grants)));
    found
}

/// What was set before an action changed may fit no longer.
fn misfit(bad: BadSetting) -> Finding {
    Finding::error(bad.code, &bad.pointer, bad.message, bad.remedy)
}

fn granted(definition: &Definition, grants: &Grants) -> Vec<Finding> {
    let mut found = Vec::new();
    for asked in &definition.capabilities {
        let capability = &asked.capability;
        if grants.allow(&capability.entity, capability.verb) {
            continue;
        }
        let message = format!("{capability} is not granted: {}", asked.reason);
        let remedy = format!("take it out of deny of actions.{}", definition.id);
        found.push(if asked.required {
            Finding::error("capability_missing", &definition.id, message, remedy)
        } else {
            Finding::warning("capability_missing", &definition.id, message, remedy)
        });
    }
    if found.is_empty() {
        let message = format!("everything that {} asks for is granted", definition.id);
        found.push(Finding::fine(&definition.id, message));
    }
    found
}
