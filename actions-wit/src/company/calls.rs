//! The contract's five calls, as a company answers them: the host behind the handle, or, in an
//! author's own native tests, answers from memory.

use crate::bindings::qbo::actions::quickbooks::{Company, Fault};

/// What answers a [`Company`](crate::Company)'s calls. Arguments and answers are the contract's own:
/// QuickBooks' JSON text, without the envelope.
pub trait Calls {
    /// Answers a query with its `QueryResponse` object.
    fn query(&self, statement: &str, values: &[String]) -> Result<String, Fault>;
    /// Answers a read with the entity.
    fn read(&self, entity: &str, id: &str) -> Result<String, Fault>;
    /// Answers a create with the stored entity.
    fn create(&self, key: &str, entity: &str, body: &str) -> Result<String, Fault>;
    /// Answers an update with the stored entity.
    fn update(&self, key: &str, entity: &str, body: &str) -> Result<String, Fault>;
    /// Answers a `send`, `void` or `delete`.
    fn operate(&self, key: &str, verb: &str, entity: &str, body: &str) -> Result<String, Fault>;
}

impl Calls for Company {
    fn query(&self, statement: &str, values: &[String]) -> Result<String, Fault> {
        Company::query(self, statement, values)
    }

    fn read(&self, entity: &str, id: &str) -> Result<String, Fault> {
        Company::read(self, entity, id)
    }

    fn create(&self, key: &str, entity: &str, body: &str) -> Result<String, Fault> {
        Company::create(self, key, entity, body)
    }

    fn update(&self, key: &str, entity: &str, body: &str) -> Result<String, Fault> {
        Company::update(self, key, entity, body)
    }

    fn operate(&self, key: &str, verb: &str, entity: &str, body: &str) -> Result<String, Fault> {
        Company::operate(self, key, verb, entity, body)
    }
}
