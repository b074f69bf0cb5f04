//! The settings of the real binary.

use qbo_tests::{Stage, checkout, component};
use tempfile::TempDir;

use super::serving::{TOKEN, config, serve};
use crate::cli::binary::{Running, finish, qbo_host};

#[tokio::test(flavor = "multi_thread")]
async fn the_effective_settings_are_printed_with_their_origin_and_without_secrets() {
    let stage = Stage::new();
    let folder = TempDir::new().expect("a folder");
    let (mut command, _) = serve(&folder, &config(&stage, "grace_seconds = 7", ""));
    command.arg("--print-config").env("QBO_HOST_LOOK_BACK_HOURS", "24");
    command.env("QBO_HOST_HUBSPOT_TOKEN", "portal-secret");
    let printed = finish(command);
    assert_eq!((printed.code, printed.stderr.as_str()), (Some(0), ""));
    let line = |key: &str| {
        let line = printed.stdout.lines().find(|line| line.starts_with(&format!("{key} = ")));
        line.unwrap_or_else(|| panic!("no {key} in {}", printed.stdout))
    };
    assert!(line("grace_seconds").contains("= 7") && line("grace_seconds").ends_with("line 3 of the file"));
    assert!(line("look_back_hours").contains("= 24") && line("look_back_hours").ends_with("QBO_HOST_LOOK_BACK_HOURS"));
    assert!(line("runs_at_once").ends_with("default"));
    assert!(line("hubspot_token_env").ends_with("it is set"));
    for secret in [TOKEN, "portal-secret"] {
        assert!(!printed.stdout.contains(secret), "{secret}");
    }
    // What is printed is a file with the same effect.
    let (mut again, _) = serve(&folder, &printed.stdout);
    again.arg("--print-config");
    let without_origin = |text: &str| {
        text.lines().map(|line| line.split(" # ").next().unwrap_or_default().trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(without_origin(&finish(again).stdout), without_origin(&printed.stdout));
}

/// The ports, and what lies beside the file, are another's here; everything else is as it stands.
#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_the_operators_page_serves_the_simulators() {
    let page = std::fs::read_to_string(checkout().join("host/README.md")).expect("the page");
    let (_, rest) = page.split_once("<!-- service.toml -->\n```toml\n").expect("the file begins");
    let (text, _) = rest.split_once("```\n<!-- /service.toml -->").expect("the file ends");
    let stage = Stage::new();
    let (quickbooks, hubspot) = stage.addresses;
    let folder = TempDir::new().expect("a folder");
    let (mut command, _) = serve(&folder, text);
    command.env("QBO_HOST_LISTEN", "127.0.0.1:0").env("QBO_HOST_STORE", folder.path().join("runs.db"));
    command.env("QBO_HOST_CODE_CACHE", checkout().join("target/code-cache"));
    command.env("QBO_HOST_ACTIONS__CREATE_INVOICE__COMPONENT", component("action-modules/create-invoice"));
    command.env("QBO_HOST_CONNECTIONS__SAMPLE__QUICKBOOKS", format!("http://{quickbooks}"));
    command.env("QBO_HOST_CONNECTIONS__SAMPLE__HUBSPOT", format!("http://{hubspot}"));
    let mut running = Running::start(command);
    let url = running.text_after("Service     ");
    let mut start = qbo_host(&["run", "start", "--action", "create-invoice", "--object", "deal:1001", "--json"]);
    start.args(["--service", &url]).env("QBO_HOST_TOKEN", TOKEN);
    let started = finish(start);
    assert_eq!((started.code, &started.json()["code"]), (Some(0), &"created".into()), "{started:?}");
    assert_eq!(running.stop("INT").0.code(), Some(0));
}

#[test]
fn a_wrong_file_is_refused_by_key_line_and_what_is_allowed() {
    let folder = TempDir::new().expect("a folder");
    for (text, code, named) in [
        ("listen = 8500", "bad_setting", "line 1"),
        ("\nlissten = \"127.0.0.1:1\"", "unknown_setting", "lissten"),
        ("[connections.main]\nportal = \"x\"", "bad_setting", "connections.main.portal"),
        ("[connections.main]\nportal = \"1\"", "setting_missing", "connections.main.company"),
        ("store = ", "not_toml", "line 1"),
    ] {
        let (mut command, _) = serve(&folder, text);
        command.arg("--json");
        let told = finish(command);
        told.assert_error(2, code);
        assert!(told.stdout.contains(named), "{text}: {told:?}");
    }
}
