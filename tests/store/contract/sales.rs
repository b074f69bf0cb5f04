//! One sale, one document: who holds the key of a sale, and what stands for it.

use qbo_host::ids::RunId;
use qbo_host::runs::Status;
use qbo_host::runs::store::{Begun, Claim, Fenced, Pause};

use super::{COMPANY, Kept, facts, seconds, values};

facts! {
    the_key_of_a_sale_goes_to_the_first_write
    a_run_takes_its_key_once
    a_run_that_waits_for_a_sale_goes_on_when_it_is_over
    a_run_does_not_wait_for_one_that_has_ended
    a_key_taken_since_the_claim_is_noticed
    a_later_run_sees_what_stands
    a_refused_run_leaves_nothing_standing
    a_write_that_takes_no_key_needs_none
}

/// Another run of the sale of run 1.
async fn rival(kept: &Kept, id: u64) -> Claim {
    let mut run = kept.run(COMPANY, id);
    run.sale = kept.run(COMPANY, 1).sale;
    let name: RunId = run.id;
    kept.enqueue(run).await.expect("an answer");
    kept.hold(name).await
}

async fn the_key_of_a_sale_goes_to_the_first_write(kept: Kept) {
    let (first, second) = (kept.held(1).await, rival(&kept, 2).await);
    assert_eq!(kept.begin(&first, "invoice", &[]).await, Begun::Yes);
    assert_eq!(kept.begin(&second, "invoice", &[]).await, Begun::SaleHeld(first.fence.run));
    assert!(kept.stored(second.fence.run).await.history.records.is_empty());
}

async fn a_run_takes_its_key_once(kept: Kept) {
    let claim = kept.held(1).await;
    kept.begin(&claim, "invoice", &[]).await;
    kept.answer(&claim, 0, true).await;
    assert_eq!(kept.begin(&claim, "payment", &[]).await, Begun::Yes);
    kept.wait(&claim, Pause::Run(seconds(0))).await;
    assert_eq!(kept.hold(claim.fence.run).await.sale.map(|sale| sale.taken), Some(0));
}

async fn a_run_that_waits_for_a_sale_goes_on_when_it_is_over(kept: Kept) {
    let (first, second) = (kept.held(1).await, rival(&kept, 2).await);
    kept.begin(&first, "invoice", &[]).await;
    assert_eq!(kept.wait(&second, Pause::Sale(first.fence.run)).await, Fenced::No);
    kept.pass(30);
    assert!(kept.due(10, 10).await.is_empty());
    kept.answer(&first, 0, true).await;
    kept.end(&first, Status::Succeeded).await;
    assert_eq!(kept.due(10, 10).await, [second.fence.run]);
}

async fn a_run_does_not_wait_for_one_that_has_ended(kept: Kept) {
    let (first, second) = (kept.held(1).await, rival(&kept, 2).await);
    kept.end(&first, Status::Succeeded).await;
    kept.wait(&second, Pause::Sale(first.fence.run)).await;
    assert_eq!(kept.due(10, 10).await, [second.fence.run]);
}

async fn a_key_taken_since_the_claim_is_noticed(kept: Kept) {
    let (first, second) = (kept.held(1).await, rival(&kept, 2).await);
    kept.begin(&first, "invoice", &[]).await;
    kept.answer(&first, 0, true).await;
    kept.end(&first, Status::Succeeded).await;
    assert_eq!(kept.begin(&second, "invoice", &[]).await, Begun::SaleChanged);
    kept.wait(&second, Pause::Run(seconds(0))).await;
    let again = kept.hold(second.fence.run).await;
    assert_eq!(kept.begin(&again, "invoice", &[]).await, Begun::Yes);
}

async fn a_later_run_sees_what_stands(kept: Kept) {
    let first = kept.held(1).await;
    kept.begin(&first, "invoice", &[]).await;
    kept.end(&first, Status::Succeeded).await;
    let sale = rival(&kept, 2).await.sale.expect("a sale");
    // Whoever had taken it has ended.
    assert_eq!(sale.taken, 1);
    let made: Vec<_> = sale.made.iter().map(|made| (made.run, made.event.as_str(), &made.document)).collect();
    assert_eq!(made, [(first.fence.run, "1", &values::document("130"))]);
}

async fn a_refused_run_leaves_nothing_standing(kept: Kept) {
    let first = kept.held(1).await;
    kept.end(&first, Status::Refused).await;
    assert_eq!(rival(&kept, 2).await.sale.map(|sale| sale.made), Some(Vec::new()));
}

async fn a_write_that_takes_no_key_needs_none(kept: Kept) {
    let (first, second) = (kept.held(1).await, rival(&kept, 2).await);
    kept.begin(&first, "invoice", &[]).await;
    let customer = values::intent(second.fence.run, "customer", kept.clock.now());
    let begun = kept.begin_write(second.fence, Default::default(), customer, None).await.expect("an answer");
    assert_eq!(begun, Begun::Yes);
}
