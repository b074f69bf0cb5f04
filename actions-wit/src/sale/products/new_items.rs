//! The products that are to be created. Lines that mean the same new product share it. Names are
//! unique among them, as QuickBooks demands, and so are SKUs, by which lines are matched.

use super::{LineRecord, created_meanwhile, reference};
use crate::fault::DUPLICATE_NAME;
use crate::keys;
use crate::money::UnitPrice;
use crate::quickbooks::{Item, Reference};
use crate::sale::names::{SHORT_NAME_MAX, check_length, check_name};
use crate::sale::tax::is_taxed_in_hubspot;
use crate::{Company, Fault, Problem, Refusal, codes};

/// A product as it is to be created: a service, since HubSpot knows nothing of stock.
pub(super) struct NewItem {
    pub(super) name: String,
    pub(super) sku: Option<String>,
    /// The line that brought it, for problems.
    line: String,
    unit_price: Option<UnitPrice>,
    /// As HubSpot taxes its lines: without a word QuickBooks would tax none of its sales.
    pub(super) taxable: bool,
    income_account: Reference,
}

/// Adds the product of a line, unless an earlier line brought it, and gives its place.
pub(super) fn add(
    items: &mut Vec<NewItem>,
    line: LineRecord<'_>,
    income_account: &Reference,
) -> Result<usize, Problem> {
    let name = line.0.require_text("name")?;
    check_name(name, SHORT_NAME_MAX, "product name")?;
    let sku = line.sku();
    if let Some(sku) = sku {
        check_length(sku, SHORT_NAME_MAX, "SKU")?;
    }
    let same_name = |item: &NewItem| is_same(&item.name, name);
    let place = items.iter().position(same_name);
    let same_sku = |item: &&NewItem| is_same_sku(item.sku.as_deref(), sku) && !same_name(item);
    if let Some((known, sku)) = items.iter().find(same_sku).zip(sku) {
        return Err(two_names(known, name, sku));
    }
    let taxable = is_taxed_in_hubspot(line.0);
    if let Some(place) = place {
        let known = &mut items[place];
        if known.taxable != taxable {
            return Err(taxed_and_not(known));
        }
        if let (Some(known), Some(sku)) = (&known.sku, sku)
            && !is_same(known, sku)
        {
            return Err(name_taken(name, known));
        }
        known.sku = known.sku.take().or_else(|| sku.map(str::to_owned));
        return Ok(place);
    }
    items.push(NewItem {
        name: name.to_owned(),
        sku: sku.map(str::to_owned),
        line: line.0.describe(),
        // A price that cannot be read is a problem of the line, and noted there.
        unit_price: line.0.decimal("price").ok().flatten().map(UnitPrice::new),
        taxable,
        income_account: income_account.clone(),
    });
    Ok(items.len() - 1)
}

impl NewItem {
    /// Creates the product; if another run has created it since the checks, takes that one.
    pub(super) fn write(&self, company: &Company<'_>) -> Result<Reference, Refusal> {
        match company.create(&keys::item(&self.name), &self.draft()) {
            Ok(item) => Ok(reference(&item)),
            Err(fault) if fault.is(DUPLICATE_NAME) => match created_meanwhile(company, self)? {
                Some(item) => Ok(item),
                None => Err(self.refused(&fault)),
            },
            Err(fault) => Err(self.refused(&fault)),
        }
    }

    fn refused(&self, fault: &Fault) -> Refusal {
        fault.problem().about(format!("product {}", self.name)).into()
    }

    fn draft(&self) -> Item {
        Item {
            name: Some(self.name.clone()),
            sku: self.sku.clone(),
            kind: Some("Service".to_owned()),
            unit_price: self.unit_price,
            taxable: self.taxable.then_some(true),
            income_account_ref: Some(self.income_account.clone()),
            ..Item::default()
        }
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn is_same_sku(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other).is_some_and(|(one, other)| is_same(one, other))
}

/// One product or two: the next sale could not tell either, since its line would match both.
fn two_names(known: &NewItem, name: &str, sku: &str) -> Problem {
    Problem::new(
        codes::PRODUCT_AMBIGUOUS,
        format!("The SKU “{sku}” would belong to two new products: “{name}”, and “{}” of {}.", known.name, known.line),
    )
    .remedy("Give each product its own SKU in HubSpot, or one name if they are the same.")
}

/// A product is taxable or not, and QuickBooks goes by it.
fn taxed_and_not(known: &NewItem) -> Problem {
    Problem::new(
        codes::PRODUCT_TAX_UNCLEAR,
        format!(
            "The new product “{}” is taxed on one line in HubSpot and not on another; {} is the first.",
            known.name, known.line
        ),
    )
    .remedy("Tax all of its lines in HubSpot or none, or create the product in QuickBooks.")
}

fn name_taken(name: &str, sku: &str) -> Problem {
    Problem::new(
        codes::NAME_TAKEN,
        format!("Two products to be created share the name “{name}”, one with the SKU “{sku}”."),
    )
    .remedy("Give each product its own name in HubSpot.")
}
