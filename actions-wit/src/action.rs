//! The one trait an action implements, and the bridge from the contract's generated types to it.
//! Knows how values cross the wall; knows nothing about QuickBooks or sales.

use std::marker::PhantomData;

use crate::bindings::exports::qbo::actions::handler;
use crate::bindings::qbo::actions::types;
use crate::{Company, Enrollment, Outcome, Problem, Refusal};

/// One accounting task. The crate's README holds a whole one.
pub trait Action {
    /// The action's definition, a JSON document by `definition.schema.json`, which may `include` the
    /// fragments of [`definition`](crate::definition).
    const DEFINITION: &'static str;

    /// Handles one enrolled object: every check first, then the writes.
    ///
    /// The host may call this again for the same event, in a fresh instance, answering from its
    /// records what was asked before. So the calls must follow from the arguments and the
    /// company's answers alone.
    fn run(enrollment: &Enrollment, company: &Company<'_>) -> Result<Outcome, Refusal>;
}

/// Exports a type that implements [`Action`] as the component's handler.
#[macro_export]
macro_rules! export {
    ($action:ty) => {
        type ExportedAction = $crate::Handler<$action>;
        $crate::bindings::export_component!(ExportedAction with_types_in $crate::bindings);
    };
}

/// What `export!` hands to the generated code: an action behind the contract's own types.
#[doc(hidden)]
pub struct Handler<A>(PhantomData<A>);

impl<A: Action> handler::Guest for Handler<A> {
    fn definition() -> String {
        crate::definition::whole(A::DEFINITION)
    }

    fn run(
        enrollment: types::Enrollment,
        company: &crate::bindings::qbo::actions::quickbooks::Company,
    ) -> Result<types::Outcome, types::Refusal> {
        match A::run(&Enrollment::from(enrollment), &Company::new(company)) {
            Ok(outcome) => Ok(outcome.into()),
            Err(refusal) => Err(refusal.into()),
        }
    }
}

impl From<Problem> for types::Problem {
    fn from(problem: Problem) -> Self {
        Self {
            code: problem.code.to_owned(),
            message: problem.message.into_owned(),
            about: problem.about.into_owned(),
            remedy: problem.remedy.into_owned(),
        }
    }
}

impl From<Outcome> for types::Outcome {
    fn from(outcome: Outcome) -> Self {
        Self { outputs: outcome.outputs, warnings: outcome.warnings.into_iter().map(Into::into).collect() }
    }
}

impl From<Refusal> for types::Refusal {
    fn from(refusal: Refusal) -> Self {
        Self {
            kind: refusal.kind.as_str().to_owned(),
            problems: refusal.problems.into_iter().map(Into::into).collect(),
        }
    }
}
