//! A service that runs as a process of its own, and a caller of it.

use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderMap, Method, Request};
use qbo_host::action::Verb;
use qbo_host::quickbooks::{Sent, Transport};
use qbo_host::runs::history::Call;
use qbo_simulator::hubspot::PORTAL;
use qbo_tests::{COMPANY, Stage, checkout, component};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::binary::{Finished, Running, finish, qbo_host};

/// The token of the services here.
pub(super) const TOKEN: &str = "test-token";

/// Looked so often whether it has.
const LOOK: Duration = Duration::from_millis(20);

/// What takes longer does not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Both simulators, and a service that reaches them.
pub(super) struct Serving {
    pub(super) stage: Stage,
    pub(super) url: String,
    running: Running,
    folder: TempDir,
    transport: Transport,
}

/// What the service answered.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

/// Settings that reach the simulators of `stage`, with more of the service's own above and of the
/// connection's below.
pub(super) fn config(stage: &Stage, own: &str, of_connection: &str) -> String {
    let (quickbooks, hubspot) = stage.addresses;
    let (component, code) = (component("action-modules/create-invoice"), checkout().join("target/code-cache"));
    format!(
        "listen = \"127.0.0.1:0\"\ncode_cache = {code:?}\n{own}\n\
         [actions.create-invoice]\ncomponent = {component:?}\n\n\
         [connections.main]\nportal = \"{PORTAL}\"\ncompany = \"{COMPANY}\"\nzone = \"America/Los_Angeles\"\n\
         quickbooks = \"http://{quickbooks}\"\nhubspot = \"http://{hubspot}\"\n\
         requests_per_second = 1000\nrequests_per_minute = 100000\n{of_connection}\n"
    )
}

/// The command that serves with these settings.
pub(super) fn serve(folder: &TempDir, config: &str) -> (Command, PathBuf) {
    let file = folder.path().join("service.toml");
    std::fs::write(&file, config).expect("a file of settings");
    let mut command = qbo_host(&["serve", "--config"]);
    command.arg(&file).env("QBO_HOST_TOKEN", TOKEN);
    (command, file)
}

impl Serving {
    pub(super) fn start() -> Self {
        Self::with("", "")
    }

    pub(super) fn with(own: &str, of_connection: &str) -> Self {
        Self::on(Stage::new(), TempDir::new().expect("a folder"), own, of_connection)
    }

    /// Stops it, and starts another on the same simulators and in the same folder.
    pub(super) fn again(self, own: &str) -> Self {
        let (status, _) = self.running.stop("TERM");
        assert_eq!(status.code(), Some(0));
        Self::on(self.stage, self.folder, own, "")
    }

    /// Kills it with no chance to say a word, and starts another on the same simulators, files and settings.
    pub(super) fn killed(self, own: &str) -> Self {
        let (status, _) = self.running.stop("KILL");
        assert_eq!(status.code(), None);
        Self::on(self.stage, self.folder, own, "")
    }

    /// Withholds a capability from the action.
    pub(super) fn denying(capability: &str) -> Self {
        let (stage, folder) = (Stage::new(), TempDir::new().expect("a folder"));
        let deny = format!("[actions.create-invoice]\ndeny = [{capability:?}]\n");
        let config = config(&stage, "", "").replace("[actions.create-invoice]\n", &deny);
        Self::configured(stage, folder, &config)
    }

    pub(super) fn on(stage: Stage, folder: TempDir, own: &str, of_connection: &str) -> Self {
        let config = config(&stage, own, of_connection);
        Self::configured(stage, folder, &config)
    }

    fn configured(stage: Stage, folder: TempDir, config: &str) -> Self {
        let (command, _) = serve(&folder, config);
        let mut running = Running::start(command);
        let url = running.text_after("Service     ");
        let transport = Transport::http(PATIENCE, 1 << 24).expect("an HTTP client");
        Self { stage, url, running, folder, transport }
    }

    pub(super) async fn ask(&self, method: Method, path: &str, token: Option<&str>, body: &[u8]) -> Answered {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.send(request.body(Bytes::copy_from_slice(body)).expect("a request")).await
    }

    pub(super) async fn send(&self, request: Request<Bytes>) -> Answered {
        let answer = self.transport.send(request).await.expect("an answer");
        let body = serde_json::from_slice(answer.body()).unwrap_or_default();
        Answered { status: answer.status().as_u16(), headers: answer.headers().clone(), body }
    }

    pub(super) async fn get(&self, path: &str) -> Answered {
        self.ask(Method::GET, path, Some(TOKEN), b"").await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> Answered {
        self.ask(Method::POST, path, Some(TOKEN), body.to_string().as_bytes()).await
    }

    /// Starts `create-invoice`, and waits for the end.
    pub(super) async fn run(&self, object: &str, more: Value) -> Answered {
        let mut body = json!({ "action": "create-invoice", "object": object, "wait_seconds": 20 });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        self.post("/v1/runs", body).await
    }

    /// The run, once it has ended.
    pub(super) async fn ended(&self, run: &str) -> Value {
        let shown = self.get(&format!("/v1/runs/{run}?wait_seconds=20")).await.body;
        assert_eq!(shown["phase"], "ended", "it did not end: {shown:#}");
        shown
    }

    /// The run, once `is` holds of it.
    pub(super) async fn shown(&self, run: &str, is: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let shown = self.get(&format!("/v1/runs/{run}")).await.body;
            if is(&shown) {
                return shown;
            }
            assert!(began.elapsed() < PATIENCE, "it did not come to be: {shown:#}");
            // Whoever asks without a pause takes the processor from what it waits for.
            tokio::time::sleep(LOOK).await;
        }
    }

    /// What became of a run's message of a kind, once HubSpot took it or refused to.
    pub(super) async fn message(&self, run: &str, kind: &str) -> Value {
        let of_kind = |shown: &Value| {
            let messages = shown["messages"].as_array().into_iter().flatten();
            messages.into_iter().find(|message| message["kind"] == kind && message["state"] != "due").cloned()
        };
        let shown = self.shown(run, |shown| of_kind(shown).is_some()).await;
        of_kind(&shown).unwrap_or_default()
    }

    /// The texts of the notes on a record of HubSpot's.
    pub(super) fn notes(&self, on: (&str, &str)) -> Vec<String> {
        let portal = &self.stage.portal;
        let notes = portal.associated(on, "note").into_iter();
        notes.filter_map(|note| portal.property("note", &note, "hs_note_body")).collect()
    }

    /// A command that asks this service.
    pub(super) fn command(&self, arguments: &[&str]) -> Finished {
        let mut command = qbo_host(arguments);
        command.env("QBO_HOST_SERVICE", &self.url).env("QBO_HOST_TOKEN", TOKEN);
        finish(command)
    }

    /// Invoices with the marker of a deal.
    pub(super) fn invoices_of(&self, deal: &str) -> Vec<Value> {
        let marker = format!("deal {deal} ");
        let marked = |invoice: &Value| invoice["PrivateNote"].as_str().is_some_and(|note| note.contains(&marker));
        self.stage.documents("Invoice").into_iter().filter(marked).collect()
    }

    /// Deletes an invoice, as a bookkeeper does.
    pub(super) async fn delete(&self, invoice: &Value) {
        let client = &self.stage.connection.quickbooks;
        let text = json!({ "Id": invoice["Id"], "SyncToken": invoice["SyncToken"] }).to_string();
        let call = Call { verb: Verb::Delete, entity: "Invoice".into(), key: None, text };
        let permit = client.admit().await.expect("there is room");
        let sent = client.send(&call, None, permit).await;
        assert!(matches!(sent, Sent::Replied { reply: Ok(_), .. }), "{sent:?}");
    }

    /// A folder of this service's own.
    pub(super) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub(super) fn signal(&self, signal: &str) {
        self.running.signal(signal);
    }

    /// Waits until it ends by itself.
    pub(super) fn end(self) -> (Stage, ExitStatus) {
        (self.stage, self.running.end().0)
    }

    pub(super) fn stop(self, signal: &str) -> (Stage, ExitStatus, Duration) {
        let (status, took) = self.running.stop(signal);
        (self.stage, status, took)
    }
}

impl Answered {
    /// A problem of RFC 9457 with this status and code.
    pub(super) fn assert_problem(&self, status: u16, code: &str, what: &str) {
        assert_eq!((self.status, &self.body["code"]), (status, &Value::from(code)), "{what}: {self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json", "{what}");
        assert_eq!(self.body["status"], status, "{what}");
        assert_eq!(self.body["type"], format!("/problems/{code}"), "{what}");
        for member in ["title", "detail", "remedy"] {
            assert!(self.body[member].as_str().is_some_and(|text| !text.is_empty()), "{what}: no {member}");
        }
    }

    pub(super) fn run_id(&self) -> String {
        self.body["run_id"].as_str().unwrap_or_else(|| panic!("no run: {self:?}")).to_owned()
    }
}
