//! OAuth 2.0 as Intuit serves it: tokens per company, their ends, and the discovery document.
//!
//! Tokens look random but follow from a counter, so that two runs of a test see the same ones.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The one client that the simulator knows.
pub const CLIENT_ID: &str = "simulator-client";
pub const CLIENT_SECRET: &str = "simulator-secret";

/// A refresh token that is not used for so long is dead.
const REFRESH_LIFETIME: SignedDuration = SignedDuration::from_hours(101 * 24);
/// The value of a refresh token changes with the first refresh after this.
const REFRESH_VALUE_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// After five years only a person can connect again.
const HARD_LIFETIME: SignedDuration = SignedDuration::from_hours(5 * 365 * 24);

/// What happens to the old refresh token when a new one is issued; Intuit documents both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshTokenRotation {
    /// It works for another 24 hours.
    OldValueForADay,
    /// It is dead at once.
    OldValueDies,
}

/// The tokens of all companies.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    issued: u64,
    access: BTreeMap<String, Access>,
    connections: BTreeMap<String, Connection>,
}

#[derive(Debug)]
struct Access {
    realm: String,
    ends: Timestamp,
}

/// One company's consent.
#[derive(Debug)]
struct Connection {
    consented: Timestamp,
    current: Refresh,
    /// The value before, and when it stops working.
    previous: Option<(String, Timestamp)>,
}

#[derive(Debug)]
struct Refresh {
    value: String,
    issued: Timestamp,
    last_used: Timestamp,
}

/// Why an access token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    Expired,
    OtherCompany,
}

impl Tokens {
    /// A company consents: its first refresh token has a value that tests can know.
    pub(crate) fn connect(&mut self, realm: &str, now: Timestamp) {
        let value = format!("simulator-refresh-{realm}");
        let current = Refresh { value, issued: now, last_used: now };
        let connection = Connection { consented: now, current, previous: None };
        self.connections.insert(realm.to_owned(), connection);
    }

    /// Answers a refresh, or `None` for a token that is unknown, old or revoked.
    pub(crate) fn refresh(
        &mut self,
        token: &str,
        rotation: RefreshTokenRotation,
        lifetime: SignedDuration,
        now: Timestamp,
    ) -> Option<Value> {
        let value = self.next_value("AB11");
        let access = self.next_value("eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0");
        let found = self.connections.iter_mut().find(|(_, connection)| connection.accepts(token, now));
        let (realm, connection) = found?;
        connection.use_at(now, value, rotation);
        let refresh_ends = connection.current.last_used.saturating_add(REFRESH_LIFETIME).ok()?;
        let hard_ends = connection.consented.saturating_add(HARD_LIFETIME).ok()?;
        let ends = now.saturating_add(lifetime).ok()?;
        let answer = json!({
            "token_type": "bearer",
            "expires_in": lifetime.as_secs(),
            "refresh_token": connection.current.value,
            "x_refresh_token_expires_in": refresh_ends.duration_since(now).as_secs(),
            "x_refresh_token_hard_expires_in": hard_ends.duration_since(now).as_secs(),
            "access_token": access,
        });
        self.access.insert(access, Access { realm: realm.clone(), ends });
        Some(answer)
    }

    /// Whether an access token opens a company now.
    pub(crate) fn check(&self, token: &str, realm: &str, now: Timestamp) -> Result<(), Denied> {
        match self.access.get(token) {
            Some(access) if access.ends <= now => Err(Denied::Expired),
            Some(access) if access.realm != realm => Err(Denied::OtherCompany),
            Some(_) => Ok(()),
            None => Err(Denied::Expired),
        }
    }

    /// Ends a connection by either of its tokens, and every access token of its company.
    pub(crate) fn revoke(&mut self, token: &str) -> bool {
        let by_refresh = self.connections.iter().find(|(_, connection)| connection.current.value == token);
        let realm = by_refresh.map(|(realm, _)| realm.clone());
        let Some(realm) = realm.or_else(|| self.access.get(token).map(|access| access.realm.clone())) else {
            return false;
        };
        self.connections.remove(&realm);
        self.access.retain(|_, access| access.realm != realm);
        true
    }

    fn next_value(&mut self, prefix: &str) -> String {
        self.issued += 1;
        let words = [self.issued, self.issued ^ u64::MAX, self.issued << 32].map(scrambled);
        format!("{prefix}{:016x}{:016x}{:016x}", words[0], words[1], words[2])
    }
}

impl Connection {
    fn accepts(&self, token: &str, now: Timestamp) -> bool {
        let alive = |from: Timestamp, lifetime| now.duration_since(from) < lifetime;
        if !alive(self.current.last_used, REFRESH_LIFETIME) || !alive(self.consented, HARD_LIFETIME) {
            return false;
        }
        let is_previous = self.previous.as_ref().is_some_and(|(value, ends)| value == token && now < *ends);
        self.current.value == token || is_previous
    }

    fn use_at(&mut self, now: Timestamp, next: String, rotation: RefreshTokenRotation) {
        self.current.last_used = now;
        if now.duration_since(self.current.issued) < REFRESH_VALUE_LIFETIME {
            return;
        }
        let old = std::mem::replace(&mut self.current.value, next);
        self.current.issued = now;
        self.previous = match rotation {
            RefreshTokenRotation::OldValueDies => None,
            RefreshTokenRotation::OldValueForADay => {
                now.saturating_add(REFRESH_VALUE_LIFETIME).ok().map(|ends| (old, ends))
            }
        };
    }
}

/// The discovery document, with addresses of the simulator itself.
pub(crate) fn discovery(base: &str) -> Value {
    json!({
        "issuer": format!("{base}/op/v1"),
        "authorization_endpoint": format!("{base}/connect/oauth2"),
        "token_endpoint": format!("{base}/oauth2/v1/tokens/bearer"),
        "userinfo_endpoint": format!("{base}/v1/openid_connect/userinfo"),
        "revocation_endpoint": format!("{base}/v2/oauth2/tokens/revoke"),
        "jwks_uri": format!("{base}/op/v1/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone", "com.intuit.quickbooks.accounting"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
    })
}

/// The finaliser of splitmix64: neighbouring numbers come out unlike each other.
fn scrambled(number: u64) -> u64 {
    let mut word = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
