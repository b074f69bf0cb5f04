//! Exchange rates: one for each foreign currency, the last one that was set, without an id.
//!
//! The real service keeps a rate for every day; here the newest counts for all days.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::books::{Books, stored_time};
use super::fault::Fault;
use super::row::{Row, decimal, number, set, text};
use super::write::Circumstances;

/// The rate of a currency: the value of `ExchangeRate`.
pub(crate) fn read(books: &Books, currency: Option<&str>, day: Option<&str>, now: Timestamp) -> Result<Value, Fault> {
    check_several(books)?;
    let currency = currency.ok_or_else(|| Fault::missing("sourcecurrencycode"))?;
    // What has no rate is worth as much as the home currency.
    let rate = books.exchange_rates.get(currency).copied().unwrap_or(Decimal::ONE);
    let today = Circumstances { now, allow_duplicate_number: false }.today().to_string();
    Ok(shown(books, currency, rate, day.unwrap_or(&today), now))
}

/// Sets the rate of a currency.
pub(crate) fn update(books: &mut Books, sent: &Row, circumstances: Circumstances) -> Result<Value, Fault> {
    check_several(books)?;
    let currency = text(sent, "SourceCurrencyCode").ok_or_else(|| Fault::missing("SourceCurrencyCode"))?;
    let rate = decimal(sent, "Rate").ok_or_else(|| Fault::missing("Rate"))?;
    if rate <= Decimal::ZERO {
        return Err(Fault::number_value("Rate", &rate.to_string()));
    }
    if currency == books.home_currency() {
        return Err(Fault::business("The rate of the home currency is always one"));
    }
    books.exchange_rates.insert(currency.to_owned(), rate);
    let today = circumstances.today().to_string();
    Ok(shown(books, currency, rate, text(sent, "AsOfDate").unwrap_or(&today), circumstances.now))
}

fn check_several(books: &Books) -> Result<(), Fault> {
    let several = books.prefers("CurrencyPrefs", "MultiCurrencyEnabled");
    if several { Ok(()) } else { Err(Fault::feature_not_supported("Multi-currency is turned off")) }
}

fn shown(books: &Books, currency: &str, rate: Decimal, day: &str, now: Timestamp) -> Value {
    let mut shown = Row::new();
    set(&mut shown, "domain", "QBO");
    set(&mut shown, "sparse", false);
    set(&mut shown, "SyncToken", "0");
    set(&mut shown, "SourceCurrencyCode", currency);
    set(&mut shown, "TargetCurrencyCode", books.home_currency());
    set(&mut shown, "Rate", number(rate));
    set(&mut shown, "AsOfDate", day);
    set(&mut shown, "MetaData", json!({ "LastUpdatedTime": stored_time(now) }));
    Value::Object(shown)
}
