//! Looks whether a portal lets the host do what it will have to do, without changing anything.

use bytes::Bytes;
use http::{Method, Request};

use super::crm::{Crm, plural};

/// No portal has a record of this id, so nothing is read of it or written to it.
const NO_RECORD: &str = "0";

/// What a portal says to a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// It may be done.
    Allowed,
    /// The access token lacks a scope for it.
    ScopeMissing,
    /// There is no such thing.
    Missing,
    /// The access token is not accepted.
    SignedOut,
    /// The portal does not answer as it should.
    Unavailable(String),
}

impl Crm {
    /// Whether records of this kind may be read.
    pub async fn may_read(&self, kind: &str) -> Trial {
        self.tried(Method::GET, &format!("/crm/v3/objects/{}?limit=1", plural(kind)), "").await
    }

    /// Whether records of this kind may be written: HubSpot looks at the scopes before it looks for the
    /// record.
    pub async fn may_write(&self, kind: &str) -> Trial {
        let path = format!("/crm/v3/objects/{}/{NO_RECORD}", plural(kind));
        match self.tried(Method::PATCH, &path, r#"{"properties":{}}"#).await {
            Trial::Missing => Trial::Allowed,
            other => other,
        }
    }

    /// Whether records of this kind have the property.
    pub async fn has_property(&self, kind: &str, property: &str) -> Trial {
        self.tried(Method::GET, &format!("/crm/v3/properties/{}/{property}", plural(kind)), "").await
    }

    async fn tried(&self, method: Method, path: &str, body: &'static str) -> Trial {
        let (portal, transport) = self.reached();
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", portal.base_url.trim_end_matches('/')))
            .header("authorization", format!("Bearer {}", portal.token.expose()))
            .header("content-type", "application/json")
            .body(Bytes::from_static(body.as_bytes()));
        let Ok(request) = request else { return Trial::Unavailable("its base URL is not a URL".into()) };
        match transport.send(request).await {
            Ok(answer) => match answer.status().as_u16() {
                200..=299 => Trial::Allowed,
                401 => Trial::SignedOut,
                403 => Trial::ScopeMissing,
                404 => Trial::Missing,
                status => Trial::Unavailable(format!("it answers {status}")),
            },
            Err(no_answer) => Trial::Unavailable(no_answer.to_string()),
        }
    }
}
