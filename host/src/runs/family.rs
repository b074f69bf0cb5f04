//! What other runs made for the family of a run's sale, and what that means for this run: one sale is
//! billed once, across a deal, its quotes and its payments.
//!
//! Decides from what a store kept and what QuickBooks shows now. It must not know how a store keeps
//! families, nor what an action does with a document that it is shown.

use std::collections::BTreeMap;

use super::store::{Made, Sale};
use crate::effects::{self, Standing};
use crate::enrollment::{Enrollment, ObjectKind, StandingDocument};
use crate::quickbooks::{Client, Wait};

/// Kinds of sale whose documents bill what was sold. Any other kind stands beside them.
const BILLING: [&str; 2] = ["invoice", "sales-receipt"];

/// Documents that an action is shown, the newest ones: each is looked up in QuickBooks first. A deal
/// has an estimate or two, an invoice, and a receipt for every payment of two years.
const SHOWN_MAX: usize = 24;

/// Documents in a run's way that are told. One is enough to stop it.
const TOLD_MAX: usize = 12;

/// Why a document is in a run's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Conflict {
    /// It is what the run would make.
    AlreadyExists,
    /// It bills the sale that the run would bill.
    AlreadyInvoiced,
}

impl Conflict {
    /// Between what `made` stands for and a run of `sale`; most documents are in nobody's way.
    fn between(sale: &Sale, enrollment: &Enrollment, made: &Made) -> Option<Self> {
        if made.object == enrollment.object {
            let same = made.reference == enrollment.reference;
            let conflict = if made.kind == sale.kind { Self::AlreadyExists } else { Self::AlreadyInvoiced };
            return (same && (made.kind == sale.kind || both_bill(sale, made))).then_some(conflict);
        }
        // Each payment is money of its own, and each deal a sale of its own: a payment or a quote that
        // two deals share makes one family of them, but does not bill both.
        let apart_by_kind = match enrollment.object.kind {
            ObjectKind::Deal | ObjectKind::Payment => made.object.kind == enrollment.object.kind,
            ObjectKind::Quote => false,
        };
        // A reference says which part of its object is meant. What bills all of it bills this part too.
        let apart =
            made.reference.is_some() && enrollment.reference.is_some() && made.reference != enrollment.reference;
        (both_bill(sale, made) && !apart_by_kind && !apart).then_some(Self::AlreadyInvoiced)
    }

    /// Stable code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::AlreadyExists => "already_exists",
            Self::AlreadyInvoiced => "already_invoiced",
        }
    }
}

fn both_bill(sale: &Sale, made: &Made) -> bool {
    [&sale.kind, &made.kind].into_iter().all(|kind| BILLING.contains(&kind.as_str()))
}

/// A document that stands, and is in the run's way.
pub(super) struct Obstacle {
    pub(super) conflict: Conflict,
    pub(super) document: StandingDocument,
    /// Where a person finds it.
    pub(super) link: Option<String>,
}

/// Looks at a family's documents in QuickBooks, at each once.
pub(super) struct Family<'a> {
    client: &'a Client,
    enrollment: &'a Enrollment,
    looked: BTreeMap<(String, String), Standing>,
}

impl<'a> Family<'a> {
    pub(super) fn new(client: &'a Client, enrollment: &'a Enrollment) -> Self {
        Self { client, enrollment, looked: BTreeMap::new() }
    }

    /// What stands in the run's way, oldest first, but for what it `knew` before.
    pub(super) async fn obstacles(
        &mut self,
        sale: Option<&Sale>,
        knew: &[StandingDocument],
    ) -> Result<Vec<Obstacle>, Wait> {
        let mut obstacles: Vec<Obstacle> = Vec::new();
        let Some(sale) = sale else { return Ok(obstacles) };
        for made in &sale.made {
            let Some(conflict) = Conflict::between(sale, self.enrollment, made) else { continue };
            let told = obstacles.iter().map(|obstacle| &obstacle.document).chain(knew);
            if obstacles.len() == TOLD_MAX || told.into_iter().any(|document| is_same(document, made)) {
                continue;
            }
            if let Some(document) = self.standing(made).await? {
                let link = self.client.link(&document.entity, &document.id);
                obstacles.push(Obstacle { conflict, document, link });
            }
        }
        Ok(obstacles)
    }

    /// What the action is shown of its family: what stands, oldest first.
    pub(super) async fn shown(&mut self, sale: Option<&Sale>) -> Result<Vec<StandingDocument>, Wait> {
        let mut newest: Vec<&Made> = Vec::new();
        for made in sale.iter().flat_map(|sale| &sale.made).rev() {
            let known =
                |other: &&Made| other.document.id == made.document.id && other.document.entity == made.document.entity;
            let is_shown = effects::is_transaction(&made.document.entity) && !newest.iter().any(known);
            if is_shown && newest.len() < SHOWN_MAX {
                newest.push(made);
            }
        }
        let mut documents = Vec::with_capacity(newest.len());
        for made in newest.into_iter().rev() {
            documents.extend(self.standing(made).await?);
        }
        Ok(documents)
    }

    /// The document as QuickBooks shows it now, if it stands.
    async fn standing(&mut self, made: &Made) -> Result<Option<StandingDocument>, Wait> {
        let document = &made.document;
        let name = (document.entity.clone(), document.id.clone());
        let standing = match self.looked.get(&name) {
            Some(standing) => standing.clone(),
            None => {
                let standing = effects::standing(self.client, document).await?;
                self.looked.insert(name, standing.clone());
                standing
            }
        };
        let Standing::Yes { status } = standing else { return Ok(None) };
        Ok(Some(StandingDocument {
            object: made.object.to_string(),
            entity: document.entity.clone(),
            id: document.id.clone(),
            number: document.doc_number.clone().unwrap_or_default(),
            total: document.total.clone().unwrap_or_default(),
            status,
            event: made.event.clone(),
        }))
    }
}

fn is_same(document: &StandingDocument, made: &Made) -> bool {
    document.id == made.document.id && document.entity == made.document.entity
}

#[cfg(test)]
mod tests;
