//! A connection as people name it.

use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use crate::cli::Failure;
use crate::cli::service::Remote;

/// One connection of a service.
#[derive(Deserialize)]
pub(super) struct Named {
    name: Option<String>,
    portal: String,
    company: String,
}

#[derive(Deserialize)]
struct Listed {
    connections: Vec<Named>,
}

impl Named {
    /// The connection of this name, or between `PORTAL/COMPANY`; without either the only one.
    pub(super) async fn find(service: &Remote, named: Option<&str>) -> Result<Self, Failure> {
        if let Some((portal, company)) = named.and_then(|named| named.split_once('/')) {
            return Ok(Self { name: None, portal: portal.to_owned(), company: company.to_owned() });
        }
        let Listed { connections } = service.get("/v1/connections").await?;
        let known: Vec<_> = connections.iter().map(Self::called).collect();
        let mut fitting = connections.into_iter().filter(|each| named.is_none() || each.name.as_deref() == named);
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => {
                let error = anyhow::anyhow!("the service has several connections");
                Err(Failure::usage(error, format!("name one: {}", known.join(", "))).with_code("connection_unnamed"))
            }
            (None, _) => {
                let error = anyhow::anyhow!("there is no connection '{}'", named.unwrap_or_default().escape_debug());
                Err(Failure::usage(error, format!("there are: {}", known.join(", "))).with_code("unknown_connection"))
            }
        }
    }

    fn called(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("{}/{}", self.portal, self.company))
    }

    /// Where the service has something of it.
    pub(super) fn path(&self, what: &str) -> String {
        let part = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        format!("/v1/connections/{}/{}/{what}", part(&self.portal), part(&self.company))
    }
}
