//! The settings of a service: read from a TOML file, overridden by the environment, each checked
//! once and kept with where it came from.
//!
//! Knows names, forms and bounds. Must not open, connect or install anything, and holds no secret:
//! of secrets it knows only by which variables they come.

mod companies;
mod entries;
mod shown;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use crate::action::Capability;
use entries::Entries;
pub use entries::Environment;

/// Everything that can be set.
#[derive(Debug)]
pub struct Settings {
    /// Where the service listens.
    pub listen: Setting<SocketAddr>,
    /// The store's file.
    pub store: Setting<PathBuf>,
    /// Folder of compiled code.
    pub code_cache: Setting<PathBuf>,
    /// The variable that holds the service's token.
    pub token_env: Setting<String>,
    /// How long what is under way may go on after the service was asked to stop.
    pub grace_seconds: Setting<u64>,
    /// How far back a new store looks in QuickBooks for what an earlier one may have made.
    pub look_back_hours: Setting<u64>,
    /// Runs of one company under way at once.
    pub runs_at_once: Setting<u64>,
    /// By the action's id.
    pub actions: BTreeMap<String, ActionSettings>,
    /// By the connection's name, which nobody but the operator reads.
    pub connections: BTreeMap<String, ConnectionSettings>,
}

/// One action.
#[derive(Debug)]
pub struct ActionSettings {
    /// The file of its component.
    pub component: Setting<PathBuf>,
    /// What it asks for and doesn't get.
    pub deny: Setting<Vec<Capability>>,
}

/// One portal bound to one company.
#[derive(Debug)]
pub struct ConnectionSettings {
    /// The HubSpot account's id.
    pub portal: Setting<String>,
    /// The QuickBooks company's realm id.
    pub company: Setting<String>,
    /// Where the company keeps its books.
    pub zone: Setting<TimeZone>,
    /// Base URL of QuickBooks.
    pub quickbooks: Setting<String>,
    /// Base URL of HubSpot.
    pub hubspot: Setting<String>,
    /// Where access tokens are had, if not where they usually are.
    pub token_url: Option<Setting<String>>,
    /// Where people find documents, if not where they usually do.
    pub pages_url: Option<Setting<String>>,
    /// Requests to QuickBooks in any second.
    pub requests_per_second: Setting<u64>,
    /// Requests to QuickBooks in any minute.
    pub requests_per_minute: Setting<u64>,
    /// An answer that takes longer counts as lost.
    pub answer_timeout_seconds: Setting<u64>,
    /// Pause after QuickBooks said that it was asked too much.
    pub throttled_pause_seconds: Setting<u64>,
    /// The variable that holds the app's client id.
    pub client_id_env: Setting<String>,
    /// The variable that holds the app's client secret.
    pub client_secret_env: Setting<String>,
    /// The variable that holds the company's refresh token.
    pub refresh_token_env: Setting<String>,
    /// The variable that holds the portal's access token.
    pub hubspot_token_env: Setting<String>,
}

/// A value, and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is set nowhere.
    Default,
    /// A line of the file.
    File {
        /// Counted from 1.
        line: usize,
    },
    /// A variable.
    Environment {
        /// Its name.
        variable: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { line } => write!(f, "line {line} of the file"),
            Self::Environment { variable } => f.write_str(variable),
        }
    }
}

/// On this machine alone, beside the ports of the simulators.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8500);

/// A run holds its lease for a minute and is to lose it never: an answer is given up long before.
const ANSWER_TIMEOUT_SECONDS_MAX: u64 = 25;

impl Settings {
    /// Reads `file`, then what `environment` overrides. Paths in the file begin at its folder.
    pub fn read(file: &Path, environment: &Environment) -> Result<Self, BadSettings> {
        let unreadable = |cause| BadSettings::Unreadable { file: file.to_owned(), cause };
        let text = std::fs::read_to_string(file).map_err(unreadable)?;
        let whole = std::path::absolute(file).map_err(unreadable)?;
        Self::parse(&text, whole.parent().unwrap_or(&whole), environment)
    }

    /// The same for a file's text and folder.
    fn parse(text: &str, folder: &Path, environment: &Environment) -> Result<Self, BadSettings> {
        let mut entries = Entries::read(text, folder, environment)?;
        let own = |key: &str| vec![key.to_owned()];
        let settings = Self {
            listen: entries.value(own("listen"), "an address and a port, such as 127.0.0.1:8500")?.or(LISTEN),
            store: entries.path(own("store"))?.unwrap_or_else(|| entries.default_path("qbo-host.db")),
            code_cache: entries.path(own("code_cache"))?.unwrap_or_else(|| entries.default_path("code-cache")),
            token_env: entries.variable(own("token_env"), "QBO_HOST_TOKEN")?,
            grace_seconds: entries.number(own("grace_seconds"), 20, 0..=600)?,
            look_back_hours: entries.number(own("look_back_hours"), 72, 0..=720)?,
            runs_at_once: entries.number(own("runs_at_once"), 8, 1..=1_000)?,
            actions: entries.each("actions", ActionSettings::take)?,
            connections: entries.each("connections", ConnectionSettings::take)?,
        };
        entries.check_empty()?;
        companies::check(&settings.connections)?;
        Ok(settings)
    }
}

impl ActionSettings {
    fn take(entries: &mut Entries, name: &str) -> Result<Self, BadSettings> {
        let own = |key: &str| vec!["actions".to_owned(), name.to_owned(), key.to_owned()];
        let component = entries.path(own("component"))?;
        Ok(Self {
            component: entries.required(component, own("component"))?,
            deny: entries.list(own("deny"), "a list of capabilities, such as [\"customer:create\"]")?,
        })
    }
}

impl ConnectionSettings {
    fn take(entries: &mut Entries, name: &str) -> Result<Self, BadSettings> {
        let own = |key: &str| vec!["connections".to_owned(), name.to_owned(), key.to_owned()];
        Ok(Self {
            portal: entries.digits(own("portal"))?,
            company: entries.digits(own("company"))?,
            zone: entries.zone(own("zone"))?,
            quickbooks: entries.text(own("quickbooks"), "a base URL")?,
            hubspot: entries.text(own("hubspot"), "a base URL")?,
            token_url: entries.value(own("token_url"), "a URL")?.set(),
            pages_url: entries.value(own("pages_url"), "a URL")?.set(),
            requests_per_second: entries.number(own("requests_per_second"), 9, 1..=10_000)?,
            requests_per_minute: entries.number(own("requests_per_minute"), 480, 1..=100_000)?,
            answer_timeout_seconds: entries.number(
                own("answer_timeout_seconds"),
                ANSWER_TIMEOUT_SECONDS_MAX,
                1..=ANSWER_TIMEOUT_SECONDS_MAX,
            )?,
            throttled_pause_seconds: entries.number(own("throttled_pause_seconds"), 60, 1..=600)?,
            client_id_env: entries.variable(own("client_id_env"), "QBO_HOST_QUICKBOOKS_CLIENT_ID")?,
            client_secret_env: entries.variable(own("client_secret_env"), "QBO_HOST_QUICKBOOKS_CLIENT_SECRET")?,
            refresh_token_env: entries.variable(own("refresh_token_env"), "QBO_HOST_QUICKBOOKS_REFRESH_TOKEN")?,
            hubspot_token_env: entries.variable(own("hubspot_token_env"), "QBO_HOST_HUBSPOT_TOKEN")?,
        })
    }
}

/// Settings that can't be used. Each names the key, where it was set, and what is allowed.
#[derive(Debug, thiserror::Error)]
pub enum BadSettings {
    /// The file can't be read.
    #[error("{} can't be read", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// It is not TOML.
    #[error("line {line} of the file is not TOML: {message}")]
    NotToml {
        /// Counted from 1.
        line: usize,
        /// What is wrong there.
        message: String,
    },
    /// There is no such setting.
    #[error("there is no setting {key} ({origin})")]
    Unknown {
        /// The setting.
        key: String,
        /// Where it was set.
        origin: Origin,
        /// What can be set there.
        known: Vec<&'static str>,
    },
    /// It takes something else.
    #[error("{key} is not {takes} ({origin})")]
    Unfit {
        /// The setting.
        key: String,
        /// Where it was set.
        origin: Origin,
        /// What it takes, in words.
        takes: String,
    },
    /// Two connections are between the same two.
    #[error("the connections {first} and {second} are between the same portal and company")]
    Twice {
        /// A connection.
        first: String,
        /// Another.
        second: String,
    },
    /// Two connections of one company say different things about it.
    #[error("the connections {first} and {second} are of one company and differ in {key}")]
    Differ {
        /// A connection.
        first: String,
        /// Another.
        second: String,
        /// In what.
        key: &'static str,
    },
    /// It is set nowhere.
    #[error("{key} is set nowhere")]
    Missing {
        /// The setting.
        key: String,
        /// The variable that sets it.
        variable: String,
    },
}

impl BadSettings {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable_file",
            Self::NotToml { .. } => "not_toml",
            Self::Unknown { .. } => "unknown_setting",
            Self::Unfit { .. } | Self::Twice { .. } | Self::Differ { .. } => "bad_setting",
            Self::Missing { .. } => "setting_missing",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => "name a file that you may read with --config".into(),
            Self::NotToml { .. } => "host/README.md has a file that works".into(),
            Self::Unknown { known, .. } => format!("known here are: {}", known.join(", ")),
            Self::Unfit { takes, .. } => format!("it must be {takes}"),
            Self::Twice { second, .. } => format!("leave out [connections.{second}]"),
            Self::Differ { key, .. } => {
                format!("set {key} to the same in both: there is one company, however many portals")
            }
            Self::Missing { key, variable } => format!("set {key} in the file, or {variable}"),
        }
    }
}
