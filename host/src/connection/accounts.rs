//! The host's own field, "Which QuickBooks account": the companies that a portal is connected to, each
//! looked at, so that nobody chooses one that has to be connected again.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Connection;
use crate::effects::ask_ungranted;
use crate::options::Why;

/// What stands in the field of a portal without a company. It names none.
const NONE: &str = "not-connected";

/// The choices of the field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Accounts {
    /// The companies, or one choice that says how to connect one.
    pub options: Vec<Account>,
    /// The only company that can be chosen.
    pub preselected: Option<String>,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Account {
    /// What people read.
    pub label: String,
    /// The realm id.
    pub value: String,
    /// Why it can't be used now.
    pub why: Option<Why>,
}

/// The companies that one portal is connected to.
pub async fn accounts(connections: &[Connection]) -> Accounts {
    let options = futures::future::join_all(connections.iter().map(account)).await;
    if options.is_empty() {
        return Accounts { options: vec![how_to_connect()], preselected: None };
    }
    let mut usable = options.iter().filter(|account| account.why.is_none());
    let preselected = match (usable.next(), usable.next()) {
        (Some(only), None) if options.len() == 1 => Some(only.value.clone()),
        _ => None,
    };
    Accounts { options, preselected }
}

fn how_to_connect() -> Account {
    let remedy = "add [connections.<name>] to the settings of the service, with this portal and the company";
    let message = "this HubSpot account is connected to no QuickBooks company";
    Account {
        label: "No QuickBooks account is connected; ask whoever runs qbo-host to connect one".into(),
        value: NONE.into(),
        why: Some(Why::failed("not_connected", message, remedy)),
    }
}

async fn account(connection: &Connection) -> Account {
    let client = &connection.quickbooks;
    let realm = client.realm().to_owned();
    // An answer that is kept says nothing about a sign-in that was revoked since.
    let question = if client.is_signed_out() { "SELECT Id FROM Customer MAXRESULTS 1" } else { COMPANY_INFO };
    match ask_ungranted(client, question, &[]).await {
        Ok(answer) => Account { label: name(&answer).unwrap_or_else(|| realm.clone()), value: realm, why: None },
        Err(no_answer) => {
            let why = Why::from(no_answer);
            let label = match why.code.as_str() {
                "signed_out" => format!("{realm} (reconnect needed)"),
                _ => format!("{realm} (not reached now)"),
            };
            Account { label, value: realm, why: Some(why) }
        }
    }
}

const COMPANY_INFO: &str = "SELECT * FROM CompanyInfo";

/// What the company calls itself.
fn name(answer: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    Some(answer["CompanyInfo"][0]["CompanyName"].as_str()?.to_owned())
}
