//! Documents that may have no tax: whatever either side taxes is refused, line by line. HubSpot offers
//! its paid invoices for lines without tax only.

use super::lines::LineRecord;
use super::products::ProductPlan;
use super::tax::is_taxed_in_hubspot;
use crate::{Enrollment, Problem, Problems, codes};

/// Checks every line, those of fees included, and the taxes on the whole object.
pub(super) fn check(
    enrollment: &Enrollment,
    lines: &[LineRecord<'_>],
    products: Option<&ProductPlan>,
    problems: &mut Problems,
) {
    for tax in enrollment.associated("tax") {
        problems.add(taxed("The payment has a tax on it.", tax.object.describe()));
    }
    let taxable = products.map(ProductPlan::taxable).unwrap_or_default();
    for (place, &LineRecord(line)) in lines.iter().enumerate() {
        if is_taxed_in_hubspot(line) {
            problems.add(taxed("The line is taxed in HubSpot.", line.describe()));
        } else if taxable.get(place) == Some(&true) {
            problems.add(taxed("The product of the line is taxable in QuickBooks.", line.describe()));
        }
    }
    if taxable.iter().skip(lines.len()).any(|&taxable| taxable) {
        problems.add(taxed("The product for fees is taxable in QuickBooks.", "fee_product".to_owned()));
    }
}

fn taxed(why: &str, about: String) -> Problem {
    Problem::new(codes::TAXABLE_LINE, format!("{why} A paid invoice is made for lines without tax only."))
        .about(about)
        .remedy("Make a sales receipt of the payment instead, which can state the tax.")
}
