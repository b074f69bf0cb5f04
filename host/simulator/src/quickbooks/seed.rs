//! The companies that the simulator starts with.
//!
//! The first is Intuit's sample company, whose ids public clients' tests expect. Everything passes the
//! same checks as a request would, so that a seed cannot hold what QuickBooks would refuse.

use std::sync::LazyLock;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::Company;
use super::books::Books;
use super::entity::Entity;
use super::row::{Row, text};
use super::write::{Circumstances, create_as};
use super::{preferences, schema};

/// Craig's Design and Landscaping Services: the sample company.
pub const CRAIGS_DESIGN: &str = "4620816365000000001";
/// Maple Leaf Design: a company outside the United States.
pub const MAPLE_LEAF: &str = "4620816365000000002";
/// Custom Numbers Inc: numbers its documents itself.
pub const CUSTOM_NUMBERS: &str = "4620816365000000003";
/// Two Currencies LLC: USD at home, and a customer in EUR.
pub const TWO_CURRENCIES: &str = "4620816365000000004";

/// Automated Tax LLC: a newer US company, whose taxes follow from where its goods go.
pub const AUTOMATED_TAX: &str = "4620816365000000005";

const ACCOUNTS: &str = include_str!("seed/accounts.json");
const AUTOMATED_TAX_CODES: &str = include_str!("seed/automated_tax_codes.json");
const AUTOMATED_TAX_CUSTOMERS: &str = include_str!("seed/automated_tax_customers.json");
const AUTOMATED_TAX_RATES: &str = include_str!("seed/automated_tax_rates.json");
const CUSTOMERS: &str = include_str!("seed/customers.json");
const EMPLOYEES: &str = include_str!("seed/employees.json");
const ITEMS: &str = include_str!("seed/items.json");
const PAYMENT_METHODS: &str = include_str!("seed/payment_methods.json");
const PREFERENCES: &str = include_str!("seed/preferences.json");
const TAX_CODES: &str = include_str!("seed/tax_codes.json");
const TAX_RATES: &str = include_str!("seed/tax_rates.json");
const TERMS: &str = include_str!("seed/terms.json");
const TWO_CURRENCIES_CUSTOMERS: &str = include_str!("seed/two_currencies_customers.json");
const VENDORS: &str = include_str!("seed/vendors.json");

/// When Intuit made the sample company, in seconds: 2015-10-01T17:01:00-07:00.
const SEEDED_AT_SECONDS: i64 = 1_443_744_060;

/// Checked once per process: tests start a service hundreds of times.
static COMPANIES: LazyLock<[Books; 5]> = LazyLock::new(plant_companies);

/// The companies of the seed.
pub(crate) fn companies() -> [Books; 5] {
    COMPANIES.clone()
}

/// The sample company under another realm id.
pub(crate) fn sample(realm: &str) -> Books {
    let [sample, ..] = &*COMPANIES;
    let mut books = sample.clone();
    realm.clone_into(&mut books.realm);
    books
}

fn plant_companies() -> [Books; 5] {
    let company = |realm: &str, name: &str| Company {
        realm: realm.to_owned(),
        name: name.to_owned(),
        country: "US".to_owned(),
        home_currency: "USD".to_owned(),
        multi_currency: false,
        custom_numbers: false,
    };
    let mut craigs = self::company(&company(CRAIGS_DESIGN, "Craig's Design and Landscaping Services"));
    plant(&mut craigs, Entity::Item, ITEMS);
    plant(&mut craigs, Entity::Customer, CUSTOMERS);
    plant(&mut craigs, Entity::Vendor, VENDORS);
    plant(&mut craigs, Entity::Employee, EMPLOYEES);
    // As if the sample's transactions had been there and gone.
    craigs.skip_ids(60, 144, 100);
    craigs.sales_number = 1037;
    craigs.estimate_number = 1001;

    let mut maple = company(MAPLE_LEAF, "Maple Leaf Design");
    maple.country = "CA".to_owned();
    maple.home_currency = "CAD".to_owned();

    let mut numbers = company(CUSTOM_NUMBERS, "Custom Numbers Inc");
    numbers.custom_numbers = true;
    let mut numbers = self::company(&numbers);
    plant(&mut numbers, Entity::Item, ITEMS);

    let mut currencies = company(TWO_CURRENCIES, "Two Currencies LLC");
    currencies.multi_currency = true;
    let mut currencies = self::company(&currencies);
    plant(&mut currencies, Entity::Item, ITEMS);
    plant(&mut currencies, Entity::Customer, TWO_CURRENCIES_CUSTOMERS);
    currencies.exchange_rates.insert("EUR".to_owned(), Decimal::new(1085, 3));

    let automated = automated_tax(&company(AUTOMATED_TAX, "Automated Tax LLC"));
    [craigs, self::company(&maple), numbers, currencies, automated]
}

/// A company whose tax codes are the engine's: one for each state where it owes tax.
fn automated_tax(company: &Company) -> Books {
    let mut books = bare(company);
    plant_tax(&mut books, AUTOMATED_TAX_RATES, AUTOMATED_TAX_CODES);
    if let Some(stored) = books.row_mut(Entity::Preferences, "1") {
        preferences::merge(stored, object(json!({ "TaxPrefs": { "PartnerTaxEnabled": true } })));
    }
    plant(&mut books, Entity::Item, ITEMS);
    plant(&mut books, Entity::Customer, AUTOMATED_TAX_CUSTOMERS);
    books
}

/// A company with what a new one has, and the sample's chart of accounts.
pub(crate) fn company(company: &Company) -> Books {
    let mut books = bare(company);
    plant_tax(&mut books, TAX_RATES, TAX_CODES);
    books
}

/// A company without tax codes.
fn bare(company: &Company) -> Books {
    let mut books = Books::new(&company.realm);
    plant_one(&mut books, Entity::CompanyInfo, company_information(company));
    plant_one(&mut books, Entity::Preferences, company_preferences(company));
    plant(&mut books, Entity::Account, ACCOUNTS);
    plant(&mut books, Entity::Term, TERMS);
    plant(&mut books, Entity::PaymentMethod, PAYMENT_METHODS);
    books
}

fn company_information(company: &Company) -> Value {
    let Company { name, country, .. } = company;
    let address = json!({
        "Id": "1", "Line1": "123 Sierra Way", "City": "San Pablo", "CountrySubDivisionCode": "CA",
        "PostalCode": "87999", "Country": country,
    });
    json!({
        "Id": "1",
        "CompanyName": name,
        "LegalName": name,
        "CompanyAddr": address,
        "LegalAddr": address,
        "CompanyStartDate": "2015-06-05",
        "FiscalYearStartMonth": "January",
        "Country": country,
        "Email": { "Address": "owner@company.example" },
        "WebAddr": {},
        "SupportedLanguages": "en",
        "NameValue": [
            { "Name": "NeoEnabled", "Value": "true" },
            { "Name": "SubscriptionStatus", "Value": "PAID" },
            { "Name": "OfferingSku", "Value": "QuickBooks Online Plus" },
        ],
    })
}

fn company_preferences(company: &Company) -> Value {
    let mut stored = object(read(PREFERENCES));
    let own = json!({
        "SalesFormsPrefs": { "CustomTxnNumbers": company.custom_numbers },
        "CurrencyPrefs": {
            "MultiCurrencyEnabled": company.multi_currency,
            "HomeCurrency": { "value": company.home_currency },
        },
        "TaxPrefs": { "UsingSalesTax": company.country == "US" },
    });
    preferences::merge(&mut stored, object(own));
    Value::Object(stored)
}

/// Tax codes and rates are not made by requests, so they are stored as they are.
fn plant_tax(books: &mut Books, rates: &str, codes: &str) {
    for (entity, rows) in [(Entity::TaxRate, rates), (Entity::TaxCode, codes)] {
        for row in rows_in(rows) {
            books.put(entity, row);
        }
    }
}

fn plant(books: &mut Books, entity: Entity, rows: &str) {
    for row in rows_in(rows) {
        plant_one(books, entity, Value::Object(row));
    }
}

fn plant_one(books: &mut Books, entity: Entity, row: Value) {
    let now = Timestamp::from_second(SEEDED_AT_SECONDS).unwrap_or(Timestamp::UNIX_EPOCH);
    let circumstances = Circumstances { now, allow_duplicate_number: false };
    let row = schema::parse_row(entity, object(row));
    let stored = row.and_then(|row| {
        let id = text(&row, "Id").unwrap_or_default().to_owned();
        create_as(books, entity, row, &id, circumstances)
    });
    stored.expect("the seed files are part of the program, and a test plants them");
}

fn rows_in(text: &str) -> impl Iterator<Item = Row> {
    let rows: Vec<Value> = serde_json::from_str(text).expect("the seed files are part of the program");
    rows.into_iter().map(object)
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("the seed files are part of the program")
}

fn object(value: Value) -> Row {
    match value {
        Value::Object(row) => row,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Row::new(),
    }
}
