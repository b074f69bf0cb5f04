//! No attack: one marked document of the entity that an input names, as any action would make it, and
//! a report of the documents that it was shown.

use qbo_actions::bindings::qbo::actions::quickbooks::Company;
use qbo_actions::bindings::qbo::actions::types::{Document, Enrollment};

use crate::{Attack, End, input, invoice, refusal, success};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[("bill", bill)];

fn bill(enrollment: &Enrollment, company: &Company) -> End {
    let marker = enrollment.facts.iter().find(|(name, _)| name == "marker").map_or("", |(_, marker)| marker);
    match company.create("document", input(enrollment, "entity"), &invoice(marker)) {
        Ok(_) => success(enrollment.documents.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Err(fault) => refusal(&fault.code),
    }
}

fn shown(document: &Document) -> String {
    format!("{} of {} {}", document.entity, document.object, document.status)
}
