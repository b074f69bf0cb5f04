//! A request as it came in, taken apart.

use base64::Engine;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::{Method, Request};
use url::form_urlencoded;

/// A request with its query decoded.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    pub(crate) method: Method,
    pub(crate) path: String,
    query: Vec<(String, String)>,
    authorization: String,
    pub(crate) content_type: String,
    host: String,
    hard_expiry: bool,
    pub(crate) body: Bytes,
}

impl Incoming {
    pub(crate) fn new(request: Request<Bytes>) -> Self {
        let (head, body) = request.into_parts();
        let header = |name| {
            let value = head.headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let query = head.uri.query().unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let (authorization, content_type, host) = (header(AUTHORIZATION), header(CONTENT_TYPE), header(HOST));
        let path = head.uri.path().to_owned();
        let hard_expiry = head
            .headers
            .get("x-include-refresh-token-hard-expires-in")
            .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"true"));
        Self { method: head.method, path, query, authorization, content_type, host, hard_expiry, body }
    }

    /// The parts of the path between slashes.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|segment| !segment.is_empty()).collect()
    }

    /// The company that the request is about.
    pub(crate) fn realm(&self) -> Option<&str> {
        match self.segments().as_slice() {
            ["v3", "company", realm, ..] => Some(*realm),
            _ => None,
        }
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The `requestid`, where it counts: on writes.
    pub(crate) fn request_id(&self) -> Option<&str> {
        self.parameter("requestid").filter(|id| self.method == Method::POST && !id.is_empty())
    }

    /// Path and query as a person would read them.
    pub(crate) fn decoded_path(&self) -> String {
        let pairs: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, pairs.join("&")) }
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.authorization.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
    }

    /// Client id and secret, from the header or from the form.
    pub(crate) fn client(&self) -> Option<(String, String)> {
        if let Some(encoded) = self.authorization.strip_prefix("Basic ") {
            let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
            let decoded = String::from_utf8(decoded).ok()?;
            let (id, secret) = decoded.split_once(':')?;
            return Some((id.to_owned(), secret.to_owned()));
        }
        Some((self.form("client_id")?, self.form("client_secret")?))
    }

    /// A field of a form body.
    pub(crate) fn form(&self, name: &str) -> Option<String> {
        let mut fields = form_urlencoded::parse(&self.body);
        fields.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }

    /// Whether a token answer should name the end that no refresh moves.
    pub(crate) fn wants_hard_expiry(&self) -> bool {
        self.hard_expiry
    }

    /// The address that the client used.
    pub(crate) fn base(&self) -> String {
        let host = if self.host.is_empty() { "localhost" } else { &self.host };
        format!("http://{host}")
    }
}
