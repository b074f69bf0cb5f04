//! QuickBooks is away for six hours while two thousand runs wait.

use std::sync::Arc;
use std::time::Duration;

use qbo_host::ids::RunId;
use qbo_host::runs::Status;
use qbo_simulator::faults::{Effect, Fault};
use qbo_tests::world::{Setting, Strike, World, play, portal};

const COMPANIES: u32 = 5;
const DEALS: u32 = 400;

/// The outage begins in the evening, so that it ends on another day.
const BEFORE: Duration = Duration::from_secs(5 * 3_600);
const AWAY: Duration = Duration::from_secs(6 * 3_600);
const ACCEPTED_ON: &str = "2026-03-02";

/// At 480 requests a minute the runs of a company, of six requests each, take five minutes; twice
/// that is allowed, and one longest pause.
const DRAINED: Duration = Duration::from_secs(2 * 300 + 75);

#[test]
fn six_hours_without_quickbooks_hold_no_run_and_move_no_date() {
    let companies: Vec<_> = (0..COMPANIES).map(|number| format!("46208163650000001{number:02}")).collect();
    let setting =
        Setting { companies: companies.clone(), portal: Some(portal::of_many(DEALS)), ..Setting::of_one_company() };
    play(&setting, move |world| async move {
        world.clock.sleep(BEFORE).await;
        let away = Fault { matches: "/v3/".into(), skip: 0, times: u32::MAX, effect: Effect::NotCommitted };
        world.books.faults().inject(away);
        world.start(Strike::Never, true);
        let runs = ask(&world, &companies).await;
        world.clock.sleep(AWAY).await;
        let probes = world.traffic.of_companies();
        for (company, seen) in &probes {
            // Of each pause one request, and before the first failure those that were under way.
            assert!((300..400).contains(&seen.starts.len()), "{company}: {}", seen.starts.len());
        }
        world.books.faults().clear();
        let back = world.clock.elapsed();
        for run in runs {
            let record = world.end(run, DRAINED).await.expect("an end");
            assert_eq!(record.status, Status::Succeeded, "{}: {}", record.code, record.message);
        }
        let took = world.clock.elapsed() - back;
        println!("drained in {took:?}, {:?}", probes.values().map(|seen| seen.starts.len()).collect::<Vec<_>>());
        assert!(took < DRAINED, "{took:?}");
        assert_right(&world, &companies);
    });
}

async fn ask(world: &Arc<World>, companies: &[String]) -> Vec<RunId> {
    let mut runs = Vec::new();
    for company in companies {
        for deal in 0..DEALS {
            let deal = (1_001 + deal).to_string();
            runs.push(world.deliver(&world.enrollment(company, &deal, &deal)).await.run);
        }
    }
    runs
}

fn assert_right(world: &World, companies: &[String]) {
    for company in companies {
        let invoices = world.books.documents(company, "Invoice");
        assert_eq!(invoices.len(), DEALS as usize);
        assert!(invoices.iter().all(|invoice| invoice["TxnDate"] == ACCEPTED_ON));
    }
    for (company, seen) in world.traffic.of_companies() {
        assert!(seen.open_max <= 10, "{company}: {} at once", seen.open_max);
        assert!(seen.most_within(Duration::from_secs(60)) <= 500, "{company}");
        assert!(seen.most_within(Duration::from_secs(1)) <= 10, "{company}");
    }
}
