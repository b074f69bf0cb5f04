//! Attacks on the limits: more of something than an attempt may use.

use std::hint::black_box;

use qbo_actions::bindings::qbo::actions::log::{self, Level};

use crate::{Attack, End, invoice, problem, success, told};
use qbo_actions::bindings::qbo::actions::quickbooks::Company;
use qbo_actions::bindings::qbo::actions::types::{Enrollment, Outcome, Refusal};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("memory_bomb", memory_bomb),
    ("small_growths", small_growths),
    ("recursion", recursion),
    ("recursion_with_large_frames", recursion_with_large_frames),
    ("spin", spin),
    ("call_flood", call_flood),
    ("history_flood", history_flood),
    ("odd_verb_flood", odd_verb_flood),
    ("huge_argument", huge_argument),
    ("huge_list_of_values", huge_list_of_values),
    ("huge_outcome", huge_outcome),
    ("huge_refusal", huge_refusal),
    ("outcome_over_its_limit", outcome_over_its_limit),
    ("log_flood", log_flood),
    ("output_flood", output_flood),
    ("huge_answer", huge_answer),
];

const MIB: usize = 1 << 20;

fn memory_bomb(_: &Enrollment, _: &Company) -> End {
    let bomb = vec![1_u8; 512 * MIB];
    success(black_box(bomb).len().to_string())
}

fn small_growths(_: &Enrollment, _: &Company) -> End {
    let mut kept = Vec::new();
    loop {
        kept.push(black_box(vec![1_u8; 1_000]));
    }
}

/// Few locals, none in memory: the host's stack ends first.
fn recursion(_: &Enrollment, _: &Company) -> End {
    fn deeper(depth: u64) -> u64 {
        if black_box(depth) == u64::MAX { 0 } else { deeper(depth + 1).wrapping_mul(3) ^ depth }
    }
    success(deeper(0).to_string())
}

/// Locals in the guest's memory: the guest's own stack ends first.
fn recursion_with_large_frames(_: &Enrollment, _: &Company) -> End {
    fn deeper(depth: u64) -> u64 {
        let frame = black_box([depth; 128]);
        if frame[7] == u64::MAX { 0 } else { deeper(frame[7] + 1) ^ black_box(frame)[9] }
    }
    success(deeper(0).to_string())
}

fn spin(_: &Enrollment, _: &Company) -> End {
    let mut turns = 0_u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

/// Few calls, each of them large and none of them granted.
fn history_flood(_: &Enrollment, company: &Company) -> End {
    let body = format!("{{\"PrivateNote\":\"{}\"}}", "x".repeat(1 << 20));
    for count in 0..100 {
        let _denied = company.create(&format!("flood:{count}"), "CreditMemo", &body);
    }
    success(String::new())
}

fn call_flood(_: &Enrollment, company: &Company) -> End {
    loop {
        // Denied before it is sent, so the flood is as fast as a guest can make it.
        let _denied = company.read("Estimate", "1");
    }
}

fn odd_verb_flood(_: &Enrollment, company: &Company) -> End {
    loop {
        let _unknown = company.operate("key", "approve", "Invoice", "{}");
    }
}

fn huge_argument(_: &Enrollment, company: &Company) -> End {
    let answer = company.create("invoice", "Invoice", &"x".repeat(3 * MIB));
    success(told(&answer))
}

fn huge_list_of_values(_: &Enrollment, company: &Company) -> End {
    let values = vec![String::new(); 500_000];
    let answer = company.query("SELECT * FROM Customer", &values);
    success(told(&answer))
}

fn huge_outcome(_: &Enrollment, _: &Company) -> End {
    success("x".repeat(3 * MIB))
}

fn huge_refusal(_: &Enrollment, _: &Company) -> End {
    Err(Refusal { kind: "fix".to_owned(), problems: (0..60_000).map(|_| problem("asked_for")).collect() })
}

fn outcome_over_its_limit(_: &Enrollment, _: &Company) -> End {
    let outputs = (0..300).map(|index| (format!("output_{index}"), "x".repeat(1_024))).collect();
    Ok(Outcome { outputs, warnings: Vec::new() })
}

fn log_flood(_: &Enrollment, company: &Company) -> End {
    log::write(Level::Warn, "first \u{1b}[31mline\u{7}");
    for index in 0..10_000 {
        log::write(Level::Info, &format!("line {index} of a flood"));
    }
    success(told(&company.create("invoice", "Invoice", &invoice("log flood"))))
}

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the attack is on standard output and error")]
fn output_flood(_: &Enrollment, company: &Company) -> End {
    for index in 0..2_000 {
        println!("line {index} of a flood on standard output");
        eprintln!("line {index} of a flood on standard error");
    }
    let whole = "y".repeat(MIB);
    println!("{whole}");
    success(told(&company.create("invoice", "Invoice", &invoice("output flood"))))
}

/// Reports what became of it, then ends as an honest run does.
fn huge_answer(_: &Enrollment, company: &Company) -> End {
    let answer = company.query("SELECT * FROM Invoice WHERE CustomerRef = ?", &["29".to_owned()]);
    let one = company.query("SELECT * FROM Invoice WHERE CustomerRef = ? MAXRESULTS 1", &["29".to_owned()]);
    company.create("invoice", "Invoice", &invoice("huge answer")).ok();
    success(format!("{} {}", told(&answer), told(&one)))
}
