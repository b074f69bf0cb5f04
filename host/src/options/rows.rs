//! Rows of QuickBooks as choices.
//!
//! Short lists are read whole, so that every search of them is answered from the answers that are kept
//! for five minutes; of long ones QuickBooks is asked for one page at a time.

use serde_json::Value;

use super::{Asked, Offered, PAGE, Page, cursor, cut};
use crate::effects::{NotAnswered, ask};

/// Lists that a company keeps short, by QuickBooks' own limits or by their nature.
const SHORT_LISTS: [&str; 7] = ["account", "class", "department", "paymentmethod", "taxcode", "taxrate", "term"];

/// Rows of one request of a whole list; the door lets no more through.
const WHOLE_PAGE: usize = 200;

/// Requests for a whole list. QuickBooks allows 250 accounts and 40 classes on most subscriptions, and no
/// end of them on the largest: what comes after 2,000 is found by nobody who has to scroll.
const WHOLE_PAGES_MAX: usize = 10;

/// Pages that may be empty before one is shown so: QuickBooks takes a percent sign that is searched for as
/// standing for anything, and what it gives then is sorted out here.
const EMPTY_PAGES_MAX: usize = 10;

/// QuickBooks' code for a property that can't be queried or sorted by.
const NOT_QUERYABLE: &str = "4001";

/// One page of rows.
pub(super) async fn page(asked: &Asked<'_>, inputs: &[&str]) -> Result<Page, NotAnswered> {
    let is_short = SHORT_LISTS.iter().any(|list| list.eq_ignore_ascii_case(&asked.options.from));
    if is_short {
        return whole(asked, inputs).await;
    }
    let mut start = asked.start;
    for _ in 1..EMPTY_PAGES_MAX {
        match part(asked, inputs, start).await {
            // The label is no property that QuickBooks sorts by; the list is read whole instead.
            Err(NotAnswered::Refused(fault)) if fault.code == NOT_QUERYABLE => return whole(asked, inputs).await,
            Ok(page) if page.options.is_empty() && page.after.is_some() => start += PAGE,
            answered => return answered,
        }
    }
    part(asked, inputs, start).await
}

/// One page of a list that is sorted and searched by QuickBooks.
async fn part(asked: &Asked<'_>, inputs: &[&str], start: usize) -> Result<Page, NotAnswered> {
    let Asked { options, search, .. } = *asked;
    let (mut condition, mut values) = condition(asked, inputs);
    if !search.is_empty() {
        condition.push(format!("{} LIKE ?", options.label));
        values.push(format!("%{}%", search.text));
    }
    // One row more than a page holds tells whether there is another.
    let text = format!(
        "SELECT * FROM {}{} ORDERBY {} STARTPOSITION {} MAXRESULTS {}",
        options.from,
        all_of(&condition),
        options.label,
        start + 1,
        PAGE + 1
    );
    let rows = query(asked, &text, &values).await?;
    let after = (rows.len() > PAGE).then(|| cursor::to(start + PAGE));
    let mut offered: Vec<_> = rows.iter().take(PAGE).filter_map(|row| offered(asked, row)).collect();
    // To QuickBooks a percent sign stands for anything, to a person for itself.
    offered.retain(|offered| search.finds(&offered.label));
    Ok(Page { options: offered, after, why: None })
}

/// One page of a list that is read whole.
async fn whole(asked: &Asked<'_>, inputs: &[&str]) -> Result<Page, NotAnswered> {
    let (condition, values) = condition(asked, inputs);
    let mut found = Vec::new();
    for page in 0..WHOLE_PAGES_MAX {
        let text = format!(
            "SELECT * FROM {}{} STARTPOSITION {} MAXRESULTS {WHOLE_PAGE}",
            asked.options.from,
            all_of(&condition),
            page * WHOLE_PAGE + 1
        );
        let rows = query(asked, &text, &values).await?;
        found.extend(rows.iter().filter_map(|row| offered(asked, row)));
        if rows.len() < WHOLE_PAGE {
            break;
        }
    }
    found.retain(|offered| asked.search.finds(&offered.label));
    found.sort_by_cached_key(|offered| (offered.label.to_lowercase(), offered.value.clone()));
    Ok(cut(found, asked.start))
}

/// The definition's condition, with its values.
fn condition(asked: &Asked<'_>, inputs: &[&str]) -> (Vec<String>, Vec<String>) {
    let Some(condition) = &asked.options.condition else { return (Vec::new(), Vec::new()) };
    (vec![condition.text().to_owned()], condition.values(inputs.iter().copied()))
}

fn all_of(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
}

async fn query(asked: &Asked<'_>, text: &str, values: &[String]) -> Result<Vec<Value>, NotAnswered> {
    let answer = ask(asked.client, asked.grants, text, values).await?;
    Ok(of(&answer, &asked.options.from))
}

/// The rows of an answer. One without any has not even the entity's name.
pub(super) fn of(answer: &str, entity: &str) -> Vec<Value> {
    let Ok(Value::Object(members)) = serde_json::from_str(answer) else { return Vec::new() };
    let rows = members.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(entity));
    match rows {
        Some((_, Value::Array(rows))) => rows,
        Some(_) | None => Vec::new(),
    }
}

/// The choice that a row is; none without a label or a value.
fn offered(asked: &Asked<'_>, row: &Value) -> Option<Offered> {
    Some(Offered { label: text_at(row, &asked.options.label)?, value: text_at(row, &asked.options.value)? })
}

/// The text of a property, `PrimaryEmailAddr.Address` too.
pub(super) fn text_at(row: &Value, property: &str) -> Option<String> {
    let value = property.split('.').try_fold(row, |value, member| value.get(member))?;
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
