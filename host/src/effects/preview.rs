//! Preview: writes that are not sent are answered from an overlay, so that the action goes its
//! whole way and the documents it would make can be read and approved.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::action::Verb;
use crate::runs::history::{Call, Document, Fault, Reply};

/// Members that QuickBooks sets itself; a preview can't tell their values.
const SET_BY_QUICKBOOKS: [&str; 3] = ["DocNumber", "DueDate", "TxnTaxDetail"];

/// What would have been written.
#[derive(Debug, Default)]
pub struct Overlay {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    id: String,
    entity: String,
    stored: Value,
}

impl Entry {
    fn is(&self, entity: &str, id: &str) -> bool {
        self.id == id && self.entity.eq_ignore_ascii_case(entity)
    }
}

impl Overlay {
    /// Whether a call is about something that is only previewed.
    pub(super) fn knows(&self, call: &Call) -> bool {
        match call.verb {
            Verb::Query | Verb::Create => false,
            Verb::Read => self.entries.iter().any(|entry| entry.is(&call.entity, &call.text)),
            Verb::Update | Verb::Send | Verb::Void | Verb::Delete => object(&call.text).is_ok_and(|change| {
                let id = change.get("Id").and_then(Value::as_str).unwrap_or_default();
                self.entries.iter().any(|entry| entry.is(&call.entity, id))
            }),
        }
    }

    /// Answers a write, and reads of what was written. `None` is for QuickBooks to answer.
    pub(super) fn answer(&mut self, call: &Call) -> Option<Reply> {
        match call.verb {
            Verb::Query => None,
            Verb::Read => self
                .entries
                .iter()
                .find(|entry| entry.is(&call.entity, &call.text))
                .map(|entry| Ok(entry.stored.to_string())),
            Verb::Create => Some(self.create(call)),
            Verb::Update | Verb::Send | Verb::Void | Verb::Delete => Some(self.change(call)),
        }
    }

    /// What would stand, in the order it was made.
    pub fn documents(&self) -> Vec<Document> {
        self.entries.iter().map(document).collect()
    }

    /// Changes when any document changes: what an approval covers.
    pub fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for Entry { id, entity, stored } in &self.entries {
            hash.update(format!("{id}\n{entity}\n{stored}\n"));
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn create(&mut self, call: &Call) -> Reply {
        let mut stored = object(&call.text)?;
        let id = format!("preview:{}", self.entries.len() + 1);
        stored.insert("Id".into(), json!(id));
        stored.insert("SyncToken".into(), json!("0"));
        if let Some(total) = total(&stored) {
            stored.insert("TotalAmt".into(), number(total));
        }
        let stored = Value::Object(stored);
        let reply = stored.to_string();
        self.entries.push(Entry { id, entity: call.entity.clone(), stored });
        Ok(reply)
    }

    /// A change of what is only previewed is merged into it. A change of what stands already is
    /// shown as it was asked for: the preview does not read it first.
    fn change(&mut self, call: &Call) -> Reply {
        let change = object(&call.text)?;
        let id = change.get("Id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let at = self.entries.iter().position(|entry| entry.id == id).unwrap_or_else(|| {
            let stored = Value::Object(Map::new());
            self.entries.push(Entry { id, entity: call.entity.clone(), stored });
            self.entries.len() - 1
        });
        let stored = &mut self.entries[at].stored;
        if let Some(members) = stored.as_object_mut() {
            members.extend(change);
            if call.verb != Verb::Update {
                members.insert("status".into(), json!(call.verb.as_str()));
            }
        }
        Ok(stored.to_string())
    }
}

fn object(text: &str) -> Result<Map<String, Value>, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::own("bad-body", format!("the body is not usable: {error}")))
}

/// The sum of the lines, less discounts, and the tax where the action states it: what QuickBooks
/// computes, but for a tax of its own.
fn total(stored: &Map<String, Value>) -> Option<Decimal> {
    let lines = stored.get("Line")?.as_array()?;
    let tax = stored.get("TxnTaxDetail").and_then(|detail| detail.get("TotalTax")).and_then(decimal);
    let sum = lines.iter().try_fold(Decimal::ZERO, |sum, line| {
        let amount = line.get("Amount").and_then(decimal).unwrap_or_default();
        match line.get("DetailType").and_then(Value::as_str) {
            Some("DiscountLineDetail") => {
                let discount = match line.pointer("/DiscountLineDetail/DiscountPercent").and_then(decimal) {
                    Some(percent) if amount.is_zero() => sum.checked_mul(percent)?.checked_div(Decimal::ONE_HUNDRED)?,
                    Some(_) | None => amount,
                };
                sum.checked_sub(discount)
            }
            Some("SubTotalLineDetail" | "DescriptionOnly") => Some(sum),
            Some(_) | None => sum.checked_add(amount),
        }
    });
    sum?.checked_add(tax.unwrap_or_default())
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => number.to_string().parse().ok(),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn number(amount: Decimal) -> Value {
    let cents = amount.round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    cents.to_string().parse().map(Value::Number).unwrap_or(Value::Null)
}

fn document(Entry { id, entity, stored }: &Entry) -> Document {
    let text = |member: &str| stored.get(member).and_then(Value::as_str).map(str::to_owned);
    let has_lines = stored.get("Line").is_some();
    Document {
        entity: entity.clone(),
        id: id.clone(),
        doc_number: text("DocNumber"),
        total: stored.get("TotalAmt").and_then(decimal).map(|total| format!("{total:.2}")),
        date: text("TxnDate"),
        currency: stored.get("CurrencyRef").and_then(|currency| currency.get("value")?.as_str()).map(str::to_owned),
        name: text("DisplayName").or_else(|| text("Name")),
        set_by_quickbooks: SET_BY_QUICKBOOKS
            .into_iter()
            .filter(|member| has_lines && stored.get(member).is_none())
            .map(str::to_owned)
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(verb: Verb, text: &str) -> Call {
        Call { verb, entity: "Invoice".into(), key: Some("invoice".into()), text: text.into() }
    }

    #[test]
    fn a_previewed_write_can_be_read_and_has_a_total() {
        let mut overlay = Overlay::default();
        let body = r#"{"Line":[{"Amount":100.10,"DetailType":"SalesItemLineDetail"},{"Amount":10.005,"DetailType":"DiscountLineDetail"}]}"#;
        let made: Value = serde_json::from_str(&overlay.answer(&call(Verb::Create, body)).unwrap().unwrap()).unwrap();
        assert_eq!(made["Id"], "preview:1");
        assert_eq!(made["SyncToken"], "0");
        assert_eq!(made["TotalAmt"].to_string(), "90.10");
        let read = overlay.answer(&call(Verb::Read, "preview:1")).unwrap().unwrap();
        assert_eq!(serde_json::from_str::<Value>(&read).unwrap(), made);
        assert_eq!(overlay.documents()[0].set_by_quickbooks, ["DocNumber", "DueDate", "TxnTaxDetail"]);
    }

    #[test]
    fn a_preview_is_named_by_its_documents() {
        let hash = |body: &str| {
            let mut overlay = Overlay::default();
            overlay.answer(&call(Verb::Create, body));
            overlay.hash()
        };
        assert_eq!(hash(r#"{"Line":[]}"#), hash(r#"{"Line":[]}"#));
        assert_ne!(hash(r#"{"Line":[]}"#), hash(r#"{"Line":[{"Amount":1}]}"#));
    }
}
