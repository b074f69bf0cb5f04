//! The deals of a small portal, made as fast as a world: each is one sale whose total is known.

use serde_json::{Value, json};

/// A deal of the small portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deal {
    /// Its id in HubSpot.
    pub id: &'static str,
    /// The customer's display name; several deals may share one.
    pub customer: &'static str,
    /// Before tax.
    pub total: &'static str,
    /// SKU, price and quantity of each line.
    lines: &'static [(&'static str, &'static str, &'static str)],
}

/// Deals that become invoices. Amy's is a customer already; the others' are new.
pub const DEALS: [Deal; 6] = [
    Deal { id: "1", customer: "Amy Lauterbach", total: "75.00", lines: &[("DESIGN-HR", "75", "1")] },
    Deal { id: "2", customer: "Jane Doe", total: "150.00", lines: &[("DESIGN-HR", "75", "2")] },
    Deal {
        id: "3",
        customer: "Jane Doe",
        total: "290.00",
        lines: &[("ROCK-FOUNTAIN", "275", "1"), ("PUMP-12V", "15", "1")],
    },
    Deal { id: "4", customer: "Olga Brandt", total: "45.00", lines: &[("PUMP-12V", "15", "3")] },
    Deal { id: "5", customer: "Tom Hale", total: "550.00", lines: &[("ROCK-FOUNTAIN", "275", "2")] },
    Deal { id: "6", customer: "Tom Hale", total: "15.00", lines: &[("PUMP-12V", "15", "1")] },
];

/// A deal with a line that no product matches: it is refused.
pub const REFUSED: &str = "90";

/// The portal, as the simulator loads it.
pub fn portal() -> Value {
    let mut deals: Vec<Value> = DEALS.iter().map(deal).collect();
    deals.push(deal(&Deal { id: REFUSED, customer: "Jane Doe", total: "1.00", lines: &[("NOT-A-SKU", "1", "1")] }));
    json!({ "deals": deals })
}

/// A payment that becomes a paid invoice of 150.00 for a new customer.
pub const PAYMENT: &str = "payment:31";

/// A portal that has this payment.
pub fn of_a_payment() -> Value {
    json!({ "payments": [{
        "id": "31",
        "properties": {
            "hs_initial_amount": "150.00", "hs_currency_code": "USD", "hs_latest_status": "succeeded",
            "hs_processor_type": "hs_payments", "hs_payment_source_app": "SALES_CHECKOUT",
            "hs_customer_email": "jane@example.com", "hs_initiated_date": "2026-03-01T18:00:00.000Z",
            "hs_reference_number": "PAY-31",
        },
        "contacts": [{ "id": "501", "properties": {
            "firstname": "Jane", "lastname": "Doe", "email": "jane@example.com"
        } }],
        "line_items": [{ "id": "311", "properties": {
            "name": "Design", "hs_sku": "DESIGN-HR", "price": "75", "quantity": "2"
        } }],
    }] })
}

/// The portal, with a deal that has quotes and payments besides.
pub fn with_a_family() -> Value {
    let mut portal = portal();
    if let (Some(deals), Some(more)) = (portal["deals"].as_array_mut(), super::billing::portal()["deals"].as_array()) {
        deals.extend(more.iter().cloned());
    }
    portal
}

/// A portal of so many deals, numbered from 1001, all of them Amy's and over 75.00.
pub fn of_many(deals: u32) -> Value {
    let line = json!({ "name": "Design", "hs_sku": "DESIGN-HR", "price": "75", "quantity": "1" });
    let deals: Vec<_> = (0..deals)
        .map(|number| {
            json!({
                "id": (1_001 + number).to_string(),
                "properties": { "dealname": "One of many", "amount": "75.00", "deal_currency_code": "USD" },
                "contacts": [{ "id": "501", "properties": {
                    "firstname": "Amy", "lastname": "Lauterbach", "email": "birds@amys.example"
                } }],
                "line_items": [{ "properties": line }],
            })
        })
        .collect();
    json!({ "deals": deals })
}

fn deal(deal: &Deal) -> Value {
    let lines: Vec<_> = deal
        .lines
        .iter()
        .map(|(sku, price, quantity)| {
            json!({ "properties": { "name": sku, "hs_sku": sku, "price": price, "quantity": quantity } })
        })
        .collect();
    let (first, last) = deal.customer.split_once(' ').unwrap_or((deal.customer, ""));
    // The sample company knows Amy by this address.
    let email = match first {
        "Amy" => "birds@amys.example".to_owned(),
        _ => format!("{}@example.com", first.to_lowercase()),
    };
    let contact = match first {
        "Amy" => "501",
        "Jane" => "502",
        "Olga" => "503",
        _ => "504",
    };
    json!({
        "id": deal.id,
        "properties": { "dealname": format!("Deal {}", deal.id), "amount": deal.total, "deal_currency_code": "USD" },
        "contacts": [
            { "id": contact, "properties": { "firstname": first, "lastname": last, "email": email } }
        ],
        "line_items": lines,
    })
}
