//! What people decide: resume, restart, cancel; and what they look at.

use qbo_host::runs::Status;
use qbo_host::runs::service_store::{Changed, Counts, Phase, Query};
use qbo_host::runs::store::{Claim, Pause};

use super::{COMPANY, Kept, facts, seconds, values};

facts! {
    a_resumed_run_keeps_what_was_accepted
    a_resumed_run_without_an_accepted_write_begins_anew
    a_resumed_run_keeps_a_create_whose_answer_is_not_known
    a_resumed_run_may_change_its_component
    only_a_held_run_is_resumed
    a_restarted_run_forgets_everything
    a_restart_takes_back_what_stood
    a_preview_is_not_restarted
    a_run_on_its_way_is_not_restarted
    a_restart_of_a_run_that_has_gone_on_since_it_was_looked_at_does_nothing
    a_cancelled_run_is_due_at_once
    an_ended_run_is_not_cancelled
    an_unknown_run_is_not_changed
    runs_are_listed_newest_first
    a_list_goes_on_where_the_last_page_ended
    runs_are_found_by_what_people_know_of_them
    the_counts_say_how_many_stand_how
}

/// Held by a person's leave, after a customer was accepted and an invoice rejected.
async fn half_done(kept: &Kept) -> Claim {
    let claim = kept.held(1).await;
    kept.begin(&claim, "customer", &["terms"]).await;
    kept.answer(&claim, 1, true).await;
    kept.begin(&claim, "invoice", &["items"]).await;
    kept.answer(&claim, 3, false).await;
    kept.end(&claim, Status::Held).await;
    claim
}

async fn a_resumed_run_keeps_what_was_accepted(kept: Kept) {
    let claim = half_done(&kept).await;
    assert_eq!(kept.resume(claim.fence.run, None, "jo").await.expect("an answer"), Changed::Yes);
    let again = kept.due_claims(1, 1).await.remove(0);
    let keys: Vec<_> = again.history.records.iter().map(|record| record.call.key.as_deref()).collect();
    assert_eq!(keys, [None, Some("customer")]);
    assert_eq!(again.generations, [("invoice".to_owned(), 1)].into());
    assert!(again.history.snapshot.is_some());
}

async fn a_resumed_run_without_an_accepted_write_begins_anew(kept: Kept) {
    let claim = kept.held(1).await;
    kept.begin(&claim, "invoice", &["terms"]).await;
    kept.answer(&claim, 1, false).await;
    kept.end(&claim, Status::Held).await;
    kept.resume(claim.fence.run, None, "jo").await.expect("an answer");
    let again = kept.hold(claim.fence.run).await;
    assert_eq!(again.history, Default::default());
    assert_eq!(again.generations, [("invoice".to_owned(), 1)].into());
}

/// Forgetting it would have the run end as if nothing stood.
async fn a_resumed_run_keeps_a_create_whose_answer_is_not_known(kept: Kept) {
    let claim = kept.held(1).await;
    kept.begin(&claim, "invoice", &["terms"]).await;
    kept.end(&claim, Status::Held).await;
    kept.resume(claim.fence.run, None, "jo").await.expect("an answer");
    let again = kept.hold(claim.fence.run).await;
    assert_eq!(again.history.records.len(), 2);
    assert!(again.history.records[1].is_unanswered() && again.history.snapshot.is_some());
    assert!(again.generations.is_empty());
}

async fn a_resumed_run_may_change_its_component(kept: Kept) {
    let claim = half_done(&kept).await;
    kept.resume(claim.fence.run, Some(values::component(9)), "jo").await.expect("an answer");
    assert_eq!(kept.hold(claim.fence.run).await.digest, values::component(9));
}

async fn only_a_held_run_is_resumed(kept: Kept) {
    let claim = kept.held(1).await;
    assert_eq!(kept.resume(claim.fence.run, None, "jo").await.expect("an answer"), Changed::NotEnded);
    kept.end(&claim, Status::Refused).await;
    let changed = kept.resume(claim.fence.run, None, "jo").await.expect("an answer");
    assert_eq!(changed, Changed::Ended(Status::Refused));
}

async fn a_restarted_run_forgets_everything(kept: Kept) {
    let claim = half_done(&kept).await;
    let changed =
        kept.restart(claim.fence.run, claim.fence.epoch, values::component(9), "jo").await.expect("an answer");
    assert_eq!(changed, Changed::Yes);
    let again = kept.hold(claim.fence.run).await;
    assert_eq!((again.history, again.digest), (Default::default(), values::component(9)));
    let generations = [("customer".to_owned(), 1), ("invoice".to_owned(), 1)];
    assert_eq!(again.generations, generations.into());
}

async fn a_restart_takes_back_what_stood(kept: Kept) {
    let claim = half_done(&kept).await;
    kept.restart(claim.fence.run, claim.fence.epoch, values::component(1), "jo").await.expect("an answer");
    let mut rival = kept.run(COMPANY, 2);
    rival.sale = kept.run(COMPANY, 1).sale;
    let name = rival.id;
    kept.enqueue(rival).await.expect("an answer");
    assert_eq!(kept.hold(name).await.sale.map(|sale| sale.made), Some(Vec::new()));
}

async fn a_preview_is_not_restarted(kept: Kept) {
    let claim = kept.held(1).await;
    kept.end(&claim, Status::Previewed).await;
    let changed =
        kept.restart(claim.fence.run, claim.fence.epoch, values::component(1), "jo").await.expect("an answer");
    assert_eq!(changed, Changed::Ended(Status::Previewed));
}

async fn a_run_on_its_way_is_not_restarted(kept: Kept) {
    let run = kept.accept(1).await;
    assert_eq!(kept.restart(run, 0, values::component(1), "jo").await.expect("an answer"), Changed::NotEnded);
}

/// Whoever asked QuickBooks what stands must not act on it when the run has gone on meanwhile.
async fn a_restart_of_a_run_that_has_gone_on_since_it_was_looked_at_does_nothing(kept: Kept) {
    let claim = half_done(&kept).await;
    let (run, epoch) = (claim.fence.run, claim.fence.epoch);
    assert_eq!(kept.restart(run, epoch, values::component(1), "jo").await.expect("an answer"), Changed::Yes);
    let again = kept.hold(run).await;
    kept.begin(&again, "invoice", &[]).await;
    kept.end(&again, Status::Succeeded).await;
    assert_eq!(kept.restart(run, epoch, values::component(1), "jo").await.expect("an answer"), Changed::NotEnded);
}

async fn a_cancelled_run_is_due_at_once(kept: Kept) {
    let claim = kept.held(1).await;
    kept.wait(&claim, Pause::Run(seconds(3_000))).await;
    assert_eq!(kept.cancel(claim.fence.run, "jo").await.expect("an answer"), Changed::Yes);
    let again = kept.due_claims(1, 1).await.remove(0);
    assert!(again.cancelled);
}

async fn an_ended_run_is_not_cancelled(kept: Kept) {
    let claim = kept.held(1).await;
    kept.end(&claim, Status::Succeeded).await;
    let changed = kept.cancel(claim.fence.run, "jo").await.expect("an answer");
    assert_eq!(changed, Changed::Ended(Status::Succeeded));
}

async fn an_unknown_run_is_not_changed(kept: Kept) {
    let run = kept.run(COMPANY, 1).id;
    assert_eq!(kept.cancel(run, "jo").await.expect("an answer"), Changed::Unknown);
    assert_eq!(kept.resume(run, None, "jo").await.expect("an answer"), Changed::Unknown);
    assert_eq!(kept.restart(run, 0, values::component(1), "jo").await.expect("an answer"), Changed::Unknown);
}

async fn events(kept: &Kept, query: Query) -> Vec<String> {
    kept.runs(&query).await.expect("an answer").into_iter().map(|line| line.event).collect()
}

async fn runs_are_listed_newest_first(kept: Kept) {
    for id in 1..=3 {
        kept.accept(id).await;
    }
    assert_eq!(events(&kept, Query { most: 2, ..Query::default() }).await, ["3", "2"]);
}

async fn a_list_goes_on_where_the_last_page_ended(kept: Kept) {
    for id in 1..=3 {
        kept.accept(id).await;
    }
    let before = Some(kept.run(COMPANY, 2).id);
    assert_eq!(events(&kept, Query { before, most: 9, ..Query::default() }).await, ["1"]);
}

async fn runs_are_found_by_what_people_know_of_them(kept: Kept) {
    let (first, _second) = (kept.held(1).await, kept.accept_for("other", 2).await);
    kept.end(&first, Status::Held).await;
    let all = || Query { most: 9, ..Query::default() };
    assert_eq!(events(&kept, Query { company: Some("other".into()), ..all() }).await, ["2"]);
    assert_eq!(events(&kept, Query { object: Some("deal:1".into()), ..all() }).await, ["1"]);
    assert_eq!(events(&kept, Query { event: Some("2".into()), ..all() }).await, ["2"]);
    assert_eq!(events(&kept, Query { status: Some(Status::Held), ..all() }).await, ["1"]);
    assert!(events(&kept, Query { status: Some(Status::Refused), ..all() }).await.is_empty());
    assert!(events(&kept, Query { action: Some("none".into()), ..all() }).await.is_empty());
    let line = kept.runs(&Query { status: Some(Status::Held), ..all() }).await.expect("an answer").remove(0);
    assert_eq!((line.code.as_str(), line.phase, line.attempts), ("over", Phase::Ended, 1));
}

async fn the_counts_say_how_many_stand_how(kept: Kept) {
    kept.accept(1).await;
    kept.held(2).await;
    for (id, status) in [(3, Status::Held), (4, Status::Succeeded), (5, Status::Refused)] {
        let claim = kept.held(id).await;
        kept.end(&claim, status).await;
    }
    let counts = Counts { queued: 1, running: 1, held: 1, ended: 2, messages: 0 };
    assert_eq!(kept.counts().await.expect("an answer"), counts);
}
