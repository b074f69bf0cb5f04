//! A document of settings, from JSON.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{BadSetting, Settings, Values};
use crate::action::{Schema, Violation};

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

/// The settings as far as they can be read, and what can't be.
pub(super) fn settings(document: &Value) -> (Settings, Vec<BadSetting>) {
    let mut unreadable = Vec::new();
    let zone = match document.get("zone").and_then(Value::as_str).map(|name| (name, TimeZone::get(name))) {
        Some((_, Ok(zone))) => Some(zone),
        Some((name, Err(_))) => {
            unreadable.push(unknown_zone(name));
            None
        }
        None => None,
    };
    let actions = document.get("actions").and_then(Value::as_object).into_iter().flatten();
    let settings = Settings {
        zone,
        if_exists: member(document, "if_exists", &mut unreadable),
        write_back: member(document, "write_back", &mut unreadable),
        defaults: document.get("defaults").map(values).unwrap_or_default(),
        actions: actions.map(|(action, of_action)| (action.clone(), values(of_action))).collect(),
    };
    (settings, unreadable)
}

fn member<T: DeserializeOwned + Default>(document: &Value, name: &str, unreadable: &mut Vec<BadSetting>) -> T {
    let Some(value) = document.get(name) else { return T::default() };
    T::deserialize(value).unwrap_or_else(|error| {
        unreadable.push(BadSetting::unreadable(&format!("/{name}"), &error));
        T::default()
    })
}

fn unknown_zone(name: &str) -> BadSetting {
    BadSetting {
        pointer: "/zone".into(),
        code: "unknown_zone",
        message: format!("'{}' is not a time zone", name.escape_debug()),
        remedy: "use an IANA name, such as America/New_York".into(),
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
