//! Wrong use of the command line, and its help.

use super::binary::{finish, qbo_host};

const WRONG: [&[&str]; 13] = [
    &["run", "start", "--action", "create-invoice"],
    &["run", "start", "--action", "create-invoice", "--object", "deal:1", "--patience", "99999999999999999999"],
    &["run", "start", "--action", "create-invoice", "--object", "deal:1", "--event", ""],
    &["run", "show", "4f2c"],
    &["run", "list", "--most", "0"],
    &["serve"],
    &["store", "backup"],
    &["store", "check"],
    &["store", "restore", "runs-of-monday.db"],
    &["store", "restore", "runs-of-monday.db", "--to", "runs.db", "--look-back-hours", "-1"],
    &["demo", "--kep"],
    &["actoin", "build"],
    &["action", "inspect"],
];

#[test]
fn wrong_use_is_told_like_every_error() {
    for arguments in WRONG {
        let told = finish(qbo_host(arguments));
        assert_eq!(told.code, Some(2), "{arguments:?}");
        assert_eq!(told.stdout, "", "{arguments:?}");
        let lines: Vec<_> = told.stderr.lines().collect();
        assert!(lines.first().is_some_and(|line| line.starts_with("error: ")), "{arguments:?}: {lines:?}");
        assert!(
            lines.last().is_some_and(|line| line.len() > "hint: ".len() && line.starts_with("hint: ")),
            "{lines:?}"
        );
        assert_eq!(lines.len(), 2, "{lines:?}");
        finish(qbo_host(&[arguments, &["--json"]].concat())).assert_error(2, "usage");
    }
}

#[test]
fn every_command_explains_itself_by_examples() {
    let commands: [&[&str]; 15] = [
        &[],
        &["demo"],
        &["simulator"],
        &["action", "build"],
        &["action", "inspect"],
        &["run", "start"],
        &["run", "list"],
        &["run", "show"],
        &["run", "resume"],
        &["run", "restart"],
        &["run", "cancel"],
        &["serve"],
        &["store", "backup"],
        &["store", "check"],
        &["store", "restore"],
    ];
    for command in commands {
        let help = finish(qbo_host(&[command, &["--help"]].concat()));
        assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""), "{command:?}");
        let examples = help.stdout.lines().filter(|line| line.starts_with("  qbo-host ")).count();
        assert!(examples >= 1, "{command:?}");
        assert!(help.stdout.lines().all(|line| line.chars().count() <= 100), "{command:?}");
    }
    assert_eq!(finish(qbo_host(&["--version"])).stdout.split_whitespace().next(), Some("qbo-host"));
}
