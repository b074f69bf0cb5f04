//! A document of settings, from JSON.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use serde::Deserialize as _;
use serde_json::Value;

use super::{BadSetting, Settings, Values};
use crate::action::{Schema, Violation};
use crate::connection::WriteBack;
use crate::enrollment::IfExists;

/// The schema that the project publishes.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::published(include_str!("../../../connection.schema.json")));

/// Everything that the schema refuses.
pub(super) fn malformed(document: &Value) -> Vec<BadSetting> {
    let told = |Violation { path, message, hint, .. }| BadSetting {
        pointer: path,
        code: "bad_settings",
        message,
        remedy: hint,
    };
    SCHEMA.violations(document).into_iter().map(told).collect()
}

/// A zone that nobody knows.
pub(super) fn unknown_zone(document: &Value) -> Option<BadSetting> {
    let name = document.get("zone")?.as_str()?;
    let unknown = TimeZone::get(name).is_err();
    unknown.then(|| BadSetting {
        pointer: "/zone".into(),
        code: "unknown_zone",
        message: format!("'{}' is not a time zone", name.escape_debug()),
        remedy: "use an IANA name, such as America/New_York".into(),
    })
}

/// The settings as far as they can be read.
pub(super) fn settings(document: &Value) -> Settings {
    let zone = document.get("zone").and_then(Value::as_str).and_then(|name| TimeZone::get(name).ok());
    let actions = document.get("actions").and_then(Value::as_object).into_iter().flatten();
    Settings {
        zone,
        if_exists: document.get("if_exists").and_then(|word| IfExists::deserialize(word).ok()).unwrap_or_default(),
        write_back: document.get("write_back").and_then(|it| WriteBack::deserialize(it).ok()).unwrap_or_default(),
        defaults: document.get("defaults").map(values).unwrap_or_default(),
        actions: actions.map(|(action, of_action)| (action.clone(), values(of_action))).collect(),
    }
}

fn values(object: &Value) -> Values {
    let members = object.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), text(value))).collect()
}

/// What an action gets: texts as they are, everything else as JSON.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
