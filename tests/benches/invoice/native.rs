//! The same action as native code: its source, compiled into this program, asking a company that
//! answers from memory.

use qbo_actions::bindings::qbo::actions::{quickbooks, types};
use qbo_actions::{Action, Calls, Company, Enrollment};

use super::{memory, raw};

#[expect(unused_imports, unreachable_pub, reason = "a crate of its own, with its own tests")]
#[path = "../../../action-modules/create-invoice/src/lib.rs"]
mod create_invoice;

struct Memory;

type Answered = Result<String, quickbooks::Fault>;

impl Calls for Memory {
    fn query(&self, statement: &str, _values: &[String]) -> Answered {
        Ok(memory::answer(memory::entity_of(statement)).to_owned())
    }

    fn read(&self, entity: &str, _id: &str) -> Answered {
        Ok(memory::answer(entity).to_owned())
    }

    fn create(&self, _key: &str, entity: &str, _body: &str) -> Answered {
        Ok(memory::answer(entity).to_owned())
    }

    fn update(&self, _key: &str, entity: &str, _body: &str) -> Answered {
        Ok(memory::answer(entity).to_owned())
    }

    fn operate(&self, _key: &str, _verb: &str, entity: &str, _body: &str) -> Answered {
        Ok(memory::answer(entity).to_owned())
    }
}

/// One run.
pub(crate) fn run(enrollment: &raw::Enrollment) {
    let enrollment = Enrollment::from(types::Enrollment::from(enrollment));
    let outcome = create_invoice::CreateInvoice::run(&enrollment, &Company::new(&Memory));
    assert!(outcome.is_ok(), "the measured sale is refused");
}

impl From<&raw::Enrollment> for types::Enrollment {
    fn from(given: &raw::Enrollment) -> Self {
        let object = |object: &raw::CrmObject| types::CrmObject {
            kind: object.kind.clone(),
            id: object.id.clone(),
            properties: object.properties.clone(),
        };
        Self {
            event_id: given.event_id.clone(),
            run_id: given.run_id.clone(),
            accepted_at: given.accepted_at.clone(),
            company_date: given.company_date.clone(),
            zone: given.zone.clone(),
            object: object(&given.object),
            associated: given
                .associated
                .iter()
                .map(|associated| types::Associated {
                    object: object(&associated.object),
                    parent: associated.parent.clone(),
                    labels: associated.labels.clone(),
                })
                .collect(),
            documents: Vec::new(),
            inputs: given.inputs.clone(),
            facts: given.facts.clone(),
        }
    }
}
