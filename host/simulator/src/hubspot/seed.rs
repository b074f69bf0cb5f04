//! The objects of the seeded portal, made against the simulator's QuickBooks sample company.
//!
//! Each deal stands for one fact. Unless a fact says otherwise, the customer is 50102 (Amy's Bird
//! Sanctuary) or new, the currency is USD, and the lines come to the deal's amount.
//!
//! | deal | fact |
//! |---|---|
//! | 1001 | a new customer with address and phone (Jane Doe, 50101); three lines matched by SKU |
//! | 1002 | an existing customer; a quantity with a fraction; a line discount of 10 % |
//! | 1003 | one line's product is not in QuickBooks (`DRIP-KIT`) |
//! | 1004 | several problems: no last name, two unknown products, a quantity of `abc` |
//! | 1005 | the deal is in EUR |
//! | 1006 | no contact |
//! | 1007 | three contacts; one labelled "Billing contact" is neither the first nor has the lowest id |
//! | 1008 | two contacts without a label; the one with the lowest id comes last |
//! | 1009 | the contact matches two QuickBooks customers |
//! | 1010 | the contact matches an inactive customer |
//! | 1011 | the contact's name is a vendor's |
//! | 1012 | the contact's name is a customer's with another e-mail |
//! | 1013 | no line items |
//! | 1014 | a line's product is inactive (`SNOW-HR`) |
//! | 1015 | a line's product is a category, by name ("Garden Ornaments") |
//! | 1016 | a line's SKU belongs to two products (`DUPLICATE-SKU`) |
//! | 1017 | discounts in percent and per unit |
//! | 1018 | one line recurs monthly, one does not |
//! | 1019 | the amount differs from the lines (230 against 240) |
//! | 1020 | a line with a negative price |
//! | 1021 | an amount of 30 digits |
//! | 1022 | the contact's name holds a quote mark and a query's words |
//! | 1023 | emoji in names |
//! | 1024 | the contact's last name has 600 characters |
//! | 1025 | 300 line items |
//! | 1026 | a HubSpot invoice exists |
//! | 1027 | a primary company with two of its contacts |
//! | 1028 | the contact's e-mail is none |
//! | 1029 | the contact's e-mail holds two addresses |
//! | 1030 | a line's currency differs from the deal's |
//! | 1031 | 751 line items, one more than QuickBooks takes |
//! | 1032 | 750 line items |
//! | 1033 | the contact has no e-mail |
//! | 1034 | the contact's e-mail differs from the customer's in case only |
//! | 1035 | the contact's name is an employee's |
//! | 1036 | the contact's name holds a colon and a tab |
//! | 1037 | the deal has no currency |
//! | 1038 | products without a SKU, matched by name |
//! | 1039 | a SKU that differs from QuickBooks' in case |
//! | 1040 | lines that end at half a cent |
//! | 1041 | two lines with one product that is not in QuickBooks (`BIRD-BATH`) |
//! | 1042 | a line of price 0 |
//! | 1043 | a discount above the price, so that the deal's amount is negative |
//! | 1044 | a line without a quantity |
//! | 1045 | a line with a tax rate |
//! | 1046 | the QuickBooks id of a line's product is in the custom property `quickbooks_item_id` |
//! | 1047 | the deal is archived |
//! | 1048 | a new product's name holds a colon and a tab |
//!
//! | quote | fact |
//! |---|---|
//! | 2001 | signed electronically; the contact is its signer |
//! | 2002 | accepted by click, without a signature |
//! | 2003 | a discount of 10 % and a delivery fee of 25 on the quote itself |
//! | 2004 | signed, and expired since |
//! | 2005 | a tax of 8 % on the quote itself |
//! | 2006 | signed, and paid by link (payment 3018); its deal has lines and a contact of its own |
//! | 2007 | one of two signers has signed |
//! | 2008 | offered, but not accepted |
//! | 2009 | the amount differs from the lines (400 against 305) |
//!
//! | payment | fact |
//! |---|---|
//! | 3001 | succeeded; processing fee 8.89, platform fee 1.53 |
//! | 3002 | its source is an invoice, which is associated |
//! | 3003 | refunded in full |
//! | 3004 | refunded in part |
//! | 3005 | still processing; no fees yet |
//! | 3006 | succeeded; no fees known yet |
//! | 3007 | recorded by QuickBooks |
//! | 3008 | a taxed line, and the tax collected |
//! | 3009 | smaller than its lines |
//! | 3010 | gross, fees and net disagree |
//! | 3011 | failed |
//! | 3012 | a dispute was lost |
//! | 3013 | its refund is still processing |
//! | 3014 | disputed; somebody must answer |
//! | 3015 | disputed; not decided yet |
//! | 3016 | a dispute was won |
//! | 3017 | a subscription's, taken through the portal's own Stripe account |
//! | 3018 | for the quote 2006 and its deal 1206 |
//! | 3019 | migrated from another system, recorded by Xero |
//! | 3020 | a discount of 10 % on the payment itself |
//! | 3021 | in EUR |
//! | 3022 | by a payment link, which made the deal 1207 |
//! | 3023 | a check that a person recorded; no processor, no fees |
//! | 3024 | two contacts; the one who paid is neither the first nor has the lowest id |
//! | 3025 | no line items |
//! | 3026 | a bank transfer (ACH) without fees |
//! | 3027 | a delivery fee of 25 on the payment itself |
//! | 3028 | its source is a payment link, but a HubSpot invoice is associated |
//!
//! One story through all actions: the deal 1401 is proposed and won, the payment 3401 comes in, and the
//! payment 3402, with tax, comes in and can be given back.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::fixture::Fixture;

/// When the seeded objects were created, 2026-01-05T10:00:00Z: long enough ago for search to see them.
pub(super) const CREATED: Timestamp = Timestamp::constant(1_767_607_200, 0);

const FILES: [&str; 6] = [
    include_str!("seed/deals.json"),
    include_str!("seed/deals-and-their-customers.json"),
    include_str!("seed/deals-and-their-lines.json"),
    include_str!("seed/quotes.json"),
    include_str!("seed/payments.json"),
    include_str!("seed/story.json"),
];

/// Name, SKU and price of the products of the sample company that the long deals cycle through.
const PRODUCTS: [(&str, &str, u32); 10] = [
    ("Design", "DESIGN-HR", 75),
    ("Installation", "INSTALL-HR", 50),
    ("Rock Fountain", "ROCK-FOUNTAIN", 275),
    ("Pump", "PUMP-12V", 15),
    ("Soil", "SOIL-2CF", 10),
    ("Sprinkler Heads", "SPRINKLER-HEAD", 2),
    ("Sprinkler Pipes", "SPRINKLER-PIPE", 4),
    ("Trimming", "TRIM-HR", 35),
    ("Concrete", "CONCRETE-YD", 120),
    ("Gardening", "GARDEN-HR", 40),
];

pub(super) fn fixtures() -> impl Iterator<Item = Fixture> {
    let files = FILES.into_iter().map(|text| serde_json::from_str(text).expect("a test reads every file"));
    let all = files.chain([too_long_for_a_file()]);
    all.map(|fixture| Fixture::parse(&fixture).expect("a test reads every file"))
}

fn too_long_for_a_file() -> Value {
    let long_name = json!({
        "id": "50124",
        "properties": { "firstname": "Anna", "lastname": "n".repeat(600), "email": "anna@longname.example" },
    });
    json!({ "deals": [
        deal(1024, "Name of 600 characters", 1, &long_name),
        deal(1025, "300 lines", 300, &json!({ "id": "50102" })),
        deal(1031, "751 lines", 751, &json!({ "id": "50102" })),
        deal(1032, "750 lines", 750, &json!({ "id": "50102" })),
    ] })
}

fn deal(id: u32, name: &str, lines: u32, contact: &Value) -> Value {
    let products = || (1..=lines).zip(PRODUCTS.iter().cycle());
    let amount: u32 = products().map(|(_, (.., price))| price).sum();
    let line_items = products().map(|(number, (name, sku, price))| {
        json!({
            "id": (id * 1_000 + number).to_string(),
            "properties": { "name": name, "hs_sku": sku, "price": price, "quantity": "1" },
        })
    });
    json!({
        "id": id.to_string(),
        "properties": {
            "dealname": name, "amount": format!("{amount}.00"), "deal_currency_code": "USD",
            "dealstage": "closedwon", "pipeline": "default", "closedate": "2026-01-05T10:00:00.000Z",
        },
        "contacts": [contact],
        "line_items": line_items.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::*;
    use crate::hubspot::kind::Kind;
    use crate::hubspot::object::ObjectId;
    use crate::hubspot::portal::Portal;

    /// Deals whose fact is that their lines do not come to their amount, or come to none.
    const AMOUNT_DIFFERS: [u64; 4] = [1013, 1019, 1021, 1044];

    /// Payments that are taxed, partial, or have a discount, a fee or no lines of their own.
    const AMOUNT_DIFFERS_PAID: [u64; 6] = [3008, 3009, 3020, 3025, 3027, 3402];

    fn portal() -> Portal {
        let mut portal = Portal::new();
        for fixture in fixtures() {
            fixture.store(CREATED, &mut portal).unwrap();
        }
        portal
    }

    #[test]
    fn every_object_of_the_tables_exists() {
        let portal = portal();
        let ids = |kind| portal.objects(kind).map(|(object, _)| object.id).collect::<Vec<u64>>();
        let (quoted_or_paid, of_the_story) = (1201..=1210, [1401]);
        let deals = (1001..=1048).chain(quoted_or_paid).chain(of_the_story);
        assert_eq!(ids(Kind::Deal), deals.collect::<Vec<_>>());
        assert_eq!(ids(Kind::Quote), (2001..=2009).collect::<Vec<_>>());
        assert_eq!(ids(Kind::Payment), (3001..=3028).chain([3401, 3402]).collect::<Vec<_>>());
    }

    #[test]
    fn the_lines_of_a_deal_come_to_its_amount() {
        let portal = portal();
        for (deal, object) in portal.objects(Kind::Deal).filter(|(deal, _)| deal.id < 1_200) {
            let amount: Option<Decimal> = object.now().properties["amount"].parse().ok();
            let differs = amount != Some(lines_total(&portal, deal));
            assert_eq!(differs, AMOUNT_DIFFERS.contains(&deal.id), "{deal}");
        }
    }

    #[test]
    fn the_lines_of_a_payment_come_to_its_amount_unless_it_says_otherwise() {
        let portal = portal();
        for (payment, object) in portal.objects(Kind::Payment) {
            let amount: Decimal = object.now().properties["hs_initial_amount"].parse().unwrap();
            let differs = amount != lines_total(&portal, payment);
            assert_eq!(differs, AMOUNT_DIFFERS_PAID.contains(&payment.id), "{payment}");
        }
    }

    fn lines_total(portal: &Portal, parent: ObjectId) -> Decimal {
        let lines = portal.associated(parent, Kind::LineItem).filter_map(|line| portal.object(line.to));
        let amounts = lines.filter_map(|line| line.now().properties.get("amount")?.parse::<Decimal>().ok());
        // 30 digits are more than a decimal holds, and such a line has no computed amount.
        amounts.sum()
    }
}
