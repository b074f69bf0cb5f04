//! Create, update, delete, void and send: what every entity has in common.
//!
//! A write is checked completely before anything is stored. What a body must contain and what the
//! server adds is decided per family (`names`, `lists`, `sales`); this module keeps ids, SyncToken and
//! times, and applies what a stored transaction does to customers, stock, estimates and accounts.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::books::{Books, stored_time};
use super::entity::{Entity, Family, Sale};
use super::fault::Fault;
use super::generic::{self, Verb};
use super::row::{Row, is_true, set, text};
use super::settled::{check_not_deposited, check_not_processed};
use super::webhooks::ChangeVerb;
use super::{lists, names, pacific, payments, postings, preferences, purchases, sales};

/// The circumstances of a write that are not in its body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    pub(crate) now: Timestamp,
    /// `include=allowduplicatedocnum`.
    pub(crate) allow_duplicate_number: bool,
}

impl Circumstances {
    /// The server's date, which is Pacific.
    pub(crate) fn today(self) -> Date {
        self.now.to_zoned(pacific()).date()
    }
}

/// Stores a new object; an `Id` in the body must not be one that exists.
pub(crate) fn create(books: &mut Books, entity: Entity, sent: Row, circumstances: Circumstances) -> Result<Row, Fault> {
    let id = books.next_id(entity);
    create_as(books, entity, sent, &id, circumstances)
}

/// Stores a new object under an id of the caller's choice, as seeds do.
pub(crate) fn create_as(
    books: &mut Books,
    entity: Entity,
    mut sent: Row,
    id: &str,
    circumstances: Circumstances,
) -> Result<Row, Fault> {
    sent.retain(|member, value| value.as_str() != Some("") && !is_server_owned(member));
    let derived = derive(books, entity, sent, None, circumstances)?;
    let created = stored_time(circumstances.now);
    let row = with_system_members(derived, id, "0", &created, &created);
    books.note_change(entity, id, ChangeVerb::Created, &created);
    Ok(commit(books, entity, None, row, circumstances))
}

/// Changes a stored object: `sparse` keeps what is not sent, otherwise it is cleared.
pub(crate) fn update(books: &mut Books, entity: Entity, sent: Row, circumstances: Circumstances) -> Result<Row, Fault> {
    let stored = current(books, entity, &sent)?.clone();
    if entity == Entity::Purchase {
        purchases::check_update(&sent)?;
    }
    let merged = merge(entity, &stored, sent);
    let derived = derive(books, entity, merged, Some(&stored), circumstances)?;
    if without_system_members(derived.clone()) == without_system_members(stored.clone()) {
        // Saving what is there already is no change: SyncToken and times stay.
        return Ok(stored);
    }
    Ok(replace(books, entity, &stored, derived, ChangeVerb::Updated, circumstances))
}

/// Removes a transaction; `None` for everything else, which is deactivated by an update.
pub(crate) fn delete(
    books: &mut Books,
    entity: Entity,
    sent: &Row,
    circumstances: Circumstances,
) -> Option<Result<Value, Fault>> {
    match entity.family() {
        Family::Sale(_) | Family::Payment | Family::Purchase => {}
        Family::Generic(generic) if generic.has(Verb::Delete) => {}
        Family::Name(_) | Family::List(_) | Family::Singleton | Family::Tax | Family::Generic(_) => return None,
    }
    let deleted = open(books, entity, sent).map(|stored| {
        let id = text(&stored, "Id").unwrap_or_default();
        let at = stored_time(circumstances.now);
        books.note_change(entity, id, ChangeVerb::Deleted, &at);
        books.remove(entity, id, at);
        apply(books, entity, Some(&stored), None, circumstances);
        json!({ "domain": "QBO", "status": "Deleted", "Id": id })
    });
    Some(deleted)
}

/// Sets every amount of a transaction to nothing and keeps its number; `None` where that does not exist.
pub(crate) fn void(
    books: &mut Books,
    entity: Entity,
    sent: &Row,
    circumstances: Circumstances,
) -> Option<Result<Row, Fault>> {
    let voided: fn(Row) -> Row = match entity.family() {
        Family::Sale(Sale::Invoice) => |row| sales::voided(Sale::Invoice, row),
        Family::Sale(Sale::SalesReceipt) => |row| sales::voided(Sale::SalesReceipt, row),
        Family::Payment => payments::voided,
        Family::Generic(generic) if generic.has(Verb::Void) => generic::voided,
        Family::Sale(Sale::CreditMemo | Sale::Estimate | Sale::RefundReceipt)
        | Family::Purchase
        | Family::Name(_)
        | Family::List(_)
        | Family::Singleton
        | Family::Tax
        | Family::Generic(_) => return None,
    };
    let stored = open(books, entity, sent).and_then(|stored| check_not_processed(&stored).map(|()| stored));
    let voided =
        stored.map(|stored| replace(books, entity, &stored, voided(stored.clone()), ChangeVerb::Voided, circumstances));
    Some(voided)
}

/// The stored transaction of a body, if the books of its date are open and it is on no deposit.
fn open(books: &Books, entity: Entity, sent: &Row) -> Result<Row, Fault> {
    let stored = current(books, entity, sent)?;
    sales::check_open_books(books, stored)?;
    check_not_deposited(stored)?;
    Ok(stored.clone())
}

/// E-mails a transaction, to its own address or to another one that it then keeps.
pub(crate) fn send(
    books: &mut Books,
    kind: Sale,
    id: &str,
    to: Option<&str>,
    circumstances: Circumstances,
) -> Result<Row, Fault> {
    let stored = find(books, kind.entity(), id)?.clone();
    let sent = sales::sent(stored.clone(), to, &stored_time(circumstances.now))?;
    Ok(replace(books, kind.entity(), &stored, sent, ChangeVerb::Emailed, circumstances))
}

/// The stored object that a body with `Id` and `SyncToken` is about.
fn current<'a>(books: &'a Books, entity: Entity, sent: &Row) -> Result<&'a Row, Fault> {
    let id = text(sent, "Id").ok_or_else(|| Fault::missing("Id"))?;
    let stored = find(books, entity, id)?;
    let token = text(sent, "SyncToken").ok_or_else(|| Fault::missing("SyncToken"))?;
    if text(stored, "SyncToken") != Some(token) {
        return Err(Fault::stale_object());
    }
    Ok(stored)
}

/// The object of this id; pseudo tax codes have words for ids, everything else numbers.
pub(crate) fn find<'a>(books: &'a Books, entity: Entity, id: &str) -> Result<&'a Row, Fault> {
    if let Some(row) = books.row(entity, id) {
        return Ok(row);
    }
    if id.parse::<u64>().is_err() && entity.family() != Family::Tax {
        return Err(Fault::invalid_id(id));
    }
    Err(Fault::object_not_found())
}

fn merge(entity: Entity, stored: &Row, sent: Row) -> Row {
    let mut merged = if is_true(&sent, "sparse") { stored.clone() } else { kept(entity, stored) };
    for (member, value) in sent {
        if is_server_owned(&member) {
            continue;
        }
        if value.as_str() == Some("") {
            merged.remove(&member);
        } else {
            merged.insert(member, value);
        }
    }
    merged
}

/// What a full update keeps although it was not sent.
fn kept(entity: Entity, stored: &Row) -> Row {
    let members: &[&str] = match entity.family() {
        Family::Name(_) => names::KEPT,
        Family::List(_) => lists::KEPT,
        Family::Sale(_) => sales::KEPT,
        Family::Payment => payments::KEPT,
        Family::Purchase => purchases::KEPT,
        Family::Generic(_) => generic::KEPT,
        Family::Singleton => return stored.clone(),
        Family::Tax => &[],
    };
    stored
        .iter()
        .filter(|(member, _)| members.contains(&member.as_str()))
        .map(|(member, value)| (member.clone(), value.clone()))
        .collect()
}

fn derive(
    books: &Books,
    entity: Entity,
    draft: Row,
    stored: Option<&Row>,
    circumstances: Circumstances,
) -> Result<Row, Fault> {
    match entity.family() {
        Family::Name(kind) => names::derive(books, kind, draft, stored),
        Family::List(kind) => lists::derive(books, kind, draft, stored),
        Family::Sale(kind) => sales::derive(books, kind, draft, stored, circumstances),
        Family::Payment => payments::derive(books, draft, stored, circumstances),
        Family::Purchase => purchases::derive(books, draft, stored, circumstances),
        Family::Generic(generic) => generic::derive(books, generic, draft, stored, circumstances),
        Family::Singleton => Ok(preferences::derive(draft, stored)),
        Family::Tax => Ok(draft),
    }
}

fn replace(
    books: &mut Books,
    entity: Entity,
    stored: &Row,
    changed: Row,
    verb: ChangeVerb,
    circumstances: Circumstances,
) -> Row {
    let id = text(stored, "Id").unwrap_or_default();
    let token = text(stored, "SyncToken").and_then(|token| token.parse::<u64>().ok()).unwrap_or(0) + 1;
    let created = stored["MetaData"]["CreateTime"].as_str().unwrap_or_default();
    let updated = stored_time(circumstances.now);
    let row = with_system_members(changed, id, &token.to_string(), created, &updated);
    books.note_change(entity, id, verb, &updated);
    commit(books, entity, Some(stored), row, circumstances)
}

fn commit(books: &mut Books, entity: Entity, stored: Option<&Row>, mut row: Row, circumstances: Circumstances) -> Row {
    books.number_addresses(&mut row);
    let id = text(&row, "Id").unwrap_or_default().to_owned();
    books.put(entity, row.clone());
    apply(books, entity, stored, Some(&row), circumstances);
    // What a row does to others can come back to it, as an opening balance does to its account.
    books.row(entity, &id).cloned().unwrap_or(row)
}

/// What a transaction does to others, before to after.
fn apply(books: &mut Books, entity: Entity, before: Option<&Row>, after: Option<&Row>, circumstances: Circumstances) {
    let at = stored_time(circumstances.now);
    match entity.family() {
        Family::Sale(kind) => sales::apply(books, kind, before, after, &at),
        Family::Payment => payments::apply(books, before, after, &at),
        Family::Purchase => purchases::apply(books, before, after, &at),
        Family::Generic(generic) => generic::apply(books, generic, before, after, &at),
        Family::Name(_) | Family::List(_) | Family::Singleton | Family::Tax => {}
    }
    postings::apply(books, entity, before, after, &at);
}

fn with_system_members(row: Row, id: &str, token: &str, created: &str, updated: &str) -> Row {
    let mut stored = Row::new();
    set(&mut stored, "domain", "QBO");
    set(&mut stored, "sparse", false);
    set(&mut stored, "Id", id);
    set(&mut stored, "SyncToken", token);
    set(&mut stored, "MetaData", json!({ "CreateTime": created, "LastUpdatedTime": updated }));
    stored.extend(without_system_members(row));
    stored
}

fn without_system_members(mut row: Row) -> Row {
    row.retain(|member, _| !is_server_owned(member));
    row
}

fn is_server_owned(member: &str) -> bool {
    matches!(member, "domain" | "sparse" | "status" | "Id" | "SyncToken" | "MetaData")
}
