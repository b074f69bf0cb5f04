//! Money in decimals. A number here is exact or it is an error; rounding happens where it is
//! named, and is half-up, as QuickBooks checks it (Accounting API v3, error 6070).

use std::fmt;

pub use rust_decimal::Decimal;
use rust_decimal::RoundingStrategy::MidpointAwayFromZero;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// QuickBooks holds amounts in fifteen digits, five of them behind the point; so this is
/// 9,999,999,999.
const MONEY_MAX: Decimal = Decimal::from_parts(0x540B_E3FF, 0x2, 0, false, 0);
const CENTS: u32 = 2;

/// The most by which rounding to cents moves an amount.
pub(crate) const HALF_CENT: Decimal = Decimal::from_parts(5, 0, 0, false, 3);

/// An amount in whole cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(Decimal);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// The amount as a plain decimal.
    pub fn decimal(self) -> Decimal {
        self.0
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Result<Self, OutOfRange> {
        Self::within(self.0.checked_add(other.0))
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Result<Self, OutOfRange> {
        Self::within(self.0.checked_sub(other.0))
    }

    /// Whether it is below zero.
    pub fn is_negative(self) -> bool {
        self.0 < Decimal::ZERO
    }

    /// Whether it is zero.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    fn within(amount: Option<Decimal>) -> Result<Self, OutOfRange> {
        match amount {
            Some(amount) if amount.abs() <= MONEY_MAX => Ok(Self(amount)),
            Some(_) | None => Err(OutOfRange),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cents = self.0;
        cents.rescale(CENTS);
        cents.fmt(formatter)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        rust_decimal::serde::arbitrary_precision::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let amount = rust_decimal::serde::arbitrary_precision::deserialize(deserializer)?;
        // QuickBooks computes in cents; digits beyond them are only its way of printing.
        Ok(Unrounded(amount).round_half_up())
    }
}

/// The price of one unit, with as many decimals as it was quoted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnitPrice(#[serde(with = "rust_decimal::serde::arbitrary_precision")] Decimal);

impl UnitPrice {
    /// A price as it was quoted.
    pub fn new(price: Decimal) -> Self {
        Self(price.normalize())
    }

    /// The price as a plain decimal.
    pub fn decimal(self) -> Decimal {
        self.0
    }

    /// The price with an amount taken off.
    pub fn less(self, amount: Decimal) -> Result<Self, OutOfRange> {
        self.0.checked_sub(amount).map(Self::new).ok_or(OutOfRange)
    }

    /// The price with a percentage taken off, exactly.
    pub fn less_percent(self, percentage: Decimal) -> Result<Self, OutOfRange> {
        let hundredth = percentage.checked_mul(Decimal::new(1, 2)).ok_or(OutOfRange)?;
        let share = Decimal::ONE.checked_sub(hundredth).ok_or(OutOfRange)?;
        exact_product(self.0, share).map(|product| Self::new(product.0))
    }

    /// The exact product; its rounding is for the caller to name.
    pub fn times(self, quantity: Quantity) -> Result<Unrounded, OutOfRange> {
        exact_product(self.0, quantity.0)
    }
}

/// How many units, fractions included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(#[serde(with = "rust_decimal::serde::arbitrary_precision")] Decimal);

impl Quantity {
    /// One unit.
    pub const ONE: Self = Self(Decimal::ONE);

    /// A quantity as it was ordered.
    pub fn new(quantity: Decimal) -> Self {
        Self(quantity.normalize())
    }

    /// The quantity as a plain decimal.
    pub fn decimal(self) -> Decimal {
        self.0
    }
}

/// A product that no one has rounded yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unrounded(Decimal);

impl Unrounded {
    /// A decimal that still has to become an amount.
    pub fn new(amount: Decimal) -> Result<Self, OutOfRange> {
        if amount.abs() <= MONEY_MAX { Ok(Self(amount)) } else { Err(OutOfRange) }
    }

    /// Rounds to cents, a half away from zero.
    pub fn round_half_up(self) -> Money {
        let mut cents = self.0.round_dp_with_strategy(CENTS, MidpointAwayFromZero);
        // QuickBooks reads `100.00` and `100` alike; one form keeps recorded bodies equal.
        cents.rescale(CENTS);
        Money(cents)
    }
}

/// `rust_decimal` drops digits of a product that does not fit into 96 bits. A rounded product
/// rounded again could be a cent off, so such a product is out of range instead.
fn exact_product(left: Decimal, right: Decimal) -> Result<Unrounded, OutOfRange> {
    let (left, right) = (left.normalize(), right.normalize());
    let product = left.checked_mul(right).ok_or(OutOfRange)?;
    if product.scale() != left.scale() + right.scale() && !product.is_zero() {
        return Err(OutOfRange);
    }
    Unrounded::new(product)
}

/// The number does not fit into a QuickBooks amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("beyond fifteen digits, five of them behind the point")]
pub struct OutOfRange;

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(price: &str, quantity: &str) -> Result<String, OutOfRange> {
        let price = UnitPrice::new(price.parse().unwrap());
        let product = price.times(Quantity::new(quantity.parse().unwrap()))?;
        Ok(product.round_half_up().to_string())
    }

    #[test]
    fn a_half_cent_is_rounded_up_where_binary_floats_round_it_down() {
        assert_eq!(amount("14.50", "128.350").unwrap(), "1861.08");
        assert_eq!(amount("1.005", "1").unwrap(), "1.01");
    }

    #[test]
    fn a_negative_half_cent_is_rounded_away_from_zero() {
        assert_eq!(amount("-1.005", "1").unwrap(), "-1.01");
    }

    #[test]
    fn an_amount_of_eleven_digits_is_out_of_range() {
        assert_eq!(amount("9999999999", "1").unwrap(), "9999999999.00");
        assert_eq!(amount("10000000000", "1"), Err(OutOfRange));
        assert_eq!(amount("99999999999999", "99999999999999"), Err(OutOfRange));
    }

    #[test]
    fn a_product_that_loses_digits_is_out_of_range_instead_of_rounded_twice() {
        assert_eq!(amount("1.11111111111111111", "1.11111111111111111"), Err(OutOfRange));
    }

    #[test]
    fn a_percentage_is_taken_off_exactly() {
        let price = UnitPrice::new("33.335".parse().unwrap());
        let net = price.less_percent("7.5".parse().unwrap()).unwrap();
        assert_eq!(net.decimal().to_string(), "30.834875");
    }

    #[test]
    fn json_keeps_every_digit() {
        let price: UnitPrice = serde_json::from_str("0.1234567").unwrap();
        assert_eq!(serde_json::to_string(&price).unwrap(), "0.1234567");
        let total: Money = serde_json::from_str("459").unwrap();
        assert_eq!(serde_json::to_string(&total).unwrap(), "459.00");
    }
}
