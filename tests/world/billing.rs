//! Actions of any kind of sale, for deals, quotes and payments alike: each makes one marked document
//! over 1.00 and reports what it was shown. And a deal with its quotes and payments to use them on.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use qbo_host::action::{AskedCapability, Reads, ReadsAssociated};
use qbo_host::catalog::ActionVersion;
use qbo_host::enrollment::{Enrollment, ObjectKind};
use qbo_host::ids::Digest;
use serde_json::{Value, json};

use super::{Setting, World, load, sandbox};

/// Kinds of sale, and the entity that stands for each.
const KINDS: [(&str, &str); 3] = [("invoice", "Invoice"), ("sales-receipt", "SalesReceipt"), ("estimate", "Estimate")];

const OBJECTS: [ObjectKind; 3] = [ObjectKind::Deal, ObjectKind::Quote, ObjectKind::Payment];

/// What bills the deal with quotes and payments; estimates are no bills.
pub const FAMILY: [&str; 5] = ["deal:100", "quote:101", "quote:102", "payment:103", "payment:104"];

/// The action that makes what stands for a `kind` of sale. Must not be called first in a play.
pub fn action(kind: &str) -> Arc<ActionVersion> {
    static LOADED: OnceLock<Mutex<BTreeMap<String, Arc<ActionVersion>>>> = OnceLock::new();
    let mut loaded = LOADED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(loaded.entry(kind.to_owned()).or_insert_with(|| Arc::new(described(kind))))
}

fn described(kind: &str) -> ActionVersion {
    let loaded = load(&sandbox(), "tests/guests", None);
    let mut version = Arc::into_inner(loaded).expect("it was loaded for nobody else");
    let definition = &mut version.definition;
    definition.id = format!("bill-{kind}");
    definition.sale = Some(kind.to_owned());
    definition.object_types = OBJECTS.to_vec();
    let associated = |kind: ObjectKind| ReadsAssociated { kind: kind.to_string(), properties: Vec::new() };
    let reads = |object| Reads {
        object,
        properties: Vec::new(),
        associated: OBJECTS.into_iter().filter(|kind| *kind != object).map(associated).collect(),
    };
    definition.reads = OBJECTS.map(reads).to_vec();
    let capability = format!("{}:create", entity(kind).to_ascii_lowercase());
    let reason = "makes the document".to_owned();
    let capability = capability.parse().expect("a capability");
    definition.capabilities = vec![AskedCapability { capability, required: true, reason }];
    version.digest = Digest::of(definition.id.as_bytes());
    version
}

fn entity(kind: &str) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map(|(_, entity)| *entity).expect("a known kind")
}

/// All of them.
pub fn actions() -> impl Iterator<Item = Arc<ActionVersion>> {
    KINDS.iter().map(|(kind, _)| action(kind))
}

/// All of them in one company, on a portal where the deal 100 has the quotes 101 and 102 and the
/// payments 103 and 104.
pub fn setting() -> Setting {
    Setting { versions: actions().collect(), portal: Some(portal()), ..Setting::of_one_company() }
}

/// The deal with all that is associated with it.
pub fn portal() -> Value {
    let object = |id: &str| json!({ "id": id, "properties": {} });
    json!({ "deals": [{
        "id": "100",
        "properties": { "dealname": "A deal with quotes and payments" },
        "quotes": [object("101"), object("102")],
        "payments": [object("103"), object("104")],
    }] })
}

impl World {
    /// An object, such as `quote:101`, that is enrolled now for the action of a kind of sale.
    pub fn billed(&self, kind: &str, company: &str, object: &str, event: &str) -> Arc<Enrollment> {
        let inputs = [("attack", "bill"), ("entity", entity(kind))];
        let mut enrollment = self.enrolled(&action(kind), company, "100", event, &inputs);
        Arc::make_mut(&mut enrollment).object = object.parse().expect("an object");
        enrollment
    }

    /// What stands in a company's books of all that these actions make.
    pub fn bills(&self, company: &str) -> Vec<Value> {
        let marked = |row: &Value| row["PrivateNote"].as_str().is_some_and(|note| note.starts_with("HubSpot "));
        let entities = KINDS.iter().filter(|(kind, _)| *kind != "estimate");
        entities.flat_map(|(_, entity)| self.books.documents(company, entity)).filter(marked).collect()
    }
}
