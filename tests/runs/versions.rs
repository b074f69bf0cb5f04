//! Another version of an action: what runs with it, what does not, and what it can mend.

use std::sync::Arc;

use qbo_host::catalog::ActionVersion;
use qbo_host::ids::RunId;
use qbo_host::runs::Status;
use qbo_host::runs::service_store::Changed;
use qbo_tests::COMPANY;
use qbo_tests::world::{Setting, Strike, World, play, version};

use super::{LONG, alone, assert_ended, customers, end, ended, writes};

/// The guest that takes its course in the order of this word.
fn course(word: &'static str) -> Arc<ActionVersion> {
    let patched = (b"course=in-order".as_slice(), word.as_bytes());
    version("tests/guests", (word != "course=in-order").then_some(patched))
}

fn setting(versions: &[Arc<ActionVersion>]) -> Setting {
    Setting { versions: versions.to_vec(), ..Setting::of_one_company() }
}

async fn go_on_with(world: &World, run: RunId, version: &ActionVersion) {
    let resumed = world.store().resume(run, Some(version.digest), "a person").await;
    assert_eq!(resumed.expect("the store answers"), Changed::Yes);
}

#[test]
fn a_trap_after_the_customer_is_mended_by_a_new_version_that_makes_the_invoice_only() {
    let (old, new) = (course("course=panicked"), course("course=in-order"));
    alone(&setting(&[Arc::clone(&new), Arc::clone(&old)]), async move |world| {
        let enrollment = world.enrolled(&old, COMPANY, "1", "event", &[("attack", "course")]);
        assert_ended(&ended(&world, &enrollment).await, Status::Held, "trapped");
        let run = RunId::of(&enrollment.event);
        go_on_with(&world, run, &new).await;
        assert_ended(&end(&world, run).await, Status::Succeeded, "created");
        assert_eq!((customers(&world, "Course").len(), writes(&world)), (1, 2));
    });
}

#[test]
fn a_version_that_reads_in_another_order_cannot_go_on_with_what_was_written_and_sends_nothing() {
    let (old, new) = (course("course=in-order"), course("course=reversed"));
    alone(&setting(&[Arc::clone(&new), Arc::clone(&old)]), async move |world| {
        let inputs = [("attack", "course"), ("stop", "yes")];
        let enrollment = world.enrolled(&old, COMPANY, "1", "event", &inputs);
        assert_ended(&ended(&world, &enrollment).await, Status::Held, "partly_written");
        let run = RunId::of(&enrollment.event);
        go_on_with(&world, run, &new).await;
        assert_ended(&end(&world, run).await, Status::Held, "diverged");
        assert_eq!((customers(&world, "Course").len(), writes(&world)), (1, 1));
        // The version that it began with still can.
        go_on_with(&world, run, &old).await;
        assert_ended(&end(&world, run).await, Status::Held, "partly_written");
        assert_eq!(writes(&world), 1);
    });
}

/// The host dies at every point, and its successor has another version active that reads in another
/// order: the run keeps the one that it began with.
#[test]
fn an_upgrade_in_the_middle_of_a_run_changes_nothing_for_it() {
    let (old, new) = (course("course=in-order"), course("course=reversed"));
    let undisturbed = setting(&[Arc::clone(&new), Arc::clone(&old)]);
    let enrolled = Arc::clone(&old);
    let points = play(&undisturbed, move |world| async move {
        let process = world.start(Strike::Never, true);
        ended(&world, &world.enrolled(&enrolled, COMPANY, "1", "event", &[("attack", "course")])).await;
        process.gate.passed()
    });
    for at in 0..points {
        let (old, new) = (Arc::clone(&old), Arc::clone(&new));
        play(&setting(&[Arc::clone(&new), Arc::clone(&old)]), move |world| async move {
            let enrollment = world.enrolled(&old, COMPANY, "1", "event", &[("attack", "course")]);
            let first = world.start(Strike::Die(at), true);
            let delivered = tokio::spawn({
                let (world, enrollment) = (Arc::clone(&world), Arc::clone(&enrollment));
                async move { world.deliver(&enrollment).await.run }
            });
            world.clock.timeout(LONG, first.gate.struck()).await;
            let passed = first.gate.passed();
            first.kill();
            let second = world.start(Strike::Never, true);
            second.activate(&new);
            let run = delivered.await.expect("it is acknowledged");
            assert_ended(&end(&world, run).await, Status::Succeeded, "created");
            assert_eq!((customers(&world, "Course").len(), writes(&world)), (1, 2), "at {at}");
            assert_eq!(passed, at + 1, "the first process died there");
        });
    }
}
