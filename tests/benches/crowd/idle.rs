//! The real service with an action and a connection, and nothing to do.

use std::fmt::Write as _;
use std::time::Duration;

use qbo_tests::binary::{Running, qbo_host};
use qbo_tests::{checkout, component};

use crate::Row;
use crate::used::Used;

/// It is looked at when it has come to rest.
const RESTED: Duration = Duration::from_secs(2);

pub(crate) async fn rows() -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = format!(
        "listen = \"127.0.0.1:0\"\nstore = {:?}\ncode_cache = {:?}\n\n[actions.create-invoice]\ncomponent = {:?}\n",
        folder.path().join("runs.db"),
        checkout().join("target/code-cache"),
        component("action-modules/create-invoice"),
    );
    // Nobody listens there, and nobody asks.
    let nobody = "http://127.0.0.1:9";
    let _written = write!(
        config,
        "\n[connections.company]\nportal = \"50000001\"\ncompany = \"4620816365000000001\"\n\
         zone = \"America/Los_Angeles\"\nquickbooks = \"{nobody}\"\nhubspot = \"{nobody}\"\ntoken_url = \"{nobody}\"\n\
         refresh_token_env = \"SECRET\"\nclient_id_env = \"SECRET\"\nclient_secret_env = \"SECRET\"\n\
         hubspot_token_env = \"SECRET\"\n",
    );
    let file = folder.path().join("host.toml");
    std::fs::write(&file, config).expect("a writable folder");
    let mut command = qbo_host(&["serve", "--config", file.to_str().expect("a path of text")]);
    command.env("QBO_HOST_TOKEN", "the-operators-token").env("SECRET", "secret");
    let mut host = Running::start(command);
    host.line_with("http://");
    tokio::time::sleep(RESTED).await;
    let used = Used::of(&host.process().to_string());
    vec![Row::new("idle service, resident memory", used.resident_bytes as f64 / 1e6, "MB").at_most(60.0)]
}
