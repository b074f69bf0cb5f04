//! A component that misbehaves. Its input `attack` says how; each attack is a function in one of
//! the modules below. It works on the contract's generated bindings, since the SDK is made to keep
//! authors from most of this.
//!
//! It knows nothing of how the host defends itself: what must come of an attack stands in
//! `tests/sandbox`.

mod bill;
mod calls;
mod canary;
mod course;
mod endings;
mod exhaustion;
mod traps;
mod world;

use qbo_actions::bindings;
use qbo_actions::bindings::exports::qbo::actions::handler;
use qbo_actions::bindings::qbo::actions::quickbooks::{Company, Fault};
use qbo_actions::bindings::qbo::actions::types::{Enrollment, Outcome, Problem, Refusal};

/// How a run of the guest ends, if it does.
type End = Result<Outcome, Refusal>;

/// One way to misbehave.
type Attack = fn(&Enrollment, &Company) -> End;

struct Hostile;

bindings::export_component!(Hostile with_types_in qbo_actions::bindings);

impl handler::Guest for Hostile {
    fn definition() -> String {
        include_str!("../definition.json").to_owned()
    }

    fn run(enrollment: Enrollment, company: &Company) -> End {
        let name = input(&enrollment, "attack");
        let lists = [
            bill::ATTACKS,
            calls::ATTACKS,
            canary::ATTACKS,
            course::ATTACKS,
            endings::ATTACKS,
            exhaustion::ATTACKS,
            traps::ATTACKS,
            world::ATTACKS,
        ];
        let attack = lists.into_iter().flatten().find(|(known, _)| *known == name);
        let Some((_, attack)) = attack else { panic!("there is no attack '{name}'") };
        attack(&enrollment, company)
    }
}

fn input<'a>(enrollment: &'a Enrollment, name: &str) -> &'a str {
    let inputs = &enrollment.inputs;
    inputs.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// A success that reports something.
fn success(report: impl Into<String>) -> End {
    Ok(Outcome { outputs: vec![("report".to_owned(), report.into())], warnings: Vec::new() })
}

/// A refusal of the usual kind.
fn refusal(code: &str) -> End {
    Err(Refusal { kind: "fix".to_owned(), problems: vec![problem(code)] })
}

fn problem(code: &str) -> Problem {
    Problem { code: code.to_owned(), message: format!("{code}."), about: String::new(), remedy: String::new() }
}

/// The smallest invoice that QuickBooks takes.
fn invoice(note: &str) -> String {
    serde_json::json!({
        "CustomerRef": {"value": "1"},
        "Line": [{"Amount": 1, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}],
        "PrivateNote": note,
    })
    .to_string()
}

/// `ok`, or the fault's code.
fn told(answer: &Result<String, Fault>) -> &str {
    answer.as_ref().map_or_else(|fault| fault.code.as_str(), |_| "ok")
}
