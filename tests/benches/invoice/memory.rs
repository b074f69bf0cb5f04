//! The sale that is measured, and QuickBooks' answers to it from memory: an existing customer, three
//! lines matched by SKU.

use qbo_host::enrollment::{Associated, CrmObject, Snapshot};

/// What QuickBooks answers to a query of this entity, or to the invoice: the envelope's inside.
pub(crate) fn answer(entity: &str) -> &'static str {
    match entity {
        "CompanyInfo" => include_str!("answers/company-info.json"),
        "Preferences" => include_str!("answers/preferences.json"),
        "Customer" => include_str!("answers/customer.json"),
        "Item" => include_str!("answers/item.json"),
        "Invoice" => include_str!("answers/invoice.json"),
        other => panic!("the measured sale asks for no {other}"),
    }
}

/// The deal with its contact and three line items.
pub(crate) fn snapshot() -> Snapshot {
    let deal = object(
        "deal",
        "1002",
        &[("dealname", "Garden redesign, Amy"), ("amount", "408.75"), ("deal_currency_code", "USD")],
    );
    let contact = object(
        "contact",
        "50102",
        &[("firstname", "Amy"), ("lastname", "Lauterbach"), ("email", "Birds@Intuit.com"), ("phone", "(650) 555-3311")],
    );
    let line = |id: &str, name: &str, sku: &str, quantity: &str, price: &str| {
        object("line_item", id, &[("name", name), ("hs_sku", sku), ("quantity", quantity), ("price", price)])
    };
    let associated = [
        contact,
        line("100201", "Design", "DESIGN-HR", "4.5", "75"),
        line("100202", "Rock Fountain", "ROCK-FOUNTAIN", "1", "275"),
        line("100203", "Pump", "PUMP-12V", "2", "15"),
    ];
    let associated =
        associated.into_iter().map(|object| Associated { object, parent: "1002".into(), labels: Vec::new() }).collect();
    Snapshot { object: deal, associated, capabilities: "customer:create item:create".into(), documents: Vec::new() }
}

fn object(kind: &str, id: &str, properties: &[(&str, &str)]) -> CrmObject {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    CrmObject { kind: kind.into(), id: id.into(), properties: properties.iter().map(owned).collect() }
}

/// The entity that a statement asks for.
pub(crate) fn entity_of(statement: &str) -> &str {
    statement.split_whitespace().skip_while(|word| *word != "FROM").nth(1).expect("a statement has an entity")
}
