//! Attacks by the way a run ends: honest ends, and ends that claim what is not so.

use crate::{Attack, End, invoice, problem, refusal, success, told};
use qbo_actions::bindings::qbo::actions::quickbooks::Company;
use qbo_actions::bindings::qbo::actions::types::{Enrollment, Refusal};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("none", honest),
    ("refuse", |_, _| refusal("asked_for")),
    ("success_without_a_write", |_, _| success("all is well")),
    ("refuse_after_a_write", refuse_after_a_write),
    ("refuse_without_problems", |_, _| Err(Refusal { kind: "fix".to_owned(), problems: Vec::new() })),
    ("refuse_in_an_unknown_kind", |_, _| {
        Err(Refusal { kind: "perhaps".to_owned(), problems: vec![problem("asked_for")] })
    }),
    ("wait_after_a_write", wait_after_a_write),
];

/// Misbehaves in no way: the proof that the host is alive.
fn honest(_: &Enrollment, company: &Company) -> End {
    match company.create("invoice", "Invoice", &invoice("honest")) {
        Ok(_) => success("written"),
        Err(fault) => refusal(&fault.code),
    }
}

fn refuse_after_a_write(_: &Enrollment, company: &Company) -> End {
    let answer = company.create("invoice", "Invoice", &invoice("refused afterwards"));
    assert_eq!(told(&answer), "ok");
    refusal("asked_for")
}

fn wait_after_a_write(_: &Enrollment, company: &Company) -> End {
    let answer = company.create("invoice", "Invoice", &invoice("waits afterwards"));
    assert_eq!(told(&answer), "ok");
    Err(Refusal { kind: "wait".to_owned(), problems: vec![problem("asked_for")] })
}
