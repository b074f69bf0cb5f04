//! `action check`, as an author and as CI meet it.

use std::path::Path;

use serde_json::Value;

use super::binary::{finish, qbo_host};

const CREATE_INVOICE: &str = "action-modules/create-invoice";
/// Of its two cases one states something false, so that there is one to fail.
const GUEST: &str = "tests/guests";

#[test]
fn a_case_that_holds_is_swept_and_its_use_of_limits_told() {
    let checked =
        finish(qbo_host(&["action", "check", CREATE_INVOICE, "--case", "the-billing-contact-comes-first", "--json"]));
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let checked = checked.json();
    assert_eq!((&checked["passed"], &checked["action"]), (&true.into(), &"create-invoice".into()));
    let case = &checked["cases"][0];
    assert_eq!(case["usage"]["calls"]["used"], 9);
    assert!(case["swept"]["plays"]["crash"].as_u64().is_some_and(|plays| plays > 9), "{case}");
    assert_eq!(case["swept"]["failures"], Value::Array(Vec::new()));
    let limits = checked["limits"].as_array().expect("limits");
    assert!(limits.iter().all(|used| used["used"].as_u64() <= used["limit"].as_u64()), "{limits:?}");
}

#[test]
fn a_case_that_does_not_hold_fails_the_command_and_the_junit_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("junit.xml");
    let checked = finish(qbo_host(&["action", "check", GUEST, "--json", "--junit", &file.to_string_lossy()]));
    assert_eq!(checked.code, Some(1), "{checked:?}");
    let checked = checked.json();
    assert_eq!(checked["passed"], false);
    let [failed, held] = [0, 1].map(|place| &checked["cases"][place]);
    assert_eq!(failed["mismatches"][0]["of"], "status");
    assert_eq!((&failed["swept"], held["swept"]["failures"].as_array().map(Vec::len)), (&Value::Null, Some(0)));
    assert!(checked["capabilities_unused"].as_array().is_some_and(|unused| unused.contains(&"invoice:create".into())));
    assert!(checked["codes_unmet"].as_array().is_some_and(|unmet| unmet.contains(&"canary_found".into())));
    let written = std::fs::read_to_string(&file).expect("the file was written");
    assert!(written.contains(r#"tests="3" failures="1""#), "{written}");
}

#[test]
fn without_sweeps_a_case_is_only_played() {
    let checked = finish(qbo_host(&["action", "check", GUEST, "--no-sweeps", "--case", "what-it-asks-for-is-refused"]));
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert!(checked.stdout.starts_with("hostile-guest 1.0.0: 1 of 1 cases hold\n"), "{checked:?}");
    assert!(checked.stdout.lines().all(|line| line.chars().count() <= 80), "{checked:?}");
}

#[test]
fn a_folder_without_cases_and_a_case_that_is_none_are_told_apart() {
    let module = tempfile::tempdir().expect("a folder");
    let check = |more: &[&str]| {
        let folder = module.path().to_string_lossy().into_owned();
        let mut arguments = vec!["action", "check", &folder, "--json"];
        arguments.extend(more);
        finish(qbo_host(&arguments))
    };
    let put = |path: &str, text: &str| {
        let file = module.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap_or(Path::new("."))).expect("a folder");
        std::fs::write(file, text).expect("a file");
    };
    check(&[]).assert_error(1, "not_built");
    put("Cargo.toml", "");
    check(&[]).assert_error(2, "no_cases");
    put("cases/a-fact/case.json", "{ \"rules\": [1] }");
    check(&[]).assert_error(1, "bad_case");
    check(&["--case", "another-fact"]).assert_error(2, "unknown_case");
    put("cases/a-fact/case.json", r#"{ "rules": [1], "object": "deal:1", "expect": { "status": "succeeded" } }"#);
    check(&[]).assert_error(1, "not_built");
    check(&["--jobs", "0"]).assert_error(2, "usage");
}
