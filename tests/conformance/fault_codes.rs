//! Every fault code that the creation of a document can meet, armed in the simulator and met by the real
//! create-invoice: the run ends as the table of codes says, and nothing is written twice. On moved time,
//! since what is waited for takes minutes. The operators' table of codes is made and compared here.

use std::time::Duration;

use qbo_host::quickbooks::fault::{Ending, explained};
use qbo_host::runs::service_store::Changed;
use qbo_host::runs::{RunRecord, Status};
use qbo_simulator::faults::{Effect, Fault};
use qbo_tests::world::{Setting, Strike, World, play};
use qbo_tests::{COMPANY, checkout};

/// Set to write the table instead of comparing it.
const BLESS: &str = "BLESS";

/// What stands around the table in the operators' page.
const BEGIN: &str = "<!-- faults: made by a test -->\n";
const END: &str = "<!-- end of faults -->\n";

/// A customer that QuickBooks has, so that the invoice is the first write.
const KNOWN_CUSTOMER: &str = "1";
/// One that it has not: the invoice is the second.
const NEW_CUSTOMER: &str = "3";

/// Long enough for a run to end, and too short for one that waits.
const SHORT: Duration = Duration::from_secs(20);
const LONG: Duration = Duration::from_secs(900);

/// Codes under which a run waits.
const WAITING: [&str; 4] = ["quickbooks_unavailable", "signed_out", "subscription_ended", "throttled"];

/// What came of a run: how it stood while every matching request met the fault, how it ended when none
/// did any more and a held one was resumed, and how many invoices there were at each time.
struct Met {
    at_first: RunRecord,
    at_last: RunRecord,
    invoices: [usize; 2],
}

fn met(deal: &'static str, matches: &'static str, code: &'static str) -> Met {
    play(&Setting::of_one_company(), move |world| async move {
        let effect = Effect::Fault { code: code.to_owned() };
        world.books.faults().inject(Fault { matches: matches.to_owned(), skip: 0, times: u32::MAX, effect });
        world.start(Strike::Never, true);
        let enrollment = world.enrollment(COMPANY, deal, "event");
        let run = world.deliver(&enrollment).await.run;
        let ended = world.end(run, SHORT).await;
        let at_first = match &ended {
            Some(record) => RunRecord::clone(record),
            None => RunRecord::clone(&*world.stored(run).await.and_then(|stored| stored.record).expect("an attempt")),
        };
        let before = invoices(&world);
        world.books.faults().clear();
        if at_first.status == Status::Held {
            let resumed = world.store().resume(run, None, "a person").await.expect("a store in memory answers");
            assert_eq!(resumed, Changed::Yes, "{code}");
        }
        let at_last = world.end(run, LONG).await.map_or_else(|| at_first.clone(), |record| RunRecord::clone(&record));
        Met { at_first, at_last, invoices: [before, invoices(&world)] }
    })
}

fn invoices(world: &World) -> usize {
    world.books.documents(COMPANY, "Invoice").len()
}

/// How a run ends on each code, when nothing was accepted before.
fn assert_ends_as_explained(matches: &'static str) {
    for (code, explanation) in explained() {
        let Met { at_first, at_last, invoices } = met(KNOWN_CUSTOMER, matches, code);
        let found = (at_first.status, at_first.code.as_str());
        match explanation.ending {
            Ending::Refused => {
                assert_eq!((found.0, invoices), (Status::Refused, [0, 0]), "{code}: {found:?}");
                let problem = at_first.problems.first().expect("a refusal has a problem");
                assert!(!problem.remedy.is_empty() && problem.code == found.1, "{code}: {problem:?}");
            }
            Ending::Held => {
                assert_eq!(found, (Status::Held, "quickbooks_refuses"), "{code}: {}", at_first.message);
                assert!(at_first.message.starts_with(explanation.sentence), "{code}: {}", at_first.message);
                assert_eq!((at_last.status, invoices), (Status::Succeeded, [0, 1]), "{code}: {}", at_last.message);
            }
            Ending::Wait => {
                assert!(found.0 == Status::Waiting && WAITING.contains(&found.1), "{code}: {found:?}");
                assert_eq!((at_last.status, invoices), (Status::Succeeded, [0, 1]), "{code}: {}", at_last.message);
            }
        }
    }
}

#[test]
fn every_fault_of_the_documents_creation_ends_the_run_as_it_is_explained() {
    assert_ends_as_explained("/invoice?");
}

#[test]
fn every_fault_of_a_query_ends_the_run_as_it_is_explained() {
    assert_ends_as_explained("/query?");
}

#[test]
fn after_an_accepted_write_a_fault_holds_the_run_with_what_stands() {
    for (code, explanation) in explained() {
        let Met { at_first, at_last, invoices } = met(NEW_CUSTOMER, "/invoice?", code);
        let found = (at_first.status, at_first.code.as_str());
        match explanation.ending {
            Ending::Refused | Ending::Held => {
                assert_eq!(found, (Status::Held, "partly_written"), "{code}: {}", at_first.message);
                assert!(at_first.documents.iter().any(|document| document.entity == "Customer"), "{code}");
            }
            Ending::Wait => {
                assert!(found.0 == Status::Waiting && WAITING.contains(&found.1), "{code}: {found:?}");
            }
        }
        assert_eq!((at_last.status, invoices), (Status::Succeeded, [0, 1]), "{code}: {}", at_last.message);
    }
}

#[test]
fn a_code_that_nobody_explains_is_refused_in_quickbooks_own_words() {
    let Met { at_first, invoices, .. } = met(KNOWN_CUSTOMER, "/invoice?", "9876");
    assert_eq!((at_first.status, at_first.code.as_str(), invoices), (Status::Refused, "quickbooks_refused", [0, 0]));
}

fn table() -> String {
    let mut table = String::from("| code | ends | meaning | what to do |\n|---|---|---|---|\n");
    for (code, explanation) in explained() {
        let ends = match explanation.ending {
            Ending::Refused => "refused",
            Ending::Held => "held",
            Ending::Wait => "waits",
        };
        let line = format!("| `{code}` | {ends} | {} | {} |\n", explanation.sentence, explanation.remedy);
        table.push_str(&line);
    }
    table
}

#[test]
fn the_operators_page_tells_how_every_fault_code_ends_a_run() {
    let path = checkout().join("host/README.md");
    let text = std::fs::read_to_string(&path).expect("the page");
    let (before, rest) = text.split_once(BEGIN).expect("the table's beginning");
    let (stands, after) = rest.split_once(END).expect("the table's end");
    let made = table();
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{made}{END}{after}")).expect("the page can be written");
        return;
    }
    assert!(stands == made, "the table is old; `BLESS=1 cargo test -p qbo-tests conformance` writes it anew");
}
