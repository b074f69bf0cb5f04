//! How a component looks.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::text::{paragraph, table};
use crate::action::{Definition, Scope, takes};
use crate::catalog::ActionVersion;

/// A component, what it asks for and what can be set.
pub(in crate::cli) fn component(version: &ActionVersion, bytes: usize) -> String {
    let definition = &version.definition;
    let labels = definition.labels.get("en");
    let mut text =
        labels.map_or(String::new(), |labels| format!("{}\n{}\n", labels.name, paragraph("  ", &labels.description)));
    let kinds: Vec<_> = definition.object_types.iter().map(|kind| kind.as_str()).collect();
    let _ = writeln!(text, "action   {} {}", definition.id, definition.version);
    let _ = writeln!(text, "enrolls  {}", kinds.join(", "));
    for reads in &definition.reads {
        let kinds: Vec<_> = reads.associated.iter().map(|associated| associated.kind.as_str()).collect();
        text.push_str(&paragraph("reads    ", &format!("the {} with its {}", reads.object, kinds.join(", "))));
    }
    let _ = writeln!(text, "contract {}", version.component.contract);
    let _ = writeln!(text, "size     {} KiB", bytes.div_ceil(1_024));
    let _ = writeln!(text, "digest   {}\n", version.digest);
    text.push_str(&capabilities(definition));
    for (scope, title) in [(Scope::Step, "input of the step"), (Scope::Connection, "input of the connection")] {
        text.push_str(&inputs(definition, scope, title));
    }
    text
}

fn inputs(definition: &Definition, scope: Scope, title: &str) -> String {
    let inputs: Vec<_> = definition.inputs.iter().filter(|input| input.scope == scope).collect();
    if inputs.is_empty() {
        return String::new();
    }
    let mut table = table(&[title, "takes", "default"]);
    for input in inputs {
        let default = match &input.default {
            Some(default) => default,
            None if input.required => "(required)",
            None => "",
        };
        table.add_row([format!("{}\n{}", input.name, input.label), takes(input), default.to_owned()]);
    }
    format!("{table}\n")
}

fn capabilities(definition: &Definition) -> String {
    let mut table = table(&["capability", "", "why"]);
    for asked in &definition.capabilities {
        let need = if asked.required { "required" } else { "optional" };
        table.add_row([asked.capability.to_string(), need.to_owned(), asked.reason.clone()]);
    }
    format!("{table}\n")
}

/// What an action asks to do, in a few lines.
pub(in crate::cli) fn asked(definition: &Definition) -> String {
    let names = |required: bool| {
        let asked = definition.capabilities.iter().filter(|asked| asked.required == required);
        asked.map(|asked| asked.capability.to_string()).collect::<Vec<_>>().join(", ")
    };
    let first = format!(
        "{} {} runs as a sandboxed component. It asks for these capabilities, and gets them:",
        definition.id, definition.version
    );
    paragraph("", &first) + &paragraph("  required: ", &names(true)) + &paragraph("  optional: ", &names(false))
}

/// The same as JSON, with the definition as the component told it.
pub(in crate::cli) fn component_json(version: &ActionVersion, bytes: usize) -> Value {
    json!({
        "digest": version.digest,
        "bytes": bytes,
        "contract": version.component.contract,
        "imports": version.component.imports,
        "exports": version.component.exports,
        "definition": serde_json::from_str::<Value>(&version.definition_text).unwrap_or_default(),
    })
}
