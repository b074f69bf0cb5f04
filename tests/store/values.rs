//! Values to keep.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use qbo_host::action::Verb;
use qbo_host::enrollment::{CrmObject, Enrollment, Event, Snapshot};
use qbo_host::ids::{Digest, RequestId, RunId, SaleKey};
use qbo_host::runs::history::{Call, Document, Record};
use qbo_host::runs::record::CallLine;
use qbo_host::runs::store::{Learned, NewRun, NewSale};
use qbo_host::runs::{RunRecord, Status};

pub(super) fn event(company: &str, id: &str) -> Event {
    Event {
        source: "test".into(),
        portal: "77".into(),
        company: company.into(),
        action: "create-invoice".into(),
        id: id.into(),
    }
}

pub(super) fn enrollment(company: &str, object: &str, id: &str, at: Timestamp) -> Enrollment {
    Enrollment {
        event: event(company, id),
        object: object.parse().expect("an object"),
        inputs: [("due".into(), "net 30".into())].into(),
        accepted_at: at,
        zone: jiff::tz::TimeZone::get("America/New_York").expect("a zone"),
        preview: false,
        if_exists: Default::default(),
        reference: None,
        callback: Some(format!("callback-{id}")),
    }
}

/// A run of the sale of that object.
pub(super) fn new_run(company: &str, object: &str, id: &str, at: Timestamp) -> NewRun {
    let enrollment = enrollment(company, object, id, at);
    NewRun {
        id: RunId::of(&enrollment.event),
        sale: Some(NewSale { key: SaleKey::of(&enrollment.event, &enrollment.object), kind: "invoice".into() }),
        enrollment: Arc::new(enrollment),
        digest: component(1),
        join: false,
    }
}

pub(super) fn component(number: u8) -> Digest {
    Digest::of(&[number])
}

pub(super) fn snapshot(capabilities: &str) -> Arc<Snapshot> {
    Arc::new(Snapshot {
        object: CrmObject {
            kind: "deal".into(),
            id: "789".into(),
            properties: vec![("dealname".into(), "Boat “Élan”".into())],
        },
        associated: Vec::new(),
        capabilities: capabilities.into(),
        documents: Vec::new(),
    })
}

pub(super) fn read(text: &str) -> Arc<Record> {
    Arc::new(Record {
        call: Call { verb: Verb::Query, entity: "Customer".into(), key: None, text: text.into() },
        request_id: None,
        intended_at: None,
        reply: Some(Ok(format!("{{\"QueryResponse\":\"{text}\"}}"))),
        took: Duration::from_micros(1_234),
    })
}

/// An intent to create an invoice under `key`.
pub(super) fn intent(run: RunId, key: &str, at: Timestamp) -> Arc<Record> {
    Arc::new(Record {
        call: Call {
            verb: Verb::Create,
            entity: "Invoice".into(),
            key: Some(key.into()),
            text: "{\"Line\":[]}".into(),
        },
        request_id: Some(RequestId::of(run, "create", "Invoice", key, 0)),
        intended_at: Some(at),
        reply: None,
        took: Duration::ZERO,
    })
}

pub(super) fn learned(reads: &[&str]) -> Learned {
    Learned { snapshot: Some(snapshot("invoice:create")), records: reads.iter().map(|text| read(text)).collect() }
}

pub(super) fn document(id: &str) -> Document {
    Document {
        entity: "Invoice".into(),
        id: id.into(),
        doc_number: Some("1037".into()),
        total: Some("100.00".into()),
        date: Some("2026-01-05".into()),
        currency: None,
        name: None,
        set_by_quickbooks: Vec::new(),
    }
}

/// A call in a record: QuickBooks answered.
fn line() -> CallLine {
    CallLine {
        verb: Verb::Create,
        entity: "Invoice".into(),
        key: Some("invoice".into()),
        result: "ok".into(),
        duration_us: 1,
        explanation: None,
    }
}

/// How a run stands.
pub(super) fn record(run: RunId, status: Status, code: &str) -> Arc<RunRecord> {
    let documents = match status {
        Status::Succeeded | Status::Held => vec![document("130")],
        Status::Refused | Status::Previewed | Status::Cancelled | Status::Waiting => Vec::new(),
    };
    Arc::new(RunRecord {
        run_id: run,
        event: "1".into(),
        action: "create-invoice".into(),
        version: "1.0.0".into(),
        digest: component(1),
        object: "deal:789".into(),
        status,
        refusal: None,
        code: code.into(),
        message: "It is so.".into(),
        problems: Vec::new(),
        warnings: Vec::new(),
        documents,
        outputs: vec![("invoice_id".into(), "130".into())],
        preview_hash: None,
        calls: (status == Status::Succeeded).then(line).into_iter().collect(),
        attempts: 1,
        limits: None,
        log: String::new(),
    })
}
