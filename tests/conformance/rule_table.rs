//! The table in `README.md` that tells which case of which action proves which rule: made from the
//! cases, and compared here, so that it can't grow old. A rule that is the host's matter is proven by a
//! test instead, which has to exist.

use qbo_host::conformance::Case;
use qbo_tests::checkout;

use super::{actions, cases, module};

/// Set to write the table instead of comparing it.
const BLESS: &str = "BLESS";

/// What stands around the table in the README.
const BEGIN: &str = "<!-- rules: made by a test -->\n";
const END: &str = "<!-- end -->\n";

/// An action has at least so many cases.
const CASES_MIN: usize = 12;

const INVOICE: &str = "create-invoice";
const ESTIMATE: &str = "create-estimate";
const RECEIPT: &str = "create-sales-receipt";
const PAID_INVOICE: &str = "create-paid-invoice";
const EXPENSE: &str = "create-expense";
const REFUND: &str = "create-refund-receipt";

const ALL: &[&str] = &[INVOICE, ESTIMATE, RECEIPT, PAID_INVOICE, EXPENSE, REFUND];
/// Those that sell something to a customer.
const SALES: &[&str] = &[INVOICE, ESTIMATE, RECEIPT, PAID_INVOICE];
/// Those with a customer and lines.
const LINES: &[&str] = &[INVOICE, ESTIMATE, RECEIPT, PAID_INVOICE, REFUND];
const PAYMENTS: &[&str] = &[RECEIPT, PAID_INVOICE, EXPENSE, REFUND];

/// A rule in short, its number being stable, and the actions of which each has a case for it.
const RULES: [(u8, &str, &[&str]); 30] = [
    (1, "nothing is written before every check", ALL),
    (2, "all problems at once", ALL),
    (3, "companies of the United States only", ALL),
    (4, "what the company and QuickBooks allow", ALL),
    (5, "the company that the portal is connected to", &[]),
    (6, "the customer, by first name, last name and e-mail", LINES),
    (7, "which contact, and which customer it is", LINES),
    (8, "the customer, by data sync", &[INVOICE]),
    (9, "names are unique; the company as customer", &[INVOICE]),
    (10, "a customer chosen in the form", LINES),
    (11, "the lines of the enrolled object", LINES),
    (12, "the product of a line", LINES),
    (13, "lines that no product matches", LINES),
    (14, "many lines, few calls", &[INVOICE]),
    (15, "decimal arithmetic", SALES),
    (16, "discounts and fees", SALES),
    (17, "the lines and what was agreed or paid", LINES),
    (18, "tax", LINES),
    (19, "the date", ALL),
    (20, "the clearing account, e-mail and address, and the open estimate", LINES),
    (21, "what may become a paid invoice", &[PAID_INVOICE]),
    (22, "payments that are booked elsewhere", PAYMENTS),
    (23, "currency", ALL),
    (24, "money that was received", &[RECEIPT, PAID_INVOICE, EXPENSE]),
    (25, "the fees of a payment", &[EXPENSE]),
    (26, "refunds in full", &[REFUND]),
    (27, "what HubSpot is told", &[]),
    (28, "one sale, one document", ALL),
    (29, "the marker", ALL),
    (30, "what is normal and what a person must mend", ALL),
];

/// Rules that are the host's matter, which no action can prove, and the tests that prove them.
const PROVEN_BY_TESTS: [(u8, &[&str]); 3] = [
    (5, &["only_a_company_of_the_portal_has_settings_or_runs", "a_bad_start_is_told_and_starts_nothing"]),
    (
        27,
        &[
            "an_invoice_is_told_in_one_note_on_its_deal",
            "a_host_that_is_killed_after_hubspot_made_the_note_makes_no_other",
            "a_workflow_that_waits_is_told_how_its_run_ended",
        ],
    ),
    (28, &["a_deal_and_its_quote_and_its_payment_are_billed_once", "a_deal_and_its_quote_at_once_make_one_invoice"]),
];

/// The cases of an action that prove a rule, as links.
fn proofs(action: &str, cases: &[Case], rule: u8) -> Option<String> {
    let link = |case: &Case| format!("[{0}](../{1}/cases/{0}/case.json)", case.name, module(action));
    let links: Vec<_> = cases.iter().filter(|case| case.rules.contains(&rule)).map(link).collect();
    let count = links.len();
    let listed = links.join("<br>");
    (count > 0).then(|| format!("<details><summary>{action}: {count}</summary>{listed}</details>"))
}

fn table() -> String {
    let of_actions: Vec<_> = actions().into_iter().map(|action| (cases(&action), action)).collect();
    let mut table = String::from("| rule | proven by |\n|---|---|\n");
    for (rule, title, _) in RULES {
        let tests = PROVEN_BY_TESTS.iter().filter(|(of, _)| *of == rule).flat_map(|(_, tests)| *tests);
        let mut cells: Vec<_> = tests.map(|test| format!("`{test}`")).collect();
        cells.extend(of_actions.iter().filter_map(|(cases, action)| proofs(action, cases, rule)));
        table.push_str(&format!("| **{rule}** {title} | {} |\n", cells.join(" ")));
    }
    table
}

#[test]
fn every_rule_is_proven_for_each_action_that_it_concerns() {
    let mut missing = Vec::new();
    for action in actions() {
        let cases = cases(&action);
        if cases.len() < CASES_MIN {
            missing.push(format!("{action} has {} cases", cases.len()));
        }
        let unproven = |rule: u8| !cases.iter().any(|case| case.rules.contains(&rule));
        let concerning = RULES.iter().filter(|(_, _, concerned)| concerned.contains(&action.as_str()));
        missing
            .extend(concerning.filter(|(rule, ..)| unproven(*rule)).map(|(rule, ..)| format!("{action}: rule {rule}")));
    }
    assert!(missing.is_empty(), "without a case: {missing:#?}");
}

#[test]
fn every_case_proves_a_rule_that_there_is() {
    for action in actions() {
        for case in cases(&action) {
            assert!(!case.rules.is_empty(), "{action}/{} proves nothing", case.name);
            let strange = case.rules.iter().find(|rule| RULES.iter().all(|(known, ..)| known != *rule));
            assert_eq!(strange, None, "{action}/{} proves a rule that is none", case.name);
        }
    }
}

#[test]
fn a_rule_that_is_the_host_s_matter_is_proven_by_tests_that_exist() {
    let sources = sources(&checkout().join("tests"));
    for (rule, tests) in PROVEN_BY_TESTS {
        for test in tests {
            let declared = format!("fn {test}()");
            assert!(sources.iter().any(|text| text.contains(&declared)), "rule {rule} names the test {test}");
        }
    }
}

/// The text of every Rust file below `folder`.
fn sources(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the checkout").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(std::fs::read_to_string(&path).expect("a readable file"));
        }
    }
    found
}

#[test]
fn the_readme_tells_which_case_proves_which_rule() {
    let path = checkout().join("tests/README.md");
    let text = std::fs::read_to_string(&path).expect("the README");
    let (before, rest) = text.split_once(BEGIN).expect("the table's beginning");
    let (stands, after) = rest.split_once(END).expect("the table's end");
    let made = table();
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{made}{END}{after}")).expect("the README can be written");
        return;
    }
    assert!(stands == made, "the table is old; `BLESS=1 cargo test -p qbo-tests conformance` writes it anew");
}
