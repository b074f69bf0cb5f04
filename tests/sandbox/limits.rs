//! Each limit of the sandbox stops the guest that runs against it, and tells which it was.

use std::sync::Arc;

use qbo_host::runs::{RunRecord, Status};
use qbo_host::sandbox::{Limits, Used};
use serde_json::json;

use super::{Scene, host_is_alive};

/// Computing for long is allowed for a tenth of the usual time, so that the tests don't take it.
fn short_of_time() -> Limits {
    Limits { cpu_ms: 100, ..Limits::default() }
}

async fn shape_is_held(shape: &str, code: &str) -> Arc<RunRecord> {
    Scene::shaped(shape, Limits::default()).await.held(shape, code).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_memory_bomb_is_held() {
    let record = Scene::new().await.held("memory_bomb", "memory_exhausted").await;
    assert_eq!(record.attempts, 1);
    let memory = record.limits.expect("guest code ran").memory_bytes;
    assert!(memory.used < memory.limit, "{memory:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_small_growths_are_added_up() {
    let record = Scene::new().await.held("small_growths", "memory_exhausted").await;
    let Used { used, limit } = record.limits.expect("guest code ran").memory_bytes;
    assert!(used <= limit && used > limit / 2, "{used} of {limit}");
    shape_is_held("memory-growth", "memory_exhausted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lowered_memory_limit_holds() {
    let limits = Limits { memory_bytes: 4 << 20, ..Limits::default() };
    let record = Scene::limited(limits).await.held("small_growths", "memory_exhausted").await;
    let Used { used, limit } = record.limits.expect("guest code ran").memory_bytes;
    assert!(used <= limit && limit == 4 << 20, "{used} of {limit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_grows_without_end_is_held() {
    let record = shape_is_held("table-growth", "table_exhausted").await;
    let Used { used, limit } = record.limits.expect("guest code ran").table_elements;
    assert!(used <= limit && used > limit / 2, "{used} of {limit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_recursion_is_held_whichever_stack_ends_first() {
    shape_is_held("recursion", "recursion_exhausted").await;
    Scene::new().await.held("recursion", "recursion_exhausted").await;
    Scene::new().await.held("recursion_with_large_frames", "recursion_exhausted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_that_spins_waits_once_and_is_then_held() {
    let scene = Scene::limited(short_of_time()).await;
    let start = scene.start("spin", &[]);
    let first = scene.one_attempt(&start).await;
    assert_eq!((first.status, first.code.as_str()), (Status::Waiting, "cpu_exhausted"));
    host_is_alive().await;
    let second = scene.held("spin", "cpu_exhausted").await;
    assert_eq!(second.attempts, 2);
    let cpu = second.limits.expect("guest code ran").cpu_us;
    assert!(cpu.used >= cpu.limit, "{cpu:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn few_instructions_that_do_much_work_are_metered_by_their_time() {
    let scene = Scene::shaped("bulk-fill", short_of_time()).await;
    let record = scene.held("bulk-fill", "cpu_exhausted").await;
    assert_eq!(record.attempts, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_calls_is_held() {
    for flood in ["call_flood", "odd_verb_flood"] {
        let record = Scene::new().await.held(flood, "calls_exhausted").await;
        assert_eq!(record.attempts, 1, "{flood}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_that_are_too_large_together_are_held_though_none_was_granted() {
    Scene::new().await.held("history_flood", "history_exhausted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_data_than_a_call_may_carry_is_held() {
    for attack in ["huge_argument", "huge_list_of_values", "huge_outcome", "huge_refusal"] {
        Scene::new().await.held(attack, "call_too_large").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outcome_over_its_limit_is_held() {
    let record = Scene::new().await.held("outcome_over_its_limit", "output_exhausted").await;
    let output = record.limits.expect("guest code ran").output_bytes;
    assert!(output.used > output.limit, "{output:?}");
    assert!(record.outputs.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn floods_of_text_are_cut_and_the_run_succeeds() {
    for attack in ["log_flood", "output_flood"] {
        let scene = Scene::new().await;
        let record = scene.attack(attack).await;
        assert_eq!(record.status, Status::Succeeded, "{attack}: {}", record.message);
        let log_bytes = record.limits.expect("guest code ran").log_bytes;
        assert_eq!(log_bytes.used, log_bytes.limit, "{attack}");
        let kept = usize::try_from(log_bytes.limit).expect("a small limit");
        assert!(record.log.len() < kept + 100, "{attack}: {}", record.log.len());
        assert!(record.log.chars().all(|c| c == '\n' || !c.is_control()), "{attack}");
        assert_eq!(scene.writes(), 1, "{attack}");
    }
}

/// Two invoices of 3 MB each: one fits into an answer, both together don't.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_over_4_mib_is_a_fault_that_the_guest_can_act_on() {
    let scene = Scene::new().await;
    let line = json!({
        "Amount": 1, "DetailType": "SalesItemLineDetail", "Description": "x".repeat(4_000),
        "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
    });
    for _ in 0..2 {
        let invoice = json!({"CustomerRef": {"value": "29"}, "Line": vec![line.clone(); 700]});
        scene.stage.books.create(qbo_tests::COMPANY, "Invoice", invoice).expect("the invoice is taken");
    }
    let record = scene.attack("huge_answer").await;
    assert_eq!(record.status, Status::Succeeded, "{}", record.message);
    assert_eq!(record.outputs, [("report".to_owned(), "answer-too-large ok".to_owned())]);
    assert_eq!(record.calls[0].result, "answer-too-large");
}

#[tokio::test(flavor = "multi_thread")]
async fn handles_that_are_never_dropped_run_out() {
    shape_is_held("many-handles", "trapped").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn random_bytes_are_not_given_by_the_tebibyte() {
    shape_is_held("random-flood", "trapped").await;
}
