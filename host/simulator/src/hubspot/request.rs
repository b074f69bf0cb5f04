//! One request to the portal, taken apart: path segments, query parameters, JSON body.
//!
//! It does not know what any path means.

use bytes::Bytes;
use http::{HeaderMap, Method, header};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::answer::CrmError;

/// A request with its path and query percent-decoded.
#[derive(Debug)]
pub(super) struct CrmRequest {
    pub(super) method: Method,
    /// Path and query, decoded, for the log and for the faults.
    pub(super) line: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    path: String,
    query: Vec<(String, String)>,
}

impl CrmRequest {
    pub(super) fn new(request: http::Request<Bytes>) -> Self {
        let (head, body) = request.into_parts();
        let query = head.uri.query().unwrap_or_default();
        let line = match query {
            "" => decoded(head.uri.path()),
            query => format!("{}?{}", decoded(head.uri.path()), decoded(query)),
        };
        Self {
            method: head.method,
            line,
            body,
            path: decoded(head.uri.path()),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: head.headers,
        }
    }

    pub(super) fn segments(&self) -> Vec<&str> {
        self.path.trim_matches('/').split('/').collect()
    }

    pub(super) fn bearer_token(&self) -> Option<&str> {
        self.headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that lists names, separated by commas, repeated, or both.
    pub(super) fn names(&self, parameter: &str) -> Vec<String> {
        let values = self.query.iter().filter(|(key, _)| key == parameter);
        let names = values.flat_map(|(_, value)| value.split(',')).map(str::trim);
        names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    /// The page that the query asks for, of `size_default` entries unless it names a size.
    pub(super) fn page(&self, size_default: usize, size_max: usize) -> Result<Page, CrmError> {
        let size = match self.parameter("limit") {
            None => size_default,
            Some(text) => text.parse().ok().filter(|size| (1..=size_max).contains(size)).ok_or_else(|| {
                CrmError::invalid("INVALID_LIMIT", "limit", format!("limit must be from 1 to {size_max}"))
            })?,
        };
        Ok(Page { start: start(self.parameter("after"))?, size })
    }

    /// The address of this path, with another query.
    pub(super) fn link(&self, path: &str, after: &str) -> String {
        let host = self.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        format!("http://{host}{path}?after={after}")
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    pub(super) fn json<Body: DeserializeOwned>(&self) -> Result<Body, CrmError> {
        let invalid = |cause: serde_json::Error| CrmError::invalid("INVALID_JSON", "body", cause.to_string());
        serde_json::from_slice(&self.body).map_err(invalid)
    }
}

/// A stretch of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    pub(super) start: usize,
    pub(super) size: usize,
}

impl Page {
    /// The entries of this page, and where the next one starts if there is one.
    pub(super) fn of<Entry>(self, all: impl Iterator<Item = Entry>) -> (Vec<Entry>, Option<String>) {
        let mut rest = all.skip(self.start);
        let entries = rest.by_ref().take(self.size).collect();
        let after = rest.next().map(|_| (self.start + self.size).to_string());
        (entries, after)
    }
}

/// Where a page starts, from the `after` that the page before it gave.
pub(super) fn start(after: Option<&str>) -> Result<usize, CrmError> {
    let unknown = || CrmError::invalid("INVALID_AFTER", "after", "no page starts there");
    after.map_or(Ok(0), |text| text.parse().map_err(|_| unknown()))
}

fn decoded(text: &str) -> String {
    // Percent-decoding is that of a form without its plus signs, which stay what they are in a path.
    let pairs = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(pairs.as_bytes()).map(|(name, _)| name).collect()
}
