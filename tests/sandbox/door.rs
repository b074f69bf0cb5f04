//! What a guest asks of the door is checked by what QuickBooks would do with it, and a no is a
//! value that the guest goes on with.

use std::sync::Arc;

use qbo_host::catalog::ActionVersion;
use qbo_host::runs::{RunRecord, Status};
use qbo_host::sandbox::Limits;
use qbo_simulator::faults::{Effect, Fault};
use qbo_tests::without;

use super::{Scene, host_is_alive, shapes};

/// Lets the guest make one call: it is told `code`, and nothing was written.
async fn told(scene: &Scene, (verb, entity, text): (&str, &str, &str), code: &str) -> Arc<RunRecord> {
    let inputs = [("verb", verb), ("entity", entity), ("text", text)];
    let mut start = scene.start("one_call", &inputs);
    Arc::make_mut(&mut start.enrollment).event.id = format!("{verb} {entity} {text}");
    let record = scene.stage.run(&start).await;
    let what = format!("{verb} {entity} {text}: {}", record.message);
    assert_eq!((record.status, record.code.as_str()), (Status::Refused, code), "{what}");
    assert_eq!(scene.writes(), 0, "{what}");
    record
}

#[tokio::test(flavor = "multi_thread")]
async fn a_create_that_would_be_an_update_is_refused() {
    let scene = Scene::new().await;
    for body in
        [r#"{"Id":"130","SyncToken":"0"}"#, r#"{"id":"130"}"#, r#"{"\u0049d":"130"}"#, r#"{"Id":"","Id":"130"}"#]
    {
        told(&scene, ("create", "Invoice", body), "bad-body").await;
    }
    for body in ["", "[]", "null", r#"{"Line":"#, "{} {}"] {
        told(&scene, ("create", "Invoice", body), "bad-body").await;
    }
    host_is_alive().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_cannot_change_where_a_call_goes() {
    let scene = Scene::new().await;
    for entity in
        ["Batch", "invoice/5", "invoice?operation=delete", "invoice%2f5", "../invoice", "", "upload", "\u{ff29}nvoice"]
    {
        told(&scene, ("create", entity, "{}"), "bad-name").await;
    }
    for id in ["5/../6", "5?minorversion=1", "", "5%2f6", "5\n6"] {
        told(&scene, ("read", "Invoice", id), "bad-name").await;
    }
    told(&scene, ("approve", "Invoice", r#"{"Id":"130"}"#), "bad-name").await;
    assert!(scene.stage.books.requests().is_empty(), "something was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_granted_is_denied_as_a_value_and_recorded() {
    let scene = Scene::new().await;
    for (verb, entity, text) in [
        ("create", "Bill", "{}"),
        ("read", "Estimate", "1"),
        ("query", "", "SELECT * FROM Vendor"),
        ("delete", "Invoice", r#"{"Id":"130","SyncToken":"0"}"#),
        ("void", "Invoice", r#"{"Id":"130","SyncToken":"0"}"#),
        ("send", "Invoice", r#"{"Id":"130"}"#),
    ] {
        let record = told(&scene, (verb, entity, text), "denied").await;
        let results: Vec<_> = record.calls.iter().map(|call| call.result.as_str()).collect();
        assert_eq!(results, ["denied"], "{verb} {entity}");
    }
    assert!(scene.stage.books.requests().is_empty(), "something was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capability_that_was_not_approved_is_denied_like_one_never_asked_for() {
    let scene = Scene::new().await;
    let inputs = [("verb", "read"), ("entity", "Invoice"), ("text", "130")];
    let mut start = scene.start("one_call", &inputs);
    start.grants = without(&scene.guest, &["invoice:read"]);
    let record = scene.stage.run(&start).await;
    assert_eq!((record.status, record.code.as_str()), (Status::Refused, "denied"));
    assert!(scene.stage.books.requests().is_empty(), "something was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_holds_no_string_of_its_own() {
    let scene = Scene::new().await;
    for statement in [
        "SELECT * FROM Invoice WHERE DocNumber = '1001'",
        "SELECT * FROM Invoice WHERE DocNumber = \"1001\"",
        "SELECT * FROM Invoice WHERE Id = ?",
        "SELECT * FROM Invoice; DELETE FROM Invoice",
        "DELETE FROM Invoice",
        "SELECT * FROM Invoice -- all of them",
        "",
    ] {
        told(&scene, ("query", "", statement), "bad-query").await;
    }
    assert!(scene.stage.books.requests().is_empty(), "something was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_only_ever_a_value() {
    let scene = Scene::new().await;
    let record = scene.attack("hard_values").await;
    assert_eq!(record.status, Status::Succeeded, "{}", record.message);
    let once = ["ok 1"; 7].join(", ");
    assert_eq!(record.outputs, [("report".to_owned(), format!("{once}, long 0"))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_names_one_write() {
    let scene = Scene::new().await;
    let record = scene.attack("one_key_twice").await;
    assert_eq!(record.status, Status::Succeeded, "{}", record.message);
    assert_eq!(record.outputs, [("report".to_owned(), "ok key-reused key-reused".to_owned())]);
    assert_eq!(scene.writes(), 1);
}

/// The first attempt ends in the middle of its write, and the component that it began with goes on
/// like another one: as if its course hung on something that the history does not hold.
async fn goes_on_as(shape: &str, effect: Effect) -> (Scene, Arc<RunRecord>) {
    let scene = Scene::new().await;
    scene.stage.books.faults().inject(Fault { matches: "/invoice?".into(), skip: 0, times: 1, effect });
    let mut start = scene.start("none", &[]);
    let first = scene.one_attempt(&start).await;
    assert_eq!(first.status, Status::Waiting, "{}", first.message);
    let other = shapes::load(shape, Limits::default()).await.expect("the shape is an action");
    start.version = Arc::new(ActionVersion { digest: start.version.digest, ..other });
    let second = scene.one_attempt(&start).await;
    (scene, second)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_with_other_calls_than_the_one_before_is_held_after_its_write_is_settled() {
    for shape in ["another-call", "harmless"] {
        for effect in [Effect::AnswerLost, Effect::HtmlError] {
            let (scene, record) = goes_on_as(shape, effect.clone()).await;
            let what = format!("{shape} after {effect:?}: {}", record.message);
            assert_eq!((record.status, record.code.as_str()), (Status::Held, "diverged"), "{what}");
            assert_eq!(record.documents.len(), 1, "{what}");
            assert_eq!(scene.writes(), 1, "{what}");
            host_is_alive().await;
        }
    }
}
