//! `serve`: the service, from its settings to its end.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use url::Url;

use super::Failure;
use super::action::open_catalog_in;
use super::answer::answer;
use super::connect::{Reach, SecretNames, is_loopback};
use super::folders::shown;
use super::stop::StopRequest;
use crate::clock::Clock;
use crate::connection::{Connection, Connections};
use crate::quickbooks::{Client, Rates};
use crate::runs::service_store::ServiceStore;
use crate::runs::{Service, SqliteOptions, SqliteStore};
use crate::sandbox::Polled;
use crate::server::{Server, Token};
use crate::settings::{ActionSettings, ConnectionSettings, Environment, Settings};

/// What QuickBooks allows of one app and company.
const QUICKBOOKS_PER_SECOND: u64 = 10;
const QUICKBOOKS_PER_MINUTE: u64 = 500;

/// The service.
#[derive(Args)]
#[command(after_help = "\
Examples:
  qbo-host serve --config service.toml
  qbo-host serve --config service.toml --print-config

Every setting of the file can be set in the environment too: QBO_HOST_LISTEN sets listen, and
QBO_HOST_CONNECTIONS__MAIN__PORTAL sets portal of the connection main. Secrets come from there alone.")]
pub(super) struct Serve {
    /// The file of settings
    #[arg(long, value_name = "FILE", env = "QBO_HOST_CONFIG", hide_env_values = true)]
    config: PathBuf,
    /// Prints the settings in effect, each with where it comes from, and ends
    #[arg(long)]
    print_config: bool,
    /// Tells where it listens, and what went wrong, as JSON
    #[arg(long, conflicts_with = "print_config")]
    pub(super) json: bool,
}

impl Serve {
    pub(super) async fn run(self) -> Result<ExitCode, Failure> {
        let environment: Environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let settings = Settings::read(&self.config, &environment).map_err(|error| {
            let (code, hint) = (error.code(), error.hint());
            let error = anyhow::Error::new(error).context(format!("{} can't be used", shown(&self.config)));
            Failure::usage(error, hint).with_code(code)
        })?;
        if self.print_config {
            answer(settings.shown(&environment).trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        let mut stop = StopRequest::listen()?;
        let token = token(&settings, &environment)?;
        let server = Server::bind(settings.listen.value).await.map_err(|error| {
            let hint = "stop what listens there, or set another address with listen or QBO_HOST_LISTEN";
            Failure::new(error.into(), hint).with_code("address_taken")
        })?;
        let address = server.address();
        let clock = Clock::machine();
        let service = Arc::new(open(&settings, &clock).await?);
        let (closed, told) = tokio::sync::oneshot::channel::<()>();
        let serving = server.serve(Arc::clone(&service), token, clock.clone(), async {
            let _closed = told.await;
        });
        let serving = tokio::spawn(serving);
        install(&service, &settings).await?;
        service.open();
        if self.json {
            answer(serde_json::json!({ "service": format!("http://{address}") }));
        } else {
            answer(format_args!("Service     http://{address}"));
        }

        drive(&service, &settings, &mut stop).await;
        drop(closed);
        let _ended = serving.await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Drives runs until the first request to stop, and for as long after it as the settings allow; a
/// second request ends that too.
async fn drive(service: &Service, settings: &Settings, stop: &mut StopRequest) {
    let grace = Duration::from_secs(settings.grace_seconds.value);
    let company_max = usize::try_from(settings.runs_at_once.value).unwrap_or(usize::MAX);
    let (asked, told) = tokio::sync::oneshot::channel::<()>();
    let dispatching = service.dispatch(
        async {
            let _asked = told.await;
        },
        grace,
        company_max,
    );
    let signals = async {
        stop.received().await;
        tracing::info!("asked to stop; what is under way has {} s to end", grace.as_secs());
        service.close();
        drop(asked);
        stop.received().await;
        tracing::warn!("asked again to stop; what is under way goes on after the next start");
    };
    futures::future::select(pin!(dispatching), pin!(signals)).await;
}

/// The store that the settings name.
fn open_store(settings: &Settings, clock: &Clock) -> Result<Arc<dyn ServiceStore>, Failure> {
    let hours = settings.look_back_hours.value;
    let look_back = (hours > 0).then(|| Duration::from_secs(hours * 3_600));
    let store = SqliteStore::open(&settings.store.value, clock.clone(), SqliteOptions { look_back });
    Ok(Arc::new(store.map_err(super::store::failure)?))
}

/// A file that lies beside the store and belongs to it.
fn beside(settings: &Settings, ending: &str) -> PathBuf {
    let mut name = settings.store.value.clone().into_os_string();
    name.push(ending);
    name.into()
}

/// What a dead host left besides its store can't be used.
fn no_trace(error: std::io::Error, file: &Path) -> Failure {
    let error = anyhow::Error::new(error).context(format!("{} can't be used", shown(file)));
    Failure::new(error, "give the service a folder for its store that it may write to").with_code("no_store")
}

async fn open(settings: &Settings, clock: &Clock) -> Result<Service, Failure> {
    let connections = Connections::default();
    let mut clients: BTreeMap<String, (Arc<Client>, Duration)> = BTreeMap::new();
    for (name, connection) in &settings.connections {
        let connected = connect(connection).map_err(|mut failure| {
            failure.error = failure.error.context(format!("the connection {name} can't be used"));
            failure
        })?;
        // One company has one pace, whichever portal asks.
        let realm = connected.quickbooks.realm().to_owned();
        let timeout = Duration::from_secs(connection.answer_timeout_seconds.value);
        let (client, _) = clients.entry(realm).or_insert_with(|| (Arc::clone(&connected.quickbooks), timeout));
        let client = Arc::clone(client);
        connections.put_named(name, Connection { quickbooks: client, ..connected });
    }
    let store = open_store(settings, clock)?;
    let folder = beside(settings, "-pace");
    std::fs::create_dir_all(&folder).map_err(|error| no_trace(error, &folder))?;
    for (realm, (client, timeout)) in &clients {
        let file = folder.join(realm);
        client.keep_pace(&file, *timeout).map_err(|error| no_trace(error, &file))?;
    }
    let file = beside(settings, "-polled");
    let (polled, died_with) = Polled::open(&file).map_err(|error| no_trace(error, &file))?;
    store.take_over(&died_with).await.map_err(|error| {
        Failure::new(error.into(), "look after the store, then start the service again").with_code("store_unavailable")
    })?;
    polled.clear().map_err(|error| no_trace(error, &file))?;
    let (sandbox, catalog) = open_catalog_in(settings.code_cache.value.clone(), Some(polled))?;
    Ok(Service::new(store, sandbox, catalog, connections, clock.clone()))
}

fn connect(settings: &ConnectionSettings) -> Result<Connection, Failure> {
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    check_pace(settings)?;
    Reach {
        quickbooks: &settings.quickbooks.value,
        hubspot: &settings.hubspot.value,
        company: &settings.company.value,
        portal: &settings.portal.value,
        zone: settings.zone.value.clone(),
        token_url: settings.token_url.as_ref().map(|url| url.value.clone()),
        pages_url: settings.pages_url.as_ref().map(|url| url.value.clone()),
        secrets: Some(SecretNames {
            client_id: &settings.client_id_env.value,
            client_secret: &settings.client_secret_env.value,
            refresh_token: &settings.refresh_token_env.value,
            hubspot_token: &settings.hubspot_token_env.value,
        }),
        rates: Rates {
            per_second: number(settings.requests_per_second.value),
            per_minute: number(settings.requests_per_minute.value),
            throttled_pause: Duration::from_secs(settings.throttled_pause_seconds.value),
            ..Rates::default()
        },
        answer_timeout: Duration::from_secs(settings.answer_timeout_seconds.value),
    }
    .connect()
}

/// Only a simulator lets itself be asked more than QuickBooks does.
fn check_pace(settings: &ConnectionSettings) -> Result<(), Failure> {
    // What is no URL, or not a safe one, is told when it is connected to.
    let simulated =
        Url::parse(&settings.quickbooks.value).is_ok_and(|url| is_loopback(&url) || url.scheme() != "https");
    for (key, pace, most) in [
        ("requests_per_second", &settings.requests_per_second, QUICKBOOKS_PER_SECOND),
        ("requests_per_minute", &settings.requests_per_minute, QUICKBOOKS_PER_MINUTE),
    ] {
        if pace.value > most && !simulated {
            let error = anyhow::anyhow!("{key} is more than QuickBooks allows ({})", pace.origin);
            return Err(Failure::usage(error, format!("set at most {most}")).with_code("bad_setting"));
        }
    }
    Ok(())
}

fn token(settings: &Settings, environment: &Environment) -> Result<Token, Failure> {
    let name = &settings.token_env.value;
    match environment.get(name).filter(|token| !token.is_empty()) {
        Some(token) => Ok(Token::new(token)),
        None => {
            let error = anyhow::anyhow!("the service asks for a token, and {name} is not set");
            let hint = format!("set {name} to a long random text; whoever knows it may start and cancel runs");
            Err(Failure::usage(error, hint).with_code("secret_missing"))
        }
    }
}

/// Installs what the settings name, then finds what runs began with before.
async fn install(service: &Service, settings: &Settings) -> Result<(), Failure> {
    for (name, action) in &settings.actions {
        install_action(service, name, action).await.map_err(|mut failure| {
            failure.error = failure.error.context(format!("the action {name} can't be installed"));
            failure
        })?;
    }
    let unavailable = |error: anyhow::Error| {
        Failure::new(error, "look after the store, then start the service again").with_code("store_unavailable")
    };
    service.load_settings().await.map_err(|error| unavailable(error.into()))?;
    service.load_needed().await.map_err(|error| unavailable(error.into()))
}

async fn install_action(service: &Service, name: &str, action: &ActionSettings) -> Result<(), Failure> {
    let file = &action.component.value;
    let wasm = std::fs::read(file).with_context(|| format!("{} can't be read", shown(file))).map_err(|error| {
        let hint = format!("set actions.{name}.component to a file that `qbo-host action build` has made");
        Failure::usage(error, hint).with_code("unreadable_file")
    })?;
    let version = service.install(wasm.into(), &action.deny.value).await.map_err(|error| {
        let (code, hint) = (error.code(), error.hint());
        Failure::new(error.into(), hint).with_code(code)
    })?;
    let id = &version.definition.id;
    if id == name {
        return Ok(());
    }
    let error = anyhow::anyhow!("{} is the action {id}", shown(file));
    Err(Failure::usage(error, format!("write its settings as [actions.{id}]")).with_code("bad_setting"))
}
