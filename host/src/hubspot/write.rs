//! Writes to a portal's records: properties of one that is there, and notes and invoice objects beside
//! it. Whoever calls may call again: what is there already is found through the associations of what it
//! hangs on, never through search, whose index lags.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use http::Method;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::crm::{BATCH_MAX, PAGE_MAX, encode, plural};
use super::wire::{AssociationTypes, Associations, Batch, Record};
use super::{Crm, NotTaken};

/// Objects of a kind on one record that are looked through for one of ours. A record that people have
/// noted more on costs a second note after a lost answer, and no more.
const LOOKED_THROUGH_MAX: usize = 2_000;

/// A record that is written to, or that something hangs on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
pub struct Target {
    /// Singular kind, such as `deal`.
    pub kind: String,
    /// HubSpot's record id.
    pub id: String,
}

/// Properties that a record is to have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Change {
    /// The record.
    pub of: Target,
    /// Internal names and values.
    pub properties: BTreeMap<String, String>,
}

/// An object that is to be there once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct NewObject {
    /// `note` or `invoice`.
    pub kind: String,
    /// What it hangs on. Records that are gone meanwhile, and kinds that HubSpot does not associate with
    /// it, are left out as long as one is left.
    pub on: Vec<Target>,
    /// The property that holds `marker`.
    pub marked_in: String,
    /// A word that no other object has.
    pub marker: String,
    /// Internal names and values.
    pub properties: BTreeMap<String, String>,
}

/// The ids of HubSpot's association types, from kind to kind, once they are known: they never change.
#[derive(Debug, Default)]
pub(super) struct KnownTypes(Mutex<BTreeMap<(String, String), Option<u64>>>);

impl Crm {
    /// Writes properties of one record.
    pub async fn change(&self, change: &Change) -> Result<(), NotTaken> {
        let Change { of: Target { kind, id }, properties } = change;
        let body = json!({ "properties": properties });
        self.tell(Method::PATCH, &format!("/crm/v3/objects/{}/{}", plural(kind), encode(id)), Some(&body)).await?;
        Ok(())
    }

    /// Makes an object unless it is there; one that says something else is changed.
    pub async fn make_once(&self, new: &NewObject) -> Result<(), NotTaken> {
        let (present, beside) = self.beside(new).await?;
        if let Some(found) = self.marked(new, &beside).await? {
            let says = found.properties.get(&new.marked_in).and_then(|value| value.as_ref()?.as_str());
            if says == new.properties.get(&new.marked_in).map(String::as_str) {
                return Ok(());
            }
            let of = Target { kind: new.kind.clone(), id: found.id };
            return self.change(&Change { of, properties: new.properties.clone() }).await;
        }
        let mut associations = Vec::new();
        for target in present {
            if let Some(id) = self.association_type(&new.kind, &target.kind).await? {
                let types = json!([{ "associationCategory": "HUBSPOT_DEFINED", "associationTypeId": id }]);
                associations.push(json!({ "to": { "id": target.id }, "types": types }));
            }
        }
        if associations.is_empty() {
            return Err(NotTaken::refused(format!("it associates no {} with any of these records", new.kind)));
        }
        let body = json!({ "properties": new.properties, "associations": associations });
        self.tell(Method::POST, &format!("/crm/v3/objects/{}", plural(&new.kind)), Some(&body)).await?;
        Ok(())
    }

    /// Which of the records are there, and the ids of all objects of this kind on them.
    async fn beside<'n>(&self, new: &'n NewObject) -> Result<(Vec<&'n Target>, BTreeSet<String>), NotTaken> {
        let (mut present, mut beside, mut gone) = (Vec::new(), BTreeSet::new(), None);
        for target in &new.on {
            match self.objects_on(target, &new.kind).await {
                Ok(ids) => {
                    present.push(target);
                    beside.extend(ids);
                }
                Err(error) if error.is_gone() => gone = Some(error),
                Err(error) => return Err(error),
            }
        }
        match gone {
            Some(error) if present.is_empty() => Err(error),
            Some(_) | None => Ok((present, beside)),
        }
    }

    async fn objects_on(&self, target: &Target, kind: &str) -> Result<Vec<String>, NotTaken> {
        let Target { kind: of, id } = target;
        let path =
            format!("/crm/v4/objects/{}/{}/associations/{}?limit={PAGE_MAX}", plural(of), encode(id), plural(kind));
        let mut found: Vec<String> = Vec::new();
        let mut after = String::new();
        loop {
            let page: Associations = self.look(Method::GET, &format!("{path}{after}"), None).await?;
            found.extend(page.results.into_iter().map(|association| association.to));
            match page.paging.and_then(|paging| paging.next) {
                Some(next) if found.len() < LOOKED_THROUGH_MAX => after = format!("&after={}", encode(&next.after)),
                Some(_) | None => return Ok(found),
            }
        }
    }

    /// The one of these objects that holds the marker.
    async fn marked(&self, new: &NewObject, ids: &BTreeSet<String>) -> Result<Option<Record>, NotTaken> {
        let ids: Vec<_> = ids.iter().collect();
        let path = format!("/crm/v3/objects/{}/batch/read", plural(&new.kind));
        for chunk in ids.chunks(BATCH_MAX) {
            let inputs: Vec<Value> = chunk.iter().map(|id| json!({ "id": id })).collect();
            let body = json!({ "inputs": inputs, "properties": [new.marked_in] });
            // One that was deleted meanwhile is missing in the answer, and is not ours to find.
            let batch: Batch = self.look(Method::POST, &path, Some(&body)).await?;
            let holds = |record: &Record| {
                let value = record.properties.get(&new.marked_in).and_then(|value| value.as_ref()?.as_str());
                value.is_some_and(|text| text.contains(&new.marker))
            };
            if let Some(found) = batch.results.into_iter().find(holds) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// HubSpot's own type of association between two kinds, if it has one.
    async fn association_type(&self, from: &str, to: &str) -> Result<Option<u64>, NotTaken> {
        let pair = (from.to_owned(), to.to_owned());
        let known = || self.known_types().0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = known().get(&pair) {
            return Ok(*id);
        }
        let path = format!("/crm/v4/associations/{}/{}/labels", plural(from), plural(to));
        let types: AssociationTypes = self.look(Method::GET, &path, None).await?;
        let unlabelled =
            types.results.iter().find(|found| found.category == "HUBSPOT_DEFINED" && found.label.is_none());
        let id = unlabelled.map(|found| found.id);
        known().insert(pair, id);
        Ok(id)
    }

    async fn look<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&Value>) -> Result<T, NotTaken> {
        let answer = self.tell(method, path, body).await?;
        serde_json::from_slice(&answer).map_err(|error| NotTaken::later(format!("its answer can't be read: {error}")))
    }
}
