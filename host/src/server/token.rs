//! The one bearer token of the service.

use axum::http::{HeaderMap, header};
use subtle::ConstantTimeEq as _;

/// Whoever knows it may do everything. Never shown.
pub struct Token(String);

impl Token {
    /// Takes the token in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether a request holds it. How long this takes tells nothing but its length.
    pub(super) fn is_in(&self, headers: &HeaderMap) -> bool {
        let Some(given) = headers.get(header::AUTHORIZATION) else { return false };
        let Some((scheme, given)) = given.as_bytes().split_at_checked("Bearer ".len()) else { return false };
        scheme.eq_ignore_ascii_case(b"Bearer ") && bool::from(given.ct_eq(self.0.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_the_whole_token_opens() {
        let token = Token::new("correct-horse");
        for (given, opens) in [
            ("Bearer correct-horse", true),
            ("bearer correct-horse", true),
            ("Bearer correct-hors", false),
            ("Bearer correct-horse ", false),
            ("Bearer ", false),
            ("correct-horse", false),
            ("Basic correct-horse", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(given));
            assert_eq!(token.is_in(&headers), opens, "{given}");
        }
        assert!(!token.is_in(&HeaderMap::new()));
    }
}
