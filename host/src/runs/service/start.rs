//! Starting a run, and waiting for its end.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::FutureExt as _;
use futures::future::{Either, select};

use super::{NotDone, Service, Stage};
use crate::catalog::Version;
use crate::connection::Connection;
use crate::enrollment::{Enrollment, Event, IfExists, ObjectRef};
use crate::ids::RunId;
use crate::runs::record::RunRecord;
use crate::runs::store::Enqueued;
use crate::runs::{Accepted, Patience, Start};

/// A run that somebody asks for.
#[derive(Debug, Clone)]
pub struct StartRequest {
    /// The action's id.
    pub action: String,
    /// The enrolled object.
    pub object: ObjectRef,
    /// The HubSpot account; may be left out where one connection is left without it.
    pub portal: Option<String>,
    /// The QuickBooks company; the same.
    pub company: Option<String>,
    /// Inputs, without the definition's defaults.
    pub inputs: Vec<(String, String)>,
    /// The event's id. Without one this is a new event, unless a run of the same action, object and
    /// reference is under way that can take its place: one that asks for no callback and no document of
    /// its own.
    pub event: Option<String>,
    /// Nothing is sent.
    pub preview: bool,
    /// What to do about a document that stands for the same sale, if not what the connection's
    /// settings say.
    pub if_exists: Option<IfExists>,
    /// Tells apart what is made for one object on purpose.
    pub reference: Option<String>,
    /// Who asks; part of the event's identity.
    pub source: String,
    /// HubSpot's name for the execution that waits for the end.
    pub callback: Option<String>,
}

impl Service {
    /// Accepts a run; durable before it returns.
    pub async fn start(&self, request: StartRequest) -> Result<Accepted, NotDone> {
        self.check_open()?;
        let Some(Version { version, grants }) = self.installed.active(&request.action) else {
            return Err(NotDone::UnknownAction { action: request.action, known: self.installed.actions() });
        };
        let definition = &version.definition;
        if !definition.object_types.contains(&request.object.kind) {
            let (action, known) = (request.action, definition.object_types.clone());
            return Err(NotDone::WrongObjectType { action, kind: request.object.kind, known });
        }
        let connection = self.connection(request.portal.as_deref(), request.company.as_deref())?;
        let settings = self.settings_of(&connection).await?;
        let inputs = settings
            .inputs(definition, request.inputs)
            .map_err(|bad| NotDone::Input { bad, connection: self.called(&connection) })?;
        let if_exists = request.if_exists.unwrap_or(settings.if_exists);
        // Who waits for an end of its own, or wants a document of its own, gets a run of its own.
        let join =
            request.event.is_none() && request.callback.is_none() && !request.preview && if_exists != IfExists::Another;
        let event = Event {
            source: request.source,
            portal: connection.portal.clone(),
            company: connection.quickbooks.realm().into(),
            action: definition.id.clone(),
            id: request.event.unwrap_or_else(|| self.new_event()),
        };
        let enrollment = Enrollment {
            event,
            object: request.object,
            inputs,
            accepted_at: self.clock.now(),
            zone: settings.zone.unwrap_or_else(|| connection.zone.clone()),
            preview: request.preview,
            if_exists,
            reference: request.reference,
            callback: request.callback,
        };
        let start = Start { enrollment: Arc::new(enrollment), version, grants, connection };
        let accepted = self.runs.accept(&start, join).await?;
        if accepted.enqueued == Enqueued::Duplicate {
            self.check_same(accepted.run, &start.enrollment).await?;
        }
        Ok(accepted)
    }

    /// Whether what the event was accepted for is what it is asked for now.
    async fn check_same(&self, run: RunId, asked: &Enrollment) -> Result<(), NotDone> {
        let first = self.stored(run).await?.enrollment;
        if first.object != asked.object {
            let (first, asked) = (first.object.clone(), asked.object.clone());
            return Err(NotDone::EventTaken { run, first, asked });
        }
        // Nobody would ever tell a second execution that waits.
        if asked.callback.is_some() && asked.callback != first.callback {
            return Err(NotDone::CallbackTaken { run });
        }
        Ok(())
    }

    /// The one connection between these two, as far as they are named.
    pub(super) fn connection(&self, portal: Option<&str>, company: Option<&str>) -> Result<Connection, NotDone> {
        let mut between = self.connections.between(portal, company);
        match (between.pop(), between.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(_), false) => Err(NotDone::ConnectionUnnamed),
            (None, _) => {
                let named = |part: Option<&str>| part.unwrap_or("any").to_owned();
                let (portal, company) = (named(portal), named(company));
                // Whoever asks for a company that is not the portal's may be trying others' books.
                tracing::warn!(portal, company, "a start for a connection that does not exist was refused");
                Err(NotDone::UnknownConnection { portal, company })
            }
        }
    }

    /// No two events of this host have one name, also across its lives and when its clock is set back.
    fn new_event(&self) -> String {
        let number = self.events.fetch_add(1, Ordering::Relaxed);
        format!("{}-{}-{number}", self.clock.now().as_nanosecond(), std::process::id())
    }

    /// The run's end, if it comes before `patience` is over or the host stops.
    pub async fn wait(&self, run: RunId, patience: Patience) -> Result<Option<Arc<RunRecord>>, NotDone> {
        let mut ended = pin!(self.runs.ended(run, patience));
        // Listening begins before the store is asked: an end in between must not be missed.
        let told = match ended.as_mut().now_or_never() {
            Some(told) => told,
            None => match self.end_of(run).await? {
                Some(record) => Some(record),
                None => match select(ended, pin!(self.stopping())).await {
                    Either::Left((told, _)) => told,
                    Either::Right(((), _)) => None,
                },
            },
        };
        match told {
            Some(record) => Ok(Some(record)),
            None => self.end_of(run).await,
        }
    }

    async fn stopping(&self) {
        let mut stage = self.stage.subscribe();
        let _stopping = stage.wait_for(|stage| *stage == Stage::Stopping).await;
    }

    async fn end_of(&self, run: RunId) -> Result<Option<Arc<RunRecord>>, NotDone> {
        Ok(self.stored(run).await?.end().cloned())
    }
}
