//! The auditor. It reads only what callers were told, the services' own books, and the store; and names
//! what must not be: the invariants I1 to I4, I6 to I9 and I11 of the plan. The pace (I5) is for the
//! outage, where one process keeps it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use qbo_host::ids::RunId;
use qbo_host::runs::service_store::{Phase, Query, Stored};
use qbo_host::runs::{RunRecord, Status};
use rust_decimal::Decimal;
use serde_json::Value;

use super::World;
use super::portal::DEALS;
use super::seeded::{Acknowledged, Kind};
use crate::replay::Again;

/// Everything that must not be.
pub(super) async fn violations(world: &World, told: &[Acknowledged]) -> Vec<String> {
    let mut found = world.watch.violations();
    let mut sales: BTreeMap<(&str, usize), Vec<Arc<RunRecord>>> = BTreeMap::new();
    let mut request_ids = BTreeSet::new();
    let mut replayed = false;
    for Acknowledged { run, enrollment, kind } in told {
        let Some(stored) = world.stored(*run).await else {
            found.push(format!("I1: run {run} was acknowledged and is gone"));
            continue;
        };
        let sent = stored.history.records.iter().filter_map(|record| record.request_id.as_ref());
        request_ids.extend(sent.map(|id| id.as_str().to_owned()));
        let (Phase::Ended, Some(record)) = (stored.phase, &stored.record) else {
            found.push(format!("I1: run {run} has not ended: {:?}", stored.timeline.last()));
            continue;
        };
        found.extend(misjudged(*run, *kind, record));
        found.extend(history_violations(world, *run, &stored));
        found.extend(unfound(world, *run, &stored).await);
        if let Kind::Sale(place) = kind {
            sales.entry((&enrollment.event.company, *place)).or_default().push(Arc::clone(record));
        }
        if record.status == Status::Succeeded && !replayed {
            replayed = true;
            found.extend(made_again(world, *run, &stored, record).await);
        }
    }
    for ((company, place), records) in &sales {
        found.extend(sale_violations(world, company, *place, records));
    }
    found.extend(family_violations(world, told));
    found.extend(customer_violations(world));
    found.extend(unrecorded(world, &request_ids));
    let counts = world.store().counts().await.expect("a store in memory answers");
    if counts.running != 0 || counts.queued != 0 {
        found.push(format!("I11: at rest {} runs are held and {} wait", counts.running, counts.queued));
    }
    found
}

/// I8: a run that succeeded says the same when it is made again from its history.
async fn made_again(world: &World, run: RunId, stored: &Stored, record: &RunRecord) -> Option<String> {
    let version = world.versions.iter().find(|version| version.digest == stored.digest)?;
    let again = Again { sandbox: &world.sandbox, version, clock: &world.clock };
    again.violation(run, stored, record).await
}

/// I7: exactly the poison is held.
fn misjudged(run: RunId, kind: Kind, record: &RunRecord) -> Option<String> {
    let told_which = record.code == "already_exists" && !record.documents.is_empty();
    let expected = match kind {
        Kind::Sale(_) => record.status == Status::Succeeded || (record.status == Status::Refused && told_which),
        Kind::Refused => record.status == Status::Refused,
        Kind::Family => {
            let told_of_another = record.code == "already_invoiced" && !record.documents.is_empty();
            record.status == Status::Succeeded || (record.status == Status::Refused && (told_which || told_of_another))
        }
        Kind::Poison => record.status == Status::Held && record.code == "trapped",
    };
    let status = record.status.as_str();
    (!expected).then(|| format!("I7: run {run} ({kind:?}) is {status}: {} {}", record.code, record.message))
}

/// I2: a sale has one document, with the right total, and everybody was told that one.
fn sale_violations(world: &World, company: &str, place: usize, records: &[Arc<RunRecord>]) -> Vec<String> {
    let deal = DEALS[place];
    let invoices = world.invoices(company, deal.id);
    let mut found = Vec::new();
    if invoices.len() != 1 {
        found.push(format!("I2: deal {} of {company} has {} invoices", deal.id, invoices.len()));
    }
    for invoice in invoices.iter().filter(|invoice| before_tax(invoice) != deal.total.parse().ok()) {
        found.push(format!("I2: deal {} was invoiced over {}", deal.id, invoice["TotalAmt"]));
    }
    let stands = |id: &str| invoices.iter().any(|invoice| invoice["Id"] == id);
    let names = |record: &RunRecord| {
        record.documents.iter().any(|document| document.entity == "Invoice" && stands(&document.id))
    };
    let astray = records.iter().filter(|record| !names(record));
    found.extend(astray.map(|record| format!("I2: run {} names no invoice that stands", record.run_id)));
    found
}

/// I2 for families: whoever asks, the deal is billed once, or each of its payments is.
fn family_violations(world: &World, told: &[Acknowledged]) -> Option<String> {
    let is_asked = told.iter().any(|told| told.kind == Kind::Family);
    let notes: Vec<_> = world.bills(&world.companies[0]).iter().map(|bill| bill["PrivateNote"].to_string()).collect();
    let billed = |object: &str| notes.iter().filter(|note| note.contains(&format!("HubSpot {object} "))).count();
    let payments = [billed("payment 103"), billed("payment 104")];
    let of_payments: usize = payments.iter().sum();
    let others = billed("deal 100") + billed("quote 101") + billed("quote 102");
    let is_once = others <= 1 && payments.iter().all(|count| *count <= 1) && (others == 0 || of_payments == 0);
    let right = is_once && (others + of_payments > 0) == is_asked;
    (!right).then(|| format!("I2: the family was billed {others} times, and its payments {payments:?} times"))
}

fn before_tax(invoice: &Value) -> Option<Decimal> {
    let amount = |value: &Value| value.to_string().trim_matches('"').parse::<Decimal>().ok();
    amount(&invoice["TotalAmt"])?.checked_sub(amount(&invoice["TxnTaxDetail"]["TotalTax"]).unwrap_or_default())
}

/// I2 for customers: nobody is in the books twice.
fn customer_violations(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    let names: BTreeSet<_> = DEALS.iter().filter_map(|deal| deal.customer.split_once(' ')).collect();
    for company in &world.companies {
        let customers = world.books.documents(company, "Customer");
        for (first, last) in &names {
            let same = |row: &&Value| row["GivenName"] == *first && row["FamilyName"] == *last;
            if customers.iter().filter(same).count() > 1 {
                found.push(format!("I2: {company} has {first} {last} twice"));
            }
        }
    }
    found
}

/// I4: what was answered stands as it was answered, and nothing is left unanswered.
fn history_violations(world: &World, run: RunId, stored: &Stored) -> Vec<String> {
    let mut found = Vec::new();
    for (position, record) in stored.history.records.iter().enumerate() {
        if record.is_unanswered() {
            found.push(format!("I4: call {position} of run {run} is unanswered at its end"));
        } else if record.request_id.is_some() && world.watch.answer(run, position) != record.reply {
            found.push(format!("I4: the answer to call {position} of run {run} is not the one that was recorded"));
        }
    }
    found
}

/// I2: QuickBooks made nothing that no run has on record.
fn unrecorded(world: &World, request_ids: &BTreeSet<String>) -> Vec<String> {
    let requests = world.books.requests();
    let made = requests.iter().filter(|request| request.committed).filter_map(|request| request.requestid.as_ref());
    let unknown = made.filter(|id| !request_ids.contains(*id));
    unknown.map(|id| format!("I2: QuickBooks carried out {id}, which no run has on record")).collect()
}

/// I9: a run is found by everything that people search for.
async fn unfound(world: &World, run: RunId, stored: &Stored) -> Option<String> {
    let event = &stored.enrollment.event;
    let query = Query {
        company: Some(event.company.clone()),
        action: Some(event.action.clone()),
        object: Some(stored.enrollment.object.to_string()),
        status: stored.record.as_ref().map(|record| record.status),
        event: Some(event.id.clone()),
        before: None,
        most: 10,
    };
    let found = world.store().runs(&query).await.expect("a store in memory answers");
    (!found.iter().any(|line| line.run_id == run)).then(|| format!("I9: run {run} is not found"))
}
