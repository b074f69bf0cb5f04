//! What a person does in QuickBooks by hand, for tests: the same changes that requests make, without a
//! token and without knowing a SyncToken.

use serde_json::Value;

use super::QuickBooks;
use super::entity::Entity;
use super::fault::Fault;
use super::{schema, write};

impl QuickBooks {
    /// Changes an object as a request would, by its `Id` and `SyncToken`: the stored object, or the fault.
    pub fn update(&self, realm: &str, entity: &str, body: Value) -> Result<Value, Value> {
        self.change(realm, |books, circumstances| {
            let entity = known(entity)?;
            let Value::Object(body) = body else { return Err(Fault::malformed_body()) };
            let sent = schema::parse_row(entity, body)?;
            write::update(books, entity, sent, circumstances).map(Value::Object)
        })
    }

    /// Deletes a transaction: QuickBooks' answer, or the fault.
    pub fn delete(&self, realm: &str, entity: &str, id: &str) -> Result<Value, Value> {
        self.change(realm, |books, circumstances| {
            let entity = known(entity)?;
            let stored = write::find(books, entity, id)?.clone();
            write::delete(books, entity, &stored, circumstances)
                .ok_or_else(|| Fault::unsupported_object(entity.name()))?
        })
    }

    /// Voids a transaction: the stored object, or the fault.
    pub fn void(&self, realm: &str, entity: &str, id: &str) -> Result<Value, Value> {
        self.change(realm, |books, circumstances| {
            let entity = known(entity)?;
            let stored = write::find(books, entity, id)?.clone();
            let voided = write::void(books, entity, &stored, circumstances);
            voided.ok_or_else(|| Fault::unsupported_object(entity.name()))?.map(Value::Object)
        })
    }
}

fn known(name: &str) -> Result<Entity, Fault> {
    Entity::named(name).ok_or_else(|| Fault::unsupported_object(name))
}
