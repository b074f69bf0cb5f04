//! `action build` and `action inspect`.

use std::process::Stdio;

use qbo_tests::{checkout, component, create_invoice};
use serde_json::Value;

use super::binary::{finish, qbo_host};

const CREATE_INVOICE: &str = "action-modules/create-invoice";

#[test]
fn a_module_is_built_by_its_path() {
    let built = finish(qbo_host(&["action", "build", CREATE_INVOICE, "--json"]));
    assert_eq!(built.code, Some(0), "{built:?}");
    let built = built.json();
    assert_eq!(built["built"].as_array().map(Vec::len), Some(1));
    assert_eq!(built["built"][0]["name"], "create-invoice");
    assert_eq!(built["built"][0]["component"].as_str(), component(CREATE_INVOICE).to_str());
    let told = finish(qbo_host(&["action", "build", CREATE_INVOICE]));
    assert_eq!(told.stdout, "create-invoice  target/actions/create-invoice.wasm\n");
}

#[test]
fn what_is_no_module_is_not_built() {
    for folder in ["action-modules/nowhere", "tests"] {
        finish(qbo_host(&["action", "build", folder, "--json"])).assert_error(1, "not_built");
    }
    let mut outside = qbo_host(&["action", "build", "--json"]);
    let nowhere = tempfile::tempdir().expect("a folder");
    outside.current_dir(nowhere.path());
    finish(outside).assert_error(2, "no_checkout");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_tells_what_it_asks_for() {
    let version = create_invoice().await;
    let file = component(CREATE_INVOICE);
    let told = finish(qbo_host(&["action", "inspect", &file.to_string_lossy(), "--json"])).json();
    let definition: Value = serde_json::from_str(&version.definition_text).expect("a definition is JSON");
    assert_eq!(told["definition"], definition);
    assert_eq!(told["digest"], version.digest.to_string());
    assert_eq!(told["contract"], "1.0.0");
    let imports = told["imports"].as_array().expect("imports");
    assert!(imports.contains(&"qbo:actions/quickbooks@1.0.0".into()), "{imports:?}");

    let shown = finish(qbo_host(&["action", "inspect", &file.to_string_lossy()]));
    assert_eq!(shown.code, Some(0), "{shown:?}");
    for asked in &version.definition.capabilities {
        assert!(shown.stdout.contains(&asked.capability.to_string()), "{}", asked.capability);
    }
    for input in &version.definition.inputs {
        assert!(shown.stdout.contains(&input.name), "{}", input.name);
    }
    assert!(shown.stdout.contains(&version.digest.to_string()));
}

#[test]
fn actions_are_found_from_any_folder_of_the_checkout() {
    component(CREATE_INVOICE);
    let mut inside = qbo_host(&["run", "start", "--action", "create-invoice", "--object", "payment:1", "--json"]);
    inside.current_dir(checkout().join("host/src"));
    // Found and loaded: only then is it known what it enrolls.
    finish(inside).assert_error(2, "wrong_object_type");
}

/// As `qbo-host action inspect … | head -1` does.
#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let file = component(CREATE_INVOICE);
    let mut command = qbo_host(&["action", "inspect", &file.to_string_lossy()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("a child ends");
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}
