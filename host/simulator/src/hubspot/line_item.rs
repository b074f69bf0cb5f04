//! The amounts that HubSpot computes on a line item: its net total, and the discount in it.
//!
//! They are text like every property. A price or quantity that is no number leaves them empty.

use std::collections::BTreeMap;

use rust_decimal::{Decimal, RoundingStrategy};

/// The properties from which HubSpot computes.
const SOURCES: [&str; 4] = ["price", "quantity", "discount", "hs_discount_percentage"];

/// Computes anew after `changed` was written, unless the amount itself was.
pub(super) fn compute(properties: &mut BTreeMap<String, String>, changed: &[(String, String)]) {
    let names = || changed.iter().map(|(name, _)| name.as_str());
    if names().any(|name| name == "amount") || !names().any(|name| SOURCES.contains(&name)) {
        return;
    }
    properties.remove("amount");
    properties.remove("hs_total_discount");
    if let Some((amount, discount)) = amounts(properties) {
        properties.insert("amount".to_owned(), amount.to_string());
        properties.insert("hs_total_discount".to_owned(), discount.to_string());
    }
}

fn amounts(properties: &BTreeMap<String, String>) -> Option<(Decimal, Decimal)> {
    let number = |name: &str| properties.get(name).map(|text| text.parse::<Decimal>());
    let price = number("price")?.ok()?;
    let quantity = number("quantity")?.ok()?;
    let gross = price.checked_mul(quantity)?;
    let discount = match (number("hs_discount_percentage"), number("discount")) {
        (Some(percent), _) => gross.checked_mul(percent.ok()?)?.checked_div(Decimal::ONE_HUNDRED)?,
        (None, Some(per_unit)) => per_unit.ok()?.checked_mul(quantity)?,
        (None, None) => Decimal::ZERO,
    };
    let net = gross.checked_sub(discount)?;
    Some((round_half_up(net), round_half_up(discount)))
}

fn round_half_up(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(properties: &[(&str, &str)]) -> Option<String> {
        let changed: Vec<_> = properties.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let mut computed = changed.iter().cloned().collect();
        compute(&mut computed, &changed);
        computed.remove("amount")
    }

    #[test]
    fn the_amount_is_net_of_a_discount_in_percent_or_per_unit() {
        let percent = [("price", "75"), ("quantity", "4.5"), ("hs_discount_percentage", "10")];
        assert_eq!(amount(&percent).as_deref(), Some("303.75"));
        let per_unit = [("price", "10"), ("quantity", "3"), ("discount", "0.5")];
        assert_eq!(amount(&per_unit).as_deref(), Some("28.5"));
    }

    #[test]
    fn half_a_cent_is_rounded_up() {
        assert_eq!(amount(&[("price", "0.01"), ("quantity", "0.5")]).as_deref(), Some("0.01"));
    }

    #[test]
    fn a_quantity_that_is_no_number_leaves_the_amount_empty() {
        assert_eq!(amount(&[("price", "75"), ("quantity", "abc")]), None);
    }

    #[test]
    fn an_amount_that_is_written_stays() {
        let written = [("price", "75"), ("quantity", "1"), ("amount", "80")];
        assert_eq!(amount(&written).as_deref(), Some("80"));
    }
}
