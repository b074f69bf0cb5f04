//! Reads the enrolled object and its associated records: exactly what the definition's `reads`
//! declare, through the object's associations and batch reads. Search is never used: its index lags.

use std::time::Duration;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::wire::{Association, Associations, Batch, Record};
use super::write::KnownTypes;
use crate::action::{Reads, ReadsAssociated};
use crate::clock::Clock;
use crate::enrollment::{Associated, CrmObject, ObjectRef};
use crate::quickbooks::{Secret, Transport};

/// Records in one batch read; HubSpot's own limit.
pub(super) const BATCH_MAX: usize = 100;

/// Associations in one page; HubSpot's own limit.
pub(super) const PAGE_MAX: usize = 500;

/// Associated records of one kind. QuickBooks takes 750 lines; more are read so that the action
/// can say how many there are.
const ASSOCIATED_MAX: usize = 2_000;

/// Tries of one read before the run waits instead.
const TRIES: u32 = 3;

/// How a portal is reached.
#[derive(Debug, Clone)]
pub struct Portal {
    /// Scheme, host and port: `https://api.hubapi.com`.
    pub base_url: String,
    /// The portal's access token.
    pub token: Secret,
}

/// One portal's records.
#[derive(Debug)]
pub struct Crm {
    portal: Portal,
    transport: Transport,
    clock: Clock,
    known_types: KnownTypes,
}

/// The enrolled object as HubSpot shows it.
#[derive(Debug)]
pub struct Seen {
    /// The object.
    pub object: CrmObject,
    /// Its associated records, ordered by kind, then by numeric id.
    pub associated: Vec<Associated>,
}

impl Seen {
    /// Bytes of all property names and values.
    pub fn bytes(&self) -> usize {
        let of =
            |object: &CrmObject| object.properties.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        of(&self.object) + self.associated.iter().map(|associated| of(&associated.object)).sum::<usize>()
    }
}

impl Crm {
    /// Reaches them through `transport`, on `clock`.
    pub fn new(portal: Portal, transport: Transport, clock: &Clock) -> Self {
        Self { portal, transport, clock: clock.clone(), known_types: KnownTypes::default() }
    }

    /// Where the portal is, and how it is reached.
    pub(super) fn reached(&self) -> (&Portal, &Transport) {
        (&self.portal, &self.transport)
    }

    pub(super) fn known_types(&self) -> &KnownTypes {
        &self.known_types
    }

    /// The object with what `reads` asks for.
    pub async fn snapshot(&self, object: &ObjectRef, reads: Option<&Reads>) -> Result<Seen, NoSnapshot> {
        let (properties, kinds) = match reads {
            Some(reads) => (reads.properties.as_slice(), reads.associated.as_slice()),
            None => (&[][..], &[][..]),
        };
        let path =
            format!("/crm/v3/objects/{}/{}?properties={}", plural(object.kind.as_str()), object.id, list(properties));
        let record: Record = match self.get(&path).await {
            Err(NoSnapshot::Unknown(_)) => return Err(NoSnapshot::Unknown(object.to_string())),
            read => read?,
        };
        let mut associated = Vec::new();
        for kind in kinds {
            associated.extend(self.associated(object, kind).await?);
        }
        // HubSpot gives no order; a run must see one.
        associated.sort_by(|a, b| (&a.object.kind, number(&a.object.id)).cmp(&(&b.object.kind, number(&b.object.id))));
        Ok(Seen { object: crm_object(object.kind.as_str(), record), associated })
    }

    async fn associated(&self, object: &ObjectRef, kind: &ReadsAssociated) -> Result<Vec<Associated>, NoSnapshot> {
        let associations = self.associations(object, &kind.kind).await?;
        let mut records = Vec::with_capacity(associations.len());
        for chunk in associations.chunks(BATCH_MAX) {
            let ids: Vec<_> = chunk.iter().map(|association| json!({ "id": association.to })).collect();
            let body = json!({ "inputs": ids, "properties": kind.properties }).to_string();
            let path = format!("/crm/v3/objects/{}/batch/read", plural(&kind.kind));
            let batch: Batch = self.ask(http::Method::POST, &path, Bytes::from(body)).await?;
            // HubSpot answers in part when it has to. A line that went missing here would be missing
            // on the invoice.
            if let Some(lost) = chunk.iter().find(|asked| batch.results.iter().all(|record| record.id != asked.to)) {
                return Err(NoSnapshot::Incomplete(format!("{} {}", kind.kind, lost.to)));
            }
            records.extend(batch.results);
        }
        let labels = |id: &str| {
            let association = associations.iter().find(|association| association.to == id);
            association
                .map(|found| found.types.iter().filter_map(|each| each.label.clone()).collect())
                .unwrap_or_default()
        };
        Ok(records
            .into_iter()
            .map(|record| Associated {
                labels: labels(&record.id),
                parent: object.id.clone(),
                object: crm_object(&kind.kind, record),
            })
            .collect())
    }

    async fn associations(&self, object: &ObjectRef, kind: &str) -> Result<Vec<Association>, NoSnapshot> {
        let path = format!(
            "/crm/v4/objects/{}/{}/associations/{}?limit={PAGE_MAX}",
            plural(object.kind.as_str()),
            object.id,
            plural(kind)
        );
        let mut found: Vec<Association> = Vec::new();
        let mut after = None;
        loop {
            let page: Associations = match &after {
                None => self.get(&path).await?,
                Some(after) => self.get(&format!("{path}&after={after}")).await?,
            };
            found.extend(page.results);
            after = page.paging.and_then(|paging| paging.next).map(|next| encode(&next.after));
            if after.is_none() || found.len() >= ASSOCIATED_MAX {
                return Ok(found);
            }
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, NoSnapshot> {
        self.ask(http::Method::GET, path, Bytes::new()).await
    }

    async fn ask<T: DeserializeOwned>(&self, method: http::Method, path: &str, body: Bytes) -> Result<T, NoSnapshot> {
        let mut pause = Duration::from_millis(200);
        for _ in 1..TRIES {
            match self.ask_once(method.clone(), path, body.clone()).await {
                Err(NoSnapshot::Unavailable(_)) => self.clock.sleep(pause).await,
                answered => return answered,
            }
            pause *= 4;
        }
        self.ask_once(method, path, body).await
    }

    async fn ask_once<T: DeserializeOwned>(
        &self,
        method: http::Method,
        path: &str,
        body: Bytes,
    ) -> Result<T, NoSnapshot> {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.portal.base_url.trim_end_matches('/')))
            .header("authorization", format!("Bearer {}", self.portal.token.expose()))
            .header("content-type", "application/json")
            .body(body)
            .map_err(|_| NoSnapshot::Refused("its base URL is not a URL".into()))?;
        let answer = self.transport.send(request).await.map_err(|error| NoSnapshot::Unavailable(error.to_string()))?;
        match answer.status().as_u16() {
            200..=299 => serde_json::from_slice(answer.body())
                .map_err(|error| NoSnapshot::Unavailable(format!("its answer can't be read: {error}"))),
            404 => Err(NoSnapshot::Unknown(path.into())),
            401 => Err(NoSnapshot::Refused("it does not accept the access token; connect the portal again".into())),
            403 => Err(NoSnapshot::Forbidden),
            status @ (423 | 429 | 477 | 500..=599) => Err(NoSnapshot::Unavailable(format!("it answers {status}"))),
            status => Err(NoSnapshot::Refused(format!("it answers {status}"))),
        }
    }
}

/// The word in HubSpot's paths.
pub(super) fn plural(kind: &str) -> String {
    match kind {
        "payment" => "commerce_payments".into(),
        "company" => "companies".into(),
        "tax" => "taxes".into(),
        other => format!("{other}s"),
    }
}

fn list(properties: &[String]) -> String {
    properties.iter().map(|name| encode(name)).collect::<Vec<_>>().join(",")
}

pub(super) fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn number(id: &str) -> u64 {
    id.parse().unwrap_or(u64::MAX)
}

fn crm_object(kind: &str, record: Record) -> CrmObject {
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    CrmObject {
        kind: kind.into(),
        id: record.id,
        properties: record
            .properties
            .into_iter()
            .filter_map(|(name, value)| Some((name, text(value?))))
            .filter(|(_, value)| !value.is_empty())
            .collect(),
    }
}

/// The enrolled object could not be read.
#[derive(Debug, thiserror::Error)]
pub enum NoSnapshot {
    /// There is no such record, for this connection. The run is refused.
    #[error("HubSpot has no {0}")]
    Unknown(String),
    /// Not now. The run waits.
    #[error("HubSpot does not answer: {0}")]
    Unavailable(String),
    /// One of the associated records is not given. The run waits.
    #[error("HubSpot does not give {0}")]
    Incomplete(String),
    /// Not what this action reads. The run waits for a person.
    #[error("HubSpot refuses: the connection lacks a scope for what the action reads")]
    Forbidden,
    /// Not with this connection. The run waits for a person.
    #[error("HubSpot refuses: {0}")]
    Refused(String),
}
