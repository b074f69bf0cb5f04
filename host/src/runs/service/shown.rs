//! A run in full, as people and programs read it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::enrollment::ObjectRef;
use crate::ids::{Digest, RunId, SaleKey};
use crate::runs::record::{CallLine, RunRecord};
use crate::runs::service_store::{Happened, MessageLine, Phase, Stored};

/// A run: what asked for it, where it is, and everything that happened to it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Shown {
    /// The run.
    pub run_id: RunId,
    /// Where it is on its way.
    pub phase: Phase,
    /// The event's id.
    pub event: String,
    /// Who asked.
    pub source: String,
    /// The HubSpot account.
    pub portal: String,
    /// The QuickBooks company.
    pub company: String,
    /// The action.
    pub action: String,
    /// The component that runs it.
    pub digest: Digest,
    /// The enrolled object.
    pub object: ObjectRef,
    /// What it was given, defaults included.
    pub inputs: BTreeMap<String, String>,
    /// Whether nothing is sent.
    pub preview: bool,
    /// What tells it apart from other runs for the object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When it goes on, of one that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// The sale that it makes a document for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<String>,
    /// How it stood when its last attempt ended, with what that used of each limit.
    pub record: Option<RunRecord>,
    /// What is recorded of its calls by now.
    pub calls: Vec<CallLine>,
    /// What happened, oldest first.
    pub timeline: Vec<Happened>,
    /// What HubSpot was or is to be told.
    pub messages: Vec<MessageLine>,
}

impl Shown {
    pub(super) fn new(run: RunId, stored: &Stored) -> Self {
        let event = &stored.enrollment.event;
        let recorded = || stored.history.records.iter().map(|record| CallLine::from(&**record)).collect();
        Self {
            run_id: run,
            phase: stored.phase,
            event: event.id.clone(),
            source: event.source.clone(),
            portal: event.portal.clone(),
            company: event.company.clone(),
            action: event.action.clone(),
            digest: stored.digest,
            object: stored.enrollment.object.clone(),
            inputs: stored.enrollment.inputs.clone(),
            preview: stored.enrollment.preview,
            reference: stored.enrollment.reference.clone(),
            accepted_at: stored.enrollment.accepted_at,
            due: stored.due,
            sale: stored.sale.as_ref().map(|key: &SaleKey| key.as_str().to_owned()),
            record: stored.record.as_deref().cloned(),
            calls: stored.end().map_or_else(recorded, |end| end.calls.clone()),
            timeline: stored.timeline.clone(),
            messages: stored.messages.clone(),
        }
    }
}

impl Stored {
    /// How the run ended, if it has.
    pub(super) fn end(&self) -> Option<&Arc<RunRecord>> {
        self.record.as_ref().filter(|_| self.phase == Phase::Ended)
    }
}
