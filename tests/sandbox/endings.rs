//! The host decides from the history how a run ended. What the guest claims changes nothing.

use qbo_host::runs::Status;

use super::{Scene, host_is_alive};

#[tokio::test(flavor = "multi_thread")]
async fn a_success_without_a_write_is_held() {
    Scene::new().await.held("success_without_a_write", "no_effect").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_after_a_write_is_held_and_lists_what_stands() {
    for attack in ["refuse_after_a_write", "wait_after_a_write"] {
        let scene = Scene::new().await;
        let record = scene.attack(attack).await;
        assert_eq!((record.status, record.code.as_str()), (Status::Held, "partly_written"), "{attack}");
        let standing: Vec<_> = record.documents.iter().map(|document| document.entity.as_str()).collect();
        assert_eq!(standing, ["Invoice"], "{attack}");
        let number = record.documents[0].doc_number.as_deref().expect("QuickBooks numbered it");
        assert!(record.message.contains(number), "{attack}: {}", record.message);
        assert_eq!(record.problems[0].code, "asked_for", "{attack}");
        assert_eq!(scene.writes(), 1, "{attack}");
        host_is_alive().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_says_nothing_useful_is_held() {
    for attack in ["refuse_without_problems", "refuse_in_an_unknown_kind"] {
        Scene::new().await.held(attack, "bad_refusal").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_refusal_is_refused() {
    let scene = Scene::new().await;
    let record = scene.attack("refuse").await;
    assert_eq!((record.status, record.code.as_str()), (Status::Refused, "asked_for"));
    assert_eq!(scene.writes(), 0);
}
