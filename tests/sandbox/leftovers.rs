//! Nothing of one run reaches the next through the memory that both use.

use qbo_host::sandbox::Ending;

use super::Scene;

/// Each guest looks through all of its memory and then fills it with what the next looks for.
const REUSES: usize = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn no_guest_finds_what_an_earlier_one_left_in_memory() {
    let scene = Scene::new().await;
    for reuse in 0..REUSES {
        let attempted = scene.bare_attempt("canary").await;
        let Ending::Refusal(refusal) = attempted.ending else { panic!("{:?}", attempted.ending) };
        assert_eq!(refusal.problems[0].code, "canary_absent", "after {reuse} reuses");
    }
}
