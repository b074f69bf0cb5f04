//! Checks a document against a JSON Schema that the project publishes, and takes its hints from there:
//! a definition against the one that authors are given.

use std::sync::LazyLock;

use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::Violation;

/// The schema that the project publishes; the host reads the same file.
const PUBLISHED: &str = include_str!("../../../actions-wit/definition.schema.json");

/// How much of an offending value is shown, in characters.
const SHOWN_CHARACTERS_MAX: usize = 120;

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::published(PUBLISHED));

/// A published schema.
pub struct Schema {
    document: Value,
    validator: Validator,
}

impl Schema {
    /// The schema in `text`, a file of this checkout.
    pub fn published(text: &str) -> Self {
        let document = serde_json::from_str(text).expect("the published schema is JSON");
        let validator = jsonschema::draft202012::new(&document).expect("the published schema is a schema");
        Self { document, validator }
    }

    /// Everything that the schema refuses.
    pub fn violations(&self, document: &Value) -> Vec<Violation> {
        self.validator.iter_errors(document).map(|error| violation(&self.document, &error)).collect()
    }
}

/// Everything that the schema of definitions refuses.
pub(super) fn violations(document: &Value) -> Vec<Violation> {
    SCHEMA.violations(document)
}

fn violation(schema: &Value, error: &ValidationError<'_>) -> Violation {
    let message = error.to_string();
    Violation {
        path: error.instance_path().as_str().to_owned(),
        rule: error.kind().keyword().to_owned(),
        message: message.chars().take(SHOWN_CHARACTERS_MAX).collect(),
        hint: hint(schema, error.schema_path().as_str()),
    }
}

/// The innermost description on the way to the keyword that refused.
fn hint(schema: &Value, keyword_path: &str) -> String {
    let ends = keyword_path.match_indices('/').map(|(at, _)| at).rev();
    let described = ends.filter_map(|end| schema.pointer(&keyword_path[..end])?.get("description")?.as_str());
    described.into_iter().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::SCHEMA;

    #[test]
    fn the_schema_describes_every_property() {
        fn undescribed(schema: &Value, path: &str, found: &mut Vec<String>) {
            if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
                for (name, property) in properties {
                    let path = format!("{path}/{name}");
                    if property.get("description").is_none() {
                        found.push(path.clone());
                    }
                    undescribed(property, &path, found);
                }
            }
            for inner in ["items", "additionalProperties"] {
                if let Some(inner) = schema.get(inner) {
                    undescribed(inner, path, found);
                }
            }
            if schema.get("type") == Some(&json!("object")) && schema.get("additionalProperties").is_none() {
                found.push(format!("{path} is open"));
            }
        }
        let mut found = Vec::new();
        undescribed(&SCHEMA.document, "", &mut found);
        assert!(found.is_empty(), "{found:?}");
    }
}
