//! The recorded calls of a run. What is recorded binds: a later attempt is answered from here, and
//! how a run ended is read from here, never from what the action says.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::action::Verb;
use crate::enrollment::Snapshot;
use crate::ids::RequestId;

/// One call as the action made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What it does.
    pub verb: Verb,
    /// QuickBooks' entity name, as the action wrote it.
    pub entity: String,
    /// The action's name for a write; reads have none.
    pub key: Option<String>,
    /// The bound statement, the id, or the body.
    pub text: String,
}

/// What the action was told.
pub type Reply = Result<String, Fault>;

/// A definite no.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Fault {
    /// QuickBooks' code, or one of the contract's words.
    pub code: String,
    /// One sentence.
    pub message: String,
    /// QuickBooks' fault body, or empty.
    pub body: String,
}

impl Fault {
    /// A no of the host's own.
    pub fn own(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), body: String::new() }
    }
}

/// A call and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The call.
    pub call: Call,
    /// Under which it was sent; only writes that were sent have one.
    pub request_id: Option<RequestId>,
    /// When the intent to send it was recorded: QuickBooks did not have it before. Only writes that
    /// were sent have one.
    pub intended_at: Option<Timestamp>,
    /// `None` while a write's answer is not known: an intent.
    pub reply: Option<Reply>,
    /// How long QuickBooks took.
    pub took: Duration,
}

impl Record {
    /// A write that QuickBooks accepted.
    pub fn is_accepted_write(&self) -> bool {
        self.request_id.is_some() && matches!(self.reply, Some(Ok(_)))
    }

    /// What a resume keeps: a write that QuickBooks accepted, or a create that may have been.
    pub fn may_stand(&self) -> bool {
        self.is_accepted_write() || (self.is_unanswered() && self.call.verb == Verb::Create)
    }

    /// A write that is sent anew when it is forgotten: everything but a create whose answer is not
    /// known, which only its own id keeps from being made twice.
    pub fn may_go_under_another_id(&self) -> bool {
        self.request_id.is_some() && (self.reply.is_some() || self.call.verb != Verb::Create)
    }

    /// A write whose answer is not known.
    pub fn is_unanswered(&self) -> bool {
        self.reply.is_none()
    }
}

/// Everything a run has recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The enrolled object, once it is recorded.
    pub snapshot: Option<Arc<Snapshot>>,
    /// Calls in the order in which the action made them. Shared: an answer of 100 KiB is held once,
    /// by the store and by the attempt.
    pub records: Vec<Arc<Record>>,
}

impl History {
    /// What stands in QuickBooks because of this run, in the order it was made.
    pub fn standing(&self) -> Vec<Standing> {
        self.records.iter().filter_map(|record| Standing::read(record)).collect()
    }

    /// Whether QuickBooks accepted any write.
    pub fn wrote(&self) -> bool {
        self.records.iter().any(|record| record.is_accepted_write())
    }
}

/// A document or list entry as QuickBooks answered it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Document {
    /// QuickBooks' entity name.
    pub entity: String,
    /// QuickBooks' id; `preview:1` in a preview.
    pub id: String,
    /// The number people see. QuickBooks gives it, so a preview has none.
    pub doc_number: Option<String>,
    /// `TotalAmt`, as decimal text; list entries have none.
    pub total: Option<String>,
    /// `TxnDate`, such as `2026-01-05`; list entries have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// The code of its currency, where QuickBooks tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What a person calls it: the display name or name of a list entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In a preview: the members that QuickBooks will set itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_by_quickbooks: Vec<String>,
}

/// A document, and whether it is what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The document.
    pub document: Document,
    /// Its note or total is not what was sent: QuickBooks made it for an earlier request of the same
    /// id, or changed it. It is ours all the same, and worth a look.
    pub differs: bool,
}

/// What is read of a body that was sent, and of its answer. Members may have any type: an accepted
/// write is never left out because of one that is unusual.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Members<'a> {
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    doc_number: Option<&'a RawValue>,
    total_amt: Option<&'a RawValue>,
    txn_date: Option<&'a RawValue>,
    currency_ref: Reference<'a>,
    display_name: Option<&'a RawValue>,
    name: Option<&'a RawValue>,
    private_note: Option<&'a RawValue>,
    txn_tax_detail: Tax<'a>,
    line: Vec<Amount<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Tax<'a> {
    #[serde(borrow)]
    total_tax: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reference<'a> {
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Amount<'a> {
    #[serde(borrow)]
    amount: Option<&'a RawValue>,
    detail_type: Option<&'a RawValue>,
}

impl Standing {
    /// Reads an accepted create. Updates and the like change a document that stood before.
    fn read(record: &Record) -> Option<Self> {
        if record.call.verb != Verb::Create || !record.is_accepted_write() {
            return None;
        }
        let Some(Ok(answer)) = &record.reply else { return None };
        let answer: Members<'_> = serde_json::from_str(answer).unwrap_or_default();
        let sent: Members<'_> = serde_json::from_str(&record.call.text).unwrap_or_default();
        let document = Document {
            entity: record.call.entity.clone(),
            id: text(answer.id).unwrap_or_default(),
            doc_number: text(answer.doc_number),
            total: text(answer.total_amt).map(|total| two_places(&total)),
            date: text(answer.txn_date),
            currency: text(answer.currency_ref.value),
            name: text(answer.display_name).or_else(|| text(answer.name)).or_else(|| record.call.key.clone()),
            set_by_quickbooks: Vec::new(),
        };
        // The two may spell a character in two ways.
        let note_differs = sent.private_note.is_some_and(|sent| {
            answer.private_note.is_none_or(|made| made.get() != sent.get() && text(Some(made)) != text(Some(sent)))
        });
        Some(Self { document, differs: note_differs || totals_differ(&sent, &answer) })
    }
}

/// Whether the total before tax is another than that of the lines that were sent. Where a line leaves
/// its amount to QuickBooks, nothing can be said.
fn totals_differ(sent: &Members<'_>, answer: &Members<'_>) -> bool {
    let sent = sent.line.iter().try_fold(Decimal::ZERO, |sum, line| {
        let amount = decimal(line.amount)?;
        let discount = line.detail_type.is_some_and(|kind| kind.get() == r#""DiscountLineDetail""#);
        if discount { sum.checked_sub(amount) } else { sum.checked_add(amount) }
    });
    let tax = decimal(answer.txn_tax_detail.total_tax).unwrap_or_default();
    let made = decimal(answer.total_amt).and_then(|total| total.checked_sub(tax));
    matches!((sent, made), (Some(sent), Some(made)) if !sent.is_zero() && sent != made)
}

/// A text or a number, as text.
fn text(member: Option<&RawValue>) -> Option<String> {
    let written = member?.get();
    match written.as_bytes().first()? {
        b'"' => serde_json::from_str(written).ok(),
        b'-' | b'0'..=b'9' => Some(written.to_owned()),
        _ => None,
    }
}

fn decimal(member: Option<&RawValue>) -> Option<Decimal> {
    member?.get().trim_matches('"').parse().ok()
}

/// QuickBooks writes `100`, `100.0` and `100.00` alike; people read two places.
fn two_places(amount: &str) -> String {
    match amount.parse::<Decimal>() {
        Ok(amount) if amount.scale() <= 2 => format!("{amount:.2}"),
        Ok(_) | Err(_) => amount.into(),
    }
}
