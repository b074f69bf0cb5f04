//! Every entity that needs no module of its own: a table says what it must contain and what it does.
//!
//! The table is `schema/generic.json`, read in `generic/table.rs`; what one object must contain is in
//! `generic/shape.rs`, lines and their sums in `generic/lines.rs`, links between transactions in
//! `generic/links.rs`, and what a stored transaction does to vendors, stock and others in
//! `generic/effects.rs`. Nothing here knows an entity by its name.

use serde_json::json;

use self::table::{Kind, TABLE, Table, Total};
use super::books::{Books, full_name};
use super::entity::Entity;
use super::fault::Fault;
use super::names::{below_parent, check_characters, mark_activity};
use super::row::{Row, decimal, default, money, part, reference, same_text, set, text};
use super::sales;
use super::write::Circumstances;

mod effects;
mod lines;
mod links;
mod shape;
mod table;

pub(crate) use self::effects::apply;
pub(crate) use self::table::Verb;

/// What a full update keeps although it was not sent.
pub(crate) const KEPT: &[&str] =
    &["Active", "DocNumber", "TxnDate", "CurrencyRef", "ExchangeRate", "LinkedTxn", "POStatus"];

/// One entity of the table, by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Generic(usize);

impl Generic {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..TABLE.entities.len()).map(Self)
    }

    /// The name in bodies.
    pub(crate) fn name(self) -> &'static str {
        &self.table().name
    }

    /// The name in paths and queries, which is another one for a single entity.
    pub(crate) fn path(self) -> &'static str {
        self.table().path.as_deref().unwrap_or(self.name())
    }

    pub(crate) fn is_transaction(self) -> bool {
        match self.table().kind {
            Kind::Transaction => true,
            Kind::List => false,
        }
    }

    /// Whether the real service has this operation for it.
    pub(crate) fn has(self, verb: Verb) -> bool {
        self.table().verbs.contains(&verb)
    }

    fn table(self) -> &'static Table {
        &TABLE.entities[self.0]
    }
}

/// Checks an object and adds what QuickBooks adds.
pub(crate) fn derive(
    books: &Books,
    generic: Generic,
    mut draft: Row,
    stored: Option<&Row>,
    circumstances: Circumstances,
) -> Result<Row, Fault> {
    let table = generic.table();
    match table.kind {
        Kind::List => list(books, generic, &mut draft, stored)?,
        Kind::Transaction => transaction(books, generic, &mut draft, stored, circumstances)?,
    }
    Ok(draft)
}

/// A transaction as void leaves it: nothing paid, nothing linked.
pub(crate) fn voided(mut row: Row) -> Row {
    set(&mut row, "TotalAmt", 0);
    set(&mut row, "Line", json!([]));
    set(&mut row, "PrivateNote", "Voided");
    row
}

fn list(books: &Books, generic: Generic, draft: &mut Row, stored: Option<&Row>) -> Result<(), Fault> {
    let table = generic.table();
    table.shape.complete(books, draft, "")?;
    links::check_attachments(books, draft)?;
    let Some(member) = table.unique.as_deref() else { return Ok(()) };
    default(draft, "Active", true);
    let name = text(draft, member).unwrap_or_default().trim().to_owned();
    check_characters(member, &name)?;
    let name = mark_activity(draft, name);
    set(draft, member, name.clone());
    let mut full = name;
    if let Some(below) = table.below.as_deref() {
        let (named, level) = below_parent(books, Entity::Generic(generic), draft, &full)?;
        set(draft, "FullyQualifiedName", named.clone());
        set(draft, below, level > 0);
        full = named;
    }
    let own = stored.and_then(|stored| text(stored, "Id"));
    let shown = |row: &Row| text(row, member).map_or_else(|| full_name(row).to_owned(), str::to_owned);
    let known = |row: &Row| if table.below.is_some() { full_name(row).to_owned() } else { shown(row) };
    let taken = books.rows(Entity::Generic(generic)).any(|row| text(row, "Id") != own && same_text(&known(row), &full));
    if taken { Err(Fault::duplicate_name()) } else { Ok(()) }
}

fn transaction(
    books: &Books,
    generic: Generic,
    draft: &mut Row,
    stored: Option<&Row>,
    circumstances: Circumstances,
) -> Result<(), Fault> {
    let table = generic.table();
    stored.map_or(Ok(()), |stored| sales::check_open_books(books, stored))?;
    default(draft, "TxnDate", circumstances.today().to_string());
    sales::check_open_books(books, draft)?;
    usual_accounts(books, table, draft);
    table.shape.complete(books, draft, "")?;
    if !table.without_currency {
        sales::currency(books, draft, party(books, table, draft))?;
    }
    if let Some(rule) = &table.lines {
        let lines = lines::derive(books, rule, draft, stored)?;
        totals(table, draft, &lines, stored)?;
        set(draft, "Line", lines.stored);
    }
    if table.due {
        let terms = party(books, table, draft).and_then(|vendor| reference(vendor, "TermRef"));
        sales::default_due_date(books, draft, terms)?;
    }
    if let Some(first) = table.first_number {
        default(draft, "DocNumber", next_number(books, generic, first).to_string());
    }
    Ok(())
}

/// The vendor or customer that the transaction is with.
fn party<'a>(books: &'a Books, table: &Table, draft: &Row) -> Option<&'a Row> {
    let member = table.party.as_deref()?;
    let list = Entity::named(table.shape.references.get(member)?)?;
    books.row(list, reference(draft, member)?)
}

/// Accounts that are there in every company and need not be named.
fn usual_accounts(books: &Books, table: &Table, draft: &mut Row) {
    for (member, kind) in &table.usual_accounts {
        let usual = books.rows(Entity::Account).find(|account| text(account, "AccountType") == Some(kind));
        if let Some(id) = usual.and_then(|account| text(account, "Id")) {
            default(draft, member, json!({ "value": id }));
        }
    }
}

fn totals(table: &Table, draft: &mut Row, lines: &lines::Lines, stored: Option<&Row>) -> Result<(), Fault> {
    let total = match table.total {
        None => return Ok(()),
        Some(Total::Balanced) if lines.debits == lines.credits => return Ok(()),
        Some(Total::Balanced) => return Err(Fault::debits_and_credits()),
        Some(Total::Sum) => {
            let taken_out = part(draft, "CashBack").and_then(|cash| decimal(cash, "Amount")).unwrap_or_default();
            lines.sum - taken_out
        }
        Some(Total::Given) => decimal(draft, "TotalAmt").unwrap_or_default(),
    };
    if total.is_sign_negative() && !total.is_zero() {
        return Err(Fault::business("The total of a transaction can not be negative"));
    }
    if table.total == Some(Total::Given) && lines.sum > total {
        return Err(Fault::business("The amount applied is more than the amount paid"));
    }
    set(draft, "TotalAmt", money(total));
    if table.balance {
        let before = |member| stored.and_then(|stored| decimal(stored, member)).unwrap_or_default();
        set(draft, "Balance", money(total - (before("TotalAmt") - before("Balance"))));
    }
    Ok(())
}

/// The number after the highest one that is whole.
fn next_number(books: &Books, generic: Generic, first: u64) -> u64 {
    let numbers = books.rows(Entity::Generic(generic)).filter_map(|row| text(row, "DocNumber")?.parse::<u64>().ok());
    numbers.max().map_or(first, |last| (last + 1).max(first))
}
