//! Two reads, a customer, and an invoice, in an order that stands in the component's data: a test that
//! puts another word in its place has another version of the component.

use std::hint::black_box;

use qbo_actions::bindings::qbo::actions::quickbooks::Company;
use qbo_actions::bindings::qbo::actions::types::Enrollment;

use crate::{Attack, End, input, invoice, refusal, success, told};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[("course", course)];

/// `in-order`, or `reversed`, or `panicked` in the middle.
static COURSE: &str = "course=in-order";

fn course(enrollment: &Enrollment, company: &Company) -> End {
    let course = black_box(COURSE);
    let queries = [
        ("SELECT * FROM Customer WHERE DisplayName = ?", "Course"),
        ("SELECT * FROM Invoice WHERE DocNumber = ?", "course"),
    ];
    let order = if course.ends_with("reversed") { [1, 0] } else { [0, 1] };
    for (statement, value) in order.map(|place| queries[place]) {
        if let Err(fault) = company.query(statement, &[value.to_owned()]) {
            return refusal(&fault.code);
        }
    }
    let customer = company.create("customer", "Customer", r#"{"DisplayName":"Course"}"#);
    assert!(!course.ends_with("panicked"), "the course ends here");
    if input(enrollment, "stop") == "yes" {
        return refusal("asked_for");
    }
    let written = company.create("invoice", "Invoice", &invoice(input(enrollment, "note")));
    success([&customer, &written].map(told).join(" "))
}
