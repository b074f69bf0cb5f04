//! What a test or an operator of the simulator can turn while it runs. Knows no request.

use std::time::Duration;

use rust_decimal::Decimal;

use super::books::Books;
use super::{QuickBooks, RateLimits, RefreshTokenRotation};

impl QuickBooks {
    /// Ends or renews a company's subscription: while it has ended, everything answers 6190.
    pub fn set_suspended(&self, realm: &str, suspended: bool) {
        self.with_books(realm, |books| books.suspended = suspended);
    }

    /// Whether closed books ask for a password: then 6210 instead of 6200.
    pub fn set_closed_with_password(&self, realm: &str, with_password: bool) {
        self.with_books(realm, |books| books.closed_with_password = with_password);
    }

    /// Units of the home currency for one unit of `currency`, for transactions that state no rate.
    pub fn set_exchange_rate(&self, realm: &str, currency: &str, rate: Decimal) {
        self.with_books(realm, |books| {
            books.exchange_rates.insert(currency.to_owned(), rate);
        });
    }

    /// How long a `requestid` is remembered from now on.
    pub fn set_request_id_memory(&self, memory: Duration) {
        self.state().settings.request_id_memory = memory;
    }

    /// The limits beyond which a company answers 429 from now on.
    pub fn set_rate_limits(&self, limits: Option<RateLimits>) {
        self.state().settings.rate_limits = limits;
    }

    /// Whether `PrimaryEmailAddr` can stand in a `WHERE` from now on.
    pub fn set_email_queryable(&self, queryable: bool) {
        self.state().settings.email_queryable = queryable;
    }

    /// What the old refresh token is worth from the next rotation on.
    pub fn set_refresh_token_rotation(&self, rotation: RefreshTokenRotation) {
        self.state().settings.refresh_token_rotation = rotation;
    }

    fn with_books(&self, realm: &str, change: impl FnOnce(&mut Books)) {
        if let Some(books) = self.state().companies.get_mut(realm) {
            change(books);
        }
    }
}
