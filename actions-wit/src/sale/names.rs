//! What QuickBooks lets a name be (Accounting API v3, errors 2040 and 2050). Checked before any
//! write, since a name that is refused halfway leaves half a sale.

use crate::{Problem, codes};

/// A display name has at most 500 characters.
pub(super) const DISPLAY_NAME_MAX: usize = 500;
/// First, last, company and item names, SKUs and e-mail addresses have at most 100.
pub(super) const SHORT_NAME_MAX: usize = 100;

/// Checks a name that QuickBooks joins to longer ones with colons.
pub(super) fn check_name(name: &str, chars_max: usize, what: &str) -> Result<(), Problem> {
    if name.contains(|one: char| one == ':' || one.is_control()) {
        return Err(Problem::new(
            codes::NAME_NOT_ALLOWED,
            format!("The {what} “{}” holds a colon, a tab, a line break or another control character.", visible(name)),
        )
        .remedy("Take it out in HubSpot; QuickBooks does not allow it in a name."));
    }
    check_length(name, chars_max, what)
}

/// Checks that a text fits.
pub(super) fn check_length(text: &str, chars_max: usize, what: &str) -> Result<(), Problem> {
    // No text has more characters than bytes, so the count is seldom taken.
    if text.len() <= chars_max || text.chars().count() <= chars_max {
        return Ok(());
    }
    Err(Problem::new(
        codes::TEXT_TOO_LONG,
        format!("The {what} is longer than the {chars_max} characters that QuickBooks takes."),
    )
    .remedy("Shorten it."))
}

/// Whether QuickBooks takes the address (error 2210), and mail could reach it.
pub(super) fn is_usable_email(address: &str) -> bool {
    let Some((mailbox, domain)) = address.split_once('@') else {
        return false;
    };
    let odd = |one: char| one.is_whitespace() || one.is_control() || matches!(one, ',' | ';' | '@');
    !mailbox.is_empty()
        && !mailbox.contains(odd)
        && !domain.contains(odd)
        && domain.split('.').count() > 1
        && domain.split('.').all(|label| !label.is_empty())
        && address.len() <= SHORT_NAME_MAX
}

fn visible(name: &str) -> String {
    name.chars().map(|one| if one.is_control() { '\u{fffd}' } else { one }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colons_tabs_and_line_breaks_are_not_allowed_in_a_name() {
        for name in ["Doe: Jane", "Doe\tJane", "Doe\nJane", "Doe\u{0}Jane"] {
            let problem = check_name(name, 100, "name").unwrap_err();
            assert_eq!(problem.code, codes::NAME_NOT_ALLOWED, "{name:?}");
        }
        assert!(check_name("Amy's Bird & Co, Söhne", 100, "name").is_ok());
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        assert!(check_length(&"ö".repeat(100), 100, "name").is_ok());
        let problem = check_length(&"ö".repeat(101), 100, "name").unwrap_err();
        assert_eq!(problem.code, codes::TEXT_TOO_LONG);
    }

    #[test]
    fn an_address_needs_one_at_sign_and_a_domain_with_a_point() {
        assert!(is_usable_email("jane.o'neil+hs@mail.example.com"));
        for address in ["jane", "jane@", "@x.com", "jane@x", "jane@x.", "a b@x.com", "a@x.com, b@x.com", "a@b@x.com"] {
            assert!(!is_usable_email(address), "{address}");
        }
    }
}
