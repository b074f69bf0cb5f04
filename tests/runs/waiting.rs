//! Waiting: what gives its instance back, what a person can end, and what may not wait for ever.

use std::sync::Arc;
use std::time::Duration;

use qbo_host::ids::RunId;
use qbo_host::runs::Status;
use qbo_host::runs::service_store::Changed;
use qbo_host::sandbox::Sandbox;
use qbo_simulator::faults::{Effect, Fault};
use qbo_tests::COMPANY;
use qbo_tests::world::{Setting, World, load};

use super::{alone, assert_ended, end, ended, writes};

#[test]
fn a_call_that_takes_long_gives_the_instance_back_and_the_run_ends_right() {
    let sandbox = Arc::new(Sandbox::without_ticks().expect("the sandbox starts"));
    let versions = vec![load(&sandbox, "action-modules/create-invoice", None)];
    let setting = Setting { versions, sandbox: Arc::clone(&sandbox), ..Setting::of_one_company() };
    alone(&setting, async move |world| {
        let slow = Fault { matches: "/invoice?".into(), skip: 0, times: 1, effect: Effect::Slow { by_ms: 150 } };
        world.books.faults().inject(slow);
        let run = world.deliver(&world.enrollment(COMPANY, "2", "event")).await.run;
        let mut held = Vec::new();
        while !world.books.requests().iter().any(|request| request.path.contains("/invoice?")) {
            world.clock.sleep(Duration::from_millis(1)).await;
            held.push(sandbox.instances());
        }
        assert_eq!(held.last(), Some(&1), "while the action computes it has an instance");
        world.clock.sleep(Duration::from_millis(120)).await;
        assert_eq!(sandbox.instances(), 0, "while QuickBooks works nobody has one");
        let record = end(&world, run).await;
        assert_ended(&record, Status::Succeeded, "created");
        assert_eq!((record.attempts, world.invoices(COMPANY, "2").len()), (1, 1));
    });
}

#[test]
fn a_run_that_waits_is_cancelled_and_writes_nothing() {
    alone(&Setting::of_one_company(), async |world| {
        let away = Fault { matches: "/v3/".into(), skip: 0, times: u32::MAX, effect: Effect::NotCommitted };
        world.books.faults().inject(away);
        let run = world.deliver(&world.enrollment(COMPANY, "2", "event")).await.run;
        world.clock.sleep(Duration::from_secs(30)).await;
        assert_eq!(world.store().cancel(run, "a person").await.expect("the store answers"), Changed::Yes);
        assert_ended(&end(&world, run).await, Status::Cancelled, "cancelled");
        assert_eq!(writes(&world), 0);
    });
}

/// Its invoice is on its way when a person cancels it: it ends when it is known what became of that.
#[test]
fn a_run_whose_write_is_unanswered_is_cancelled_when_the_answer_is_known() {
    alone(&Setting::of_one_company(), async |world| {
        let late =
            Fault { matches: "/invoice?".into(), skip: 0, times: 1, effect: Effect::LateCommit { after_ms: 40_000 } };
        world.books.faults().inject(late);
        let run = world.deliver(&world.enrollment(COMPANY, "1", "event")).await.run;
        world.clock.sleep(Duration::from_secs(28)).await;
        assert_eq!(world.store().cancel(run, "a person").await.expect("the store answers"), Changed::Yes);
        let record = end(&world, run).await;
        assert_ended(&record, Status::Held, "cancelled");
        assert_eq!((record.documents.len(), world.invoices(COMPANY, "1").len()), (1, 1));
    });
}

/// QuickBooks says for ever that it could not finish, and not whether it was done. What stands is found by
/// its marker; where nothing is found, a person looks, and the sale is free for another event.
#[test]
fn a_cancelled_run_ends_although_quickbooks_never_says_whether_its_write_was_done() {
    for (is_made, code) in [(true, "cancelled"), (false, "unclear")] {
        alone(&Setting::of_one_company(), async move |world| {
            let arm = |times, effect| {
                world.books.faults().inject(Fault { matches: "/invoice?".into(), skip: 0, times, effect });
            };
            if is_made {
                arm(1, Effect::AnswerLost);
            }
            arm(u32::MAX, Effect::Fault { code: "1010".into() });
            let run = world.deliver(&world.enrollment(COMPANY, "2", "event")).await.run;
            world.clock.sleep(Duration::from_secs(30)).await;
            assert_eq!(world.store().cancel(run, "a person").await.expect("the store answers"), Changed::Yes);
            let record = end(&world, run).await;
            assert_ended(&record, Status::Held, code);
            let invoices = |world: &World| world.invoices(COMPANY, "2").len();
            let invoice = record.documents.iter().filter(|document| document.entity == "Invoice").count();
            assert_eq!((invoice, invoices(&world)), (usize::from(is_made), usize::from(is_made)));
            world.books.faults().clear();
            let another = ended(&world, &world.enrollment(COMPANY, "2", "another")).await;
            let expected = if is_made { (Status::Refused, "already_exists") } else { (Status::Succeeded, "created") };
            assert_ended(&another, expected.0, expected.1);
            assert_eq!(invoices(&world), 1);
        });
    }
}

#[test]
fn an_action_that_asks_to_wait_for_more_than_a_quarter_of_an_hour_is_held() {
    alone(&Setting::of_one_company(), async |world| {
        let filter = r#"{"filterGroups":[{"filters":[{"propertyName":"email","operator":"HAS_PROPERTY"}]}]}"#;
        let inputs = [("customer_matching", "synced"), ("customer_creation", "hubspot"), ("sync_filter", filter)];
        let version = world.version(0);
        let enrollment = world.enrolled(&version, COMPANY, "2", "event", &inputs);
        let began = world.clock.elapsed();
        let record = ended(&world, &enrollment).await;
        assert_ended(&record, Status::Held, "customer_not_synced_yet");
        let took = world.clock.elapsed() - began;
        assert!((Duration::from_secs(900)..Duration::from_secs(1_000)).contains(&took), "{took:?}");
        assert_eq!(writes(&world), 0);
        // The customer came at last.
        let customer = serde_json::json!({
            "GivenName": "Jane", "FamilyName": "Doe", "DisplayName": "Jane Doe",
            "PrimaryEmailAddr": { "Address": "jane@example.com" },
        });
        world.books.create(COMPANY, "Customer", customer).expect("QuickBooks takes it");
        assert_ended(&super::resumed(&world, RunId::of(&enrollment.event)).await, Status::Succeeded, "created");
    });
}
