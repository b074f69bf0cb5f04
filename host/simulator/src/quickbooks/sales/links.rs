//! The link from an invoice to the estimate it was made from.

use serde_json::{Value, json};

use crate::quickbooks::books::Books;
use crate::quickbooks::entity::{Entity, Sale};
use crate::quickbooks::fault::Fault;
use crate::quickbooks::row::{Row, default, part, parts, reference, set, text};

/// Checks the links of a draft, and repeats them on the lines that the estimate has too.
///
/// Only an open estimate is linked; one that is closed or rejected is passed over in silence.
pub(super) fn derive(books: &Books, kind: Sale, draft: &mut Row, stored: Option<&Row>) -> Result<(), Fault> {
    if kind != Sale::Invoice {
        default(draft, "LinkedTxn", json!([]));
        return Ok(());
    }
    let mut links: Vec<Value> = stored.map(other_links).unwrap_or_default();
    for id in sent(draft) {
        let estimate = books.row(Entity::Estimate, &id).ok_or_else(|| Fault::cannot_be_linked(&id))?;
        if reference(estimate, "CustomerRef") != reference(draft, "CustomerRef") {
            return Err(Fault::business("The linked transaction belongs to another customer"));
        }
        let linked_before = stored.is_some_and(|stored| estimates(stored).any(|before| before == id));
        if linked_before || matches!(text(estimate, "TxnStatus"), Some("Pending" | "Accepted")) {
            let link = json!({ "TxnId": id, "TxnType": "Estimate" });
            link_lines(draft, estimate, &link);
            links.push(link);
        }
    }
    set(draft, "LinkedTxn", links);
    Ok(())
}

/// The transactions of one type that a stored transaction or line is linked to.
pub(super) fn of_kind<'a>(row: &'a Row, kind: &str) -> impl Iterator<Item = &'a str> {
    let links = parts(row, "LinkedTxn").filter(move |link| text(link, "TxnType") == Some(kind));
    links.filter_map(|link| text(link, "TxnId"))
}

fn estimates(row: &Row) -> impl Iterator<Item = &str> {
    of_kind(row, "Estimate")
}

/// Links that only the server makes, such as to payments.
fn other_links(stored: &Row) -> Vec<Value> {
    let links = stored.get("LinkedTxn").and_then(Value::as_array).cloned().unwrap_or_default();
    links.into_iter().filter(|link| link["TxnType"] != "Estimate").collect()
}

/// The linked estimates of the document and of its lines, each once.
fn sent(draft: &Row) -> Vec<String> {
    let mut ids = Vec::new();
    let of_lines = parts(draft, "Line").flat_map(estimates);
    for id in estimates(draft).chain(of_lines) {
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }
    ids
}

fn link_lines(draft: &mut Row, estimate: &Row, link: &Value) {
    let items: Vec<&str> = parts(estimate, "Line").filter_map(item).collect();
    let Some(Value::Array(lines)) = draft.get_mut("Line") else { return };
    for line in lines.iter_mut().filter_map(Value::as_object_mut) {
        if item(line).is_some_and(|item| items.contains(&item)) {
            set(line, "LinkedTxn", json!([link]));
        }
    }
}

fn item(line: &Row) -> Option<&str> {
    reference(part(line, "SalesItemLineDetail")?, "ItemRef")
}
