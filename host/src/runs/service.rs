//! What a host that keeps running offers to whoever asks it: starting runs, showing them, leading
//! them out of wherever they are held, and driving all of them. `server` and `cli` come here.
//!
//! Owns what is allowed when. Must not know HTTP, nor how a store keeps anything.

mod actions;
mod connections;
mod decide;
mod options;
mod settings;
mod shown;
mod start;

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::Runs;
use super::dispatch::Dispatch;
use super::outbox::Outbox;
use super::record::Status;
use super::service_store::{Counts, NoBackup, Query, RunLine, ServiceStore, Stored};
use super::store::Unavailable;
use crate::action::BadInput;
use crate::catalog::{Catalog, Installed};
use crate::clock::Clock;
use crate::connection::Connections;
use crate::connection::settings::BadSetting;
use crate::enrollment::{ObjectKind, ObjectRef};
use crate::ids::RunId;
use crate::options::NoChoices;
use crate::quickbooks::Wait;
use crate::sandbox::Sandbox;
pub use actions::{ActionLine, InputLine, NotInstalled};
pub use connections::ConnectionLine;
pub use settings::ShownSettings;
pub use shown::Shown;
pub use start::StartRequest;

/// A host's runs, for as long as it runs.
pub struct Service {
    runs: Arc<Runs>,
    store: Arc<dyn ServiceStore>,
    installed: Arc<Installed>,
    connections: Arc<Connections>,
    catalog: Catalog,
    clock: Clock,
    stage: watch::Sender<Stage>,
    /// Counts the events that this process named.
    events: AtomicU64,
}

/// Where a host is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Actions are still being installed.
    Starting,
    /// Everything is there.
    Ready,
    /// It was asked to stop, and takes nothing new.
    Stopping,
}

impl Service {
    /// A host's runs in `store`, on these connections, with no action installed yet.
    pub fn new(
        store: Arc<dyn ServiceStore>,
        sandbox: Arc<Sandbox>,
        catalog: Catalog,
        connections: Connections,
        clock: Clock,
    ) -> Self {
        let (installed, connections) = (Arc::new(Installed::default()), Arc::new(connections));
        let of_runs = Arc::clone(&store);
        let runs = Runs::with(of_runs, sandbox, clock.clone(), Arc::clone(&installed), Arc::clone(&connections));
        let (stage, _) = watch::channel(Stage::Starting);
        let runs = Arc::new(runs);
        Self { runs, store, installed, connections, catalog, clock, stage, events: AtomicU64::new(0) }
    }

    /// Everything is installed; runs may be started.
    pub fn open(&self) {
        self.stage.send_replace(Stage::Ready);
    }

    /// Nothing new is taken from now on.
    pub fn close(&self) {
        self.stage.send_replace(Stage::Stopping);
    }

    /// How many runs stand how, of a host that is ready for more.
    pub async fn ready(&self) -> Result<Counts, NotDone> {
        self.check_open()?;
        Ok(self.store.counts().await?)
    }

    fn check_open(&self) -> Result<(), NotDone> {
        let stage = *self.stage.borrow();
        match stage {
            Stage::Ready => Ok(()),
            Stage::Starting => Err(NotDone::Starting),
            Stage::Stopping => Err(NotDone::Stopping),
        }
    }

    /// Drives what is due and tells HubSpot what ended, until `stop`; then what is under way may go
    /// on for `grace`. `company_max` runs of one company are under way at once.
    pub async fn dispatch(&self, stop: impl Future<Output = ()>, grace: Duration, company_max: usize) {
        let (tell, told) = oneshot::channel::<()>();
        let dispatch = Dispatch::new(Arc::clone(&self.runs), Arc::clone(&self.store), company_max);
        let outbox = Outbox::new(Arc::clone(&self.store), Arc::clone(&self.connections), self.clock.clone());
        let dispatching = async {
            dispatch.run(stop, grace).await;
            // Whoever sends messages is told by this going away.
            drop(tell);
        };
        let sending = outbox.run(async {
            let _over = told.await;
        });
        futures::future::join(dispatching, sending).await;
    }

    /// Runs, newest first.
    pub async fn list(&self, query: &Query) -> Result<Vec<RunLine>, NotDone> {
        Ok(self.store.runs(query).await?)
    }

    /// One run, with everything that happened to it.
    pub async fn show(&self, run: RunId) -> Result<Shown, NotDone> {
        Ok(Shown::new(run, &self.stored(run).await?))
    }

    async fn stored(&self, run: RunId) -> Result<Stored, NotDone> {
        self.store.run(run).await?.ok_or(NotDone::UnknownRun)
    }

    /// Writes a copy of the store to a new file, while it goes on.
    pub async fn backup(&self, file: &Path) -> Result<(), NotDone> {
        Ok(self.store.backup(file).await?)
    }
}

/// Why something was not done. Nothing has changed then, but for [`NotDone::Unavailable`], after
/// which it may have.
#[derive(Debug, thiserror::Error)]
pub enum NotDone {
    /// Actions are still being installed.
    #[error("the host is starting")]
    Starting,
    /// It takes nothing new.
    #[error("the host is stopping")]
    Stopping,
    /// No such action is installed.
    #[error("there is no action '{}'", action.escape_debug())]
    UnknownAction {
        /// What was asked for.
        action: String,
        /// What there is.
        known: Vec<String>,
    },
    /// There is no such connection.
    #[error("there is no connection between the portal {} and the company {}", portal.escape_debug(), company.escape_debug())]
    UnknownConnection {
        /// The HubSpot account.
        portal: String,
        /// The QuickBooks company.
        company: String,
    },
    /// Several connections fit.
    #[error("several connections fit")]
    ConnectionUnnamed,
    /// The action runs for other objects.
    #[error("{action} is not for a {kind}")]
    WrongObjectType {
        /// The action.
        action: String,
        /// What was to be enrolled.
        kind: ObjectKind,
        /// What can be.
        known: Vec<ObjectKind>,
    },
    /// An input can't be taken.
    #[error("{bad}")]
    Input {
        /// Why.
        bad: BadInput,
        /// What the connection is called.
        connection: String,
    },
    /// A connection's settings can't be what they should become.
    #[error("the settings are refused in {} places", problems.len())]
    Settings {
        /// Each of them.
        problems: Vec<BadSetting>,
    },
    /// What is kept of a connection's settings can't be read.
    #[error("the connection's settings can't be read in {} places", unreadable.len())]
    SettingsUnreadable {
        /// Each of them.
        unreadable: Vec<BadSetting>,
    },
    /// There is no such list of choices.
    #[error(transparent)]
    NoChoices(#[from] NoChoices),
    /// Somebody changed the settings since they were read.
    #[error("the settings are at version {version} by now")]
    SettingsChanged {
        /// What they are at.
        version: u64,
    },
    /// The event's id is that of a run for another object.
    #[error("this event is run {run} for {first}, not for {asked}")]
    EventTaken {
        /// The run that it is.
        run: RunId,
        /// What it is about.
        first: ObjectRef,
        /// What was asked for.
        asked: ObjectRef,
    },
    /// The event's id is that of a run whose end another execution is told.
    #[error("this event is run {run}, which does not tell its end to this callback")]
    CallbackTaken {
        /// The run that it is.
        run: RunId,
    },
    /// There is no such run.
    #[error("there is no such run")]
    UnknownRun,
    /// No such version of the action is installed.
    #[error("no version '{}' of {action} is installed", version.escape_debug())]
    UnknownVersion {
        /// The action.
        action: String,
        /// What was asked for.
        version: String,
    },
    /// Several installed components say that they are this version.
    #[error("{} components say that they are version {} of {action}", digests.len(), version.escape_debug())]
    AmbiguousVersion {
        /// The action.
        action: String,
        /// What was asked for.
        version: String,
        /// The components.
        digests: Vec<String>,
    },
    /// The component that the run began with is gone.
    #[error("the component that this run began with is not installed")]
    NotInstalled,
    /// An attempt holds the run, or it waits for its turn.
    #[error("the run has not ended")]
    NotEnded,
    /// The run has ended in a way that this doesn't lead out of.
    #[error("the run has ended: {}", status.as_str())]
    Ended {
        /// How it ended.
        status: Status,
    },
    /// Transactions of the run stand in QuickBooks, or may.
    #[error("in QuickBooks stands because of this run: {}", documents.join(", "))]
    DocumentsStand {
        /// Which.
        documents: Vec<String>,
    },
    /// QuickBooks can't be asked what stands.
    #[error("whether documents of the run stand is not known: {}", .0.message)]
    StandingUnknown(Wait),
    /// The store did not answer.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The store was not copied.
    #[error(transparent)]
    NoBackup(#[from] NoBackup),
}

impl NotDone {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Stopping => "stopping",
            Self::UnknownAction { .. } => "unknown_action",
            Self::UnknownConnection { .. } => "unknown_connection",
            Self::ConnectionUnnamed => "connection_unnamed",
            Self::WrongObjectType { .. } => "wrong_object_type",
            Self::Input { bad, .. } => bad.code(),
            Self::Settings { .. } => "bad_settings",
            Self::SettingsChanged { .. } => "settings_changed",
            Self::SettingsUnreadable { .. } => "settings_unreadable",
            Self::NoChoices(no_choices) => no_choices.code(),
            Self::EventTaken { .. } | Self::CallbackTaken { .. } => "event_taken",
            Self::UnknownRun => "unknown_run",
            Self::UnknownVersion { .. } => "unknown_version",
            Self::AmbiguousVersion { .. } => "ambiguous_version",
            Self::NotInstalled => "not_installed",
            Self::NotEnded => "run_not_ended",
            Self::Ended { .. } => "run_ended",
            Self::DocumentsStand { .. } => "documents_stand",
            Self::StandingUnknown(wait) => wait.code,
            Self::Unavailable(_) => "store_unavailable",
            Self::NoBackup(no_backup) => no_backup.code(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Starting | Self::Stopping => "ask again in a few seconds".into(),
            Self::UnknownAction { known, .. } => format!("installed are: {}", known.join(", ")),
            Self::UnknownConnection { .. } => "the service's settings list its connections".into(),
            Self::ConnectionUnnamed => "name the portal and the company".into(),
            Self::WrongObjectType { known, .. } => {
                let known: Vec<_> = known.iter().map(|kind| kind.as_str()).collect();
                format!("it runs for: {}", known.join(", "))
            }
            Self::Input { bad, connection } => input_hint(bad, connection),
            Self::Settings { problems } | Self::SettingsUnreadable { unreadable: problems } => {
                let remedy =
                    |problem: &BadSetting| format!("{}: {}; {}", problem.pointer, problem.message, problem.remedy);
                problems.iter().map(remedy).collect::<Vec<_>>().join("\n")
            }
            Self::NoChoices(no_choices) => no_choices.hint(),
            Self::SettingsChanged { .. } => "read them again, then change what is still to be changed".into(),
            Self::EventTaken { .. } | Self::CallbackTaken { .. } => "give each execution an event of its own".into(),
            Self::UnknownRun => "a run's id has 32 hex digits; the list of runs has them".into(),
            Self::UnknownVersion { .. } => "install it, or name the digest of one that is".into(),
            Self::AmbiguousVersion { digests, .. } => format!("name a digest: {}", digests.join(", ")),
            Self::NotInstalled => "name a version that is installed".into(),
            Self::NotEnded => "wait for its end, or cancel it".into(),
            Self::Ended { .. } => ENDED_HINT.into(),
            Self::DocumentsStand { .. } => "delete or void them in QuickBooks first, if they are wrong".into(),
            Self::StandingUnknown(_) => "ask again when QuickBooks answers".into(),
            Self::Unavailable(_) => "ask again; the same event is the same run".into(),
            Self::NoBackup(no_backup) => no_backup.hint().into(),
        }
    }
}

fn input_hint(bad: &BadInput, connection: &str) -> String {
    match bad {
        BadInput::Missing { name, takes, .. } => {
            format!(
                "give it with the start, or set it once: qbo-host connection set {connection} {name}=…; it takes {takes}"
            )
        }
        BadInput::Unfit { name, takes, .. } => {
            format!("it takes {takes}; where the start does not give {name}: qbo-host connection show {connection}")
        }
        BadInput::Unknown { .. } | BadInput::Twice(_) => bad.hint(),
    }
}

const ENDED_HINT: &str = "resume leads out of held, restart out of every end but a preview's, and only a run that \
                          has not ended can be cancelled";
