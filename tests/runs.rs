//! Runs and sales as people meet them: two workflows on one deal, a person who mends something and lets
//! a run go on, a wait that has an end. On moved time, with the real store model and real components.

mod changes;
mod families;
mod gone;
mod held;
mod paid_invoices;
mod refunds;
mod sales;
mod versions;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use qbo_host::enrollment::Enrollment;
use qbo_host::ids::RunId;
use qbo_host::runs::service_store::Changed;
use qbo_host::runs::{RunRecord, Status};
use qbo_tests::COMPANY;
use qbo_tests::world::{Setting, Strike, World, play};
use serde_json::Value;

/// Longer than any run of these tests takes.
const LONG: Duration = Duration::from_secs(1_800);

/// Plays with one process that nothing befalls.
fn alone<F>(setting: &Setting, drama: impl FnOnce(Arc<World>) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    play(setting, move |world| {
        let drama = drama(Arc::clone(&world));
        async move {
            world.start(Strike::Never, true);
            drama.await;
        }
    });
}

/// Asks for a run and waits for its end.
async fn ended(world: &World, enrollment: &Arc<Enrollment>) -> Arc<RunRecord> {
    let run = world.deliver(enrollment).await.run;
    end(world, run).await
}

async fn end(world: &World, run: RunId) -> Arc<RunRecord> {
    world.end(run, LONG).await.expect("the run ends")
}

/// Lets a held run go on, with the component it had, and waits for its end.
async fn resumed(world: &World, run: RunId) -> Arc<RunRecord> {
    assert_eq!(world.store().resume(run, None, "a person").await.expect("the store answers"), Changed::Yes);
    end(world, run).await
}

fn assert_ended(record: &Arc<RunRecord>, status: Status, code: &str) {
    assert_eq!((record.status, record.code.as_str()), (status, code), "{}", record.message);
}

/// The customers of that name.
fn customers(world: &World, name: &str) -> Vec<Value> {
    let named = |customer: &Value| customer["DisplayName"] == name;
    world.books.documents(COMPANY, "Customer").into_iter().filter(named).collect()
}

/// Writes that QuickBooks carried out.
fn writes(world: &World) -> usize {
    let requests = world.books.requests();
    requests.iter().filter(|request| request.committed && request.path.contains("/v3/company/")).count()
}
