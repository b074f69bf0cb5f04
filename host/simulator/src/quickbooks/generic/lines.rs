//! The lines of a generic transaction: their details, and what they add up to.

use rust_decimal::Decimal;
use serde_json::Value;

use super::links;
use super::table::{LineRule, TABLE};
use crate::quickbooks::books::Books;
use crate::quickbooks::fault::Fault;
use crate::quickbooks::row::{Row, cents, decimal, money, part, parts, set, text};
use crate::quickbooks::sales;

/// Lines as they are stored, and their sums.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) stored: Vec<Value>,
    /// What is paid or bought, less what is used up for it.
    pub(super) sum: Decimal,
    pub(super) debits: Decimal,
    pub(super) credits: Decimal,
}

/// Checks the lines of a draft.
pub(super) fn derive(books: &Books, rule: &LineRule, draft: &Row, stored: Option<&Row>) -> Result<Lines, Fault> {
    let mut lines = Lines::default();
    for line in parts(draft, "Line") {
        let mut kept = line.clone();
        let amount = decimal(line, "Amount").map(cents);
        match text(line, "DetailType") {
            None if rule.links() && line.contains_key("LinkedTxn") => {
                let amount = amount.ok_or_else(|| Fault::missing("Line.Amount"))?;
                lines.sum += links::check(books, rule, draft, line, amount, stored)?;
            }
            None => return Err(Fault::missing("Line.DetailType")),
            Some("DescriptionOnly") if rule.kinds.iter().any(|kind| kind == "DescriptionOnly") => {}
            Some(kind) if rule.kinds.iter().any(|known| known == kind) => {
                detail(books, kind, &mut kept)?;
                add(&mut lines, kind, &kept, amount)?;
            }
            Some(kind) => return Err(Fault::enumeration("Line.DetailType", kind)),
        }
        if let Some(amount) = amount {
            set(&mut kept, "Amount", money(amount));
        }
        set(&mut kept, "Id", (lines.stored.len() + 1).to_string());
        lines.stored.push(Value::Object(kept));
    }
    if lines.stored.is_empty() {
        return Err(Fault::missing("Line"));
    }
    Ok(lines)
}

impl LineRule {
    fn links(&self) -> bool {
        [&self.pays, &self.uses, &self.holds].into_iter().any(|kinds| !kinds.is_empty())
    }
}

fn detail(books: &Books, kind: &str, line: &mut Row) -> Result<(), Fault> {
    let Some(shape) = TABLE.details.get(kind) else { return Ok(()) };
    let mut detail = part(line, kind).cloned().unwrap_or_default();
    shape.complete(books, &mut detail, &format!("Line.{kind}."))?;
    if let Some(amount) = decimal(line, "Amount") {
        sales::check_amount(&detail, amount)?;
    }
    set(line, kind, detail);
    Ok(())
}

/// Adds the line to the sum, or to the side of the journal that it posts to.
fn add(lines: &mut Lines, kind: &str, line: &Row, amount: Option<Decimal>) -> Result<(), Fault> {
    let detail = part(line, kind);
    if detail.is_some_and(|detail| detail.contains_key("QtyDiff")) {
        // An adjustment counts pieces and no money.
        return Ok(());
    }
    let amount = amount.ok_or_else(|| Fault::missing("Line.Amount"))?;
    lines.sum += amount;
    match detail.and_then(|detail| text(detail, "PostingType")) {
        Some("Debit") => lines.debits += amount,
        Some(_) => lines.credits += amount,
        None => {}
    }
    Ok(())
}
