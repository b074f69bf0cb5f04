//! The access token of one company. It is refreshed by one request at a time, and neither it nor
//! the refresh token ever leaves this folder.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use http::HeaderValue;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::Wait;
use super::transport::Transport;
use crate::clock::Clock;

/// Text that is never shown.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one header it goes into.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// The app's and the company's OAuth settings.
#[derive(Debug, Clone)]
pub struct OAuth {
    /// Where tokens are given.
    pub token_url: String,
    /// The app's id.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: Secret,
    /// The company's refresh token as it was stored last.
    pub refresh_token: Secret,
}

/// A token is renewed so long before it expires.
const MARGIN: Duration = Duration::from_secs(60);

/// Gives a valid access token.
#[derive(Debug)]
pub(super) struct Tokens {
    settings: OAuth,
    transport: Transport,
    clock: Clock,
    held: Mutex<Held>,
}

#[derive(Debug)]
struct Held {
    access: Option<(HeaderValue, Duration)>,
    refresh: Secret,
}

impl Tokens {
    pub(super) fn new(settings: OAuth, transport: Transport, clock: Clock) -> Self {
        let held = Mutex::new(Held { access: None, refresh: settings.refresh_token.clone() });
        Self { settings, transport, clock, held }
    }

    /// The `Authorization` header's value. `rejected` is one that QuickBooks just refused.
    pub(super) async fn header(&self, rejected: Option<&HeaderValue>) -> Result<HeaderValue, Wait> {
        let mut held = self.held.lock().await;
        if let Some((header, expires)) = &held.access
            && Some(header) != rejected
            && self.clock.elapsed() < *expires
        {
            return Ok(header.clone());
        }
        let fresh = self.refresh(&held.refresh).await?;
        let mut header = HeaderValue::try_from(format!("Bearer {}", fresh.access_token))
            .map_err(|_| Wait::company("quickbooks_unavailable", "the access token is not usable in a header"))?;
        header.set_sensitive(true);
        let life = Duration::from_secs(fresh.expires_in).saturating_sub(MARGIN);
        // The newest refresh token is kept before the access token is used: the old one may be
        // worthless from now on.
        if let Some(refresh) = fresh.refresh_token {
            held.refresh = Secret(refresh);
        }
        held.access = Some((header.clone(), self.clock.elapsed() + life));
        Ok(header)
    }

    async fn refresh(&self, token: &Secret) -> Result<Fresh, Wait> {
        let OAuth { token_url, client_id, client_secret, .. } = &self.settings;
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{client_id}:{}", client_secret.0));
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "refresh_token")
            .append_pair("refresh_token", &token.0)
            .finish();
        let request = http::Request::post(token_url)
            .header("authorization", format!("Basic {basic}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(Bytes::from(form))
            .map_err(|_| Wait::company("configuration", "the token URL is not a URL"))?;
        let answer = self.transport.send(request).await.map_err(|error| {
            Wait::company("quickbooks_unavailable", format!("no access token could be had: {error}"))
        })?;
        match answer.status().as_u16() {
            200 => serde_json::from_slice(answer.body())
                .map_err(|_| Wait::company("quickbooks_unavailable", "the token endpoint's answer is not readable")),
            // Of OAuth errors only the code is kept.
            400..=403 => Err(Wait::company(
                "signed_out",
                format!(
                    "QuickBooks no longer accepts this connection ({}); connect the company again",
                    error_code(answer.body())
                ),
            )),
            status => Err(Wait::company("quickbooks_unavailable", format!("the token endpoint answers {status}"))),
        }
    }
}

#[derive(Deserialize)]
struct Fresh {
    access_token: String,
    expires_in: u64,
    refresh_token: Option<String>,
}

fn error_code(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Refused {
        error: String,
    }
    serde_json::from_slice(body).map_or_else(
        |_| "no reason given".into(),
        |Refused { error }| error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(40).collect(),
    )
}
