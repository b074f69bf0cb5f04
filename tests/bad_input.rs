//! Whatever is wrong, outside or inside: a stable code, a remedy, the right exit code, and nothing
//! written. What the catalog refuses is proven in `catalog`, what the door denies in `sandbox::door`
//! and what an action refuses in its cases; here the same is met through the real binary.

use std::path::Path;

use qbo_simulator::faults::{Effect, Fault};
use qbo_simulator::requests::LoggedRequest;
use qbo_tests::{Stage, component};
use serde_json::Value;

use crate::cli::binary::{Finished, finish, qbo_host};
use crate::sandbox::shapes;

const CREATE_INVOICE: &str = "action-modules/create-invoice";

/// Simulators that the binary runs against.
struct Scene {
    stage: Stage,
}

impl Scene {
    fn new() -> Self {
        component(CREATE_INVOICE);
        Self { stage: Stage::new() }
    }

    /// `run start` with these options and settings, as a program would ask for it. Options that
    /// come later win.
    fn start(&self, options: &[&str], settings: &[(&str, &str)]) -> Finished {
        let (quickbooks, hubspot) = self.stage.addresses;
        let mut command = qbo_host(&["run", "start", "--json", "--patience", "0"]);
        command.env("QBO_HOST_QUICKBOOKS_URL", format!("http://{quickbooks}"));
        command.env("QBO_HOST_HUBSPOT_URL", format!("http://{hubspot}"));
        command.envs(settings.iter().copied()).args(options);
        finish(command)
    }

    /// The same for `create-invoice` and a deal.
    fn invoice(&self, deal: &str, settings: &[(&str, &str)]) -> Finished {
        self.start(&["--action", "create-invoice", "--object", &format!("deal:{deal}")], settings)
    }

    fn committed(&self) -> Vec<LoggedRequest> {
        let requests = self.stage.books.requests().into_iter();
        requests.filter(|request| request.committed && request.path.contains("/v3/company/")).collect()
    }

    /// The run waits for `code`, says what to do, and has written nothing.
    fn assert_waits(&self, finished: &Finished, code: &str, what: &str) {
        assert_eq!(finished.code, Some(1), "{what}: {finished:?}");
        let record = finished.json();
        assert_eq!((&record["status"], &record["code"]), (&"waiting".into(), &code.into()), "{what}: {record}");
        for member in ["message", "hint"] {
            assert!(is_told(&record[member]), "{what}: no {member}");
        }
        assert_eq!(self.committed(), [], "{what}");
    }
}

fn is_told(text: &Value) -> bool {
    text.as_str().is_some_and(|text| !text.is_empty())
}

/// A file with this content, and the folder that keeps it.
fn file(content: &[u8]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("action.wasm");
    std::fs::write(&path, content).expect("a file");
    let path = path.to_string_lossy().into_owned();
    (folder, path)
}

#[test]
fn a_file_that_is_no_action_is_refused() {
    let component = |text: &str| wat::parse_str(text).expect("WebAssembly");
    let handler = r#"(instance $handler) (export "qbo:actions/handler@1.0.0" (instance $handler))"#;
    let importing = |import: &str| component(&format!(r#"(component (import "{import}" (instance)) {handler})"#));
    let files = [
        ("not_wasm", b"{}".to_vec()),
        ("core_module", component("(module)")),
        ("other_world", component("(component)")),
        ("forbidden_import", importing("wasi:sockets/tcp@0.2.0")),
        ("forbidden_import", importing("acme:ledger/books@1.0.0")),
        ("does_not_link", importing("qbo:actions/ledger@1.0.0")),
        ("bad_definition", shapes::with_definition("harmless", r#"{"id":"No Id","version":1}"#)),
    ];
    for (code, content) in files {
        let (_folder, path) = file(&content);
        finish(qbo_host(&["action", "inspect", &path, "--json"])).assert_error(1, code);
        let shown = finish(qbo_host(&["action", "inspect", &path]));
        assert_eq!((shown.code, shown.stdout.as_str()), (Some(1), ""), "{code}");
        for part in ["error: ", "caused by: ", "hint: "] {
            assert!(shown.stderr.lines().any(|line| line.starts_with(part)), "{code}: {}", shown.stderr);
        }
    }
}

#[test]
fn everything_that_is_wrong_with_a_definition_is_listed() {
    let (_folder, path) = file(&shapes::with_definition("harmless", r#"{"id":"No Id","version":1,"more":true}"#));
    let finished = finish(qbo_host(&["action", "inspect", &path, "--json"]));
    finished.assert_error(1, "bad_definition");
    let causes = finished.json()["error"]["causes"].to_string();
    // Each by the place in the document where it is.
    for place in ["/id", "/version", "more", "labels", "capabilities"] {
        assert!(causes.contains(place), "{place} is missing from {causes}");
    }
}

#[test]
fn a_file_that_can_not_be_read_is_a_wrong_use() {
    for path in ["no/such/file.wasm", "tests"] {
        finish(qbo_host(&["action", "inspect", path, "--json"])).assert_error(2, "unreadable_file");
    }
}

#[cfg(unix)]
#[test]
fn compiled_code_is_not_kept_where_others_may_write() {
    use std::os::unix::fs::PermissionsExt as _;
    let open = tempfile::tempdir().expect("a folder");
    std::fs::set_permissions(open.path(), std::fs::Permissions::from_mode(0o777)).expect("an own folder");
    let beside_a_file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml").join("cache");
    for folder in [open.path(), beside_a_file.as_path()] {
        let (_folder, path) = file(&shapes::component("harmless"));
        let options = ["action", "inspect", &path, "--json", "--code-cache", &folder.to_string_lossy()];
        finish(qbo_host(&options)).assert_error(1, "no_code_cache");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_asks_nobody_anything() {
    let scene = Scene::new();
    let hostile = component("tests/guests");
    let hostile = hostile.to_string_lossy();
    let wrong: [(&str, &[&str]); 20] = [
        ("unknown_action", &["--action", "create-everything"]),
        ("unknown_action", &["--action", "nowhere/create-invoice.wasm"]),
        ("input_missing", &["--action", &hostile]),
        ("bad_object", &["--object", "1001"]),
        ("bad_object", &["--object", "deal:x' OR '1' = '1"]),
        ("bad_object", &["--object", "ticket:1001"]),
        ("wrong_object_type", &["--object", "payment:3001"]),
        ("unknown_input", &["--input", "create_products=yes"]),
        ("bad_input", &["--input", "create_product"]),
        ("bad_input", &["--input", "create_product=perhaps"]),
        ("bad_input", &["--input", "transaction_date=2026-02-30"]),
        ("bad_input", &["--input", "create_product=yes", "--input", "create_product=no"]),
        ("bad_capability", &["--deny", "everything"]),
        ("bad_capability", &["--deny", "payment:create"]),
        ("bad_url", &["--quickbooks", "quickbooks"]),
        ("bad_url", &["--quickbooks", "http://quickbooks.example"]),
        ("bad_url", &["--hubspot", "ftp://127.0.0.1"]),
        ("bad_url", &["--hubspot", "https://user:sesame@hubspot.example"]),
        ("bad_id", &["--company", "../other"]),
        ("unknown_zone", &["--zone", "America/Springfield"]),
    ];
    for (code, options) in wrong {
        let usual: [[&str; 2]; 2] = [["--action", "create-invoice"], ["--object", "deal:1001"]];
        let usual = usual.into_iter().filter(|[name, _]| !options.contains(name)).flatten();
        let options: Vec<_> = usual.chain(options.iter().copied()).collect();
        let finished = scene.start(&options, &[]);
        finished.assert_error(2, code);
        assert!(!finished.stdout.contains("sesame"), "{options:?}");
    }
    let elsewhere = [("QBO_HOST_QUICKBOOKS_TOKEN_URL", "http://tokens.example")];
    scene.invoice("1001", &elsewhere).assert_error(2, "bad_url");
    assert_eq!(scene.stage.books.requests(), []);
    assert_eq!(scene.stage.portal.requests(), []);
}

/// The simulators' secrets are for simulators: nobody else is asked with them.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_elsewhere_needs_secrets_of_its_own() {
    let scene = Scene::new();
    for (service, secrets) in [
        ("QBO_HOST_QUICKBOOKS_URL", &["QBO_HOST_QUICKBOOKS_CLIENT_ID", "QBO_HOST_QUICKBOOKS_CLIENT_SECRET"][..]),
        ("QBO_HOST_HUBSPOT_URL", &[]),
    ] {
        let mut settings = vec![(service, "https://service.invalid")];
        scene.invoice("1001", &settings).assert_error(2, "secret_missing");
        for secret in secrets {
            settings.push((secret, "something"));
            scene.invoice("1001", &settings).assert_error(2, "secret_missing");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_that_can_not_become_an_invoice_is_refused() {
    let scene = Scene::new();
    for (deal, code) in [
        ("999999", "object_not_found"),
        // A quantity of `abc`.
        ("1004", "property_not_a_number"),
        // 30 digits.
        ("1021", "amount_out_of_range"),
        // A discount above the price, so that the amount is negative.
        ("1043", "line_discount_out_of_range"),
        // A name of 600 characters.
        ("1024", "text_too_long"),
    ] {
        let finished = scene.invoice(deal, &[]);
        assert_eq!(finished.code, Some(1), "{deal}: {finished:?}");
        let record = finished.json();
        assert_eq!(record["status"], "refused", "{deal}: {record}");
        let problems = record["problems"].as_array().expect("problems");
        assert!(problems.iter().any(|problem| problem["code"] == code), "{deal}: {record}");
        for problem in problems {
            assert!(
                ["message", "about", "remedy"].iter().all(|member| is_told(&problem[*member])),
                "{deal}: {problem}"
            );
        }
        assert_eq!(scene.committed(), [], "{deal}");
    }
}

/// Quote marks, a query's words and emoji are part of a name, and of nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_strange_name_is_a_name() {
    for (deal, given, family) in [("1022", "Pat", "O'Brien x' AND DisplayName LIKE '%"), ("1023", "Mia 🌻", "Rossi")]
    {
        let scene = Scene::new();
        let before = scene.stage.documents("Customer").len();
        let finished = scene.invoice(deal, &[]);
        assert_eq!(finished.code, Some(0), "{deal}: {finished:?}");
        let customers = scene.stage.documents("Customer");
        assert_eq!(customers.len(), before + 1, "{deal}");
        let made = customers.iter().filter(|customer| customer["DisplayName"] == format!("{given} {family}"));
        assert_eq!(made.count(), 1, "{deal}");
        assert_eq!(scene.committed().len(), 2, "{deal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_never_answers_well_makes_the_run_wait() {
    let always = |path: &str, effect| Fault { matches: path.into(), skip: 0, times: u32::MAX, effect };
    for (code, effect) in [
        ("malformed_answer", Effect::MalformedAnswer),
        ("quickbooks_unavailable", Effect::HtmlError),
        ("quickbooks_unavailable", Effect::ServerError { status: 503 }),
        ("quickbooks_unavailable", Effect::NotCommitted),
        ("throttled", Effect::Throttled),
        ("signed_out", Effect::ExpiredToken),
    ] {
        let scene = Scene::new();
        scene.stage.books.faults().inject(always("/v3/company/", effect.clone()));
        scene.assert_waits(&scene.invoice("1001", &[]), code, &format!("QuickBooks: {effect:?}"));
    }
    for effect in [Effect::MalformedAnswer, Effect::HtmlError, Effect::NotCommitted, Effect::Throttled] {
        let scene = Scene::new();
        scene.stage.portal.faults().inject(always("/crm/", effect.clone()));
        scene.assert_waits(&scene.invoice("1001", &[]), "hubspot_unavailable", &format!("HubSpot: {effect:?}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_makes_the_run_wait_and_is_not_shown() {
    let scene = Scene::new();
    for (code, name) in [
        ("signed_out", "QBO_HOST_QUICKBOOKS_CLIENT_ID"),
        ("signed_out", "QBO_HOST_QUICKBOOKS_CLIENT_SECRET"),
        ("signed_out", "QBO_HOST_QUICKBOOKS_REFRESH_TOKEN"),
        ("hubspot_refused", "QBO_HOST_HUBSPOT_TOKEN"),
    ] {
        let finished = scene.invoice("1001", &[(name, "not-the-secret")]);
        scene.assert_waits(&finished, code, name);
        for told in [&finished.stdout, &finished.stderr] {
            assert!(!told.contains("not-the-secret"), "{name}: {told}");
        }
        assert!(finished.json()["hint"].as_str().is_some_and(|hint| hint.contains(name)), "{name}: {finished:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_down_makes_the_run_wait() {
    let scene = Scene::new();
    // Free a moment ago, so nobody listens there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let nobody = format!("http://{}", free.expect("a port"));
    for (code, name) in
        [("hubspot_unavailable", "QBO_HOST_HUBSPOT_URL"), ("quickbooks_unavailable", "QBO_HOST_QUICKBOOKS_URL")]
    {
        scene.assert_waits(&scene.invoice("1001", &[(name, &nobody)]), code, name);
    }
}
