//! Reading HubSpot properties as what they mean. HubSpot sends every value as text; a value that
//! cannot be read becomes a problem that names the property and its record.

use std::fmt::Write as _;

use rust_decimal::Decimal;

use crate::{CrmObject, Date, Problem, codes};

impl CrmObject {
    /// A property that must be there.
    pub fn require_text(&self, property: &str) -> Result<&str, Problem> {
        self.text(property).ok_or_else(|| self.missing(property))
    }

    /// A number, exactly as HubSpot wrote it.
    pub fn decimal(&self, property: &str) -> Result<Option<Decimal>, Problem> {
        let Some(text) = self.text(property) else {
            return Ok(None);
        };
        match parse_decimal(text) {
            Some(number) => Ok(Some(number)),
            None => Err(self.not_a_number(property, text)),
        }
    }

    /// A number that must be there.
    pub fn require_decimal(&self, property: &str) -> Result<Decimal, Problem> {
        self.decimal(property)?.ok_or_else(|| self.missing(property))
    }

    /// A day: `YYYY-MM-DD`, a moment in UTC, or milliseconds since 1970.
    pub fn date(&self, property: &str) -> Result<Option<Date>, Problem> {
        let Some(text) = self.text(property) else {
            return Ok(None);
        };
        match Date::parse_hubspot(text) {
            Some(date) => Ok(Some(date)),
            None => Err(Problem::new(
                codes::PROPERTY_NOT_A_DATE,
                format!("The property {property} holds “{text}”, which is not a date."),
            )
            .about(self.describe())
            .remedy("Correct the date in HubSpot.")),
        }
    }

    /// A day that must be there.
    pub fn require_date(&self, property: &str) -> Result<Date, Problem> {
        self.date(property)?.ok_or_else(|| self.missing(property))
    }

    /// How problems name the record: `line item 301 "Seat"`.
    pub fn describe(&self) -> String {
        let mut text = self.kind.replace('_', " ");
        // Writing to a String cannot fail.
        let _ = write!(text, " {}", self.id);
        if let Some(name) = self.display_name() {
            let _ = write!(text, " \"{name}\"");
        }
        text
    }

    fn display_name(&self) -> Option<String> {
        let named = ["dealname", "hs_title", "name", "hs_label"];
        if let Some(name) = named.iter().find_map(|property| self.text(property)) {
            return Some(name.to_owned());
        }
        match (self.text("firstname"), self.text("lastname")) {
            (Some(first), Some(last)) => Some(format!("{first} {last}")),
            (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
            (None, None) => self.text("email").map(str::to_owned),
        }
    }

    fn missing(&self, property: &str) -> Problem {
        Problem::new(codes::PROPERTY_MISSING, format!("The property {property} is empty."))
            .about(self.describe())
            .remedy(format!("Fill in {property} in HubSpot."))
    }

    fn not_a_number(&self, property: &str, text: &str) -> Problem {
        let numeric = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+');
        let problem = if text.bytes().all(numeric) && text.bytes().any(|byte| byte.is_ascii_digit()) {
            Problem::new(
                codes::AMOUNT_OUT_OF_RANGE,
                format!("The property {property} holds {text}, more digits than QuickBooks takes."),
            )
        } else {
            Problem::new(
                codes::PROPERTY_NOT_A_NUMBER,
                format!("The property {property} holds “{text}”, which is not a number."),
            )
        };
        problem.about(self.describe()).remedy("Correct the number in HubSpot.")
    }
}

/// HubSpot writes plain decimals, and exponents where a number came from a calculation.
pub(crate) fn parse_decimal(text: &str) -> Option<Decimal> {
    // The decimal parser reads `1_000`; a bookkeeper does not.
    if text.contains('_') {
        return None;
    }
    text.parse().or_else(|_| Decimal::from_scientific(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deal(property: &str, value: &str) -> CrmObject {
        CrmObject::new("deal", "789", vec![(property.to_owned(), value.to_owned())])
    }

    #[test]
    fn a_blank_property_is_a_missing_one() {
        let deal = deal("dealname", "  ");
        assert_eq!(deal.text("dealname"), None);
        assert_eq!(deal.require_text("dealname").unwrap_err().code, codes::PROPERTY_MISSING);
    }

    #[test]
    fn a_number_keeps_its_digits() {
        let number = deal("amount", "1861.0750").require_decimal("amount").unwrap();
        assert_eq!(number.to_string(), "1861.0750");
        let number = deal("amount", "1.5e3").require_decimal("amount").unwrap();
        assert_eq!(number, Decimal::from(1500));
    }

    #[test]
    fn a_word_is_no_number_and_thirty_digits_are_too_many() {
        let code = |text| deal("amount", text).decimal("amount").unwrap_err().code;
        assert_eq!(code("ten"), codes::PROPERTY_NOT_A_NUMBER);
        assert_eq!(code("1,000"), codes::PROPERTY_NOT_A_NUMBER);
        assert_eq!(code("123456789012345678901234567890"), codes::AMOUNT_OUT_OF_RANGE);
    }

    #[test]
    fn a_record_is_named_by_kind_id_and_name() {
        let line = CrmObject::new("line_item", "301", vec![("name".into(), "Seat".into())]);
        assert_eq!(line.describe(), "line item 301 \"Seat\"");
    }
}
