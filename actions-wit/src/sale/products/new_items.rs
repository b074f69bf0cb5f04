//! The products that are to be created. Lines that mean the same new product share it.

use super::{LineRecord, created_meanwhile, reference};
use crate::fault::DUPLICATE_NAME;
use crate::keys;
use crate::money::UnitPrice;
use crate::quickbooks::{Item, Reference};
use crate::sale::names::{SHORT_NAME_MAX, check_length, check_name};
use crate::{Company, Problem, Refusal, codes};

/// A product as it is to be created: a service, since HubSpot knows nothing of stock.
pub(super) struct NewItem {
    pub(super) name: String,
    sku: Option<String>,
    unit_price: Option<UnitPrice>,
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
    let same_name = |item: &NewItem| item.name.to_lowercase() == name.to_lowercase();
    if let Some(place) = items.iter().position(same_name) {
        let known = items[place].sku.as_deref();
        return match (known, sku) {
            (Some(known), Some(sku)) if !known.eq_ignore_ascii_case(sku) => Err(name_taken(name, known)),
            (Some(_) | None, _) => Ok(place),
        };
    }
    items.push(NewItem {
        name: name.to_owned(),
        sku: sku.map(str::to_owned),
        // A price that cannot be read is a problem of the line, and noted there.
        unit_price: line.0.decimal("price").ok().flatten().map(UnitPrice::new),
        income_account: income_account.clone(),
    });
    Ok(items.len() - 1)
}

impl NewItem {
    /// Creates the product; if another run has created it since the checks, takes that one.
    pub(super) fn write(&self, company: &Company<'_>) -> Result<Reference, Refusal> {
        let key = keys::item(self.sku.as_deref().unwrap_or(&self.name));
        match company.create(&key, &self.draft()) {
            Ok(item) => Ok(reference(&item)),
            Err(fault) if fault.is(DUPLICATE_NAME) => match created_meanwhile(company, &self.name)? {
                Some(item) => Ok(item),
                None => Err(fault.problem().about(self.name.clone()).into()),
            },
            Err(fault) => Err(fault.problem().about(self.name.clone()).into()),
        }
    }

    fn draft(&self) -> Item {
        Item {
            name: Some(self.name.clone()),
            sku: self.sku.clone(),
            kind: Some("Service".to_owned()),
            unit_price: self.unit_price,
            income_account_ref: Some(self.income_account.clone()),
            ..Item::default()
        }
    }
}

fn name_taken(name: &str, sku: &str) -> Problem {
    Problem::new(
        codes::NAME_TAKEN,
        format!("Two products to be created share the name “{name}”, one with the SKU “{sku}”."),
    )
    .remedy("Give each product its own name in HubSpot.")
}
