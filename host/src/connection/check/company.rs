//! The company: whether it answers, and those of its preferences that decide what actions can make.

use serde_json::Value;

use super::{Approved, Finding};
use crate::action::Verb;
use crate::connection::Connection;
use crate::effects::ask_ungranted;

const ABOUT: &str = "company";

/// Countries in which the actions work, as QuickBooks writes them.
const COUNTRIES: [&str; 2] = ["US", "USA"];

pub(super) async fn check(connection: &Connection, actions: &[Approved<'_>]) -> Vec<Finding> {
    let company = match only(connection, "CompanyInfo").await {
        Ok(company) => company,
        Err(finding) => return vec![finding],
    };
    let name = company["CompanyName"].as_str().unwrap_or("the company");
    let mut found = vec![Finding::fine(ABOUT, format!("{name} answers"))];
    let country = company["Country"].as_str().unwrap_or_default();
    if !COUNTRIES.contains(&country) {
        let message =
            format!("{name} is a company in {country}, and the actions are for companies in the United States");
        found.push(Finding::error("country_not_supported", ABOUT, message, "connect a company in the United States"));
    }
    match only(connection, "Preferences").await {
        Ok(preferences) => found.extend(preferred(&preferences, actions)),
        Err(finding) => found.push(finding),
    }
    found
}

/// The one row of an entity that has one.
async fn only(connection: &Connection, entity: &str) -> Result<Value, Finding> {
    let asked = ask_ungranted(&connection.quickbooks, &format!("SELECT * FROM {entity}"), &[]).await;
    let answer = asked.map_err(|no_answer| Finding::unanswered(ABOUT, no_answer))?;
    let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    Ok(answer[entity][0].clone())
}

fn preferred(preferences: &Value, actions: &[Approved<'_>]) -> Vec<Finding> {
    let sales = &preferences["SalesFormsPrefs"];
    let is = |value: &Value, wanted: bool| *value == Value::Bool(wanted);
    let makes = |entity: &str| actions.iter().any(|(_, grants)| grants.allow(entity, Verb::Create));
    let mut found = Vec::new();
    if is(&sales["AllowEstimates"], false) && makes("estimate") {
        let message = "the company does not use estimates";
        found.push(Finding::error("estimates_off", ABOUT, message, "turn them on in QuickBooks, under Sales"));
    }
    if is(&sales["AllowDiscount"], false) {
        let message = "the company does not use discounts: discounted lines go out at their net prices";
        found.push(Finding::warning("discounts_off", ABOUT, message, "turn them on in QuickBooks to see them"));
    }
    if is(&sales["CustomTxnNumbers"], true) {
        let message = "the company numbers its sales by hand: documents get the number of the enrolled object";
        found.push(Finding::warning("numbers_by_hand", ABOUT, message, "let QuickBooks number them"));
    }
    if is(&preferences["CurrencyPrefs"]["MultiCurrencyEnabled"], true) {
        let message = "the company has several currencies: a document is in its customer's";
        found.push(Finding::warning("several_currencies", ABOUT, message, "see that deals are in it too"));
    }
    if let Some(date) = preferences["AccountingInfoPrefs"]["BookCloseDate"].as_str() {
        found.push(Finding::fine(ABOUT, format!("the books are closed up to {date}")));
    }
    found
}
