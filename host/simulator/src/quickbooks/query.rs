//! The query language of the Accounting API: one statement in, one `QueryResponse` out.
//!
//! The grammar is in `query/parse.rs`, what a condition means for a row in `query/compare.rs`. This
//! module checks a statement against the schema and picks, sorts and pages rows.

mod compare;
mod parse;

use serde_json::{Value, json};

pub(crate) use self::compare::time;
use self::compare::{Wanted, member_at, order};
pub(crate) use self::parse::Statement;
use self::parse::{Condition, Select, Sorting};
use super::books::Books;
use super::entity::{Entity, Family};
use super::fault::Fault;
use super::row::{Row, id_order, is_active, text};
use super::schema;

/// Without `MAXRESULTS`, a page has this many rows.
const PAGE_ROWS_DEFAULT: u32 = 100;
/// The documented longest page.
const PAGE_ROWS_MAX: u32 = 1000;

/// What a query may rely on that differs between reports of the real service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dialect {
    /// Sources conflict on whether `PrimaryEmailAddr` can be filtered.
    pub(crate) email_queryable: bool,
}

/// Answers a statement: the value of `QueryResponse`.
pub(crate) fn answer(books: &Books, statement: &str, dialect: Dialect) -> Result<Value, Fault> {
    let statement = Statement::parse(statement)?;
    let entity = Entity::named(&statement.entity)
        .ok_or_else(|| Fault::query_validation(&format!("invalid context declaration: {}", statement.entity)))?;
    let (start, rows_max) = page(&statement)?;
    let wanted = wanted(entity, &statement.conditions, dialect)?;
    let sorting = sorting(entity, &statement.sorting, dialect)?;
    let names_activity = wanted.iter().any(|wanted| wanted.property == "Active");
    let mut rows: Vec<&Row> = books
        .rows(entity)
        .filter(|row| names_activity || is_active(row))
        .filter(|row| wanted.iter().all(|wanted| wanted.holds(row)))
        .collect();
    if let Select::Count = statement.select {
        return Ok(json!({ "totalCount": rows.len() }));
    }
    sort(entity, &mut rows, &sorting);
    let rows = rows.into_iter().skip(start as usize - 1).take(rows_max as usize);
    let rows = rows.map(|row| project(entity, row, &statement.select)).collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() {
        return Ok(json!({}));
    }
    let count = rows.len();
    Ok(json!({ entity.name(): rows, "startPosition": start, "maxResults": count }))
}

fn page(statement: &Statement) -> Result<(u32, u32), Fault> {
    let start = statement.start_position.unwrap_or(1);
    let rows_max = statement.max_results.unwrap_or(PAGE_ROWS_DEFAULT);
    for value in [start, rows_max] {
        if value == 0 {
            return Err(Fault::query_validation("value 0 is too small. Min allowed value is 1"));
        }
    }
    if rows_max > PAGE_ROWS_MAX {
        let detail = format!("value {rows_max} is too large. Max allowed value is {PAGE_ROWS_MAX}");
        return Err(Fault::query_validation(&detail));
    }
    Ok((start, rows_max))
}

fn wanted(entity: Entity, conditions: &[Condition], dialect: Dialect) -> Result<Vec<Wanted>, Fault> {
    conditions
        .iter()
        .map(|condition| {
            let property = queryable(entity, &condition.property, dialect)?;
            Wanted::new(property, condition)
        })
        .collect()
}

fn sorting(entity: Entity, sorting: &[Sorting], dialect: Dialect) -> Result<Vec<(&'static str, bool)>, Fault> {
    let sorting = sorting.iter();
    sorting.map(|by| Ok((queryable(entity, &by.property, dialect)?, by.descending))).collect()
}

fn queryable(entity: Entity, name: &str, dialect: Dialect) -> Result<&'static str, Fault> {
    match schema::queryable(entity, name) {
        Some("PrimaryEmailAddr") if !dialect.email_queryable => Err(not_queryable(name)),
        Some(property) => Ok(property),
        None => Err(not_queryable(name)),
    }
}

fn not_queryable(name: &str) -> Fault {
    Fault::query_validation(&format!("property '{name}' is not queryable"))
}

fn sort(entity: Entity, rows: &mut [&Row], sorting: &[(&'static str, bool)]) {
    if sorting.is_empty() {
        return sort_by_default(entity, rows);
    }
    rows.sort_by(|left, right| {
        let by_each = sorting.iter().map(|(property, descending)| {
            let order = order(property, left, right);
            if *descending { order.reverse() } else { order }
        });
        by_each.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
}

/// Name lists come by full name in binary order, transactions with the one changed last first.
pub(crate) fn sort_by_default(entity: Entity, rows: &mut [&Row]) {
    match entity.family() {
        Family::Name(_) | Family::List(_) => sort_by_name(rows),
        Family::Sale(_) | Family::Payment | Family::Purchase => sort_by_change(rows),
        Family::Generic(generic) if generic.is_transaction() => sort_by_change(rows),
        Family::Generic(_) => sort_by_name(rows),
        Family::Singleton | Family::Tax => {}
    }
}

fn sort_by_name(rows: &mut [&Row]) {
    rows.sort_by(|left, right| {
        let name = |row| text(row, "FullyQualifiedName").or(text(row, "DisplayName")).or(text(row, "Name"));
        name(left).cmp(&name(right)).then(id_order(left).cmp(&id_order(right)))
    });
}

fn sort_by_change(rows: &mut [&Row]) {
    rows.sort_by(|left, right| {
        let by_time = order("MetaData.LastUpdatedTime", right, left);
        by_time.then(id_order(right).cmp(&id_order(left)))
    });
}

fn project(entity: Entity, row: &Row, select: &Select) -> Result<Value, Fault> {
    let Select::Fields(fields) = select else { return Ok(Value::Object(row.clone())) };
    let mut partial = Row::new();
    for field in fields {
        let (member, rest) = field.split_once('.').unwrap_or((field, ""));
        let known = schema::property(entity, member).ok_or_else(|| {
            let name = entity.name();
            Fault::query_validation(&format!("Property {field} not found for Entity {name}"))
        })?;
        let path = if rest.is_empty() { known.to_owned() } else { format!("{known}.{rest}") };
        if member_at(row, &path).is_some()
            && let Some(value) = row.get(known)
        {
            partial.insert(known.to_owned(), value.clone());
        }
    }
    partial.insert("domain".to_owned(), json!("QBO"));
    partial.insert("sparse".to_owned(), json!(true));
    Ok(Value::Object(partial))
}
