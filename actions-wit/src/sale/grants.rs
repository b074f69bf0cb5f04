//! What must be granted before anything is written: a denial after the first write would leave half a
//! sale behind.

use super::customer::CustomerPlan;
use super::products::ProductPlan;
use crate::{Enrollment, Problem, Problems, codes};

/// Checks that whatever is missing in QuickBooks may be created.
pub(super) fn check(
    enrollment: &Enrollment,
    customer: Option<&CustomerPlan<'_>>,
    products: Option<&ProductPlan>,
    problems: &mut Problems,
) {
    if let Some(CustomerPlan::New { display_name, .. }) = customer
        && !enrollment.may("customer:create")
    {
        problems.add(denied("customer:create", "customer", display_name));
    }
    if !enrollment.may("item:create") {
        for name in products.into_iter().flat_map(ProductPlan::new_names) {
            problems.add(denied("item:create", "product", name));
        }
    }
}

fn denied(capability: &str, what: &str, name: &str) -> Problem {
    Problem::new(
        codes::CAPABILITY_DENIED,
        format!("The {what} is not in QuickBooks, and the action may not create it."),
    )
    .about(format!("{what} {name}"))
    .remedy(format!("Add it in QuickBooks, or approve the capability {capability} for this action."))
}
