//! Looks at everything by which one attempt could differ from another, and puts it into the
//! invoice: a second attempt that sees anything else would diverge.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::hint::black_box;
use std::io::Read as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use qbo_actions::bindings::qbo::actions::log::{self, Level};

use crate::{Attack, End, invoice, success};
use qbo_actions::bindings::qbo::actions::quickbooks::Company;
use qbo_actions::bindings::qbo::actions::types::Enrollment;

pub(crate) const ATTACKS: &[(&str, Attack)] = &[("report_the_world", report_the_world), ("deep_json", deep_json)];

fn report_the_world(_: &Enrollment, company: &Company) -> End {
    let facts = [
        ("wall", wall_clock()),
        ("monotonic", monotonic_clock()),
        ("sleep", sleep()),
        ("random", random()),
        ("hashes", hash_order()),
        ("environment", std::env::vars().count().to_string()),
        ("arguments", std::env::args().count().to_string()),
        ("folder", std::env::current_dir().map_or_else(|_| "none".to_owned(), |folder| folder.display().to_string())),
        ("files", files()),
        ("stdin", std::io::stdin().read(&mut [0; 8]).map_or_else(|_| "closed".to_owned(), |read| read.to_string())),
        ("nan", nan()),
    ];
    let report = facts.map(|(name, value)| format!("{name}={value}")).join("\n");
    log::write(Level::Info, &report);
    let written = company.create("invoice", "Invoice", &invoice(&report));
    success(if written.is_ok() { "written" } else { "refused" })
}

#[expect(clippy::disallowed_methods, reason = "the attack is to look at the clock")]
fn wall_clock() -> String {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    format!("{} {}", now(), now())
}

fn monotonic_clock() -> String {
    let first = Instant::now();
    format!("{} {}", first.elapsed().as_nanos(), first.elapsed().as_nanos())
}

/// An hour, by the guest's own clock.
#[expect(clippy::disallowed_methods, reason = "the attack is to sleep")]
fn sleep() -> String {
    let began = Instant::now();
    std::thread::sleep(Duration::from_hours(1));
    began.elapsed().as_secs().to_string()
}

fn random() -> String {
    (0..4).map(|index| format!("{:016x}", RandomState::new().hash_one(index))).collect()
}

fn hash_order() -> String {
    let set: HashSet<u32> = (0..20).collect();
    set.iter().map(|number| number.to_string()).collect::<Vec<_>>().join(",")
}

fn files() -> String {
    let tried = [
        std::fs::read("/etc/passwd").is_ok(),
        std::fs::read("../../Cargo.toml").is_ok(),
        std::fs::write("/tmp/written", b"x").is_ok(),
        std::fs::read_dir("/").is_ok(),
        std::fs::read_dir(".").is_ok(),
    ];
    tried.into_iter().filter(|opened| *opened).count().to_string()
}

/// On x86 a division of zeros gives a NaN whose sign is set, on ARM one whose sign is not.
#[expect(clippy::float_arithmetic, reason = "the attack is to look at the bits of a NaN")]
fn nan() -> String {
    let [zero, divisor] = black_box([0.0_f64; 2]);
    let [infinity, subtrahend] = black_box([f64::INFINITY; 2]);
    format!("{:016x} {:016x}", (zero / divisor).to_bits(), (infinity - subtrahend).to_bits())
}

/// The deepest documents that the parser takes, and one that it does not.
fn deep_json(_: &Enrollment, company: &Company) -> End {
    let arrays = format!("{}1{}", "[".repeat(127), "]".repeat(127));
    let objects = format!("{}1{}", r#"{"a":"#.repeat(127), "}".repeat(127));
    let mixed = format!("{}1{}", r#"[{"a":"#.repeat(63), "}]".repeat(63));
    let too_deep = "[".repeat(100_000);
    let parsed = [&arrays, &objects, &mixed, &too_deep].map(|text| serde_json::from_str::<serde_json::Value>(text));
    let report =
        parsed.iter().map(|parsed| if parsed.is_ok() { "read" } else { "refused" }).collect::<Vec<_>>().join(" ");
    company.create("invoice", "Invoice", &invoice(&report)).ok();
    success(report)
}
