//! The table in `README.md` that tells which case proves which rule: made from the cases, and
//! compared here, so that it can't grow old.

use qbo_host::conformance::Case;
use qbo_tests::checkout;

use super::cases;

/// Set to write the table instead of comparing it.
const BLESS: &str = "BLESS";

/// What stands around the table in the README.
const BEGIN: &str = "<!-- rules of create-invoice: made by a test -->\n";
const END: &str = "<!-- end -->\n";

/// The rules that concern an invoice from a deal, in short. Their numbers are stable.
const RULES: [(u8, &str); 23] = [
    (1, "nothing is written before every check"),
    (2, "all problems at once"),
    (3, "companies of the United States only"),
    (4, "what the company and QuickBooks allow"),
    (6, "the customer, by first name, last name and e-mail"),
    (7, "which contact, and which customer it is"),
    (8, "the customer, by data sync"),
    (9, "names are unique; the company as customer"),
    (10, "a customer chosen in the form"),
    (11, "the lines of the deal"),
    (12, "the product of a line"),
    (13, "lines that no product matches"),
    (14, "many lines, few calls"),
    (15, "decimal arithmetic"),
    (16, "discounts"),
    (17, "the lines and the deal's amount"),
    (18, "tax"),
    (19, "the date"),
    (20, "e-mail and address"),
    (23, "currency"),
    (28, "one sale, one document"),
    (29, "the marker"),
    (30, "what is normal and what a person must mend"),
];

fn rows(cases: &[Case]) -> String {
    let mut table = String::from("| rule | case |\n|---|---|\n");
    for (rule, title) in RULES {
        let proofs = cases.iter().filter(|case| case.rules.contains(&rule));
        for (position, case) in proofs.enumerate() {
            let first = if position == 0 { format!("**{rule}** {title}") } else { String::new() };
            table.push_str(&format!("| {first} | {} |\n", case.name));
        }
    }
    table
}

#[test]
fn every_rule_of_an_invoice_is_proven_and_every_case_proves_one() {
    let cases = cases("create-invoice");
    for (rule, _) in RULES {
        assert!(cases.iter().any(|case| case.rules.contains(&rule)), "no case proves rule {rule}");
    }
    for case in &cases {
        assert!(!case.rules.is_empty(), "{} proves nothing", case.name);
        let strange = case.rules.iter().find(|rule| RULES.iter().all(|(known, _)| known != *rule));
        assert_eq!(strange, None, "{} proves a rule that is no invoice's", case.name);
    }
}

#[test]
fn the_readme_tells_which_case_proves_which_rule() {
    let path = checkout().join("tests/README.md");
    let text = std::fs::read_to_string(&path).expect("the README");
    let (before, rest) = text.split_once(BEGIN).expect("the table's beginning");
    let (table, after) = rest.split_once(END).expect("the table's end");
    let made = rows(&cases("create-invoice"));
    if std::env::var_os(BLESS).is_some() {
        std::fs::write(&path, format!("{before}{BEGIN}{made}{END}{after}")).expect("the README can be written");
        return;
    }
    assert!(table == made, "the table is old; `BLESS=1 cargo test -p qbo-tests conformance` writes it anew");
}
