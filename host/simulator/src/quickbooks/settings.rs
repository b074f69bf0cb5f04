//! What a test or an operator chooses about the simulated service and its companies.

use std::time::Duration;

use super::oauth::RefreshTokenRotation;
use super::throttle::RateLimits;
use crate::clock::Clock;

/// What differs between reports of the real service, or what a test moves.
#[derive(Clone, Debug)]
pub struct Settings {
    pub clock: Clock,
    /// How long a `requestid` is remembered; nothing at all at zero. Intuit documents no figure.
    pub request_id_memory: Duration,
    /// How long an access token opens its company.
    pub token_lifetime: Duration,
    pub refresh_token_rotation: RefreshTokenRotation,
    /// Whether `PrimaryEmailAddr` can stand in a `WHERE`; sources conflict.
    pub email_queryable: bool,
    /// The limits beyond which a company answers 429; none by default, since a clock that stands still
    /// never leaves a second.
    pub rate_limits: Option<RateLimits>,
}

/// A company to add.
#[derive(Clone, Debug)]
pub struct Company {
    pub realm: String,
    pub name: String,
    /// Two letters, such as `US`.
    pub country: String,
    /// Three letters, such as `USD`.
    pub home_currency: String,
    pub multi_currency: bool,
    /// The company numbers its documents itself, and gets none where it sends none.
    pub custom_numbers: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clock: Clock::system(),
            request_id_memory: Duration::from_secs(24 * 60 * 60),
            token_lifetime: Duration::from_secs(60 * 60),
            refresh_token_rotation: RefreshTokenRotation::OldValueForADay,
            email_queryable: true,
            rate_limits: None,
        }
    }
}
