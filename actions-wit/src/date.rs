//! Calendar dates: QuickBooks dates its documents by day, and so does everything here. Knows no
//! clock and no time zone; the enrollment brings today's date where the company keeps its books.

use std::fmt;

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// Reads `YYYY-MM-DD`, and nothing but a day that exists.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let digits = |from: usize, to: usize| {
            let digits = text.get(from..to)?;
            digits.bytes().all(|byte| byte.is_ascii_digit()).then_some(digits)
        };
        let date = Self {
            year: digits(0, 4)?.parse().ok()?,
            month: digits(5, 7)?.parse().ok()?,
            day: digits(8, 10)?.parse().ok()?,
        };
        (1..=date.days_in_month()).contains(&date.day).then_some(date)
    }

    /// Reads a HubSpot date: `YYYY-MM-DD`, a moment in RFC 3339, or milliseconds since 1970.
    /// Moments count in UTC, as HubSpot stores dates.
    pub(crate) fn parse_hubspot(text: &str) -> Option<Self> {
        if let Some((day, time)) = text.split_once('T') {
            return if time.ends_with('Z') { Self::parse(day) } else { None };
        }
        if text.len() > 10 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::from_days(text.parse::<u64>().ok()? / 86_400_000);
        }
        Self::parse(text)
    }

    /// Days since 1970-01-01, counted year by year and month by month: a few hundred additions
    /// at most, and nothing to get wrong.
    fn from_days(mut days: u64) -> Option<Self> {
        let mut first = Self { year: 1970, month: 1, day: 1 };
        loop {
            let length = u64::from(first.days_in_month());
            if days < length {
                first.day += u8::try_from(days).ok()?;
                return Some(first);
            }
            days -= length;
            first = if first.month < 12 {
                Self { month: first.month + 1, ..first }
            } else if first.year < 9999 {
                Self { year: first.year + 1, month: 1, day: 1 }
            } else {
                return None;
            };
        }
    }

    fn days_in_month(self) -> u8 {
        let leap = self.year.is_multiple_of(4) && (!self.year.is_multiple_of(100) || self.year.is_multiple_of(400));
        match self.month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 0,
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist_are_dates() {
        assert!(Date::parse("2024-02-29").is_some());
        for text in ["2023-02-29", "2026-13-01", "2026-04-31", "2026-00-10", "26-01-01", "+026-01-01"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn dates_are_ordered_by_day() {
        assert!(Date::parse("2025-12-31") < Date::parse("2026-01-01"));
    }

    #[test]
    fn hubspot_writes_one_day_in_three_ways() {
        for text in ["2026-01-05", "2026-01-05T10:00:00.000Z", "1767571200000"] {
            let date = Date::parse_hubspot(text).map(|date| date.to_string());
            assert_eq!(date.as_deref(), Some("2026-01-05"), "{text}");
        }
    }

    #[test]
    fn a_number_beyond_the_calendar_is_no_date() {
        assert_eq!(Date::parse_hubspot("99999999999999999"), None);
    }
}
