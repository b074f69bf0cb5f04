//! A guest that ends itself, or hands over what is no value of the contract, is held, and the host
//! goes on.

use qbo_host::runs::Status;
use qbo_host::sandbox::Limits;

use super::{Scene, host_is_alive};

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_ends_itself_is_held_at_once() {
    for attack in ["panic", "unreachable", "abort", "exit_0", "exit_3"] {
        let record = Scene::new().await.held(attack, "trapped").await;
        assert_eq!(record.attempts, 1, "{attack}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_guest_says_while_it_panics_is_kept_without_control_characters() {
    let record = Scene::new().await.held("panic", "trapped").await;
    assert!(record.log.contains("panicked on purpose"), "{}", record.log);
    let printable = |text: &str| text.chars().all(|c| c == '\n' || !c.is_control());
    assert!(printable(&record.log) && printable(&record.message));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_when_a_guest_traps_is_listed() {
    let scene = Scene::new().await;
    let record = scene.attack("write_then_panic").await;
    assert_eq!((record.status, record.code.as_str()), (Status::Held, "trapped"), "{}", record.message);
    assert_eq!(record.documents.len(), 1);
    assert_eq!(scene.writes(), 1);
    host_is_alive().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_value_of_the_contract_is_held() {
    for shape in ["text-not-utf8", "text-out-of-bounds", "result-of-no-case", "argument-not-utf8"] {
        let scene = Scene::shaped(shape, Limits::default()).await;
        scene.held(shape, "trapped").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_is_only_lent_and_only_the_one_that_was_given() {
    for shape in ["company-kept", "company-dropped-twice", "company-used-after-drop", "company-forged"] {
        let scene = Scene::shaped(shape, Limits::default()).await;
        let record = scene.held(shape, "trapped").await;
        assert!(record.calls.is_empty(), "{shape}: {:?}", record.calls);
    }
}
