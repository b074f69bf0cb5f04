//! Components written by hand, for what no compiler emits: a core module from
//! `tests/guests/shapes`, in the frame that makes an action of it.

use std::fmt::Write as _;

use qbo_host::catalog::{ActionVersion, BadComponent};
use qbo_host::sandbox::Limits;
use qbo_tests::{catalog, checkout};

/// The component of a shape, with the hostile guest's definition.
pub(crate) fn component(shape: &str) -> Vec<u8> {
    with_definition(shape, &read("definition.json"))
}

/// The component of a shape that tells any text for its definition.
pub(crate) fn with_definition(shape: &str, definition: &str) -> Vec<u8> {
    let escaped = definition.bytes().fold(String::new(), |mut escaped, byte| {
        write!(escaped, "\\{byte:02x}").expect("a string takes whatever is written");
        escaped
    });
    let text = read("shapes/frame.wat")
        // The comment at the head of the frame names the places too, which does no harm.
        .replace("(i32.const {definition_bytes})", &format!("(i32.const {})", definition.len()))
        .replace("\"{definition}\"", &format!("\"{escaped}\""))
        .replace("\n  {guest}\n", &format!("\n{}\n", read(&format!("shapes/{shape}.wat"))));
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{shape}: {error}"))
}

/// Loads a shape.
pub(crate) async fn load(shape: &str, limits: Limits) -> Result<ActionVersion, BadComponent> {
    catalog().load(&component(shape), limits).await
}

fn read(file: &str) -> String {
    let path = checkout().join("tests/guests").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
