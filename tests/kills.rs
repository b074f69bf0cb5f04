//! The real binary is killed at random moments, and nothing is lost or made twice. The long form has a
//! command of its own; see `tests/README.md`.

use qbo_tests::kill::{Plan, play};

#[tokio::test(flavor = "multi_thread")]
async fn whenever_the_host_is_killed_each_sale_gets_one_invoice() {
    let played = play(Plan { kills: 15, runs: 400, companies: 24, seed: 1 }).await;
    println!("{played}");
    assert_eq!(played.findings, Vec::<String>::new());
}
