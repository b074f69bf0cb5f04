//! One play of a case with one disturbance: the drama of one or two lives of a host. Tells what came
//! of it, and judges nothing.

use std::sync::Arc;
use std::time::Duration;

use futures::future::{Either, join, select};
use qbo_simulator::faults::{Effect, Fault};

use super::NotSwept;
use super::disturbance::{Disturbance, Moment, Request};
use super::mortal::Life;
use super::world::{Host, OF_A_COMPANY, Properties, World};
use crate::clock::Clock;
use crate::conformance::books::Changes;
use crate::conformance::expected::ExpectedStatus;
use crate::conformance::scene::Scene;
use crate::runs::service_store::ServiceStore as _;
use crate::runs::{MemoryStore, Patience, RunRecord, Start};
use crate::sandbox::Sandbox;

/// How long a run may take on its own time: as long as an action may ask to wait, and every pause after
/// a failure.
const LONG: Patience = Patience(Duration::from_secs(30 * 60));

/// A run that is to wait gets past one failure, and not past its own waiting.
const WAITING: Patience = Patience(Duration::from_secs(5 * 60));

/// A store that takes the place of a lost one looks back so far.
const LOOKING_BACK: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// What came of a play.
pub(super) struct Played {
    /// How the runs stand: one, or those of two events.
    pub(super) records: Vec<Arc<RunRecord>>,
    /// What the books have that they had not.
    pub(super) changes: Changes,
    /// What QuickBooks was asked.
    pub(super) requests: Vec<Request>,
    /// Whether the disturbance came to pass. One that never came proves nothing.
    pub(super) befell: bool,
}

/// How the runs stand, and whether the disturbance came to pass.
type Came = (Vec<Arc<RunRecord>>, bool);

/// What is played: a case on its properties.
pub(super) struct Staged<'p> {
    pub(super) scene: Scene<'p>,
    pub(super) properties: &'p Properties,
    pub(super) sandbox: &'p Arc<Sandbox>,
    /// Whether a host without a store finds what was made by its marker, and needs no request id.
    pub(super) is_marked: bool,
}

/// Plays it to its end, in this thread and on a time of its own. Time moves only when everybody waits,
/// so that a pause of a minute costs nothing.
pub(super) fn play(staged: &Staged<'_>, disturbance: &Disturbance) -> Result<Played, NotSwept> {
    let clock = Clock::moved(staged.scene.case.accepted_at);
    let world = World::set(staged.properties, staged.sandbox, &clock);
    let drama = Drama::of(staged.scene, world, disturbance, staged.is_marked)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        // Everybody waits: time moves to the first who wakes.
        .on_thread_park(move || {
            clock.wake_next();
        })
        .build()
        .map_err(NotSwept::NoRuntime)?;
    // As a task: what drives the runtime itself is woken only after time has moved.
    let played = runtime.block_on(async { tokio::spawn(drama.played()).await });
    played.map_err(|died| NotSwept::Died(died.to_string()))?
}

/// A play before it begins.
struct Drama {
    world: World,
    disturbance: Disturbance,
    start: Start,
    other: Start,
    patience: Patience,
    is_marked: bool,
}

impl Drama {
    fn of(scene: Scene<'_>, world: World, disturbance: &Disturbance, is_marked: bool) -> Result<Self, NotSwept> {
        // Every life of the host puts its own connection in the place of this one.
        let connection = world.connection(&Life::new(None))?;
        let start = match disturbance {
            Disturbance::Denied(capability) => scene.denying(&connection, capability),
            Disturbance::None
            | Disturbance::Dies(_)
            | Disturbance::StoreLost(_)
            | Disturbance::Throttled(_)
            | Disturbance::ServerError(_)
            | Disturbance::AnswerLost(_)
            | Disturbance::Again
            | Disturbance::AtOnce
            | Disturbance::TwoEvents => scene.start(&connection),
        };
        let patience = match (scene.case.expect.status, disturbance) {
            (ExpectedStatus::Waiting, Disturbance::None) => Patience(Duration::ZERO),
            (ExpectedStatus::Waiting, _) => WAITING,
            (ExpectedStatus::Succeeded | ExpectedStatus::Refused | ExpectedStatus::Held, _) => LONG,
        };
        let other = scene.renamed(&connection, "again");
        Ok(Self { world, disturbance: disturbance.clone(), start, other, patience, is_marked })
    }

    async fn played(self) -> Result<Played, NotSwept> {
        let (records, befell) = self.records().await?;
        let markers = [&self.start, &self.other].map(|start| start.enrollment.marker());
        let changes = self.world.changes(&markers);
        Ok(Played { records, changes, requests: self.world.requests(), befell })
    }

    async fn records(&self) -> Result<Came, NotSwept> {
        let store = Arc::new(MemoryStore::new(self.world.clock.clone()));
        let host = |until| self.world.host(&store, Life::new(until));
        match &self.disturbance {
            Disturbance::None | Disturbance::Denied(_) => Ok((vec![self.run(&host(None)?, &self.start).await?], true)),
            Disturbance::Throttled(at) => self.suffers(&host(None)?, *at, Effect::Throttled).await,
            Disturbance::ServerError(at) => self.suffers(&host(None)?, *at, Effect::ServerError { status: 500 }).await,
            Disturbance::AnswerLost(at) => self.suffers(&host(None)?, *at, Effect::AnswerLost).await,
            Disturbance::Again => {
                let host = host(None)?;
                self.run(&host, &self.start).await?;
                Ok((vec![self.run(&host, &self.start).await?], true))
            }
            Disturbance::AtOnce => Ok((self.both(&host(None)?, &self.start).await?, true)),
            Disturbance::TwoEvents => Ok((self.both(&host(None)?, &self.other).await?, true)),
            Disturbance::Dies(moment) => {
                if let Some(record) = self.first_life(host(Some(*moment))?).await? {
                    return Ok((vec![record], false));
                }
                store.take_over(&[]).await?;
                Ok((vec![self.run(&host(None)?, &self.start).await?], true))
            }
            Disturbance::StoreLost(moment) => self.store_lost(&store, *moment).await,
        }
    }

    async fn run(&self, host: &Host, start: &Start) -> Result<Arc<RunRecord>, NotSwept> {
        let start = Start { connection: host.connection.clone(), ..start.clone() };
        Ok(host.runs.run(&start, self.patience).await?)
    }

    /// Both at once, on one host.
    async fn both(&self, host: &Host, other: &Start) -> Result<Vec<Arc<RunRecord>>, NotSwept> {
        let (one, other) = join(self.run(host, &self.start), self.run(host, other)).await;
        Ok(vec![one?, other?])
    }

    async fn suffers(&self, host: &Host, at: usize, effect: Effect) -> Result<Came, NotSwept> {
        let skip = u32::try_from(at).unwrap_or(u32::MAX);
        self.world.books.faults().inject(Fault { matches: OF_A_COMPANY.into(), skip, times: 1, effect });
        let record = self.run(host, &self.start).await?;
        Ok((vec![record], self.world.books.faults().are_spent()))
    }

    /// Until the host dies; or the end, if that comes first.
    async fn first_life(&self, host: Host) -> Result<Option<Arc<RunRecord>>, NotSwept> {
        let ended = {
            let running = std::pin::pin!(self.run(&host, &self.start));
            let dying = std::pin::pin!(host.life.ended());
            match select(dying, running).await {
                Either::Left(((), _)) => None,
                Either::Right((record, _)) => Some(record?),
            }
        };
        Ok(ended)
    }

    /// The host dies, its store is lost, and the event comes again.
    async fn store_lost(&self, store: &Arc<MemoryStore>, moment: Moment) -> Result<Came, NotSwept> {
        let died = self.first_life(self.world.host(store, Life::new(Some(moment)))?).await?.is_none();
        if self.is_marked {
            self.world.books.set_request_id_memory(Duration::ZERO);
        }
        let empty = Arc::new(MemoryStore::new(self.world.clock.clone()).looking_back(LOOKING_BACK));
        Ok((vec![self.run(&self.world.host(&empty, Life::new(None))?, &self.start).await?], died))
    }
}
