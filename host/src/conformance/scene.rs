//! What a case begins with: the simulators filled as it says, and the start of its run. Knows no
//! sockets and no time of its own, so that plays over HTTP and plays on moved time begin alike.

use std::sync::Arc;

use qbo_simulator::hubspot::HubSpot;
use qbo_simulator::quickbooks::{self, QuickBooks};

use super::case::{Case, LaterEvent};
use super::stage::NoStage;
use crate::action::Capability;
use crate::catalog::ActionVersion;
use crate::connection::Connection;
use crate::enrollment::{Enrollment, Event, IfExists};
use crate::grant::Grants;
use crate::runs::Start;

/// A case and the action that plays it.
#[derive(Clone, Copy)]
pub(super) struct Scene<'s> {
    pub(super) case: &'s Case,
    pub(super) version: &'s Arc<ActionVersion>,
}

impl Scene<'_> {
    /// Whether the action has every input that the case fills in, and asks for everything that it denies.
    /// A misspelt name would otherwise state nothing. A value may be unfit on purpose.
    pub(super) fn fits(&self) -> Result<(), UnknownToAction> {
        let (case, definition) = (self.case, &self.version.definition);
        let action = || definition.id.clone();
        let inputs = case.inputs().chain(case.events.iter().flat_map(LaterEvent::inputs));
        for (name, _) in inputs {
            if !definition.inputs.iter().any(|input| input.name == name) {
                return Err(UnknownToAction::Input { action: action(), name });
            }
        }
        for capability in &case.denied {
            if !definition.capabilities.iter().any(|asked| asked.capability == *capability) {
                return Err(UnknownToAction::Capability { action: action(), capability: capability.clone() });
            }
        }
        Ok(())
    }

    /// The seeded companies with what the case puts into the one it plays in.
    pub(super) fn books(&self, settings: quickbooks::Settings) -> Result<QuickBooks, NoStage> {
        let books = QuickBooks::seeded_with(settings);
        let (case, realm) = (self.case, self.case.company.realm());
        let refused = |entity: &str| {
            let entity = entity.to_owned();
            move |fault| NoStage::Entity { entity, fault }
        };
        for (entity, body) in case.quickbooks.entities.iter().flatten() {
            books.create(realm, entity, body.clone()).map_err(refused(entity))?;
        }
        if let Some(preferences) = &case.quickbooks.preferences {
            books.update_preferences(realm, preferences.clone()).map_err(refused("Preferences"))?;
        }
        Ok(books)
    }

    /// The seeded portal with what the case puts into it.
    pub(super) fn portal(&self) -> Result<HubSpot, NoStage> {
        let portal = HubSpot::seeded();
        if let Some(fixture) = &self.case.hubspot {
            portal.load(fixture)?;
        }
        Ok(portal)
    }

    /// The start of the case's run on `connection`.
    pub(super) fn start(&self, connection: &Connection) -> Start {
        let Self { case, version } = self;
        let definition = &version.definition;
        let enrollment = Enrollment {
            event: Event {
                source: "case".into(),
                portal: connection.portal.clone(),
                company: connection.quickbooks.realm().into(),
                action: definition.id.clone(),
                id: case.name.clone(),
            },
            object: case.object.clone(),
            inputs: definition.defaults().chain(case.inputs()).collect(),
            accepted_at: case.accepted_at,
            zone: connection.zone.clone(),
            preview: false,
            if_exists: IfExists::default(),
            reference: None,
            callback: None,
        };
        Start {
            enrollment: Arc::new(enrollment),
            version: Arc::clone(version),
            grants: Arc::new(Grants::of(definition, |capability| !case.denied.contains(capability))),
            connection: connection.clone(),
        }
    }

    /// The same as a preview: an event of its own, so that it takes no identity from the run.
    pub(super) fn preview(&self, connection: &Connection) -> Start {
        let mut start = self.renamed(connection, "previewed");
        Arc::make_mut(&mut start.enrollment).preview = true;
        start
    }

    /// The same as another event of the same object.
    pub(super) fn renamed(&self, connection: &Connection, suffix: &str) -> Start {
        let mut start = self.start(connection);
        Arc::make_mut(&mut start.enrollment).event.id = format!("{} {suffix}", self.case.name);
        start
    }

    /// The start of one of the case's later events, by its place.
    pub(super) fn later(&self, connection: &Connection, place: usize, event: &LaterEvent) -> Start {
        let mut start = self.renamed(connection, &format!("later {place}"));
        let enrollment = Arc::make_mut(&mut start.enrollment);
        enrollment.inputs.extend(event.inputs());
        enrollment.if_exists = event.if_exists;
        if let Some(object) = &event.object {
            enrollment.object = object.clone();
        }
        start
    }

    /// The same without one more capability.
    pub(super) fn denying(&self, connection: &Connection, denied: &Capability) -> Start {
        let mut start = self.start(connection);
        let known = &self.case.denied;
        let approved = |capability: &Capability| capability != denied && !known.contains(capability);
        start.grants = Arc::new(Grants::of(&self.version.definition, approved));
        start
    }
}

/// A case names what its action does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownToAction {
    /// An input.
    #[error("{action} has no input {name}")]
    Input {
        /// The action's id.
        action: String,
        /// The input.
        name: String,
    },
    /// A denied capability.
    #[error("{action} does not ask for {capability}, so it can't be denied")]
    Capability {
        /// The action's id.
        action: String,
        /// The capability.
        capability: Capability,
    },
}
