//! The vendor of the expense: the one that the step names, or the one that is named like the payment's
//! processor. An expense may do without, so a vendor that is only guessed at never stops it.

use qbo_actions::quickbooks::Vendor;
use qbo_actions::sale::{self, Booking};
use qbo_actions::{Company, Enrollment, Fault, Problem, Problems};

const INPUT: &str = "vendor";
const VENDOR_NOT_FOUND: &str = "vendor_not_found";

/// The names under which books have a processor, the better one first.
const PROCESSORS: [(&str, &[&str]); 2] =
    [("hs_payments", &["HubSpot Payments", "HubSpot"]), ("byo_stripe", &["Stripe"])];

pub(crate) fn of(
    enrollment: &Enrollment,
    company: &Company<'_>,
    booking: &Booking<'_>,
    problems: &mut Problems,
) -> Option<Vendor> {
    if enrollment.chosen(INPUT).is_none() {
        return of_processor(enrollment, company, problems);
    }
    let vendor: Vendor = sale::picked(enrollment, company, INPUT, problems)?;
    booking.check_currency("vendor", vendor.currency_ref.as_ref(), problems);
    Some(vendor)
}

fn of_processor(enrollment: &Enrollment, company: &Company<'_>, problems: &mut Problems) -> Option<Vendor> {
    let processor = enrollment.object.text("hs_processor_type").unwrap_or_default();
    let known = PROCESSORS.iter().find(|(word, _)| processor.eq_ignore_ascii_case(word));
    let names = known.map(|(_, names)| *names).unwrap_or_default();
    match named(company, names) {
        Ok(Some(vendor)) => Some(vendor),
        Ok(None) => not_found(enrollment, names, problems),
        Err(fault) => {
            problems.add(fault.problem().about(INPUT));
            None
        }
    }
}

/// The active vendor who has the first of the names that one has.
fn named(company: &Company<'_>, names: &[&str]) -> Result<Option<Vendor>, Fault> {
    let vendors: Vec<Vendor> = company.query_in("SELECT * FROM Vendor WHERE DisplayName IN ?", names)?;
    let has = |vendor: &&Vendor, name: &str| {
        vendor.display_name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name))
    };
    Ok(names.iter().find_map(|name| vendors.iter().find(|vendor| has(vendor, name))).cloned())
}

fn not_found(enrollment: &Enrollment, names: &[&str], problems: &mut Problems) -> Option<Vendor> {
    let wanted =
        if names.is_empty() { "its processor".to_owned() } else { format!("“{}”", names.join("” or “")) };
    problems.warn(
        Problem::new(VENDOR_NOT_FOUND, format!("No vendor is named {wanted}, so the expense names no vendor."))
            .about(enrollment.object.describe())
            .remedy("Add the vendor in QuickBooks, or choose one in the step."),
    );
    None
}
