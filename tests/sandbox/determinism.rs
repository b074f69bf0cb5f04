//! A run is a pure function of its component, its snapshot and the recorded answers: whatever a
//! guest looks at is the same in every attempt, and tells nothing of the machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use qbo_host::runs::{RunRecord, Status};
use qbo_simulator::faults::{Effect, Fault};

use super::Scene;

/// The facts that the guest logged, by name.
fn facts(record: &RunRecord) -> BTreeMap<String, String> {
    let lines = record.log.lines().map(|line| line.strip_prefix("info: ").unwrap_or(line));
    lines.filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The report is part of the invoice's body, so an attempt that saw anything else would diverge.
#[tokio::test(flavor = "multi_thread")]
async fn one_run_attempted_again_sees_the_same_world_to_the_byte() {
    let scene = Scene::new().await;
    let page = Fault { matches: "/invoice?".into(), skip: 0, times: 2, effect: Effect::HtmlError };
    scene.stage.books.faults().inject(page);
    let start = scene.start("report_the_world", &[]);
    let first = scene.one_attempt(&start).await;
    let second = scene.one_attempt(&start).await;
    let third = scene.one_attempt(&start).await;
    assert_eq!([first.status, second.status], [Status::Waiting; 2], "{}", second.message);
    assert_eq!(third.status, Status::Succeeded, "{}", third.message);
    assert!(!first.log.is_empty());
    assert_eq!(first.log, second.log);
    assert_eq!(first.log, third.log);
    assert_eq!(scene.writes(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_world_is_empty_and_its_clock_stands() {
    let scene = Scene::new().await;
    let mut start = scene.start("report_the_world", &[]);
    Arc::make_mut(&mut start.enrollment).accepted_at = "2025-01-31T12:00:00.25Z".parse().expect("a time");
    let record = scene.stage.run(&start).await;
    assert_eq!(record.status, Status::Succeeded, "{}", record.message);
    let facts = facts(&record);
    assert_eq!(facts["wall"], "1738324800250000000 1738324800250000000");
    assert_eq!(facts["monotonic"], "1000 2000");
    assert_eq!(facts["sleep"], "3600");
    assert_eq!(facts["environment"], "0");
    assert_eq!(facts["arguments"], "0");
    assert_eq!(facts["files"], "0");
    assert_eq!(facts["stdin"], "0");
    assert_eq!(facts["nan"], "7ff8000000000000 7ff8000000000000");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_draw_different_random_numbers() {
    let scene = Scene::new().await;
    let start = scene.start("report_the_world", &[]);
    let mut other = start.clone();
    Arc::make_mut(&mut other.enrollment).event.id = "another event".into();
    let (first, second) = (scene.stage.run(&start).await, scene.stage.run(&other).await);
    let (first, second) = (facts(&first), facts(&second));
    assert_ne!(first["random"], second["random"]);
    assert_ne!(first["hashes"], second["hashes"]);
    for same in ["wall", "monotonic", "sleep", "environment", "folder", "nan"] {
        assert_eq!(first[same], second[same], "{same}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deepest_json_that_the_parser_takes_fits_the_guests_stack() {
    let record = Scene::new().await.attack("deep_json").await;
    assert_eq!(record.status, Status::Succeeded, "{}", record.message);
    assert_eq!(record.outputs, [("report".to_owned(), "read read read refused".to_owned())]);
}
