//! Looks in QuickBooks for what may have been done: whether a document still stands, whether a write
//! whose answer is unknown was carried out, and what an earlier life of this run has made.
//!
//! Compares markers and members in the host: QuickBooks can't query a private note.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::action::Verb;
use crate::quickbooks::{Client, Permit, Sent, Wait};
use crate::runs::history::{Call, Document, Record, Reply};

/// Rows of one page of a look: whole documents, of which QuickBooks' own limit of 1,000 could be more
/// than an answer may hold.
const PAGE_MAX: usize = 200;

/// QuickBooks gives up on a request after this.
pub(super) const WORKS_ON_MAX: SignedDuration = SignedDuration::from_mins(2);

/// QuickBooks' code for an object that is not there, or no longer.
const NOT_FOUND: &str = "610";

/// Whether a document still stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Yes {
        /// A word of its own state: of an estimate QuickBooks' own, of an invoice `open` or `paid`, of
        /// everything else `open`.
        status: String,
    },
    /// It was deleted or voided, or is in no book.
    No,
}

/// Asks whether `document` still stands.
pub async fn standing(client: &Client, document: &Document) -> Result<Standing, Wait> {
    if !super::body::is_transaction(&document.entity) {
        return Ok(Standing::No);
    }
    let permit = client.admit().await?;
    Ok(match read(client, &document.entity, &document.id, permit).await? {
        Some(row) if !is_voided(&row) => Standing::Yes { status: status(&document.entity, &row) },
        Some(_) | None => Standing::No,
    })
}

/// What is known of a change whose answer was lost.
pub(super) enum Told {
    /// It was carried out.
    Yes(Reply),
    /// It was not, and may be sent again.
    No,
    /// A person has to look.
    Unclear,
}

/// Whether an update, a void, a deletion or a sending was carried out, as far as what stands tells.
pub(super) async fn carried_out(
    client: &Client,
    intent: &Record,
    now: Timestamp,
    permit: Permit,
) -> Result<Told, Wait> {
    let Ok(Value::Object(sent)) = serde_json::from_str::<Value>(&intent.call.text) else { return Ok(Told::Unclear) };
    let id = sent.get("Id").and_then(Value::as_str).unwrap_or_default();
    let stored = read(client, &intent.call.entity, id, permit).await?;
    let Some(stored) = stored else {
        // Gone: by this deletion, or before it; either way it is done.
        let gone = intent.call.verb == Verb::Delete;
        return Ok(if gone { Told::Yes(Ok(deleted(&sent))) } else { Told::Unclear });
    };
    let unchanged = sent.get("SyncToken").is_some() && sent.get("SyncToken") == stored.get("SyncToken");
    Ok(match intent.call.verb {
        // Sending leaves the version as it is, and a second e-mail can't be taken back.
        Verb::Send => return e_mailed(stored, intent.intended_at, now),
        _ if unchanged => Told::No,
        Verb::Update if holds(&stored, &sent) => Told::Yes(Ok(text(stored))),
        Verb::Void if is_voided(&stored) => Told::Yes(Ok(text(stored))),
        Verb::Update | Verb::Void | Verb::Delete | Verb::Create | Verb::Query | Verb::Read => Told::Unclear,
    })
}

/// Whether what an intent makes can be told from what others made.
pub(super) fn can_find(intent: &Record, marker: &str) -> bool {
    serde_json::from_str::<Value>(&intent.call.text).is_ok_and(|sent| is_marked(&sent, marker))
}

/// The transaction that an earlier life of this run has made since `from`: of the same entity, with the
/// run's marker on it, standing, and none of those that the run knows to have made.
pub(super) async fn find(
    client: &Client,
    intent: &Record,
    (marker, made): (&str, &[(String, String)]),
    from: Timestamp,
    permit: Permit,
) -> Result<Option<String>, Wait> {
    if !can_find(intent, marker) {
        return Ok(None);
    }
    let mut permit = Some(permit);
    let mut start = 1;
    loop {
        let permit = match permit.take() {
            Some(permit) => permit,
            None => client.admit().await?,
        };
        let rows = page(client, &intent.call.entity, from, start, permit).await?;
        let is_known = |row: &Value| made.iter().any(|(entity, id)| *entity == intent.call.entity && row["Id"] == **id);
        if let Some(found) = rows.iter().find(|row| is_marked(row, marker) && !is_voided(row) && !is_known(row)) {
            return Ok(Some(found.to_string()));
        }
        if rows.len() < PAGE_MAX {
            return Ok(None);
        }
        start += PAGE_MAX;
    }
}

async fn page(
    client: &Client,
    entity: &str,
    from: Timestamp,
    start: usize,
    permit: Permit,
) -> Result<Vec<Value>, Wait> {
    let since = from.strftime("%Y-%m-%dT%H:%M:%SZ");
    let text = format!(
        "SELECT * FROM {entity} WHERE MetaData.CreateTime >= '{since}' STARTPOSITION {start} MAXRESULTS {PAGE_MAX}"
    );
    let call = Call { verb: Verb::Query, entity: entity.into(), key: None, text };
    match client.send(&call, None, permit).await {
        Sent::Replied { reply: Ok(rows), .. } => Ok(rows_of(&rows)),
        // What is not seen may be there.
        Sent::Replied { reply: Err(fault), .. } if fault.code == "answer-too-large" => Err(Wait::new(
            "quickbooks_unavailable",
            "what was made before can't be looked for: the answer is too large",
        )),
        // An entity that can't be queried can't be looked for.
        Sent::Replied { reply: Err(_), .. } => Ok(Vec::new()),
        Sent::Unknown(wait) => Err(wait),
    }
}

/// The rows of a query's answer, whatever it calls them.
fn rows_of(answer: &str) -> Vec<Value> {
    let members = serde_json::from_str::<Map<String, Value>>(answer).unwrap_or_default();
    let rows = members.into_iter().find_map(|(_, member)| match member {
        Value::Array(rows) => Some(rows),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => None,
    });
    rows.unwrap_or_default()
}

async fn read(client: &Client, entity: &str, id: &str, permit: Permit) -> Result<Option<Value>, Wait> {
    let call = Call { verb: Verb::Read, entity: entity.into(), key: None, text: id.into() };
    match client.send(&call, None, permit).await {
        Sent::Replied { reply: Ok(row), .. } => {
            let row: Value = serde_json::from_str(&row).unwrap_or_default();
            let deleted = row.get("status").and_then(Value::as_str) == Some("Deleted");
            Ok((!deleted).then_some(row))
        }
        Sent::Replied { reply: Err(fault), .. } if fault.code == NOT_FOUND => Ok(None),
        // Any other no says nothing about the document; what isn't known to be gone stands.
        Sent::Replied { reply: Err(_), .. } => Ok(Some(Value::Null)),
        Sent::Unknown(wait) => Err(wait),
    }
}

/// What is told of a document that stands. QuickBooks has a word for the state of an estimate alone.
fn status(entity: &str, row: &Value) -> String {
    let word = row.get("TxnStatus").and_then(Value::as_str).filter(|_| entity.eq_ignore_ascii_case("Estimate"));
    let is_paid = entity.eq_ignore_ascii_case("Invoice") && row.get("Balance").is_some_and(is_zero);
    match word {
        Some(word) => word.to_ascii_lowercase(),
        None if is_paid => "paid".into(),
        None => "open".into(),
    }
}

/// QuickBooks keeps a voided document, with nothing on it but its past.
fn is_voided(row: &Value) -> bool {
    let noted = row.get("PrivateNote").and_then(Value::as_str).is_some_and(|note| note.starts_with("Voided"));
    let zero = row.get("TotalAmt").is_some_and(is_zero);
    noted && zero
}

/// An amount, as a number or a text.
fn is_zero(amount: &Value) -> bool {
    amount.to_string().trim_matches(['0', '.', '"']).is_empty()
}

/// The marker is on the note for people of the company, or on the one for the customer.
fn is_marked(row: &Value, marker: &str) -> bool {
    let texts = [row.get("PrivateNote"), row.pointer("/CustomerMemo/value"), row.get("Memo")];
    texts.into_iter().flatten().any(|text| text.as_str().is_some_and(|text| text.contains(marker)))
}

/// Whether everything that was sent stands.
fn holds(stored: &Value, sent: &Map<String, Value>) -> bool {
    let of_the_request = ["Id", "SyncToken", "sparse", "domain", "MetaData"];
    sent.iter().filter(|(name, _)| !of_the_request.contains(&name.as_str())).all(|(name, value)| {
        stored.get(name).is_some_and(|stored| match value {
            Value::Object(members) => holds(stored, members),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => stored == value,
        })
    })
}

/// Whether a document was sent, by its e-mail's state. QuickBooks works on a request for two minutes at
/// most, so what is not sent by then will not be.
fn e_mailed(stored: Value, intended_at: Option<Timestamp>, now: Timestamp) -> Result<Told, Wait> {
    let delivered = stored.pointer("/DeliveryInfo/DeliveryTime").and_then(Value::as_str);
    let delivered = delivered.and_then(|time| time.parse::<Timestamp>().ok());
    let is_sent = stored.get("EmailStatus").and_then(Value::as_str) == Some("EmailSent");
    let Some(intended) = intended_at else { return Ok(Told::Unclear) };
    match delivered {
        Some(delivered) if is_sent && delivered >= intended => return Ok(Told::Yes(Ok(text(stored)))),
        // Sent, but nobody says when.
        None if is_sent => return Ok(Told::Unclear),
        Some(_) | None => {}
    }
    let left = WORKS_ON_MAX - now.duration_since(intended);
    match Duration::try_from(left) {
        Ok(left) if !left.is_zero() => {
            let message = "whether QuickBooks sent the e-mail is not known yet; it is looked for again";
            Err(Wait { after: Some(left), ..Wait::new("quickbooks_unavailable", message) })
        }
        Ok(_) | Err(_) => Ok(Told::No),
    }
}

/// What QuickBooks answers to a deletion.
fn deleted(sent: &Map<String, Value>) -> String {
    let id = sent.get("Id").cloned().unwrap_or_default();
    serde_json::json!({ "status": "Deleted", "domain": "QBO", "Id": id }).to_string()
}

fn text(stored: Value) -> String {
    stored.to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_tells_its_own_state() {
        for (entity, row, word) in [
            ("Estimate", json!({ "TxnStatus": "Accepted", "TotalAmt": 1 }), "accepted"),
            ("Invoice", json!({ "Balance": 0, "TotalAmt": 75 }), "paid"),
            ("Invoice", json!({ "Balance": "0.00", "TotalAmt": 75 }), "paid"),
            ("Invoice", json!({ "Balance": 10.5, "TotalAmt": 75 }), "open"),
            ("SalesReceipt", json!({ "Balance": 0, "TotalAmt": 75 }), "open"),
            // What QuickBooks did not show counts as standing.
            ("Invoice", Value::Null, "open"),
        ] {
            assert_eq!(status(entity, &row), word, "{entity} {row}");
        }
    }
}
