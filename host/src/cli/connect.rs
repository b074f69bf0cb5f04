//! How a command reaches QuickBooks and HubSpot. By default these are the simulators; the real
//! services are a matter of settings. Secrets come from the environment alone, so that no process
//! list shows them.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::tz::TimeZone;
use url::Url;

use super::Failure;
use crate::clock::Clock;
use crate::connection::{Connection, WriteBack};
use crate::hubspot::{Crm, Portal};
use crate::quickbooks::{Client, Company, OAuth, Rates, Secret, Transport};
use crate::sandbox::limits::ANSWER_BYTES_MAX;

/// Where the simulators listen unless they are told otherwise.
pub(super) const QUICKBOOKS_PORT: u16 = 8501;
pub(super) const HUBSPOT_PORT: u16 = 8502;

/// The sample company and portal of the simulators.
const SAMPLE_COMPANY: &str = "4620816365000000001";
const SAMPLE_PORTAL: &str = "50000001";
const SAMPLE_ZONE: &str = "America/Los_Angeles";

/// Where Intuit gives tokens for every company.
const INTUIT_TOKEN_URL: &str = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer";

/// QuickBooks may take 120 s and commit still; after this the run goes on under the same request id.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(25);

/// Which company and portal, and where they are. Without secrets in the environment those of the
/// simulators are used.
#[derive(Args, Clone)]
pub(super) struct ConnectionArgs {
    /// Base URL of QuickBooks
    #[arg(long, value_name = "URL", env = "QBO_HOST_QUICKBOOKS_URL", hide_env_values = true)]
    #[arg(default_value = "http://127.0.0.1:8501")]
    pub(super) quickbooks: String,
    /// Base URL of HubSpot
    #[arg(long, value_name = "URL", env = "QBO_HOST_HUBSPOT_URL", hide_env_values = true)]
    #[arg(default_value = "http://127.0.0.1:8502")]
    pub(super) hubspot: String,
    /// Realm id of the QuickBooks company [default: the simulator's sample company]
    #[arg(long, value_name = "REALM", env = "QBO_HOST_COMPANY", hide_env_values = true)]
    pub(super) company: Option<String>,
    /// Id of the HubSpot account [default: the simulator's portal]
    #[arg(long, value_name = "PORTAL", env = "QBO_HOST_PORTAL", hide_env_values = true)]
    pub(super) portal: Option<String>,
    /// Time zone in which the company keeps its books
    #[arg(long, value_name = "ZONE", env = "QBO_HOST_ZONE", hide_env_values = true)]
    #[arg(default_value = "America/Los_Angeles")]
    zone: String,
}

impl ConnectionArgs {
    /// Whether both services are expected on this machine, where only simulators are.
    pub(super) fn are_simulators(&self) -> bool {
        self.is_quickbooks_simulated() && is_simulated(&self.hubspot)
    }

    /// Whether QuickBooks is expected on this machine.
    pub(super) fn is_quickbooks_simulated(&self) -> bool {
        is_simulated(&self.quickbooks)
    }

    pub(super) fn connect(&self) -> Result<Connection, Failure> {
        let company = self.company.as_deref().unwrap_or(SAMPLE_COMPANY);
        let portal = self.portal.as_deref().unwrap_or(SAMPLE_PORTAL);
        for (what, id) in [("a realm id", company), ("the id of a HubSpot account", portal)] {
            if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
                let error = anyhow::anyhow!("'{}' is not {what}", id.escape_debug());
                let hint = "such ids are made of digits; both services show them in their account settings";
                return Err(Failure::usage(error, hint).with_code("bad_id"));
            }
        }
        let reach = Reach {
            quickbooks: &self.quickbooks,
            hubspot: &self.hubspot,
            company,
            portal,
            zone: zone(&self.zone)?,
            token_url: setting("QBO_HOST_QUICKBOOKS_TOKEN_URL")?,
            pages_url: setting("QBO_HOST_QUICKBOOKS_PAGES_URL")?,
            secrets: Some(SecretNames {
                client_id: "QBO_HOST_QUICKBOOKS_CLIENT_ID",
                client_secret: "QBO_HOST_QUICKBOOKS_CLIENT_SECRET",
                refresh_token: "QBO_HOST_QUICKBOOKS_REFRESH_TOKEN",
                hubspot_token: "QBO_HOST_HUBSPOT_TOKEN",
            }),
            rates: Rates::default(),
            answer_timeout: ANSWER_TIMEOUT,
        };
        reach.connect()
    }
}

/// Simulators of this process at these base URLs, with their sample company and portal. The environment
/// has no say: what it holds is for other services.
pub(super) fn simulators(quickbooks: &str, hubspot: &str) -> Result<Connection, Failure> {
    let reach = Reach {
        quickbooks,
        hubspot,
        company: SAMPLE_COMPANY,
        portal: SAMPLE_PORTAL,
        zone: zone(SAMPLE_ZONE)?,
        token_url: None,
        pages_url: None,
        secrets: None,
        rates: Rates::default(),
        answer_timeout: ANSWER_TIMEOUT,
    };
    reach.connect()
}

fn zone(name: &str) -> Result<TimeZone, Failure> {
    TimeZone::get(name).map_err(|error| {
        let error = anyhow::Error::new(error).context(format!("'{}' is not a time zone", name.escape_debug()));
        Failure::usage(error, "use an IANA name, such as America/New_York").with_code("unknown_zone")
    })
}

fn is_simulated(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| is_loopback(&url))
}

/// The variables of the environment that hold the secrets of one connection.
pub(super) struct SecretNames<'a> {
    pub(super) client_id: &'a str,
    pub(super) client_secret: &'a str,
    pub(super) refresh_token: &'a str,
    pub(super) hubspot_token: &'a str,
}

/// How one portal and one company are reached, whoever says so.
pub(super) struct Reach<'a> {
    pub(super) quickbooks: &'a str,
    pub(super) hubspot: &'a str,
    pub(super) company: &'a str,
    pub(super) portal: &'a str,
    pub(super) zone: TimeZone,
    /// Where tokens are had, if not where they usually are.
    pub(super) token_url: Option<String>,
    /// Where people find documents, if not where they usually do.
    pub(super) pages_url: Option<String>,
    /// Where secrets are had; without, they are the simulators' own.
    pub(super) secrets: Option<SecretNames<'a>>,
    pub(super) rates: Rates,
    pub(super) answer_timeout: Duration,
}

impl<'a> Reach<'a> {
    pub(super) fn connect(self) -> Result<Connection, Failure> {
        let quickbooks = base_url(self.quickbooks)?;
        let hubspot = base_url(self.hubspot)?;
        let transport = Transport::http(self.answer_timeout, ANSWER_BYTES_MAX)
            .map_err(|error| Failure::new(error.into(), "check the machine's TLS certificates"))?;
        let company = Company {
            base_url: self.quickbooks.to_owned(),
            realm: self.company.to_owned(),
            oauth: self.oauth(&quickbooks)?,
            rates: self.rates,
        };
        let mut client = Client::new(company, transport.clone(), &Clock::machine());
        if let Some(pages) = &self.pages_url {
            base_url(pages)?;
            client = client.with_pages(pages);
        }
        let token = self.secret(|names| names.hubspot_token, "simulator-portal-token".into(), &hubspot)?;
        let portal = Portal { base_url: self.hubspot.to_owned(), token: Secret::new(token) };
        Ok(Connection {
            portal: self.portal.to_owned(),
            zone: self.zone,
            quickbooks: Arc::new(client),
            hubspot: Arc::new(Crm::new(portal, transport, &Clock::machine())),
            write_back: WriteBack::default(),
        })
    }

    fn oauth(&self, quickbooks: &Url) -> Result<OAuth, Failure> {
        let token_url = match &self.token_url {
            Some(url) => url.clone(),
            None if is_loopback(quickbooks) => {
                format!("{}/oauth2/v1/tokens/bearer", self.quickbooks.trim_end_matches('/'))
            }
            None => INTUIT_TOKEN_URL.into(),
        };
        base_url(&token_url)?;
        let simulated = format!("simulator-refresh-{}", self.company);
        Ok(OAuth {
            token_url,
            client_id: self.secret(|names| names.client_id, "simulator-client".into(), quickbooks)?,
            client_secret: Secret::new(self.secret(
                |names| names.client_secret,
                "simulator-secret".into(),
                quickbooks,
            )?),
            refresh_token: Secret::new(self.secret(|names| names.refresh_token, simulated, quickbooks)?),
        })
    }

    fn secret(
        &self,
        name: fn(&SecretNames<'a>) -> &'a str,
        simulated: String,
        service: &Url,
    ) -> Result<String, Failure> {
        match &self.secrets {
            Some(names) => secret(name(names), simulated, service),
            None => Ok(simulated),
        }
    }
}

/// A secret from the environment; only a service on this machine gets the simulators' own.
fn secret(name: &str, simulated: String, service: &Url) -> Result<String, Failure> {
    match setting(name)? {
        Some(secret) => Ok(secret),
        None if is_loopback(service) => Ok(simulated),
        None => {
            let host = service.host_str().unwrap_or_default();
            let error = anyhow::anyhow!("{host} asks for a secret, and {name} is not set");
            let hint = format!("set {name} in the environment; secrets are never taken from the command line");
            Err(Failure::usage(error, hint).with_code("secret_missing"))
        }
    }
}

pub(super) fn setting(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            let error = anyhow::anyhow!("{name} does not hold text");
            Err(Failure::usage(error, format!("set {name} again, as UTF-8")).with_code("bad_setting"))
        }
    }
}

/// Secrets go over the wire, so it is HTTPS, or this machine.
pub(super) fn base_url(text: &str) -> Result<Url, Failure> {
    let refuse = |error: anyhow::Error| {
        let hint = "write it as https://quickbooks.api.intuit.com, or http://127.0.0.1:8501 for a simulator";
        Err(Failure::usage(error, hint).with_code("bad_url"))
    };
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(error) => return refuse(anyhow::Error::new(error).context(format!("'{text}' is not a URL"))),
    };
    // The text is not shown where it may hold a password.
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(anyhow::anyhow!("a URL holds a user name or a password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse(anyhow::anyhow!("{text} is more than a base URL: it has a query or a fragment"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => refuse(anyhow::anyhow!("{text} would send secrets in the clear")),
        scheme => refuse(anyhow::anyhow!("{text} is reached by {scheme}, not by HTTPS")),
    }
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
