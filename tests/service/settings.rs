//! The settings of the real binary.

use qbo_tests::Stage;
use tempfile::TempDir;

use super::serving::{TOKEN, config, serve};
use crate::cli::binary::finish;

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
