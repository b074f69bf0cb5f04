//! What a schema can't say about a definition: names that must differ, and names that must exist.
//!
//! Works on the document rather than on a [`Definition`](super::Definition), so that an author
//! sees these violations together with the schema's. Whatever has not the shape that the schema
//! asks for is passed over here.

use std::collections::BTreeSet;
use std::str::FromStr as _;

use rust_decimal::Decimal;
use serde_json::Value;

use super::{Condition, Violation};

/// Everything that the rules beyond the schema refuse.
pub(super) fn violations(document: &Value) -> Vec<Violation> {
    let mut checks = Checks { document, found: Vec::new() };
    checks.unique_names();
    checks.inputs();
    checks.cards();
    checks.reads();
    checks.found
}

struct Checks<'document> {
    document: &'document Value,
    found: Vec<Violation>,
}

impl<'document> Checks<'document> {
    fn unique_names(&mut self) {
        for (list, member) in [
            ("/inputs", "name"),
            ("/outputs", "name"),
            ("/capabilities", "capability"),
            ("/reads", "object"),
            ("/errors", "code"),
        ] {
            self.unique(list, member);
        }
        for index in 0..items(self.document, "/inputs").len() {
            self.unique(&format!("/inputs/{index}/choices"), "value");
        }
        for index in 0..items(self.document, "/reads").len() {
            self.unique(&format!("/reads/{index}/associated"), "kind");
        }
    }

    fn unique(&mut self, list: &str, member: &str) {
        let mut seen = BTreeSet::new();
        for (index, item) in items(self.document, list).iter().enumerate() {
            let Some(name) = text(item, member) else {
                continue;
            };
            if !seen.insert(name) {
                self.refuse(
                    format!("{list}/{index}/{member}"),
                    "duplicate_name",
                    format!("{name:?} is listed twice"),
                    "Keep one of the two, or give the other its own name.",
                );
            }
        }
    }

    fn inputs(&mut self) {
        let mut before = Vec::new();
        for (index, input) in items(self.document, "/inputs").iter().enumerate() {
            let path = format!("/inputs/{index}");
            self.depends_on(&path, input, &before);
            self.placeholders(&path, input);
            self.default(&path, input);
            before.extend(text(input, "name"));
        }
    }

    /// An input depends on inputs before it only, so that a form can be filled from the top and
    /// no two inputs wait for each other.
    fn depends_on(&mut self, path: &str, input: &'document Value, before: &[&str]) {
        for (index, name) in items(input, "/options/depends_on").iter().enumerate() {
            let Some(name) = name.as_str() else { continue };
            if !before.contains(&name) {
                self.refuse(
                    format!("{path}/options/depends_on/{index}"),
                    "unknown_input",
                    format!("{name:?} is not an input before this one"),
                    "Name an input that is listed before this one.",
                );
            }
        }
    }

    fn placeholders(&mut self, path: &str, input: &Value) {
        let Some(condition) = input.pointer("/options/where").and_then(Value::as_str) else {
            return;
        };
        let path = format!("{path}/options/where");
        let Ok(condition) = Condition::parse(condition) else {
            let message = "a string is not closed".to_owned();
            self.refuse(path, "string_not_closed", message, "Write each string between single quotes.");
            return;
        };
        let placeholders = condition.inputs();
        let values = items(input, "/options/depends_on").len();
        if placeholders != 0 && placeholders != values {
            self.refuse(
                path,
                "placeholder_count",
                format!("{placeholders} placeholders for {values} inputs of depends_on"),
                "Write one ? for each input of depends_on, in order, or none.",
            );
        }
    }

    fn default(&mut self, path: &str, input: &Value) {
        let (Some(default), Some(kind)) = (text(input, "default"), text(input, "type")) else {
            return;
        };
        let (fits, hint) = match kind {
            "choice" => (
                choice_values(input).any(|value| value == default),
                "Take the value of one of the choices, or that of the first option.",
            ),
            "yes-no" => (matches!(default, "yes" | "no"), "Write yes or no."),
            "number" => (Decimal::from_str(default).is_ok(), "Write a decimal number such as 12.50."),
            "date" => (false, "Leave it out: a date that is fixed here would grow old."),
            // Text may be anything, and the schema refuses what is not a type.
            _ => (true, ""),
        };
        if !fits {
            let message = format!("{default:?} can't be the default of this {kind}");
            self.refuse(format!("{path}/default"), "default_not_allowed", message, hint);
        }
    }

    fn cards(&mut self) {
        let Some(labels) = self.document.get("labels").and_then(Value::as_object) else {
            return;
        };
        let names: BTreeSet<_> =
            items(self.document, "/inputs").iter().filter_map(|input| text(input, "name")).collect();
        for (language, labels) in labels {
            for name in text(labels, "card").into_iter().flat_map(card_names) {
                if !names.contains(name) {
                    self.refuse(
                        format!("/labels/{}/card", escaped(language)),
                        "unknown_input",
                        format!("{name:?} is not an input"),
                        "Name an input between {{ and }}.",
                    );
                }
            }
        }
    }

    /// What is read is exactly what can be enrolled.
    fn reads(&mut self) {
        let types: Vec<_> = items(self.document, "/object_types").iter().filter_map(Value::as_str).collect();
        let read: Vec<_> = items(self.document, "/reads").iter().filter_map(|read| text(read, "object")).collect();
        for (index, object) in types.iter().enumerate() {
            if !read.contains(object) {
                self.refuse(
                    format!("/object_types/{index}"),
                    "object_type_not_read",
                    format!("nothing is read of a {object}"),
                    "Add an entry for it to reads.",
                );
            }
        }
        for (index, object) in read.iter().enumerate() {
            if !types.contains(object) {
                self.refuse(
                    format!("/reads/{index}/object"),
                    "read_of_other_object_type",
                    format!("a {object} can't be enrolled"),
                    "Add it to object_types, or remove the entry.",
                );
            }
        }
    }

    fn refuse(&mut self, path: String, rule: &str, message: String, hint: &str) {
        self.found.push(Violation { path, rule: rule.to_owned(), message, hint: hint.to_owned() });
    }
}

fn items<'value>(value: &'value Value, pointer: &str) -> &'value [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'value>(value: &'value Value, member: &str) -> Option<&'value str> {
    value.get(member)?.as_str()
}

fn choice_values(input: &Value) -> impl Iterator<Item = &str> {
    let first = input.pointer("/options/first");
    items(input, "/choices").iter().chain(first).filter_map(|choice| text(choice, "value"))
}

/// What stands between `{{` and `}}`; what is never closed is no input's name.
fn card_names(card: &str) -> impl Iterator<Item = &str> {
    card.split("{{").skip(1).map(|rest| rest.split_once("}}").map_or("{{", |(name, _)| name.trim()))
}

/// A member's name as JSON pointers write it.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
