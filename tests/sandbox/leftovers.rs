//! Nothing of one run reaches the next through the memory that both use.

use qbo_host::sandbox::Ending;

use super::Scene;

/// Each guest looks through all of its memory and then fills it with what the next looks for.
const REUSES: usize = 1_000;

/// The code with which the guest tells what it found.
async fn told(scene: &Scene, attack: &str) -> String {
    let attempted = scene.bare_attempt(attack).await;
    let Ending::Refusal(refusal) = attempted.ending else { panic!("{attack}: {:?}", attempted.ending) };
    refusal.problems[0].code.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_guest_finds_what_an_earlier_one_left_in_memory() {
    let scene = Scene::new().await;
    // The search itself works.
    assert_eq!(told(&scene, "canary_of_its_own").await, "canary_found");
    for reuse in 0..REUSES {
        assert_eq!(told(&scene, "canary").await, "canary_absent", "after {reuse} reuses");
    }
}
