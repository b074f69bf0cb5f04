//! How a command reaches QuickBooks and HubSpot. By default these are the simulators; the real
//! services are a matter of settings. Secrets come from the environment alone, so that no process
//! list shows them.

use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use jiff::tz::TimeZone;

use super::Failure;
use crate::connection::Connection;
use crate::hubspot::{Crm, Portal};
use crate::quickbooks::{Client, Company, OAuth, Rates, Secret, Transport};
use crate::sandbox::limits::ANSWER_BYTES_MAX;

/// Where the simulators listen unless they are told otherwise.
pub(super) const QUICKBOOKS_PORT: u16 = 8501;
pub(super) const HUBSPOT_PORT: u16 = 8502;

/// The sample company and portal of the simulators.
pub(super) const SAMPLE_COMPANY: &str = "4620816365000000001";
const SAMPLE_PORTAL: &str = "50000001";

/// QuickBooks may take 120 s and commit still; after this the run goes on under the same request id.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(25);

/// Which company and portal, and where they are. Without secrets in the environment those of the
/// simulators are used.
#[derive(Args, Clone)]
pub(super) struct ConnectionArgs {
    /// Base URL of QuickBooks
    #[arg(long, value_name = "URL", env = "QBO_HOST_QUICKBOOKS_URL", default_value = "http://127.0.0.1:8501")]
    pub(super) quickbooks: String,
    /// Base URL of HubSpot
    #[arg(long, value_name = "URL", env = "QBO_HOST_HUBSPOT_URL", default_value = "http://127.0.0.1:8502")]
    pub(super) hubspot: String,
    /// Realm id of the QuickBooks company
    #[arg(long, value_name = "REALM", env = "QBO_HOST_COMPANY", default_value = SAMPLE_COMPANY)]
    pub(super) company: String,
    /// Id of the HubSpot account
    #[arg(long, value_name = "PORTAL", env = "QBO_HOST_PORTAL", default_value = SAMPLE_PORTAL)]
    pub(super) portal: String,
    /// Time zone in which the company keeps its books
    #[arg(long, value_name = "ZONE", env = "QBO_HOST_ZONE", default_value = "America/Los_Angeles")]
    pub(super) zone: String,
}

impl ConnectionArgs {
    /// The simulators at these base URLs, with their sample company and portal.
    pub(super) fn simulators(quickbooks: String, hubspot: String) -> Self {
        Self {
            quickbooks,
            hubspot,
            company: SAMPLE_COMPANY.into(),
            portal: SAMPLE_PORTAL.into(),
            zone: "America/Los_Angeles".into(),
        }
    }

    pub(super) fn connect(&self) -> Result<Connection, Failure> {
        for url in [&self.quickbooks, &self.hubspot] {
            check_url(url)?;
        }
        if self.company.is_empty() || !self.company.bytes().all(|byte| byte.is_ascii_digit()) {
            let error = anyhow::anyhow!("'{}' is not a realm id", self.company.escape_debug());
            return Err(Failure::usage(error, "a realm id is made of digits; QuickBooks shows it as the company id"));
        }
        let zone = TimeZone::get(&self.zone).map_err(|error| {
            Failure::usage(error.into(), "use an IANA name, such as America/New_York")
        })?;
        let transport = Transport::http(ANSWER_TIMEOUT, ANSWER_BYTES_MAX)
            .map_err(|error| Failure::new(error.into(), "check the machine's TLS certificates"))?;
        let oauth = OAuth {
            token_url: setting("QBO_HOST_QUICKBOOKS_TOKEN_URL", || {
                format!("{}/oauth2/v1/tokens/bearer", self.quickbooks.trim_end_matches('/'))
            }),
            client_id: setting("QBO_HOST_QUICKBOOKS_CLIENT_ID", || "simulator-client".into()),
            client_secret: Secret::new(setting("QBO_HOST_QUICKBOOKS_CLIENT_SECRET", || "simulator-secret".into())),
            refresh_token: Secret::new(setting("QBO_HOST_QUICKBOOKS_REFRESH_TOKEN", || {
                format!("simulator-refresh-{}", self.company)
            })),
        };
        let company = Company {
            base_url: self.quickbooks.clone(),
            realm: self.company.clone(),
            oauth,
            rates: Rates::default(),
        };
        let portal = Portal {
            base_url: self.hubspot.clone(),
            token: Secret::new(setting("QBO_HOST_HUBSPOT_TOKEN", || "simulator-portal-token".into())),
        };
        Ok(Connection {
            portal: self.portal.clone(),
            zone,
            quickbooks: Arc::new(Client::new(company, transport.clone())),
            hubspot: Arc::new(Crm::new(portal, transport)),
        })
    }
}

fn setting(name: &str, default: impl FnOnce() -> String) -> String {
    std::env::var(name).ok().filter(|value| !value.is_empty()).unwrap_or_else(default)
}

/// Secrets go over the wire, so it is HTTPS, or this machine.
fn check_url(text: &str) -> Result<(), Failure> {
    let hint = "write it as https://quickbooks.api.intuit.com, or http://127.0.0.1:8501 for a simulator";
    let url = url::Url::parse(text)
        .map_err(|error| Failure::usage(anyhow::Error::new(error).context(format!("'{text}' is not a URL")), hint))?;
    let loopback = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    if url.scheme() == "https" || (url.scheme() == "http" && loopback) {
        return Ok(());
    }
    Err(Failure::usage(anyhow::anyhow!("{text} would send secrets in the clear"), hint))
}
