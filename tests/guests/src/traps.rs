//! Attacks that end the guest itself.

use crate::{Attack, End, invoice};
use qbo_actions::bindings::qbo::actions::quickbooks::Company;
use qbo_actions::bindings::qbo::actions::types::Enrollment;

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("panic", |_, _| panic!("\u{1b}[2Jpanicked on purpose")),
    ("unreachable", |_, _| unreachable()),
    ("abort", |_, _| std::process::abort()),
    ("exit_0", |_, _| std::process::exit(0)),
    ("exit_3", |_, _| std::process::exit(3)),
    ("write_then_panic", write_then_panic),
];

#[cfg(target_arch = "wasm32")]
fn unreachable() -> End {
    core::arch::wasm32::unreachable()
}

/// The crate also compiles natively, for editors and lints.
#[cfg(not(target_arch = "wasm32"))]
fn unreachable() -> End {
    std::process::abort()
}

fn write_then_panic(_: &Enrollment, company: &Company) -> End {
    company.create("invoice", "Invoice", &invoice("written before a panic")).expect("the invoice is taken");
    panic!("panicked after a write");
}
