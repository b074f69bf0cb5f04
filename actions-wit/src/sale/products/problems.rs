//! What can be wrong with a line's product, in a bookkeeper's words. Decides nothing; whoever asks
//! adds the line or the input that is concerned.

use super::{LineRecord, SaleLine};
use crate::quickbooks::{Item, Reference};
use crate::{Date, Problem, codes};

pub(super) fn not_found(line: LineRecord<'_>) -> Problem {
    let message = match (line.sku(), line.name()) {
        (Some(sku), Some(name)) => {
            format!("QuickBooks has no product with the SKU “{sku}” or the name “{name}”.")
        }
        (Some(sku), None) => format!("QuickBooks has no product with the SKU “{sku}”."),
        (None, Some(name)) => format!("QuickBooks has no product named “{name}”."),
        (None, None) => "The line names no product.".to_owned(),
    };
    Problem::new(codes::PRODUCT_NOT_FOUND, message).remedy("Add the product in QuickBooks, or let the step create it.")
}

pub(super) fn another_sku(code: &'static str, line: LineRecord<'_>, holder: &Item) -> Problem {
    let sku = line.sku().unwrap_or_default();
    let known = holder.sku.as_deref().unwrap_or_default();
    Problem::new(
        code,
        format!(
            "QuickBooks has no product with the SKU “{sku}”, and {} with the SKU “{known}” has the name.",
            named(holder)
        ),
    )
    .remedy("Correct the SKU in HubSpot or QuickBooks, or give the product a name of its own.")
}

pub(super) fn unknown_id(id: &str) -> Problem {
    Problem::new(codes::PRODUCT_NOT_FOUND, format!("The line names the QuickBooks product {id}, which does not exist."))
        .remedy("Correct the id in HubSpot.")
}

pub(super) fn ambiguous(items: &[&Item]) -> Problem {
    let list: Vec<String> = items.iter().map(|item| named(item)).collect();
    Problem::new(codes::PRODUCT_AMBIGUOUS, format!("Several products match the line: {}.", list.join(", ")))
        .remedy("Give each product in QuickBooks its own SKU.")
}

pub(super) fn inactive(item: &Item) -> Problem {
    Problem::new(codes::PRODUCT_INACTIVE, format!("The product {} has been made inactive.", named(item)))
        .remedy("Make it active again in QuickBooks, or use another product.")
}

pub(super) fn not_in_stock_yet(item: &Item, start: Date, date: Date) -> Problem {
    Problem::new(
        codes::INVENTORY_UNAVAILABLE,
        format!("The stock of {} began on {start}, and the document is dated {date}.", named(item)),
    )
    .remedy("Choose a later transaction date, or an earlier start of the stock in QuickBooks.")
}

pub(super) fn not_sellable(item: &Item) -> Problem {
    let kind = item.kind.as_deref().unwrap_or_default();
    Problem::new(
        codes::PRODUCT_NOT_SELLABLE,
        format!("{} is of the type {kind}, which a line cannot sell.", named(item)),
    )
    .remedy("Use a product or service instead.")
}

pub(super) fn default_used(line: LineRecord<'_>, item: &Reference) -> Problem {
    let default = item.name.as_deref().unwrap_or(&item.value);
    Problem::new(codes::DEFAULT_PRODUCT_USED, format!("No product matches the line; it is booked on “{default}”."))
        .about(line.0.describe())
        .remedy("Add the product in QuickBooks if it should be booked on its own.")
}

pub(super) fn fee_not_mapped(fee: &SaleLine<'_>) -> Problem {
    Problem::new(codes::FEE_NOT_MAPPED, format!("There is a fee of {}, and no product for fees is set.", fee.net))
        .about(fee.record.0.describe())
        .remedy("Set the product for fees among the connection's defaults.")
}

fn named(item: &Item) -> String {
    let name = item.fully_qualified_name.as_deref().or(item.name.as_deref());
    let id = item.id.as_deref().unwrap_or_default();
    format!("“{}” (id {id})", name.unwrap_or_default())
}
