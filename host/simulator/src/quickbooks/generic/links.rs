//! Links from a generic transaction to others: which may be linked, and for how much.

use rust_decimal::Decimal;
use serde_json::Value;

use super::table::LineRule;
use crate::quickbooks::books::Books;
use crate::quickbooks::entity::Entity;
use crate::quickbooks::fault::Fault;
use crate::quickbooks::row::{Row, decimal, part, parts, reference, text};

/// One transaction that a line is linked to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub(super) entity: Entity,
    pub(super) id: String,
}

/// The linked transaction of a line, if it names an entity that exists.
pub(super) fn target(line: &Row) -> Option<Target> {
    let link = parts(line, "LinkedTxn").next()?;
    let entity = Entity::named(text(link, "TxnType")?)?;
    Some(Target { entity, id: text(link, "TxnId")?.to_owned() })
}

/// Checks the link of a line: what it adds to the transaction's sum.
pub(super) fn check(
    books: &Books,
    rule: &LineRule,
    draft: &Row,
    line: &Row,
    amount: Decimal,
    stored: Option<&Row>,
) -> Result<Decimal, Fault> {
    let id = parts(line, "LinkedTxn").next().and_then(|link| text(link, "TxnId")).unwrap_or_default();
    let target = target(line).ok_or_else(|| Fault::cannot_be_linked(id))?;
    let linked = books.row(target.entity, &target.id).ok_or_else(|| Fault::cannot_be_linked(id))?;
    let named = |kinds: &[String]| kinds.iter().any(|kind| kind == target.entity.name());
    if named(&rule.holds) {
        return Ok(amount);
    }
    let sign = match (named(&rule.pays), named(&rule.uses)) {
        (true, _) => Decimal::ONE,
        (false, true) => Decimal::NEGATIVE_ONE,
        (false, false) => return Err(Fault::cannot_be_linked(id)),
    };
    if reference(linked, "VendorRef") != reference(draft, "VendorRef") {
        return Err(Fault::business("The linked transaction belongs to another vendor"));
    }
    let own: Decimal = stored.map(|stored| settled(stored, &target)).unwrap_or_default();
    if amount > decimal(linked, "Balance").unwrap_or_default() + own {
        return Err(Fault::business("The amount applied is more than the open balance of the transaction"));
    }
    Ok(sign * amount)
}

/// How much of a transaction the lines of another settle.
pub(super) fn settled(row: &Row, wanted: &Target) -> Decimal {
    let lines = parts(row, "Line").filter(|line| target(line).as_ref() == Some(wanted));
    lines.filter_map(|line| decimal(line, "Amount")).sum()
}

/// The objects that a file or note is attached to must exist.
pub(super) fn check_attachments(books: &Books, draft: &Row) -> Result<(), Fault> {
    let attached = draft.get("AttachableRef").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for to in attached.iter().filter_map(|to| part(to.as_object()?, "EntityRef")) {
        let (kind, id) = (text(to, "type").unwrap_or_default(), text(to, "value").unwrap_or_default());
        let entity = Entity::named(kind).ok_or_else(|| Fault::enumeration("AttachableRef.EntityRef.type", kind))?;
        books.row(entity, id).ok_or_else(|| Fault::reference(entity.list_name(), id))?;
    }
    Ok(())
}
