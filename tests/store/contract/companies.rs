//! Companies take turns, and one that does not answer is tried by one run.

use qbo_host::runs::Status;
use qbo_host::runs::service_store::CLAIMED_AT_ONCE_MAX;
use qbo_host::runs::store::{Claim, Pause};

use super::{Kept, facts, seconds};

facts! {
    a_company_with_many_runs_lets_others_have_their_turn
    the_company_that_waited_longest_comes_first
    a_company_holds_no_more_than_it_may
    the_end_of_a_run_makes_room_for_the_next
    a_raised_limit_counts_at_once
    runs_of_a_company_go_in_the_order_they_came
    a_blocked_company_waits_with_all_its_runs
    one_run_tries_a_company_that_failed
    a_company_that_answers_again_drains
    a_run_that_asked_nothing_says_nothing_about_its_company
    the_longer_block_counts
    lost_leases_do_not_fill_a_company
}

async fn a_company_with_many_runs_lets_others_have_their_turn(kept: Kept) {
    for id in 0..20 {
        kept.accept_for("busy", id).await;
    }
    let quiet = kept.accept_for("quiet", 20).await;
    let taken = kept.due(64, 100).await;
    assert_eq!(taken.len(), CLAIMED_AT_ONCE_MAX + 1);
    assert!(taken.contains(&quiet));
}

async fn the_company_that_waited_longest_comes_first(kept: Kept) {
    let (a, b) = (kept.accept_for("a", 1).await, kept.accept_for("b", 2).await);
    assert_eq!(kept.due(1, 1).await, [a]);
    let _second = kept.accept_for("a", 3).await;
    assert_eq!(kept.due(1, 2).await, [b]);
}

async fn a_company_holds_no_more_than_it_may(kept: Kept) {
    for id in 0..5 {
        kept.accept(id).await;
    }
    assert_eq!(kept.due(10, 2).await.len(), 2);
    assert!(kept.due(10, 2).await.is_empty());
}

async fn the_end_of_a_run_makes_room_for_the_next(kept: Kept) {
    for id in 0..3 {
        kept.accept(id).await;
    }
    let held = kept.due_claims(10, 1).await;
    assert!(kept.due(10, 1).await.is_empty());
    kept.end(&held[0], Status::Succeeded).await;
    assert_eq!(kept.due(10, 1).await.len(), 1);
}

async fn a_raised_limit_counts_at_once(kept: Kept) {
    for id in 0..3 {
        kept.accept(id).await;
    }
    assert_eq!(kept.due(10, 1).await.len(), 1);
    assert_eq!(kept.due(10, 3).await.len(), 2);
}

async fn runs_of_a_company_go_in_the_order_they_came(kept: Kept) {
    let (first, second) = (kept.accept(1).await, kept.accept(2).await);
    kept.pass(1);
    let third = kept.accept(3).await;
    assert_eq!(kept.due(10, 10).await, [first, second, third]);
}

async fn a_blocked_company_waits_with_all_its_runs(kept: Kept) {
    let claim = kept.held(1).await;
    let other = kept.accept(2).await;
    let elsewhere = kept.accept_for("other", 3).await;
    kept.wait(&claim, Pause::Company { pause: seconds(30), failing: false }).await;
    assert_eq!(kept.due(10, 10).await, [elsewhere]);
    kept.pass(30);
    // The one that was accepted later is due since then.
    assert_eq!(kept.due(10, 10).await, [claim.fence.run, other]);
}

async fn one_run_tries_a_company_that_failed(kept: Kept) {
    let claim = kept.held(1).await;
    for id in 2..6 {
        kept.accept(id).await;
    }
    kept.wait(&claim, Pause::Company { pause: seconds(30), failing: true }).await;
    kept.pass(30);
    let tries = kept.due_claims(10, 10).await;
    assert_eq!(tries.len(), 1);
    assert_eq!(tries[0].company_failures, 1);
    assert!(kept.due(10, 10).await.is_empty());
    kept.wait(&tries[0], Pause::Company { pause: seconds(60), failing: true }).await;
    kept.pass(60);
    assert_eq!(kept.due_claims(10, 10).await[0].company_failures, 2);
}

/// Of four runs of a company that did not answer, those that try again after its pause.
async fn trying(kept: &Kept) -> Vec<Claim> {
    let claim = kept.held(1).await;
    for id in 2..5 {
        kept.accept(id).await;
    }
    kept.wait(&claim, Pause::Company { pause: seconds(30), failing: true }).await;
    kept.pass(30);
    kept.due_claims(10, 10).await
}

async fn a_company_that_answers_again_drains(kept: Kept) {
    let tries = trying(&kept).await;
    kept.end(&tries[0], Status::Succeeded).await;
    let drained = kept.due_claims(10, 10).await;
    assert_eq!(drained.len(), 3);
    assert_eq!(drained[0].company_failures, 0);
}

async fn a_run_that_asked_nothing_says_nothing_about_its_company(kept: Kept) {
    let tries = trying(&kept).await;
    kept.end(&tries[0], Status::Cancelled).await;
    assert_eq!(kept.due_claims(10, 10).await.len(), 1);
}

async fn the_longer_block_counts(kept: Kept) {
    let (first, second) = (kept.held(1).await, kept.held(2).await);
    kept.wait(&first, Pause::Company { pause: seconds(60), failing: false }).await;
    kept.wait(&second, Pause::Company { pause: seconds(5), failing: false }).await;
    kept.pass(59);
    assert!(kept.due(10, 10).await.is_empty());
    kept.pass(1);
    assert_eq!(kept.due(10, 10).await.len(), 2);
}

async fn lost_leases_do_not_fill_a_company(kept: Kept) {
    for id in 0..4 {
        kept.accept(id).await;
    }
    assert_eq!(kept.due(10, 2).await.len(), 2);
    kept.pass(60);
    assert_eq!(kept.due(10, 2).await.len(), 2);
    let counts = kept.counts().await.expect("an answer");
    assert_eq!((counts.queued, counts.running), (2, 2));
}
