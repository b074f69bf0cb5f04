//! QuickBooks is away for six hours while many runs wait.

use std::sync::Arc;
use std::time::Duration;

use qbo_host::ids::RunId;
use qbo_host::runs::Status;
use qbo_simulator::faults::{Effect, Fault};

use super::{Setting, Strike, World, play, portal};

/// Companies that share the runs.
pub const COMPANIES: u32 = 5;

/// The outage begins in the evening, so that it ends on another day.
const BEFORE: Duration = Duration::from_secs(5 * 3_600);
const AWAY: Duration = Duration::from_secs(6 * 3_600);
const ACCEPTED_ON: &str = "2026-03-02";

/// What a run takes of its company's minute: six of 480 requests.
const OF_A_MINUTE: Duration = Duration::from_millis(750);

/// The longest pause before a company is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(75);

/// Lets `deals` runs of each company wait for six hours: none is held, no date moves, and afterwards all
/// of them end within twice what the limits allow. Gives how long that took.
pub fn six_hours(deals: u32) -> Duration {
    let drained = 2 * deals * OF_A_MINUTE + LONGEST_PAUSE;
    let companies: Vec<_> = (0..COMPANIES).map(|number| format!("46208163650000001{number:02}")).collect();
    let setting =
        Setting { companies: companies.clone(), portal: Some(portal::of_many(deals)), ..Setting::of_one_company() };
    play(&setting, move |world| async move {
        world.clock.sleep(BEFORE).await;
        let away = Fault { matches: "/v3/".into(), skip: 0, times: u32::MAX, effect: Effect::NotCommitted };
        world.books.faults().inject(away);
        world.start(Strike::Never, true);
        let runs = ask(&world, &companies, deals).await;
        world.clock.sleep(AWAY).await;
        for (company, seen) in world.traffic.of_companies() {
            // Of each pause one request, and before the first failure those that were under way.
            assert!((300..400).contains(&seen.starts.len()), "{company}: {}", seen.starts.len());
        }
        world.books.faults().clear();
        let back = world.clock.elapsed();
        for run in runs {
            let record = world.end(run, drained).await.expect("an end");
            assert_eq!(record.status, Status::Succeeded, "{}: {}", record.code, record.message);
        }
        let took = world.clock.elapsed() - back;
        assert!(took < drained, "{took:?}");
        assert_right(&world, &companies, deals);
        took
    })
}

async fn ask(world: &Arc<World>, companies: &[String], deals: u32) -> Vec<RunId> {
    let mut runs = Vec::new();
    for company in companies {
        for deal in 0..deals {
            let deal = (1_001 + deal).to_string();
            runs.push(world.deliver(&world.enrollment(company, &deal, &deal)).await.run);
        }
    }
    runs
}

fn assert_right(world: &World, companies: &[String], deals: u32) {
    for company in companies {
        let invoices = world.books.documents(company, "Invoice");
        assert_eq!(invoices.len(), deals as usize);
        assert!(invoices.iter().all(|invoice| invoice["TxnDate"] == ACCEPTED_ON));
    }
    for (company, seen) in world.traffic.of_companies() {
        assert!(seen.open_max <= 10, "{company}: {} at once", seen.open_max);
        assert!(seen.most_within(Duration::from_secs(60)) <= 500, "{company}");
        assert!(seen.most_within(Duration::from_secs(1)) <= 10, "{company}");
    }
}
