//! Offers made of whole numbers, and what they come to: a calculation that shares nothing with the
//! one it checks, neither code nor decimals nor the order of its steps.

use proptest::prelude::*;
use serde_json::{Value, json};

/// A line of an offer, in whole numbers.
#[derive(Debug, Clone)]
struct Line {
    /// In thousandths.
    quantity: i64,
    /// In ten-thousandths of a dollar.
    price: i64,
    off: Off,
}

/// What is taken off a line.
#[derive(Debug, Clone)]
enum Off {
    Nothing,
    /// In hundredths of a percent.
    Percent(i64),
    /// Of each unit, in ten-thousandths of a dollar.
    Each(i64),
}

/// What is taken off a whole quote, and what is added to it.
#[derive(Debug, Clone)]
struct OfQuote {
    /// In hundredths of a percent.
    percent_off: i64,
    /// In cents.
    fee: i64,
}

/// A deal, or a quote with what is its own.
#[derive(Debug, Clone)]
pub(super) struct Offer {
    lines: Vec<Line>,
    of_quote: Option<OfQuote>,
    /// Whether the company that bills it knows no discount line.
    pub(super) forbids_discounts: bool,
}

/// Random deals.
pub(super) fn deals() -> impl Strategy<Value = Offer> {
    (prop::collection::vec(line(), 1..=12), any::<bool>()).prop_map(|(lines, forbids_discounts)| Offer {
        lines,
        of_quote: None,
        forbids_discounts,
    })
}

/// Random quotes.
pub(super) fn quotes() -> impl Strategy<Value = Offer> {
    let of_quote = (0..=10_000_i64, prop_oneof![Just(0), 1..=99_999_i64]);
    let of_quote = of_quote.prop_map(|(percent_off, fee)| OfQuote { percent_off, fee });
    (deals(), of_quote).prop_map(|(deal, of_quote)| Offer { of_quote: Some(of_quote), ..deal })
}

fn line() -> impl Strategy<Value = Line> {
    let quantity = prop_oneof![(1..=500_i64).prop_map(|whole| whole * 1_000), 1..=200_000_i64];
    let price = prop_oneof![(0..=200_000_i64).prop_map(|cents| cents * 100), 0..=20_000_000_i64];
    (quantity, price).prop_flat_map(|(quantity, price)| {
        let off =
            prop_oneof![Just(Off::Nothing), (1..=10_000_i64).prop_map(Off::Percent), (0..=price).prop_map(Off::Each),];
        off.prop_map(move |off| Line { quantity, price, off })
    })
}

impl Offer {
    pub(super) fn kind(&self) -> &'static str {
        if self.of_quote.is_some() { "quote" } else { "deal" }
    }

    /// What the invoice must come to.
    pub(super) fn cents(&self) -> i64 {
        let lines: i64 = self.lines.iter().map(Line::cents).sum();
        match &self.of_quote {
            None => lines,
            Some(own) => lines - half_up(i128::from(lines) * i128::from(own.percent_off), 10_000) + own.fee,
        }
    }

    /// The offer as HubSpot holds it. Its lines and other parts have ids above its own.
    pub(super) fn fixture(&self, id: u64) -> Value {
        let amount = places(self.cents(), 2);
        let lines: Vec<Value> = self.lines.iter().zip(id + 1..).map(|(line, id)| line.fixture(id)).collect();
        let contacts = json!([{ "id": "50102" }]);
        match &self.of_quote {
            None => json!({ "deals": [{
                "id": id.to_string(),
                "properties": { "dealname": "Random", "amount": amount, "deal_currency_code": "USD" },
                "contacts": contacts, "line_items": lines
            }] }),
            Some(own) => json!({ "quotes": [{
                "id": id.to_string(),
                "properties": { "hs_title": "Random", "hs_quote_amount": amount, "hs_currency": "USD" },
                "contacts": contacts, "line_items": lines,
                "discounts": [{ "id": (id + 101).to_string(),
                    "properties": { "hs_type": "PERCENT", "hs_value": places(own.percent_off, 2) } }],
                "fees": [{ "id": (id + 102).to_string(),
                    "properties": { "hs_label": "Delivery", "hs_type": "FIXED", "hs_value": places(own.fee, 2) } }]
            }] }),
        }
    }
}

impl Line {
    /// In one fraction, rounded once: quantity in 10⁻³, price in 10⁻⁴, a share in 10⁻⁴, cents in 10⁻².
    fn cents(&self) -> i64 {
        let quantity = i128::from(self.quantity);
        match self.off {
            Off::Nothing => half_up(quantity * i128::from(self.price), 100_000),
            Off::Percent(off) => half_up(quantity * i128::from(self.price) * i128::from(10_000 - off), 1_000_000_000),
            Off::Each(off) => half_up(quantity * i128::from(self.price - off), 100_000),
        }
    }

    fn fixture(&self, id: u64) -> Value {
        let mut properties = json!({
            "name": "Design", "hs_sku": "DESIGN-HR",
            "quantity": places(self.quantity, 3), "price": places(self.price, 4)
        });
        match self.off {
            Off::Nothing => {}
            Off::Percent(off) => properties["hs_discount_percentage"] = json!(places(off, 2)),
            Off::Each(off) => properties["discount"] = json!(places(off, 4)),
        }
        json!({ "id": id.to_string(), "properties": properties })
    }
}

/// A fraction of whole numbers, none below zero, to the nearest whole number, a half upwards.
fn half_up(numerator: i128, denominator: i128) -> i64 {
    let rounded = (2 * numerator + denominator) / (2 * denominator);
    i64::try_from(rounded).expect("offers are small")
}

/// A whole number with its point set: 1234 in two places is 12.34.
fn places(number: i64, places: u32) -> String {
    let unit = 10_i64.pow(places);
    format!("{}.{:0width$}", number / unit, number % unit, width = places as usize)
}
