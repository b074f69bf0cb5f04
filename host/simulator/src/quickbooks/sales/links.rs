//! The link from an invoice to the estimate it was made from.

use serde_json::{Value, json};

use crate::quickbooks::books::Books;
use crate::quickbooks::entity::{Entity, Sale};
use crate::quickbooks::fault::Fault;
use crate::quickbooks::row::{Row, part, parts, reference, set, text};
use crate::quickbooks::sales::balances::touch;

/// Checks the links of a draft, and repeats them on the lines that the estimate has too.
///
/// Only an open estimate is linked; one that is closed or rejected is passed over in silence.
pub(super) fn derive(books: &Books, kind: Sale, draft: &mut Row, stored: Option<&Row>) -> Result<(), Fault> {
    if kind != Sale::Invoice {
        // What is linked to a form, such as the invoice of an estimate, only the server says.
        let links = stored.and_then(|stored| stored.get("LinkedTxn")).cloned();
        set(draft, "LinkedTxn", links.unwrap_or_else(|| json!([])));
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

/// Takes an estimate that is no more off the invoice that was made from it.
pub(super) fn forget_estimate(books: &mut Books, invoice: &str, estimate: &str, at: &str) {
    let Some(invoice) = books.row_mut(Entity::Invoice, invoice) else { return };
    let is_other = |link: &Value| link["TxnType"] != "Estimate" || link["TxnId"] != estimate;
    if let Some(Value::Array(links)) = invoice.get_mut("LinkedTxn") {
        links.retain(is_other);
    }
    if let Some(Value::Array(lines)) = invoice.get_mut("Line") {
        for line in lines.iter_mut().filter_map(Value::as_object_mut) {
            let stays = line.get("LinkedTxn").and_then(Value::as_array).is_some_and(|links| links.iter().any(is_other));
            if !stays {
                line.remove("LinkedTxn");
            }
        }
    }
    touch(invoice, at);
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
