//! A few runs of few calls, and a process that dies or stands still at every point at which it touches
//! the store or QuickBooks, and its successor at every point after that: one customer, one invoice.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use qbo_host::enrollment::Enrollment;
use qbo_host::ids::RunId;
use qbo_host::runs::{MemoryStore, RunRecord, Status};
use serde_json::Value;

use super::portal::{PAYMENT, of_a_payment, portal};
use super::{Process, Setting, Strike, World, billing, play, version};
use crate::COMPANY;

/// What is asked for, and what must come of it.
#[derive(Clone, Copy)]
pub enum Story {
    /// One object becomes documents.
    One(One),
    /// A deal and its quote are invoiced at once.
    Family,
}

/// An object, and what becomes of it.
#[derive(Clone, Copy)]
pub struct One {
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

const OF_AMY: One = One {
    action: "action-modules/create-invoice",
    portal,
    object: "deal:1",
    inputs: &[],
    customer: "Amy's Bird Sanctuary",
    documents: &["Invoice"],
    total: "75.00",
};

/// Four reads and one write.
pub const FIVE_CALLS: Story = Story::One(OF_AMY);

/// Two writes: a new customer and the invoice.
pub const TWO_WRITES: Story = Story::One(One { object: "deal:3", customer: "Jane Doe", total: "313.20", ..OF_AMY });

/// Three writes: a new customer, the invoice, and the payment that settles it.
pub const PAID_INVOICE: Story = Story::One(One {
    action: "action-modules/create-paid-invoice",
    portal: of_a_payment,
    object: PAYMENT,
    inputs: &[("clearing_account", "91")],
    customer: "Jane Doe",
    documents: &["Invoice", "Payment"],
    total: "150.00",
});

impl Story {
    fn setting(self) -> Setting {
        match self {
            Self::One(one) => Setting {
                versions: vec![version(one.action, None)],
                portal: Some((one.portal)()),
                ..Setting::of_one_company()
            },
            Self::Family => billing::setting(),
        }
    }

    /// What is asked for, all of it at once.
    fn enrollments(self, world: &World) -> Vec<Arc<Enrollment>> {
        match self {
            Self::One(one) => {
                vec![world.enrolled_object(&world.version(0), COMPANY, one.object, "event", one.inputs)]
            }
            Self::Family => {
                ["deal:100", "quote:101"].map(|object| world.billed("invoice", COMPANY, object, object)).to_vec()
            }
        }
    }
}

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
    records: Vec<Option<Arc<RunRecord>>>,
    passed: Vec<usize>,
}

/// Plays a story in which the processes are struck at these points, one after the other.
fn told(story: Story, fate: Fate, strikes: &[usize]) -> (Told, Arc<World>) {
    let strikes = strikes.to_vec();
    play(&story.setting(), move |world| async move {
        let enrollments = story.enrollments(&world);
        let told = match fate {
            Fate::Dies => die(&world, &enrollments, &strikes).await,
            Fate::Wakes => wake(&world, &enrollments, &strikes).await,
        };
        (told, world)
    })
}

async fn die(world: &Arc<World>, enrollments: &[Arc<Enrollment>], strikes: &[usize]) -> Told {
    let asked = asked(world, enrollments);
    let mut passed = Vec::new();
    for strike in strikes {
        let process = world.start(Strike::Die(*strike), true);
        struck_or_over(world, &process, enrollments).await;
        process.kill();
        passed.push(process.gate.passed());
    }
    let last = world.start(Strike::Never, true);
    asked.await.expect("it is acknowledged");
    let records = ends(world, enrollments).await;
    passed.push(last.gate.passed());
    // What was sent before may still be carried out.
    world.clock.sleep(AFTERWARDS).await;
    Told { records, passed }
}

async fn wake(world: &Arc<World>, enrollments: &[Arc<Enrollment>], strikes: &[usize]) -> Told {
    let asked = asked(world, enrollments);
    let first = world.start(Strike::Freeze(strikes[0]), true);
    struck_or_over(world, &first, enrollments).await;
    let strike = strikes.get(1).map_or(Strike::Never, |at| Strike::Freeze(*at));
    let second = world.start(strike, false);
    struck_or_over(world, &second, enrollments).await;
    first.gate.thaw();
    world.clock.sleep(Duration::from_secs(5)).await;
    second.gate.thaw();
    asked.await.expect("it is acknowledged");
    let records = ends(world, enrollments).await;
    world.clock.sleep(AFTERWARDS).await;
    Told { records, passed: vec![first.gate.passed(), second.gate.passed()] }
}

fn asked(world: &Arc<World>, enrollments: &[Arc<Enrollment>]) -> tokio::task::JoinHandle<()> {
    let (world, enrollments) = (Arc::clone(world), enrollments.to_vec());
    tokio::spawn(async move {
        futures::future::join_all(enrollments.iter().map(|enrollment| world.deliver(enrollment))).await;
    })
}

/// How each of the runs ended.
async fn ends(world: &World, enrollments: &[Arc<Enrollment>]) -> Vec<Option<Arc<RunRecord>>> {
    let runs = enrollments.iter().map(|enrollment| RunId::of(&enrollment.event));
    futures::future::join_all(runs.map(|run| world.end(run, LONG))).await
}

/// Until the process is struck, or all runs have ended without that.
async fn struck_or_over(world: &Arc<World>, process: &Arc<Process>, enrollments: &[Arc<Enrollment>]) {
    let struck = std::pin::pin!(process.gate.struck());
    let over = std::pin::pin!(ends(world, enrollments));
    futures::future::select(struck, over).await;
}

fn assert_right(story: Story, told: &Told, world: &World, what: &str) {
    let record = |record: &Option<Arc<RunRecord>>| record.clone().unwrap_or_else(|| panic!("{what}: a run has no end"));
    let records: Vec<_> = told.records.iter().map(record).collect();
    match story {
        Story::One(one) => assert_made(&one, &records[0], world, what),
        Story::Family => assert_billed_once(&records, world, what),
    }
    assert_eq!(world.watch.violations(), Vec::<String>::new(), "{what}");
}

/// One customer, each document once, and the right total, whatever befell the host.
fn assert_made(one: &One, record: &RunRecord, world: &World, what: &str) {
    assert_eq!(record.status, Status::Succeeded, "{what}: {} {}", record.code, record.message);
    for entity in one.documents {
        let stored = world.documents_of(COMPANY, entity, one.object);
        assert_eq!(stored.len(), 1, "{what}: {entity}");
        let document = record.documents.iter().find(|document| document.entity == *entity).expect("a document");
        assert_eq!(stored[0]["Id"], *document.id, "{what}");
        assert_eq!(document.total.as_deref(), Some(one.total), "{what}");
    }
    let customers = world.books.documents(COMPANY, "Customer");
    let made = customers.iter().filter(|row| row["DisplayName"] == one.customer).count();
    assert_eq!(made, 1, "{what}");
}

/// One of the runs made the invoice, and the other one tells of it.
fn assert_billed_once(records: &[Arc<RunRecord>], world: &World, what: &str) {
    let bills = world.bills(COMPANY);
    assert_eq!(bills.len(), 1, "{what}");
    let mut codes: Vec<_> = records.iter().map(|record| record.code.as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["already_invoiced", "created"], "{what}");
    for record in records {
        assert_eq!(bills[0]["Id"], *record.documents[0].id, "{what}");
    }
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
        let enrollments = story.enrollments(&world);
        let asked = asked(&world, &enrollments);
        let first = world.start(Strike::Die(at), true);
        struck_or_over(&world, &first, &enrollments).await;
        first.kill();
        world.books.set_request_id_memory(Duration::ZERO);
        world.set_store(Arc::new(MemoryStore::new(world.clock.clone()).looking_back(LOOKING_BACK)));
        let second = world.start(Strike::Never, true);
        asked.await.expect("it is acknowledged");
        futures::future::join_all(enrollments.iter().map(|enrollment| world.deliver(enrollment))).await;
        let records = ends(&world, &enrollments).await;
        world.clock.sleep(AFTERWARDS).await;
        (Told { records, passed: vec![second.gate.passed()] }, world)
    })
}

/// HubSpot delivers an event again for three days.
const LOOKING_BACK: Duration = Duration::from_secs(3 * 24 * 60 * 60);
