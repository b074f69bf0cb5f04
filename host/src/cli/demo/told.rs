//! How the demo tells what came of it.

use std::sync::Arc;

use comfy_table::CellAlignment;
use rust_decimal::Decimal;

use super::accounts::Accounts;
use super::script::Scene;
use crate::cli::show::{mark, table};
use crate::runs::history::Document;
use crate::runs::{RunRecord, Status};

/// A line for each scene: what happened in HubSpot, and what QuickBooks has of it.
pub(super) fn scenes(scenes: &[Scene], records: &[Arc<RunRecord>]) -> String {
    let mut table = table(&["in HubSpot", "in QuickBooks", "total"]);
    if let Some(total) = table.column_mut(2) {
        total.set_cell_alignment(CellAlignment::Right);
    }
    for (scene, record) in scenes.iter().zip(records) {
        let (made, total) = match record.status {
            Status::Succeeded => made(record),
            Status::Previewed | Status::Refused | Status::Held | Status::Cancelled | Status::Waiting => {
                (format!("no {}: {}", wanted(scene), record.code), String::new())
            }
        };
        table.add_row([scene.title.to_owned(), format!("{} {made}", mark(record.status)), total]);
    }
    format!("{table}\n")
}

/// The transactions of a run, and the total of the first: a payment repeats its invoice's.
fn made(record: &RunRecord) -> (String, String) {
    let transactions: Vec<&Document> = record.documents.iter().filter(|document| document.total.is_some()).collect();
    let name = |document: &&Document| {
        format!("{} {}", spaced(&document.entity), document.doc_number.as_deref().unwrap_or(&document.id))
    };
    let names: Vec<_> = transactions.iter().map(name).collect();
    let total = transactions.first().and_then(|document| document.total.clone());
    (names.join(", "), total.unwrap_or_default())
}

/// `create-sales-receipt` makes a sales receipt.
fn wanted(scene: &Scene) -> String {
    scene.action.trim_start_matches("create-").replace('-', " ")
}

/// `SalesReceipt` is a sales receipt, and a purchase is what people call an expense.
fn spaced(entity: &str) -> String {
    if entity == "Purchase" {
        return "expense".to_owned();
    }
    let mut text = String::new();
    for letter in entity.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push(' ');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// The company's books after the story.
pub(super) fn accounts(accounts: &Accounts) -> String {
    let mut table = table(&["the books afterwards", ""]);
    if let Some(amount) = table.column_mut(1) {
        amount.set_cell_alignment(CellAlignment::Right);
    }
    let mut row = |name: String, amount: &Decimal| {
        table.add_row([name, amount.to_string()]);
    };
    accounts.earned.iter().for_each(|account| row(format!("earned: {}", account.name), &account.amount));
    accounts.spent.iter().for_each(|account| row(format!("spent: {}", account.name), &account.amount));
    row("net income".to_owned(), &accounts.net_income);
    accounts.owing.iter().for_each(|(customer, amount)| row(format!("{customer} owes"), amount));
    row("in the account HubSpot Payments Clearing".to_owned(), &accounts.clearing);
    row("paid out by HubSpot: received, less fees and refunds".to_owned(), &accounts.payouts);
    format!("{table}\n")
}
