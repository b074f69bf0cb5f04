//! Looks for a broken promise: reads what callers were told, the simulators' books, and the store.
//! The numbers are those of the invariants in `tests/README.md`.

use std::collections::BTreeMap;
use std::time::Duration;

use qbo_host::clock::Clock;
use qbo_host::ids::RunId;
use qbo_host::runs::service_store::{Phase, Query, ServiceStore, Stored};
use qbo_host::runs::{SqliteStore, Status};

use super::host::Host;
use super::world::{Deal, World};
use crate::replay::Again;

/// How the simulator's access tokens begin, and its other secrets.
const SECRETS: [&str; 4] =
    ["eyJlbmMiOiJBMTI4Q0JDLUhTMjU2", "simulator-refresh-", "simulator-secret", "simulator-portal-token"];

/// How many runs are made again, at most.
const MADE_AGAIN: usize = 25;

/// Every broken promise, in a sentence each.
pub(super) async fn audit(world: &World, host: &Host, told: &BTreeMap<String, Vec<RunId>>) -> Vec<String> {
    let unsound = SqliteStore::check(&host.store()).expect("the store opens");
    let mut findings: Vec<String> =
        unsound.iter().map(|finding| format!("I4, I11: {} at {}", finding.fact, finding.place)).collect();
    let store = open(host);
    let mut runs = BTreeMap::new();
    for (event, ids) in told {
        if ids.iter().any(|id| *id != ids[0]) {
            findings.push(format!("I1: {event} was told two runs"));
        }
        match store.run(ids[0]).await.expect("the store answers") {
            Some(stored) => _ = runs.insert(event.clone(), (ids[0], stored)),
            None => findings.push(format!("I1: {event} was acknowledged as {} and is gone", ids[0])),
        }
    }
    let counts = store.counts().await.expect("the store answers");
    if counts.queued + counts.running > 0 {
        findings.push(format!("I6: {} runs have not ended", counts.queued + counts.running));
    }
    for (number, deal) in world.deals.iter().enumerate() {
        let of_deal: Vec<_> = world.events.iter().filter(|event| event.deal == number).collect();
        let ended: Vec<_> = of_deal.iter().filter_map(|event| runs.get(&event.id)).collect();
        findings.extend(deal_ended(deal, &ended));
        findings.extend(deal_booked(world, deal, &ended));
        findings.extend(deal_noted(world, deal, &ended));
    }
    findings.extend(customers(world));
    findings.extend(pace(world, host));
    findings.extend(made_again(runs.values()).await);
    for (event, (id, stored)) in &runs {
        findings.extend(history(event, stored));
        let query = Query { event: Some(event.clone()), most: 10, ..Query::default() };
        let found = store.runs(&query).await.expect("the store answers");
        if !found.iter().any(|line| line.run_id == *id) {
            findings.push(format!("I9: {event} is not found by its event"));
        }
    }
    drop(store);
    findings.extend(secrets(host));
    findings
}

/// How many runs ended how.
pub(super) async fn ends(host: &Host) -> BTreeMap<String, usize> {
    let store = open(host);
    let mut ends = BTreeMap::new();
    let mut before = None;
    loop {
        let page = store.runs(&Query { before, most: 500, ..Query::default() }).await.expect("the store answers");
        let Some(last) = page.last() else { return ends };
        before = Some(last.run_id);
        for line in page {
            *ends.entry(format!("{} {}", line.status.map_or("none", Status::as_str), line.code)).or_default() += 1;
        }
    }
}

fn open(host: &Host) -> SqliteStore {
    SqliteStore::open(&host.store(), Clock::machine(), qbo_host::runs::SqliteOptions::default())
        .expect("the store opens")
}

/// I1, I7: every run ended, and exactly the poisoned ones were refused.
fn deal_ended(deal: &Deal, ended: &[&(RunId, Stored)]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut succeeded = 0;
    for (id, stored) in ended {
        let record = stored.record.as_deref().filter(|_| stored.phase == Phase::Ended);
        let (status, code) = record.map_or((None, ""), |record| (Some(record.status), record.code.as_str()));
        succeeded += usize::from(status == Some(Status::Succeeded));
        let expected = match (deal.refused, status, code) {
            (true, Some(Status::Refused), "currency_mismatch") => true,
            (false, Some(Status::Succeeded), "created") => true,
            (false, Some(Status::Refused), "already_exists") => ended.len() > 1,
            _ => false,
        };
        if !expected {
            findings.push(format!("I7: run {id} of deal {} ended as {status:?} {code}", deal.id));
        }
    }
    if succeeded != usize::from(!deal.refused) {
        findings.push(format!("I1: {succeeded} runs of deal {} succeeded", deal.id));
    }
    findings
}

/// I2: one invoice with the right total, and the one that the run tells of; none of a refused deal.
/// The first that is wrong explains the rest.
fn deal_booked(world: &World, deal: &Deal, ended: &[&(RunId, Stored)]) -> Option<String> {
    let invoices = world.invoices(deal);
    let wanted = usize::from(!deal.refused);
    if invoices.len() != wanted {
        return Some(format!("I2: {} invoices instead of {wanted} for deal {}", invoices.len(), deal.id));
    }
    let invoice = invoices.first()?;
    let total: Option<rust_decimal::Decimal> = invoice["TotalAmt"].to_string().parse().ok();
    if total != Some(deal.total.into()) {
        return Some(format!("I2: deal {} is billed {total:?} instead of {}", deal.id, deal.total));
    }
    let told = ended.iter().any(|(_, stored)| {
        let documents = stored.record.iter().flat_map(|record| &record.documents);
        documents.into_iter().any(|document| document.entity == "Invoice" && invoice["Id"] == *document.id)
    });
    (!told).then(|| format!("I2: no run tells of the invoice {} of deal {}", invoice["Id"], deal.id))
}

/// I12: the run that made the invoice is told in one note, and nothing else is.
fn deal_noted(world: &World, deal: &Deal, ended: &[&(RunId, Stored)]) -> Option<String> {
    let notes = world.notes(deal);
    let succeeded = |stored: &Stored| stored.record.as_ref().is_some_and(|record| record.status == Status::Succeeded);
    let told: Vec<_> = ended.iter().filter(|(_, stored)| succeeded(stored)).map(|(id, _)| id.to_string()).collect();
    let each = told.iter().all(|run| notes.iter().filter(|note| note.contains(run.as_str())).count() == 1);
    (!each || notes.len() != told.len())
        .then(|| format!("I12: {} notes on deal {} about {} runs", notes.len(), deal.id, told.len()))
}

/// I2: one customer for each contact.
fn customers(world: &World) -> Vec<String> {
    let mut made: BTreeMap<(usize, String), usize> = BTreeMap::new();
    for (company, realm) in world.companies.iter().enumerate() {
        for customer in world.books.documents(realm, "Customer") {
            let name = customer["GivenName"].as_str().unwrap_or_default().to_owned();
            if name.starts_with("Kim") && customer["FamilyName"] == "Example" {
                *made.entry((company, format!("{name} Example"))).or_default() += 1;
            }
        }
    }
    let mut wanted: Vec<_> =
        world.deals.iter().filter(|deal| !deal.refused).map(|deal| (deal.company, deal.customer.clone())).collect();
    wanted.sort();
    wanted.dedup();
    let wrong = wanted.into_iter().filter_map(|key| {
        let count = made.get(&key).copied().unwrap_or_default();
        (count != 1).then(|| format!("I2: {count} customers called {}", key.1))
    });
    wrong.collect()
}

/// I5: as QuickBooks saw it, and as the host kept it from one of its lives to the next. What a busy
/// machine delivers together says nothing about a second, so that one is read from when it was sent.
fn pace(world: &World, host: &Host) -> Vec<String> {
    let mut findings = Vec::new();
    for realm in &world.companies {
        let pace = world.books.pace(realm);
        if pace.in_flight_max > 10 || pace.per_minute_max > 500 {
            findings.push(format!("I5: company {realm} was asked too fast: {pace:?}"));
        }
        let starts = host.starts(realm);
        let least = starts.windows(10).map(|starts| starts[9] - starts[0]).min();
        // A life's stamps and the next one's come from two readings of the machine's clocks.
        if let Some(least) = least.filter(|least| *least + Duration::from_millis(1) < Duration::from_secs(1)) {
            findings.push(format!("I5: 10 requests to {realm} were sent within {least:?}"));
        }
    }
    findings
}

/// I8: a sample of what succeeded, spread over all runs, is made again from its history.
async fn made_again(runs: impl Iterator<Item = &(RunId, Stored)>) -> Vec<String> {
    let succeeded: Vec<_> = runs
        .filter_map(|(id, stored)| {
            let record = stored.record.as_deref().filter(|_| stored.phase == Phase::Ended)?;
            (record.status == Status::Succeeded).then_some((*id, stored, record))
        })
        .collect();
    let (sandbox, version, clock) = (crate::sandbox(), crate::create_invoice().await, Clock::machine());
    let again = Again { sandbox: &sandbox, version: &version, clock: &clock };
    let mut findings = Vec::new();
    for (id, stored, record) in succeeded.iter().step_by(succeeded.len().div_ceil(MADE_AGAIN).max(1)) {
        findings.extend(again.violation(*id, stored, record).await);
    }
    findings
}

/// I4: nothing is left unanswered, and no key was written twice.
fn history(event: &str, stored: &Stored) -> Vec<String> {
    let mut findings = Vec::new();
    let mut keys = Vec::new();
    for record in &stored.history.records {
        if record.is_unanswered() {
            findings
                .push(format!("I4: {event} ended with an unanswered {} of {}", record.call.verb, record.call.entity));
        }
        if let Some(key) = &record.call.key {
            if keys.contains(&key) {
                findings.push(format!("I4: {event} wrote {key} twice"));
            }
            keys.push(key);
        }
    }
    findings
}

/// I10: no secret in anything that was written or logged.
fn secrets(host: &Host) -> Vec<String> {
    let mut findings = Vec::new();
    for secret in SECRETS {
        for path in host.files() {
            let bytes = std::fs::read(&path).unwrap_or_default();
            if bytes.windows(secret.len()).any(|window| window == secret.as_bytes()) {
                findings.push(format!("I10: {} holds {secret}…", path.display()));
            }
        }
    }
    findings
}
