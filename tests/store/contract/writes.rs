//! What is recorded of a run, and that only the attempt that holds it records anything.

use qbo_host::runs::Status;
use qbo_host::runs::service_store::Phase;
use qbo_host::runs::store::{Begun, Fenced, Learned, Pause, Release};

use super::{Kept, facts, moved, seconds, values};

facts! {
    reads_are_recorded_with_the_intent_after_them
    an_intent_has_no_answer_until_it_is_told
    an_answer_stays_as_it_was_first_told
    a_rejection_is_recorded_whole
    a_lost_fence_begins_no_write
    a_lost_fence_records_no_answer
    a_lost_fence_releases_nothing
    a_lost_fence_finishes_nothing
    the_fence_of_an_ended_run_is_lost
    what_was_learned_is_recorded_at_the_end
    the_first_snapshot_stays
    an_action_that_asks_to_wait_forgets_what_it_read
    an_action_asks_since_its_first_time
    the_timeline_tells_what_happened
}

async fn reads_are_recorded_with_the_intent_after_them(kept: Kept) {
    let claim = kept.held(1).await;
    assert_eq!(kept.begin(&claim, "invoice", &["terms", "customer"]).await, Begun::Yes);
    let history = kept.stored(claim.fence.run).await.history;
    assert_eq!(history.snapshot, Some(values::snapshot("invoice:create")));
    let intent = values::intent(claim.fence.run, "invoice", kept.clock.now());
    assert_eq!(history.records, [values::read("terms"), values::read("customer"), intent]);
}

async fn an_intent_has_no_answer_until_it_is_told(kept: Kept) {
    let claim = kept.held(1).await;
    kept.begin(&claim, "invoice", &[]).await;
    assert!(kept.stored(claim.fence.run).await.history.records[0].is_unanswered());
    assert_eq!(kept.answer(&claim, 0, true).await, Fenced::No);
    let record = kept.stored(claim.fence.run).await.history.records.remove(0);
    assert_eq!((&record.reply, record.took.as_millis()), (&Some(moved::accepted()), 7));
}

async fn an_answer_stays_as_it_was_first_told(kept: Kept) {
    let claim = kept.held(1).await;
    kept.begin(&claim, "invoice", &[]).await;
    kept.answer(&claim, 0, true).await;
    assert_eq!(kept.answer(&claim, 0, false).await, Fenced::No);
    assert_eq!(kept.stored(claim.fence.run).await.history.records[0].reply, Some(moved::accepted()));
}

async fn a_rejection_is_recorded_whole(kept: Kept) {
    let claim = kept.held(1).await;
    kept.begin(&claim, "invoice", &[]).await;
    kept.answer(&claim, 0, false).await;
    kept.wait(&claim, Pause::Run(seconds(0))).await;
    let again = kept.hold(claim.fence.run).await;
    assert_eq!(again.history.records[0].reply, Some(moved::rejected()));
}

async fn a_lost_fence_begins_no_write(kept: Kept) {
    let old = kept.held(1).await;
    kept.pass(60);
    let new = kept.hold(old.fence.run).await;
    assert_eq!(kept.begin(&old, "invoice", &["late"]).await, Begun::Fenced);
    assert!(kept.stored(new.fence.run).await.history.records.is_empty());
}

async fn a_lost_fence_records_no_answer(kept: Kept) {
    let old = kept.held(1).await;
    kept.begin(&old, "invoice", &[]).await;
    kept.pass(60);
    let new = kept.hold(old.fence.run).await;
    assert_eq!(kept.answer(&old, 0, true).await, Fenced::Yes);
    assert!(kept.stored(new.fence.run).await.history.records[0].is_unanswered());
}

async fn a_lost_fence_releases_nothing(kept: Kept) {
    let old = kept.held(1).await;
    kept.pass(60);
    kept.hold(old.fence.run).await;
    assert_eq!(kept.wait(&old, Pause::Run(seconds(0))).await, Fenced::Yes);
    assert_eq!(kept.phase(old.fence.run).await, Phase::Running);
}

async fn a_lost_fence_finishes_nothing(kept: Kept) {
    let old = kept.held(1).await;
    kept.pass(60);
    kept.hold(old.fence.run).await;
    assert_eq!(kept.end(&old, Status::Succeeded).await, Fenced::Yes);
    assert_eq!(kept.phase(old.fence.run).await, Phase::Running);
}

async fn the_fence_of_an_ended_run_is_lost(kept: Kept) {
    let claim = kept.held(1).await;
    assert_eq!(kept.end(&claim, Status::Refused).await, Fenced::No);
    assert_eq!(kept.end(&claim, Status::Succeeded).await, Fenced::Yes);
    assert_eq!(kept.begin(&claim, "invoice", &[]).await, Begun::Fenced);
    assert_eq!(kept.stored(claim.fence.run).await.record.map(|record| record.status), Some(Status::Refused));
}

async fn what_was_learned_is_recorded_at_the_end(kept: Kept) {
    let claim = kept.held(1).await;
    let end = values::record(claim.fence.run, Status::Refused, "no_customer");
    kept.finish(claim.fence, values::learned(&["customer"]), end, Vec::new()).await.expect("an answer");
    assert_eq!(kept.stored(claim.fence.run).await.history.records, [values::read("customer")]);
}

async fn the_first_snapshot_stays(kept: Kept) {
    let claim = kept.held(1).await;
    kept.begin(&claim, "invoice", &[]).await;
    let later = Learned { snapshot: Some(values::snapshot("other")), records: Vec::new() };
    let end = values::record(claim.fence.run, Status::Succeeded, "created");
    kept.finish(claim.fence, later, end, Vec::new()).await.expect("an answer");
    let snapshot = kept.stored(claim.fence.run).await.history.snapshot;
    assert_eq!(snapshot, Some(values::snapshot("invoice:create")));
}

async fn an_action_that_asks_to_wait_forgets_what_it_read(kept: Kept) {
    let claim = kept.held(1).await;
    kept.begin(&claim, "invoice", &["terms"]).await;
    kept.answer(&claim, 1, false).await;
    ask(&kept, &claim).await;
    let again = kept.hold(claim.fence.run).await;
    assert_eq!(again.history, Default::default());
    assert_eq!(again.generations, [("invoice".to_owned(), 1)].into());
}

async fn an_action_asks_since_its_first_time(kept: Kept) {
    let claim = kept.held(1).await;
    let first = kept.clock.now();
    ask(&kept, &claim).await;
    kept.pass(30);
    let again = kept.hold(claim.fence.run).await;
    ask(&kept, &again).await;
    assert_eq!(kept.hold(claim.fence.run).await.asking_since, Some(first));
}

async fn ask(kept: &Kept, claim: &qbo_host::runs::store::Claim) {
    let record = values::record(claim.fence.run, Status::Waiting, "asked");
    let release = Release { record, pause: Pause::Run(seconds(0)), cpu_exhausted: false, asked: true };
    assert_eq!(kept.release(claim.fence, release).await.expect("an answer"), Fenced::No);
}

async fn the_timeline_tells_what_happened(kept: Kept) {
    let claim = kept.held(1).await;
    kept.wait(&claim, Pause::Run(seconds(0))).await;
    let again = kept.hold(claim.fence.run).await;
    kept.end(&again, Status::Held).await;
    kept.resume(claim.fence.run, None, "jo").await.expect("an answer");
    let lines = kept.stored(claim.fence.run).await.timeline;
    let told: Vec<_> = lines.iter().map(|line| (line.what.as_str(), line.detail.as_str())).collect();
    assert_eq!(told, [("accepted", "test"), ("attempt", "waits"), ("ended", "over"), ("resumed", "jo")]);
}
