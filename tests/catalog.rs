//! What the catalog refuses before anybody can run it: each with its stable code, and with a hint
//! of what to do about it.

use qbo_host::catalog::{BadComponent, Unfit};
use qbo_host::sandbox::Limits;
use qbo_tests::{catalog, component};

use crate::sandbox::shapes;

/// Loads it, and gives the code of the refusal.
async fn refused(wasm: &[u8], what: &str) -> &'static str {
    let loaded = catalog().load(wasm, Limits { cpu_ms: 100, ..Limits::default() }).await;
    let Err(error) = loaded else { panic!("{what} was taken") };
    assert!(!error.hint().is_empty(), "{what} is refused without a hint");
    error.code()
}

/// A component that imports and exports what is said, and does nothing.
fn importing(imports: &[&str], handler: &str) -> Vec<u8> {
    let imports: String = imports.iter().map(|name| format!("(import \"{name}\" (instance))")).collect();
    let text = format!("(component {imports} (instance $handler) (export \"{handler}\" (instance $handler)))");
    wat::parse_str(&text).expect("a component")
}

const HANDLER: &str = "qbo:actions/handler@1.0.0";

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_imports_more_than_an_action_gets_is_refused() {
    for import in [
        "wasi:sockets/tcp@0.2.0",
        "wasi:sockets/ip-name-lookup@0.2.6",
        "wasi:http/outgoing-handler@0.2.0",
        "wasi:keyvalue/store@0.2.0",
        "wasi:cli/environment@0.3.0",
        "wasi:clockwork/spring@0.2.0",
        "qbo:host/tokens@1.0.0",
        "env",
    ] {
        let wasm = importing(&["qbo:actions/quickbooks@1.0.0", import], HANDLER);
        assert_eq!(refused(&wasm, import).await, "forbidden_import", "{import}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interface_that_the_contract_does_not_have_does_not_link() {
    let wasm = importing(&["qbo:actions/ledger@1.0.0"], HANDLER);
    assert_eq!(refused(&wasm, "an unknown interface").await, "does_not_link");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_of_another_contract_version_is_refused() {
    for handler in ["qbo:actions/handler@2.0.0", "qbo:actions/handler@1.1.0", "qbo:actions/handler@0.9.0"] {
        assert_eq!(refused(&importing(&[], handler), handler).await, "other_contract_version", "{handler}");
    }
    let mixed = importing(&["qbo:actions/quickbooks@2.0.0"], HANDLER);
    assert_eq!(refused(&mixed, "an import of 2.0.0").await, "other_contract_version");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_of_another_world_is_refused() {
    assert_eq!(refused(&importing(&[], "wasi:cli/run@0.2.0"), "a command").await, "other_world");
    let empty = wat::parse_str("(component)").expect("a component");
    assert_eq!(refused(&empty, "an empty component").await, "other_world");
    // The right name on something else.
    assert_eq!(refused(&importing(&[], HANDLER), "an empty handler").await, "does_not_link");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_component_is_refused() {
    let module = wat::parse_str("(module (memory 1))").expect("a module");
    assert_eq!(refused(&module, "a core module").await, "core_module");
    for bytes in [&b""[..], b"#!/bin/sh\n", b"\x7fELF\x02\x01\x01", b"\0as"] {
        assert_eq!(refused(bytes, "something else").await, "not_wasm");
    }
    let wrapped = wat::parse_str("(component (core module))").expect("a component");
    assert_eq!(refused(&wrapped, "a wrapped module").await, "other_world");
}

/// Between two sections the rest looks like a smaller component, which is one of another world.
#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_is_cut_off_is_refused() {
    let text = format!("(component (import \"wasi:io/poll@0.2.0\" (instance)) (export \"{HANDLER}\" (instance 0)))");
    let small = wat::parse_str(text).expect("a component");
    let large = std::fs::read(component("tests/guests")).expect("the guest was built");
    let cuts_of_small = (4..small.len()).map(|length| &small[..length]);
    let cuts_of_large = (1..100).map(|part| &large[..large.len() * part / 101]);
    for cut in cuts_of_small.chain(cuts_of_large) {
        let what = format!("the first {} bytes", cut.len());
        let code = refused(cut, &what).await;
        assert!(["damaged_component", "other_world"].contains(&code), "{what}: {code}");
    }
    let longer = [small.as_slice(), b"more"].concat();
    assert_eq!(refused(&longer, "a component with a tail").await, "damaged_component");
}

#[tokio::test(flavor = "multi_thread")]
async fn resource_types_of_its_own_are_refused() {
    assert_eq!(refused(&shapes::component("own-resources"), "own resources").await, "own_resources");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_no_slot_of_the_pool_can_hold_is_refused() {
    for shape in ["huge-memory", "huge-table", "many-memories", "many-tables", "two-memories-in-one-module"] {
        let wasm = shapes::component(shape);
        assert_eq!(refused(&wasm, shape).await, "instance_too_large", "{shape}");
        // Nothing of it was kept that a second try could find.
        assert_eq!(refused(&wasm, shape).await, "instance_too_large", "{shape}, again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_instances_are_refused() {
    let instances = "(core instance (instantiate $empty))".repeat(100);
    let text = format!(
        "(component (core module $empty) {instances} (instance $handler) (export \"{HANDLER}\" (instance $handler)))"
    );
    let wasm = wat::parse_str(text).expect("a component");
    assert_eq!(refused(&wasm, "a hundred instances").await, "instance_too_large");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_engine_does_not_allow_does_not_compile() {
    assert_eq!(refused(&shapes::component("memory-of-64-bits"), "a memory of 64 bits").await, "does_not_compile");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_never_tells_its_definition_is_refused() {
    for shape in ["loop-in-definition", "loop-in-start", "call-in-definition"] {
        assert_eq!(refused(&shapes::component(shape), shape).await, "no_definition", "{shape}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_definition_that_breaks_the_schema_is_refused() {
    for definition in ["", "{}", "[]", "not JSON", r#"{"id":"x"}"#] {
        let wasm = shapes::with_definition("harmless", definition);
        assert_eq!(refused(&wasm, definition).await, "bad_definition", "{definition}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_of_choices_that_cannot_be_queried_is_refused() {
    let definition = |condition: &str| {
        let mut definition: serde_json::Value = serde_json::from_str(include_str!("guests/definition.json")).unwrap();
        let options = serde_json::json!({ "from": "Account", "where": condition, "label": "Name", "value": "Id" });
        definition["inputs"][0] = serde_json::json!({
            "name": "attack", "type": "choice", "scope": "step", "label": "Account", "options": options,
        });
        shapes::with_definition("harmless", &definition.to_string())
    };
    for condition in ["Active = true OR Id > 1", "Active", "Active = true) MAXRESULTS 1", "Name = 'a' 'b'"] {
        assert_eq!(refused(&definition(condition), condition).await, "bad_definition", "{condition}");
    }
    let taken = catalog().load(&definition("AccountType = 'Bank'"), Limits::default()).await;
    assert!(taken.is_ok(), "{:?}", taken.err());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_component_is_taken_and_tells_its_definition() {
    let wasm = std::fs::read(component("tests/guests")).expect("the guest was built");
    let version = catalog().load(&wasm, Limits::default()).await.expect("the guest is an action");
    assert_eq!(version.definition.id, "hostile-guest");
    assert!(shapes::load("harmless", Limits::default()).await.is_ok());
}

#[test]
fn a_file_that_is_too_large_is_refused_before_it_is_read() {
    let refused = qbo_host::catalog::verify(&vec![0; (64 << 20) + 1]);
    assert!(matches!(refused, Err(Unfit::TooLarge { .. })), "{refused:?}");
    assert_eq!(BadComponent::from(refused.unwrap_err()).code(), "component_too_large");
}
