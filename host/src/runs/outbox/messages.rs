//! What HubSpot is to be told about a run that ended: decided from its record when it ends, and kept in
//! the same commit. Every message is idempotent but the callback, which HubSpot itself takes once.
//!
//! Knows which records a document belongs to, and nothing of how or when they are reached.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::note;
use crate::connection::{Connection, Fact, WriteBack};
use crate::enrollment::{Associated, ObjectKind, Snapshot};
use crate::hubspot::{Change, NewObject, Target};
use crate::runs::history::Document;
use crate::runs::record::{RefusalKind, RunRecord, Status};
use crate::runs::store::{CALLBACK, Claim, NewMessage};

/// A note; its body is a [`NewObject`].
pub(super) const NOTE: &str = "note";

/// A HubSpot invoice object; its body is a [`NewObject`].
pub(super) const INVOICE: &str = "invoice";

/// Properties of a record, which follows: `properties:deal:789`. The body is a [`Change`].
pub(super) const PROPERTIES: &str = "properties:";

/// QuickBooks' entities that bill or offer what a deal is about. Properties tell of these alone: the number of
/// an expense or of a refund must not take the place of the invoice's.
const SELLING: [&str; 3] = ["Invoice", "Estimate", "SalesReceipt"];

/// The body of a callback: what a workflow that waits goes on with.
#[derive(Deserialize, Serialize)]
pub(super) struct Callback {
    pub(super) callback: String,
    pub(super) status: Status,
    pub(super) refusal: Option<RefusalKind>,
    pub(super) code: String,
    pub(super) outputs: Map<String, Value>,
}

/// The execution that waits for the run goes on.
pub(in crate::runs) fn callback(claim: &Claim, record: &RunRecord) -> Option<NewMessage> {
    let outputs = record.outputs.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let body = Callback {
        callback: claim.enrollment.callback.clone()?,
        status: record.status,
        refusal: record.refusal,
        code: record.code.clone(),
        outputs,
    };
    Some(message(CALLBACK.into(), &body))
}

/// What the connection writes back about the documents of a run that succeeded.
pub(in crate::runs) fn written_back(
    claim: &Claim,
    record: &RunRecord,
    snapshot: &Snapshot,
    connection: &Connection,
) -> Vec<NewMessage> {
    // List entries have no total: a new customer is no document.
    let documents: Vec<&Document> = record.documents.iter().filter(|document| document.total.is_some()).collect();
    if record.status != Status::Succeeded || documents.is_empty() {
        return Vec::new();
    }
    let (about, write_back) = (About { kind: claim.enrollment.object.kind, snapshot }, &connection.write_back);
    let link = |document: &Document| connection.quickbooks.link(&document.entity, &document.id);
    let marker = record.run_id.to_string();
    let mut messages = Vec::new();
    if write_back.note {
        let text = note::html(&claim.enrollment.marker(), &marker, &documents, link);
        let properties = [("hs_note_body".into(), text), ("hs_timestamp".into(), milliseconds(claim))];
        messages.push(message(
            NOTE.into(),
            &NewObject {
                kind: "note".into(),
                on: about.noted(),
                marked_in: "hs_note_body".into(),
                marker: marker.clone(),
                properties: properties.into(),
            },
        ));
    }
    if let Some(sale) = documents.iter().find(|document| SELLING.contains(&document.entity.as_str())) {
        let facts = properties(sale, record.status, link(sale), write_back);
        messages.extend(about.described().into_iter().filter(|_| !facts.is_empty()).map(|of| {
            let kind = format!("{PROPERTIES}{}:{}", of.kind, of.id);
            message(kind, &Change { of, properties: facts.clone() })
        }));
    }
    let invoice = documents.iter().find(|document| document.entity == "Invoice");
    if let Some(invoice) = invoice.filter(|_| write_back.invoice) {
        let said = note::text(&claim.enrollment.marker(), &marker, invoice);
        messages.push(message(INVOICE.into(), &invoice_object(invoice, &about, marker, said)));
    }
    messages
}

/// The facts about a document, by the properties that take them. A fact that is not known empties its
/// property: what an earlier document left there is not true of this one.
fn properties(
    document: &Document,
    status: Status,
    link: Option<String>,
    write_back: &WriteBack,
) -> BTreeMap<String, String> {
    let told = |fact: Fact| match fact {
        Fact::Number => document.doc_number.clone(),
        Fact::Total => document.total.clone(),
        Fact::Status => Some(status.as_str().to_owned()),
        Fact::Link => link.clone(),
    };
    write_back.properties.iter().map(|(fact, name)| (name.clone(), told(*fact).unwrap_or_default())).collect()
}

/// HubSpot does not ask for its payment: it is billed by QuickBooks.
fn invoice_object(invoice: &Document, about: &About<'_>, marker: String, said: String) -> NewObject {
    let number = invoice.doc_number.as_ref().unwrap_or(&invoice.id);
    let currency = invoice.currency.clone().or_else(|| about.currency()).unwrap_or_else(|| "USD".into());
    let mut properties = BTreeMap::from([
        ("hs_currency".to_owned(), currency),
        ("hs_invoice_billable".to_owned(), "false".to_owned()),
        ("hs_title".to_owned(), format!("QuickBooks invoice {number}")),
        ("hs_comments".to_owned(), said),
    ]);
    if let Some(date) = &invoice.date {
        properties.insert("hs_invoice_date".into(), format!("{date}T00:00:00.000Z"));
    }
    NewObject { kind: "invoice".into(), on: about.billed(), marked_in: "hs_comments".into(), marker, properties }
}

/// What a document is about: the enrolled object, with what the action saw of its surroundings.
struct About<'a> {
    kind: ObjectKind,
    snapshot: &'a Snapshot,
}

impl About<'_> {
    /// Where people look for a note: on a payment itself nobody does.
    fn noted(&self) -> Vec<Target> {
        let mut on = match self.kind {
            ObjectKind::Deal | ObjectKind::Quote => vec![self.enrolled()],
            ObjectKind::Payment => Vec::new(),
        };
        on.extend(self.all("deal"));
        if self.kind == ObjectKind::Payment {
            on.extend(self.contact());
        }
        if on.is_empty() { vec![self.enrolled()] } else { on }
    }

    /// The records whose properties tell of the document. HubSpot lets nobody change a payment that it
    /// processed, so its deal tells.
    fn described(&self) -> Vec<Target> {
        match self.kind {
            ObjectKind::Deal | ObjectKind::Quote => vec![self.enrolled()],
            ObjectKind::Payment => self.all("deal").collect(),
        }
    }

    /// What an invoice object hangs on.
    fn billed(&self) -> Vec<Target> {
        let enrolled = match self.kind {
            ObjectKind::Deal | ObjectKind::Quote => Some(self.enrolled()),
            ObjectKind::Payment => None,
        };
        enrolled.into_iter().chain(self.all("deal")).chain(self.contact()).collect()
    }

    fn enrolled(&self) -> Target {
        Target { kind: self.kind.to_string(), id: self.snapshot.object.id.clone() }
    }

    fn all(&self, kind: &str) -> impl Iterator<Item = Target> {
        self.associated(kind).map(|found| Target { kind: found.object.kind.clone(), id: found.object.id.clone() })
    }

    /// The one whom the document is for: who paid, else the billing contact, else the one with the
    /// lowest id, as the snapshot orders them.
    fn contact(&self) -> Option<Target> {
        let paid_by = value(&self.snapshot.object.properties, "hs_customer_email").map(str::to_lowercase);
        let paid = |contact: &&Associated| {
            let email = value(&contact.object.properties, "email").map(str::to_lowercase);
            email.is_some() && email == paid_by
        };
        let bills = |contact: &&Associated| contact.labels.iter().any(|label| label == "Billing contact");
        let mut contacts = self.associated("contact");
        let first = self.associated("contact").find(paid).or_else(|| self.associated("contact").find(bills));
        let contact = first.or_else(|| contacts.next())?;
        Some(Target { kind: "contact".into(), id: contact.object.id.clone() })
    }

    fn currency(&self) -> Option<String> {
        let names = ["deal_currency_code", "hs_currency", "hs_currency_code"];
        names.iter().find_map(|name| value(&self.snapshot.object.properties, name)).map(str::to_owned)
    }

    fn associated<'s>(&'s self, kind: &str) -> impl Iterator<Item = &'s Associated> {
        self.snapshot.associated.iter().filter(move |found| found.object.kind == kind)
    }
}

fn value<'p>(properties: &'p [(String, String)], name: &str) -> Option<&'p str> {
    properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The event's time: a note stands in the record's history where the run does, however late it comes.
fn milliseconds(claim: &Claim) -> String {
    format!("{:.3}", claim.enrollment.accepted_at)
}

fn message<Body: Serialize>(kind: String, body: &Body) -> NewMessage {
    // Maps with text for keys, and values without floats, always have a text.
    NewMessage { kind, body: serde_json::to_string(body).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::enrollment::CrmObject;

    fn object(kind: &str, id: &str, properties: &[(&str, &str)]) -> CrmObject {
        let properties = properties.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        CrmObject { kind: kind.into(), id: id.into(), properties }
    }

    fn beside(object: CrmObject, label: Option<&str>) -> Associated {
        Associated { object, parent: "1".into(), labels: label.map(str::to_owned).into_iter().collect() }
    }

    fn snapshot(object: CrmObject, associated: Vec<Associated>) -> Snapshot {
        Snapshot { object, associated, capabilities: String::new(), documents: Vec::new() }
    }

    fn named(targets: impl IntoIterator<Item = Target>) -> Vec<String> {
        targets.into_iter().map(|target| format!("{}:{}", target.kind, target.id)).collect()
    }

    #[test]
    fn a_payment_is_told_on_its_deal_and_on_who_paid() {
        let payment = object("payment", "1", &[("hs_customer_email", "Jane@example.com")]);
        let (amy, jane) = (object("contact", "2", &[("email", "amy@example.com")]), [("email", "jane@example.com")]);
        let snapshot = snapshot(
            payment,
            vec![
                beside(amy, Some("Billing contact")),
                beside(object("contact", "3", &jane), None),
                beside(object("deal", "4", &[]), None),
            ],
        );
        let about = About { kind: ObjectKind::Payment, snapshot: &snapshot };
        assert_eq!(named(about.noted()), ["deal:4", "contact:3"]);
        assert_eq!(named(about.described()), ["deal:4"]);
        assert_eq!(named(about.billed()), ["deal:4", "contact:3"]);
    }

    #[test]
    fn a_payment_that_hangs_on_nothing_is_told_on_itself_and_has_no_properties() {
        let snapshot = snapshot(object("payment", "1", &[]), Vec::new());
        let about = About { kind: ObjectKind::Payment, snapshot: &snapshot };
        assert_eq!(named(about.noted()), ["payment:1"]);
        assert!(about.described().is_empty() && about.billed().is_empty());
    }

    #[test]
    fn a_quote_is_told_on_itself_and_its_deal() {
        let deal = beside(object("deal", "4", &[]), None);
        let contacts = ["2", "3"].map(|id| object("contact", id, &[]));
        let [first, billing] = contacts;
        let associated = vec![beside(first, None), beside(billing, Some("Billing contact")), deal];
        let snapshot = snapshot(object("quote", "1", &[("hs_currency", "EUR")]), associated);
        let about = About { kind: ObjectKind::Quote, snapshot: &snapshot };
        assert_eq!(named(about.noted()), ["quote:1", "deal:4"]);
        assert_eq!(named(about.described()), ["quote:1"]);
        assert_eq!(named(about.billed()), ["quote:1", "deal:4", "contact:3"]);
        assert_eq!(about.currency().as_deref(), Some("EUR"));
    }
}
