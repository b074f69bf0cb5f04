//! Accepting and claiming runs.

use qbo_host::runs::Status;
use qbo_host::runs::service_store::Phase;
use qbo_host::runs::store::{Claimed, Enqueued, Fenced, LEASE, Pause};

use super::{COMPANY, Kept, facts, seconds, values};

facts! {
    the_same_event_is_one_run
    a_run_joins_a_live_one_of_its_sale_when_asked
    a_run_joins_none_that_has_ended
    the_same_id_from_two_portals_is_two_runs
    a_claim_carries_what_was_accepted
    a_held_run_is_busy
    an_unknown_run_is_unknown
    an_ended_run_answers_with_its_record
    every_claim_raises_the_epoch
    a_lease_that_ran_out_is_taken_over
    a_renewed_lease_holds
    a_write_intent_renews_the_lease
    a_fence_that_is_lost_renews_nothing
    a_claim_given_back_does_not_count
    a_run_that_waits_is_not_due_before_its_time
    a_run_that_waits_can_be_taken_by_name
    a_claim_says_when_the_next_run_is_due
    the_first_attempt_counts_none_before_it
    what_is_held_is_due_again_once_taken_over
    a_death_counts_against_polled_runs_only
    an_attempt_that_computed_too_long_is_counted
}

async fn the_same_event_is_one_run(kept: Kept) {
    let run = kept.run(COMPANY, 1);
    assert_eq!(kept.enqueue(run.clone()).await.expect("an answer"), Enqueued::New);
    assert_eq!(kept.enqueue(run).await.expect("an answer"), Enqueued::Duplicate);
    assert_eq!(kept.due(10, 10).await.len(), 1);
}

async fn a_run_joins_a_live_one_of_its_sale_when_asked(kept: Kept) {
    let first = kept.accept(1).await;
    let mut other = kept.run(COMPANY, 2);
    other.sale = kept.run(COMPANY, 1).sale;
    other.join = true;
    assert_eq!(kept.enqueue(other).await.expect("an answer"), Enqueued::Joined(first));
}

async fn a_run_joins_none_that_has_ended(kept: Kept) {
    let claim = kept.held(1).await;
    kept.end(&claim, Status::Refused).await;
    let mut other = kept.run(COMPANY, 2);
    other.sale = kept.run(COMPANY, 1).sale;
    other.join = true;
    assert_eq!(kept.enqueue(other).await.expect("an answer"), Enqueued::New);
}

async fn the_same_id_from_two_portals_is_two_runs(kept: Kept) {
    kept.accept(1).await;
    let mut event = values::event(COMPANY, "1");
    event.portal = "78".into();
    let mut other = kept.run(COMPANY, 1);
    other.id = qbo_host::ids::RunId::of(&event);
    assert_eq!(kept.enqueue(other).await.expect("an answer"), Enqueued::New);
}

async fn a_claim_carries_what_was_accepted(kept: Kept) {
    let run = kept.run(COMPANY, 1);
    kept.enqueue(run.clone()).await.expect("an answer");
    let claim = kept.hold(run.id).await;
    assert_eq!(claim.enrollment, run.enrollment);
    assert_eq!(claim.digest, run.digest);
    assert_eq!(claim.sale.map(|sale| (sale.key, sale.kind)), run.sale.map(|sale| (sale.key, sale.kind)));
    assert_eq!(claim.claimed_at, kept.clock.now());
}

async fn a_held_run_is_busy(kept: Kept) {
    let claim = kept.held(1).await;
    assert!(matches!(kept.claim_run(claim.fence.run).await, Ok(Claimed::Busy)));
    assert!(kept.due(10, 10).await.is_empty());
}

async fn an_unknown_run_is_unknown(kept: Kept) {
    let run = kept.run(COMPANY, 1).id;
    assert!(matches!(kept.claim_run(run).await, Ok(Claimed::Unknown)));
    assert!(kept.store.run(run).await.expect("an answer").is_none());
}

async fn an_ended_run_answers_with_its_record(kept: Kept) {
    let claim = kept.held(1).await;
    kept.end(&claim, Status::Succeeded).await;
    let Ok(Claimed::Ended(record)) = kept.claim_run(claim.fence.run).await else { panic!("it has ended") };
    assert_eq!(record, values::record(claim.fence.run, Status::Succeeded, "over"));
}

async fn every_claim_raises_the_epoch(kept: Kept) {
    let first = kept.held(1).await;
    kept.wait(&first, Pause::Run(seconds(0))).await;
    let second = kept.hold(first.fence.run).await;
    assert!(second.fence.epoch > first.fence.epoch);
}

async fn a_lease_that_ran_out_is_taken_over(kept: Kept) {
    let first = kept.held(1).await;
    kept.pass(LEASE.as_secs() - 1);
    assert!(kept.due(10, 1).await.is_empty());
    kept.pass(1);
    assert_eq!(kept.due(10, 1).await, [first.fence.run]);
    assert_eq!(kept.end(&first, Status::Succeeded).await, Fenced::Yes);
}

async fn a_renewed_lease_holds(kept: Kept) {
    let claim = kept.held(1).await;
    kept.pass(45);
    kept.renew(&[claim.fence]).await.expect("an answer");
    kept.pass(45);
    assert!(kept.due(10, 10).await.is_empty());
    kept.pass(15);
    assert_eq!(kept.due(10, 10).await, [claim.fence.run]);
}

async fn a_write_intent_renews_the_lease(kept: Kept) {
    let claim = kept.held(1).await;
    kept.pass(45);
    kept.begin(&claim, "invoice", &[]).await;
    kept.pass(45);
    assert!(kept.due(10, 10).await.is_empty());
}

async fn a_fence_that_is_lost_renews_nothing(kept: Kept) {
    let first = kept.held(1).await;
    kept.pass(60);
    let second = kept.hold(first.fence.run).await;
    kept.pass(45);
    kept.renew(&[first.fence]).await.expect("an answer");
    kept.pass(15);
    assert_eq!(kept.due(10, 10).await, [second.fence.run]);
}

async fn a_claim_given_back_does_not_count(kept: Kept) {
    let claim = kept.held(1).await;
    assert_eq!(kept.give_back(claim.fence).await.expect("an answer"), Fenced::No);
    kept.pass(4);
    assert!(kept.due(10, 10).await.is_empty());
    kept.pass(1);
    let again = kept.due_claims(1, 1).await.remove(0);
    assert_eq!(again.attempts, 0);
    assert_eq!(kept.give_back(claim.fence).await.expect("an answer"), Fenced::Yes);
}

async fn a_run_that_waits_is_not_due_before_its_time(kept: Kept) {
    let claim = kept.held(1).await;
    kept.wait(&claim, Pause::Run(seconds(30))).await;
    kept.pass(29);
    assert!(kept.due(10, 10).await.is_empty());
    kept.pass(1);
    assert_eq!(kept.due(10, 10).await, [claim.fence.run]);
}

async fn a_run_that_waits_can_be_taken_by_name(kept: Kept) {
    let claim = kept.held(1).await;
    kept.wait(&claim, Pause::Run(seconds(30))).await;
    assert_eq!(kept.hold(claim.fence.run).await.attempts, 1);
}

async fn a_claim_says_when_the_next_run_is_due(kept: Kept) {
    assert_eq!(kept.claim(10, 10).await.expect("an answer").next, None);
    let claim = kept.held(1).await;
    assert_eq!(kept.claim(10, 10).await.expect("an answer").next, Some(LEASE));
    kept.wait(&claim, Pause::Run(seconds(30))).await;
    kept.pass(10);
    assert_eq!(kept.claim(10, 10).await.expect("an answer").next, Some(seconds(20)));
}

async fn the_first_attempt_counts_none_before_it(kept: Kept) {
    let claim = kept.held(1).await;
    let counted = (claim.attempts, claim.cpu_exhausted, claim.host_deaths, claim.company_failures);
    assert_eq!(counted, (0, 0, 0, 0));
    assert_eq!((claim.asking_since, claim.cancelled, claim.look_from), (None, false, None));
}

async fn what_is_held_is_due_again_once_taken_over(kept: Kept) {
    let claim = kept.held(1).await;
    kept.take_over(&[]).await.expect("an answer");
    assert_eq!(kept.phase(claim.fence.run).await, Phase::Queued);
    assert_eq!(kept.end(&claim, Status::Succeeded).await, Fenced::Yes);
    assert_eq!(kept.due(10, 1).await, [claim.fence.run]);
}

async fn a_death_counts_against_polled_runs_only(kept: Kept) {
    let (polled, waiting) = (kept.held(1).await, kept.held(2).await);
    kept.take_over(&[polled.fence.run]).await.expect("an answer");
    assert_eq!(kept.hold(polled.fence.run).await.host_deaths, 1);
    assert_eq!(kept.hold(waiting.fence.run).await.host_deaths, 0);
}

async fn an_attempt_that_computed_too_long_is_counted(kept: Kept) {
    let claim = kept.held(1).await;
    let record = values::record(claim.fence.run, Status::Waiting, "cpu");
    let pause = Pause::Run(seconds(0));
    let release = qbo_host::runs::store::Release { record, pause, cpu_exhausted: true, asked: false };
    kept.release(claim.fence, release).await.expect("an answer");
    assert_eq!(kept.hold(claim.fence.run).await.cpu_exhausted, 1);
}
