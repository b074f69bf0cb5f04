//! The host under test: the real binary with a real file, started and killed.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use qbo_simulator::quickbooks::{CLIENT_ID, CLIENT_SECRET};
use serde_json::Value;
use tempfile::TempDir;

use super::callers::Asking;
use super::world::World;
use crate::binary::qbo_host;
use crate::component;

/// What callers show to be let in.
const TOKEN: &str = "the-operators-token";

/// A host's files and settings; started as often as need be.
pub(super) struct Host {
    folder: TempDir,
    url: String,
    secrets: Vec<(String, String)>,
}

/// A host that runs.
pub(super) struct Alive(Child);

impl Host {
    pub(super) fn new(world: &World) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("an address");
        let code = crate::checkout().join("target/code-cache");
        let mut config = format!(
            "listen = \"{address}\"\nstore = {:?}\ncode_cache = {code:?}\ngrace_seconds = 5\n\n\
             [actions.create-invoice]\ncomponent = {:?}\n",
            folder.path().join("runs.db"),
            component("action-modules/create-invoice"),
        );
        let mut secrets = vec![("QBO_HOST_TOKEN".to_owned(), TOKEN.to_owned())];
        for (number, realm) in world.companies.iter().enumerate() {
            let (quickbooks, hubspot) = (world.quickbooks.address(), world.hubspot.address());
            let _written = write!(
                config,
                "\n[connections.company-{number}]\nportal = \"50000001\"\ncompany = \"{realm}\"\n\
                 zone = \"America/Los_Angeles\"\nquickbooks = \"http://{quickbooks}\"\nhubspot = \"http://{hubspot}\"\n\
                 token_url = \"http://{quickbooks}/oauth2/v1/tokens/bearer\"\n\
                 answer_timeout_seconds = 1\nthrottled_pause_seconds = 1\n\
                 refresh_token_env = \"REFRESH_{number}\"\nclient_id_env = \"CLIENT_ID\"\n\
                 client_secret_env = \"CLIENT_SECRET\"\nhubspot_token_env = \"PORTAL_TOKEN\"\n",
            );
            secrets.push((format!("REFRESH_{number}"), format!("simulator-refresh-{realm}")));
        }
        secrets.extend([
            ("CLIENT_ID".to_owned(), CLIENT_ID.to_owned()),
            ("CLIENT_SECRET".to_owned(), CLIENT_SECRET.to_owned()),
            ("PORTAL_TOKEN".to_owned(), qbo_simulator::hubspot::TOKEN.to_owned()),
        ]);
        std::fs::write(folder.path().join("host.toml"), config).expect("a writable folder");
        Self { folder, url: format!("http://{address}"), secrets }
    }

    pub(super) fn store(&self) -> PathBuf {
        self.folder.path().join("runs.db")
    }

    /// Everything that the host wrote, whatever it is.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).expect("the host's folder").flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_file() && !path.ends_with("host.toml")).collect()
    }

    /// When the company's last requests were sent, in order, as the host's own file has them: eight
    /// bytes each, microseconds with a mark in the lowest bit.
    pub(super) fn starts(&self, realm: &str) -> Vec<Duration> {
        let bytes = std::fs::read(self.folder.path().join("runs.db-pace").join(realm)).unwrap_or_default();
        let stamps = bytes.chunks_exact(8).map(|stamp| u64::from_le_bytes(stamp.try_into().expect("eight bytes")));
        let mut starts: Vec<_> = stamps.map(|stamp| Duration::from_micros(stamp & !1)).collect();
        starts.sort();
        starts
    }

    /// Starts it, and waits until it listens.
    pub(super) async fn start(&self) -> Alive {
        let config = self.folder.path().join("host.toml");
        let mut command = qbo_host(&["serve", "--config", config.to_str().expect("a path of text")]);
        command.envs(self.secrets.iter().cloned()).env("QBO_HOST_LOG", "info");
        let log = OpenOptions::new().create(true).append(true).open(self.folder.path().join("host.log"));
        command.stdout(Stdio::piped()).stderr(log.expect("a writable folder"));
        let started = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().expect("the binary starts");
            let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
            let listens = stdout.lines().map_while(Result::ok).any(|line| line.contains("http://"));
            assert!(listens, "the host ended before it listened; see its log");
            Alive(child)
        });
        started.await.expect("it starts")
    }

    pub(super) fn client(&self) -> Asking {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().expect("a client");
        Asking { client, url: self.url.clone(), token: TOKEN.into() }
    }

    /// Waits until no run waits or is under way, and HubSpot is told everything.
    pub(super) async fn until_all_ended(&self) {
        let asking = self.client();
        loop {
            let asked = asking.client.get(format!("{}/ready", asking.url)).bearer_auth(&asking.token).send();
            if let Ok(answer) = asked.await
                && let Ok(counts) = serde_json::from_str::<Value>(&answer.text().await.unwrap_or_default())
                && counts["runs"]["queued"] == 0
                && counts["runs"]["running"] == 0
                && counts["runs"]["messages"] == 0
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Alive {
    /// SIGKILL.
    pub(super) fn kill(mut self) {
        self.0.kill().expect("a running host");
        self.0.wait().expect("a child ends");
    }

    /// SIGTERM.
    pub(super) fn stop(mut self) {
        let sent = Command::new("bash").args(["-c", &format!("kill -TERM {}", self.0.id())]).status();
        assert!(sent.is_ok_and(|sent| sent.success()), "the signal can't be sent");
        assert!(self.0.wait().expect("a child ends").success(), "it stops in order");
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        // It has ended already unless a test failed.
        let _already_ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}
