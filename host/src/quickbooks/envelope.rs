//! QuickBooks wraps every answer: `{"Invoice":{…},"time":"…"}`. The action gets what is inside.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// What is inside, as QuickBooks wrote it. One pass over the text, which also checks that all of it
/// is JSON; `None` for whatever is no such envelope, or holds a fault beside it.
pub(super) fn open<'a>(body: &'a str, wanted: &str) -> Option<&'a str> {
    let mut deserializer = serde_json::Deserializer::from_str(body);
    let inside = deserializer.deserialize_map(Envelope { wanted }).ok()?;
    deserializer.end().ok()?;
    inside.map(RawValue::get).filter(|inside| inside.starts_with('{'))
}

struct Envelope<'w> {
    wanted: &'w str,
}

impl<'de> Visitor<'de> for Envelope<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut inside, mut fault) = (None, false);
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            let value: &RawValue = map.next_value()?;
            if name.eq_ignore_ascii_case(self.wanted) {
                inside = Some(value);
            } else if name.eq_ignore_ascii_case("fault") && value.get() != "null" {
                fault = true;
            }
        }
        Ok(inside.filter(|_| !fault))
    }
}

#[cfg(test)]
mod tests {
    use super::open;

    #[test]
    fn the_inside_keeps_its_text() {
        let body = r#"{"Invoice":{"TotalAmt":100.00 , "Note":"a\"}"},"time":"2026"}"#;
        assert_eq!(open(body, "invoice"), Some(r#"{"TotalAmt":100.00 , "Note":"a\"}"}"#));
    }

    #[test]
    fn whatever_is_no_envelope_is_not_opened() {
        for body in [
            "",
            "[]",
            "<html>",
            r#"{"Invoice":{}"#,
            r#"{"Invoice":{}} {}"#,
            r#"{"Invoice":[]}"#,
            r#"{"Estimate":{}}"#,
            r#"{"Invoice":{},"Fault":{"Error":[]}}"#,
        ] {
            assert_eq!(open(body, "Invoice"), None, "{body}");
        }
    }
}
