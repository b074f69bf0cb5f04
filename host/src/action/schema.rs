//! Checks a definition against the schema that authors are given, and takes its hints from there.

use std::sync::LazyLock;

use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use super::Violation;

/// The schema that the project publishes; the host reads the same file.
const PUBLISHED: &str = include_str!("../../../actions-wit/definition.schema.json");

/// How much of an offending value is shown, in characters.
const SHOWN_CHARACTERS_MAX: usize = 120;

static SCHEMA: LazyLock<Schema> = LazyLock::new(Schema::published);

struct Schema {
    document: Value,
    validator: Validator,
}

impl Schema {
    fn published() -> Self {
        let document = serde_json::from_str(PUBLISHED).expect("the published schema is JSON");
        let validator = jsonschema::draft202012::new(&document).expect("the published schema is a schema");
        Self { document, validator }
    }
}

/// Everything that the schema refuses.
pub(super) fn violations(document: &Value) -> Vec<Violation> {
    let schema = &*SCHEMA;
    schema.validator.iter_errors(document).map(|error| violation(&schema.document, &error)).collect()
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
