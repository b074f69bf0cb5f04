//! Choices from QuickBooks' lists: a term, a class, an account that was picked in the step may
//! have been made inactive or deleted since. Checked here once, in one way.

use crate::quickbooks::{Account, Class, Entity, PaymentMethod, Term, Vendor};
use crate::{Company, Enrollment, Fault, Problem, Problems, codes};

/// A list entity that a step can pick.
pub trait Listed: Entity {
    /// What a bookkeeper calls it.
    const WHAT: &'static str;

    /// Whether it can be used.
    fn is_active(&self) -> bool;
}

impl Listed for Term {
    const WHAT: &'static str = "payment terms";

    fn is_active(&self) -> bool {
        self.active != Some(false)
    }
}

impl Listed for Class {
    const WHAT: &'static str = "class";

    fn is_active(&self) -> bool {
        self.active != Some(false)
    }
}

impl Listed for Account {
    const WHAT: &'static str = "account";

    fn is_active(&self) -> bool {
        self.active != Some(false)
    }
}

impl Listed for PaymentMethod {
    const WHAT: &'static str = "payment method";

    fn is_active(&self) -> bool {
        self.active != Some(false)
    }
}

impl Listed for Vendor {
    const WHAT: &'static str = "vendor";

    fn is_active(&self) -> bool {
        self.active != Some(false)
    }
}

/// The entity with an id, inactive or not.
pub(super) fn by_id<E: Entity>(company: &Company<'_>, id: &str) -> Result<Option<E>, Fault> {
    let statement = format!("SELECT * FROM {} WHERE Id = ? AND Active IN (true, false)", E::NAME);
    Ok(company.query(&statement, &[id])?.into_iter().next())
}

/// The entity an input picks by id, if it picks one that can be used. A list that may not be looked
/// at is a problem of the input: the other checks go on.
pub fn picked<L: Listed>(
    enrollment: &Enrollment,
    company: &Company<'_>,
    input: &'static str,
    problems: &mut Problems,
) -> Option<L> {
    let id = enrollment.chosen(input)?;
    let found = by_id(company, id).map_err(|fault| fault.problem().about(input));
    problems.note(found.and_then(|found| usable(found, input, id)))
}

fn usable<L: Listed>(found: Option<L>, input: &'static str, id: &str) -> Result<L, Problem> {
    let what = L::WHAT;
    match found {
        Some(entity) if entity.is_active() => Ok(entity),
        Some(_) => Err(Problem::new(
            codes::CHOICE_INACTIVE,
            format!("The chosen {what} (id {id}) has been made inactive in QuickBooks."),
        )),
        None => Err(Problem::new(codes::CHOICE_NOT_FOUND, format!("QuickBooks has no {what} with the id {id}."))),
    }
    .map_err(|problem| {
        problem.about(input).remedy("Choose another one in the step, or make it active again in QuickBooks.")
    })
}
