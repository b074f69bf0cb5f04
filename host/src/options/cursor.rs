//! What leads from one page of choices to the next. Opaque, so that nobody builds one by hand.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The cursor to the choice at `position`, counted from 0.
pub(super) fn to(position: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("at:{position}"))
}

/// Where a cursor leads.
pub(super) fn position(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    // QuickBooks counts rows in 32 bits; a larger number was never given out.
    text.strip_prefix("at:")?.parse::<u32>().ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_where_it_was_made_for_and_others_lead_nowhere() {
        assert_eq!(position(&to(200)), Some(200));
        for other in ["", "200", "MjAw", "at:200", "'"] {
            assert_eq!(position(other), None, "{other}");
        }
    }
}
