//! A run of few calls, and a process that dies or stands still at every point at which it touches the
//! store or QuickBooks, and its successor at every point after that: one customer, one invoice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use qbo_host::enrollment::Enrollment;
use qbo_host::runs::{MemoryStore, RunRecord, Status};
use serde_json::Value;

use super::portal::{PAYMENT, of_a_payment, portal};
use super::{Process, Setting, Strike, World, play, version};
use crate::COMPANY;

/// A run, and what must come of it.
#[derive(Clone, Copy)]
pub struct Story {
    /// The folder of the action.
    action: &'static str,
    portal: fn() -> Value,
    /// What is enrolled.
    object: &'static str,
    inputs: &'static [(&'static str, &'static str)],
    /// The customer's display name.
    customer: &'static str,
    /// The documents, each once and over this total.
    documents: &'static [&'static str],
    total: &'static str,
}

/// Four reads and one write.
pub const FIVE_CALLS: Story = Story {
    action: "action-modules/create-invoice",
    portal,
    object: "deal:1",
    inputs: &[],
    customer: "Amy's Bird Sanctuary",
    documents: &["Invoice"],
    total: "75.00",
};

/// Two writes: a new customer and the invoice.
pub const TWO_WRITES: Story = Story { object: "deal:3", customer: "Jane Doe", total: "313.20", ..FIVE_CALLS };

/// Three writes: a new customer, the invoice, and the payment that settles it.
pub const PAID_INVOICE: Story = Story {
    action: "action-modules/create-paid-invoice",
    portal: of_a_payment,
    object: PAYMENT,
    inputs: &[("clearing_account", "91")],
    customer: "Jane Doe",
    documents: &["Invoice", "Payment"],
    total: "150.00",
};

/// How a process is struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It dies, and its successor takes over.
    Dies,
    /// It stands still past its lease, another one goes on, and it wakes up in the middle of that.
    Wakes,
}

/// How long a run may take in the worst case: leases that run out, and QuickBooks that works late.
const LONG: Duration = Duration::from_secs(900);

/// How long a late request may be under way when the run has ended.
const AFTERWARDS: Duration = Duration::from_secs(60);

/// What was told at the end, and how many points the last process passed.
struct Told {
    record: Option<Arc<RunRecord>>,
    passed: Vec<usize>,
}

impl Story {
    fn setting(self) -> Setting {
        Setting {
            versions: vec![version(self.action, None)],
            portal: Some((self.portal)()),
            ..Setting::of_one_company()
        }
    }

    fn enrollment(self, world: &World) -> Arc<Enrollment> {
        world.enrolled_object(&world.version(0), COMPANY, self.object, "event", self.inputs)
    }
}

/// Plays a story in which the processes are struck at these points, one after the other.
fn told(story: Story, fate: Fate, strikes: &[usize]) -> (Told, Arc<World>) {
    let strikes = strikes.to_vec();
    play(&story.setting(), move |world| async move {
        let enrollment = story.enrollment(&world);
        let told = match fate {
            Fate::Dies => die(&world, &enrollment, &strikes).await,
            Fate::Wakes => wake(&world, &enrollment, &strikes).await,
        };
        (told, world)
    })
}

async fn die(world: &Arc<World>, enrollment: &Arc<Enrollment>, strikes: &[usize]) -> Told {
    let asked = asked(world, enrollment);
    let mut passed = Vec::new();
    for strike in strikes {
        let process = world.start(Strike::Die(*strike), true);
        struck_or_over(world, &process, enrollment).await;
        process.kill();
        passed.push(process.gate.passed());
    }
    let last = world.start(Strike::Never, true);
    asked.await.expect("it is acknowledged");
    let record = world.end(run_of(enrollment), LONG).await;
    passed.push(last.gate.passed());
    // What was sent before may still be carried out.
    world.clock.sleep(AFTERWARDS).await;
    Told { record, passed }
}

async fn wake(world: &Arc<World>, enrollment: &Arc<Enrollment>, strikes: &[usize]) -> Told {
    let asked = asked(world, enrollment);
    let first = world.start(Strike::Freeze(strikes[0]), true);
    struck_or_over(world, &first, enrollment).await;
    let strike = strikes.get(1).map_or(Strike::Never, |at| Strike::Freeze(*at));
    let second = world.start(strike, false);
    struck_or_over(world, &second, enrollment).await;
    first.gate.thaw();
    world.clock.sleep(Duration::from_secs(5)).await;
    second.gate.thaw();
    asked.await.expect("it is acknowledged");
    let record = world.end(run_of(enrollment), LONG).await;
    world.clock.sleep(AFTERWARDS).await;
    Told { record, passed: vec![first.gate.passed(), second.gate.passed()] }
}

fn asked(world: &Arc<World>, enrollment: &Arc<Enrollment>) -> tokio::task::JoinHandle<()> {
    let (world, enrollment) = (Arc::clone(world), Arc::clone(enrollment));
    tokio::spawn(async move {
        world.deliver(&enrollment).await;
    })
}

fn run_of(enrollment: &Enrollment) -> qbo_host::ids::RunId {
    qbo_host::ids::RunId::of(&enrollment.event)
}

/// Until the process is struck, or the run has ended without that.
async fn struck_or_over(world: &Arc<World>, process: &Arc<Process>, enrollment: &Enrollment) {
    let struck = std::pin::pin!(process.gate.struck());
    let over = std::pin::pin!(world.end(run_of(enrollment), LONG));
    futures::future::select(struck, over).await;
}

/// One customer, each document once, and the right total, whatever befell the host.
fn assert_right(story: Story, told: &Told, world: &World, what: &str) {
    let record = told.record.as_ref().unwrap_or_else(|| panic!("{what}: the run has no end"));
    assert_eq!(record.status, Status::Succeeded, "{what}: {} {}", record.code, record.message);
    for entity in story.documents {
        let stored = world.documents_of(COMPANY, entity, story.object);
        assert_eq!(stored.len(), 1, "{what}: {entity}");
        let document = record.documents.iter().find(|document| document.entity == *entity).expect("a document");
        assert_eq!(stored[0]["Id"], *document.id, "{what}");
        assert_eq!(document.total.as_deref(), Some(story.total), "{what}");
    }
    let customers = world.books.documents(COMPANY, "Customer");
    let made = customers.iter().filter(|customer| customer["DisplayName"] == story.customer).count();
    assert_eq!(made, 1, "{what}");
    assert_eq!(world.watch.violations(), Vec::<String>::new(), "{what}");
}

/// How many points an undisturbed run passes.
fn points(story: Story) -> usize {
    let (told, world) = told(story, Fate::Dies, &[]);
    assert_right(story, &told, &world, "undisturbed");
    told.passed[0]
}

/// Plays every scenario that `scenarios` names, on all cores; gives how many there were.
fn all<S: Send + Sync>(scenarios: &[S], each: impl Fn(&S) + Sync) -> usize {
    let next = AtomicUsize::new(0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(scenario) = scenarios.get(next.fetch_add(1, Ordering::Relaxed)) {
                    each(scenario);
                }
            });
        }
    });
    scenarios.len()
}

/// Strikes a process at every single point; gives how many there are.
pub fn every_point(story: Story, fate: Fate) -> usize {
    let points: Vec<_> = (0..points(story)).collect();
    all(&points, |first| {
        let (told, world) = told(story, fate, &[*first]);
        assert_right(story, &told, &world, &format!("{fate:?} at {first}"));
    })
}

/// Strikes a process and its successor at every ordered pair of points, or at one in `stride`; gives at
/// how many. What the successor passes depends on where it begins.
pub fn every_pair(story: Story, fate: Fate, stride: usize) -> usize {
    let points = points(story);
    let pairs = (0..points).flat_map(|first| (0..points).map(move |second| [first, second]));
    let pairs: Vec<_> = pairs.step_by(stride).collect();
    all(&pairs, |pair| {
        let (told, world) = told(story, fate, pair);
        assert_right(story, &told, &world, &format!("{fate:?} at {pair:?}"));
    })
}

/// At every point the host dies and its store and QuickBooks' request ids are forgotten; gives how many
/// there are.
pub fn forgotten_everywhere(story: Story) -> usize {
    let points: Vec<_> = (0..points(story)).collect();
    all(&points, |at| {
        let (told, world) = forgotten(story, *at);
        assert_right(story, &told, &world, &format!("forgotten at {at}"));
    })
}

/// The host dies at a point, its store is lost, QuickBooks remembers no request id, and the event is
/// delivered again.
fn forgotten(story: Story, at: usize) -> (Told, Arc<World>) {
    play(&story.setting(), move |world| async move {
        let enrollment = story.enrollment(&world);
        let asked = asked(&world, &enrollment);
        let first = world.start(Strike::Die(at), true);
        struck_or_over(&world, &first, &enrollment).await;
        first.kill();
        world.books.set_request_id_memory(Duration::ZERO);
        world.set_store(Arc::new(MemoryStore::new(world.clock.clone()).looking_back(LOOKING_BACK)));
        let second = world.start(Strike::Never, true);
        asked.await.expect("it is acknowledged");
        world.deliver(&enrollment).await;
        let record = world.end(run_of(&enrollment), LONG).await;
        world.clock.sleep(AFTERWARDS).await;
        (Told { record, passed: vec![second.gate.passed()] }, world)
    })
}

/// HubSpot delivers an event again for three days.
const LOOKING_BACK: Duration = Duration::from_secs(3 * 24 * 60 * 60);
