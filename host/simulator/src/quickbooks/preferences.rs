//! The two objects that every company has once: its preferences and its company information.

use serde_json::Value;

use super::row::Row;

/// Merges what was sent into what is stored, group by group: a group is never lost as a whole.
pub(crate) fn derive(draft: Row, stored: Option<&Row>) -> Row {
    let mut merged = stored.cloned().unwrap_or_default();
    merge(&mut merged, draft);
    merged
}

/// Overlays objects member by member; everything else is replaced.
pub(crate) fn merge(into: &mut Row, from: Row) {
    for (member, value) in from {
        match (into.get_mut(&member), value) {
            (Some(Value::Object(into)), Value::Object(from)) => merge(into, from),
            (_, value) => {
                into.insert(member, value);
            }
        }
    }
}
