//! Every held run has a way out that writes nothing twice.

use std::time::Duration;

use qbo_host::ids::RunId;
use qbo_host::runs::Status;
use qbo_host::runs::service_store::Changed;
use qbo_tests::COMPANY;
use qbo_tests::world::{Setting, Strike, play};
use serde_json::json;

use super::{LONG, alone, assert_ended, customers, ended, resumed};

/// The display name belongs to somebody else, the second name is accepted, and the books were closed
/// since the company's preferences were read.
#[test]
fn a_run_that_met_closed_books_after_a_new_customer_makes_one_invoice_once_they_are_open() {
    alone(&Setting::of_one_company(), async |world| {
        world
            .books
            .create(COMPANY, "Customer", json!({ "DisplayName": "Olga Brandt", "CompanyName": "Another Olga" }))
            .expect("QuickBooks takes it");
        // Reads the preferences, which are believed for five minutes.
        assert_ended(&ended(&world, &world.enrollment(COMPANY, "1", "before")).await, Status::Succeeded, "created");
        close_books(&world, "2026-12-31");
        world.books.set_closed_with_password(COMPANY, true);
        let enrollment = world.enrollment(COMPANY, "4", "event");
        let held = ended(&world, &enrollment).await;
        assert_ended(&held, Status::Held, "partly_written");
        assert_eq!(held.calls.last().map(|call| call.result.as_str()), Some("6210"));
        assert_eq!(customers(&world, "Olga Brandt (olga@example.com)").len(), 1);
        close_books(&world, "2025-12-31");
        assert_ended(&resumed(&world, RunId::of(&enrollment.event)).await, Status::Succeeded, "created");
        assert_eq!(world.invoices(COMPANY, "4").len(), 1);
        assert_eq!(customers(&world, "Olga Brandt (olga@example.com)").len(), 1);
    });
}

fn close_books(world: &qbo_tests::world::World, until: &str) {
    let closed = json!({ "AccountingInfoPrefs": { "BookCloseDate": until } });
    world.books.update_preferences(COMPANY, closed).expect("QuickBooks takes it");
}

/// Only what is known to have run the guest's code convicts it.
#[test]
fn a_host_that_died_three_times_in_the_middle_of_a_guest_s_code_holds_the_run() {
    for (polled, expected) in [(true, (Status::Held, "host_died")), (false, (Status::Succeeded, "created"))] {
        play(&Setting::of_one_company(), move |world| async move {
            let enrollment = world.enrollment(COMPANY, "2", "event");
            let run = RunId::of(&enrollment.event);
            world.start(Strike::Never, true);
            world.current().expect("a process").kill();
            for _ in 0..3 {
                let process = world.start(Strike::Die(5), false);
                let struck = async { process.gate.struck().await };
                tokio::join!(struck, async { world.clock.timeout(LONG, world.deliver(&enrollment)).await });
                process.kill();
                let polled = if polled { vec![run] } else { Vec::new() };
                world.store().take_over(&polled).await.expect("the store answers");
            }
            world.start(Strike::Never, false);
            let record = world.end(run, LONG).await.expect("an end");
            assert_ended(&record, expected.0, expected.1);
            world.clock.sleep(Duration::from_secs(60)).await;
            assert_eq!(world.invoices(COMPANY, "2").len(), usize::from(!polled));
        });
    }
}

#[test]
fn what_has_not_ended_is_neither_resumed_nor_restarted() {
    alone(&Setting::of_one_company(), async |world| {
        let enrollment = world.enrollment(COMPANY, "2", "event");
        let run = world.deliver(&enrollment).await.run;
        let store = world.store();
        assert_eq!(store.resume(run, None, "a person").await.expect("an answer"), Changed::NotEnded);
        assert_ended(&super::end(&world, run).await, Status::Succeeded, "created");
        let resumed = store.resume(run, None, "a person").await.expect("an answer");
        assert_eq!(resumed, Changed::Ended(Status::Succeeded));
    });
}
