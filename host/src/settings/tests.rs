use super::*;

const FILE: &str = r#"
store = "data/runs.db"

[actions.create-invoice]
component = "create-invoice.wasm"
deny = ["customer:create"]

[connections.main]
portal = "50000001"
company = "4620816365000000001"
zone = "America/Los_Angeles"
quickbooks = "http://127.0.0.1:8501"
hubspot = "http://127.0.0.1:8502"
"#;

fn parse(text: &str, environment: &[(&str, &str)]) -> Result<Settings, BadSettings> {
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Settings::parse(text, Path::new("/etc/qbo"), &environment)
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_defaults() {
    let overrides = [
        ("QBO_HOST_LISTEN", "127.0.0.1:9000"),
        ("QBO_HOST_CONNECTIONS__MAIN__PORTAL", "7"),
        ("QBO_HOST_ACTIONS__CREATE_INVOICE__DENY", "item:create, customer:create"),
        ("QBO_HOST_GRACE_SECONDS", ""),
        ("QBO_HOST_LOG", "debug"),
    ];
    let settings = parse(FILE, &overrides).unwrap();
    let variable = |name: &str| Origin::Environment { variable: name.into() };
    assert_eq!(settings.listen.value.port(), 9000);
    assert_eq!(settings.listen.origin, variable("QBO_HOST_LISTEN"));
    assert_eq!(settings.store, Setting { value: "/etc/qbo/data/runs.db".into(), origin: Origin::File { line: 2 } });
    assert_eq!(settings.grace_seconds, Setting { value: 20, origin: Origin::Default });
    let main = &settings.connections["main"];
    assert_eq!(main.portal, Setting { value: "7".into(), origin: variable("QBO_HOST_CONNECTIONS__MAIN__PORTAL") });
    assert_eq!(main.company.origin, Origin::File { line: 10 });
    assert_eq!(settings.actions["create-invoice"].deny.value.len(), 2);
}

#[test]
fn a_connection_can_be_set_by_variables_alone() {
    let variables = [
        ("QBO_HOST_CONNECTIONS__ACME_EAST__PORTAL", "7"),
        ("QBO_HOST_CONNECTIONS__ACME_EAST__COMPANY", "8"),
        ("QBO_HOST_CONNECTIONS__ACME_EAST__ZONE", "UTC"),
        ("QBO_HOST_CONNECTIONS__ACME_EAST__QUICKBOOKS", "http://127.0.0.1:1"),
        ("QBO_HOST_CONNECTIONS__ACME_EAST__HUBSPOT", "http://127.0.0.1:2"),
    ];
    assert_eq!(parse("", &variables).unwrap().connections["acme-east"].company.value, "8");
    let Err(BadSettings::Missing { key, variable }) = parse("", &variables[..4]) else { panic!("it is whole") };
    assert_eq!(key, "connections.acme-east.hubspot");
    assert_eq!(variable, "QBO_HOST_CONNECTIONS__ACME_EAST__HUBSPOT");
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (line, text, code) in [
        (1, "lissten = \"127.0.0.1:1\"", "unknown_setting"),
        (2, "\nlisten = 8500", "bad_setting"),
        (1, "grace_seconds = -1", "bad_setting"),
        (1, "grace_seconds = 601", "bad_setting"),
        (1, "grace_seconds = 1.5", "bad_setting"),
        (1, "token_env = \"my secret\"", "bad_setting"),
        (1, "actions = 1", "unknown_setting"),
        (2, "[connections.a]\nportal = \"x\"", "bad_setting"),
        (3, "[actions.a]\ncomponent = \"a\"\ncolour = \"red\"", "unknown_setting"),
        (3, "[actions.a]\ncomponent = \"a\"\ndeny = [\"everything\"]", "bad_setting"),
        (3, "[actions.a]\ncomponent = \"a\"\ndeny = [1]", "bad_setting"),
        (2, "\nlisten", "not_toml"),
        (3, "store = \"a\"\n\nstore = \"b\"", "not_toml"),
    ] {
        let refused = parse(text, &[]).unwrap_err();
        assert_eq!(refused.code(), code, "{text}");
        let named = match refused {
            BadSettings::NotToml { line, .. } => line,
            BadSettings::Unknown { origin: Origin::File { line }, .. }
            | BadSettings::Unfit { origin: Origin::File { line }, .. } => line,
            other => panic!("{text}: {other}"),
        };
        assert_eq!(named, line, "{text}");
    }
}

#[test]
fn a_name_is_one_that_a_variable_can_have() {
    for name in ["Main", "\"a b\"", "\"a.b\"", "a_b", "\"\"", "-a", "a-", "a--b", "\"ä\""] {
        let refused = parse(&format!("\n[connections.{name}]\nportal = \"1\""), &[]).unwrap_err();
        assert!(matches!(refused, BadSettings::Unfit { origin: Origin::File { line: 2 }, .. }), "{name}: {refused}");
    }
    for name in ["a", "1", "acme-east-2"] {
        let named = parse(&FILE.replace("connections.main", &format!("connections.{name}")), &[]).unwrap();
        assert!(named.connections.contains_key(name));
    }
}

#[test]
fn a_variable_that_sets_nothing_is_refused_by_its_name() {
    let refused = parse(FILE, &[("QBO_HOST_CONNECTIONS__MAIN__COLOUR", "red")]).unwrap_err();
    let BadSettings::Unknown { origin, known, .. } = refused else { panic!("{refused}") };
    assert_eq!(origin, Origin::Environment { variable: "QBO_HOST_CONNECTIONS__MAIN__COLOUR".into() });
    assert!(known.contains(&"portal"));
}

#[test]
fn what_is_shown_is_a_file_that_sets_the_same() {
    let settings = parse(FILE, &[("QBO_HOST_GRACE_SECONDS", "7")]).unwrap();
    let environment = Environment::from([("QBO_HOST_TOKEN".to_owned(), "very-secret".to_owned())]);
    let shown = settings.shown(&environment);
    assert!(!shown.contains("very-secret"));
    let again = parse(&shown, &[]).unwrap();
    assert_eq!(again.grace_seconds.value, 7);
    assert_eq!(again.store.value, settings.store.value);
    assert_eq!(again.connections["main"].zone.value, settings.connections["main"].zone.value);
    assert_eq!(again.actions["create-invoice"].deny.value, settings.actions["create-invoice"].deny.value);
}
