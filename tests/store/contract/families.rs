//! Sales that HubSpot associates are one family: what stands for one stands for all, and one lock
//! keeps their runs apart.

use std::sync::Arc;

use qbo_host::ids::{RunId, SaleKey};
use qbo_host::runs::Status;
use qbo_host::runs::store::{Begun, Claim, Enqueued, Fenced, Joined, NewRun, Pause, Sale};

use super::{COMPANY, Kept, facts, seconds, values};

facts! {
    what_was_made_for_one_object_is_known_for_all_of_its_family
    what_was_made_for_several_sales_is_told_without_joining_them
    joining_again_changes_nothing
    objects_of_two_portals_are_no_family
    families_that_meet_become_one
    a_joined_sale_has_one_lock
    a_family_that_has_grown_is_noticed
    a_holder_whose_family_has_grown_looks_again_before_it_writes
    the_holder_of_a_part_holds_the_family
    a_run_that_joins_gives_way_to_one_that_writes
    two_holders_are_not_joined_before_one_has_ended
    a_lost_fence_joins_nothing
    a_run_without_a_sale_joins_nothing
    each_reference_is_told
    only_the_same_action_and_reference_is_joined_when_accepted
}

/// A run for that object.
fn run(kept: &Kept, object: &str, id: u64) -> NewRun {
    values::new_run(COMPANY, object, &id.to_string(), kept.clock.now())
}

async fn held(kept: &Kept, object: &str, id: u64) -> Claim {
    let run = run(kept, object, id);
    let name: RunId = run.id;
    kept.enqueue(run).await.expect("an answer");
    kept.hold(name).await
}

fn key(object: &str) -> SaleKey {
    SaleKey::of(&values::event(COMPANY, "any"), &object.parse().expect("an object"))
}

/// Joins the claim's sale with those of these objects.
async fn join(kept: &Kept, claim: &Claim, objects: &[&str]) -> Joined {
    let others = objects.iter().map(|object| key(object)).collect();
    kept.join_sales(claim.fence, others).await.expect("an answer")
}

/// The same, where nobody is in the way; the attempt goes on with what it was told.
async fn joined(kept: &Kept, claim: &Claim, objects: &[&str]) -> (Claim, Sale) {
    match join(kept, claim, objects).await {
        Joined::Yes(Some(sale)) => (Claim { sale: Some(sale.clone()), ..claim.clone() }, sale),
        other => panic!("not joined: {other:?}"),
    }
}

fn objects(sale: &Sale) -> Vec<String> {
    sale.made.iter().map(|made| made.object.to_string()).collect()
}

/// A run for that object has made an invoice.
async fn invoiced(kept: &Kept, object: &str, id: u64) -> Claim {
    let claim = held(kept, object, id).await;
    assert_eq!(kept.begin(&claim, "invoice", &[]).await, Begun::Yes);
    kept.answer(&claim, 0, true).await;
    kept.end(&claim, Status::Succeeded).await;
    claim
}

async fn what_was_made_for_one_object_is_known_for_all_of_its_family(kept: Kept) {
    invoiced(&kept, "deal:1", 1).await;
    let quote = held(&kept, "quote:2", 2).await;
    assert_eq!(quote.sale.as_ref().map(objects), Some(Vec::new()));
    let (_, sale) = joined(&kept, &quote, &["deal:1", "payment:3"]).await;
    assert_eq!((sale.key.clone(), sale.kind.as_str()), (key("quote:2"), "invoice"));
    assert_eq!(objects(&sale), ["deal:1"]);
    assert_eq!((sale.made[0].kind.as_str(), &sale.made[0].document), ("invoice", &values::document("130")));
    let payment = held(&kept, "payment:3", 3).await;
    assert_eq!(payment.sale.as_ref().map(objects), Some(vec!["deal:1".to_owned()]));
}

async fn what_was_made_for_several_sales_is_told_without_joining_them(kept: Kept) {
    invoiced(&kept, "deal:1", 1).await;
    invoiced(&kept, "payment:7", 2).await;
    let quote = held(&kept, "quote:2", 3).await;
    joined(&kept, &quote, &["payment:7"]).await;
    let made = kept.made_for(vec![key("quote:2"), key("deal:1"), key("deal:5")]).await.expect("an answer");
    let made: Vec<_> = made.iter().map(|made| made.object.to_string()).collect();
    assert_eq!(made, ["deal:1", "payment:7"]);
    let deal = held(&kept, "deal:1", 4).await;
    assert_eq!(deal.sale.as_ref().map(objects), Some(vec!["deal:1".to_owned()]));
}

async fn joining_again_changes_nothing(kept: Kept) {
    let quote = held(&kept, "quote:2", 2).await;
    let (_, first) = joined(&kept, &quote, &["deal:1"]).await;
    let (_, second) = joined(&kept, &quote, &["deal:1", "quote:2"]).await;
    assert_eq!(first, second);
    assert_eq!(joined(&kept, &quote, &[]).await.1, first);
}

async fn objects_of_two_portals_are_no_family(kept: Kept) {
    let mut other = run(&kept, "deal:1", 9);
    let enrollment = Arc::make_mut(&mut other.enrollment);
    enrollment.event.portal = "78".into();
    other.id = RunId::of(&enrollment.event);
    if let Some(sale) = &mut other.sale {
        sale.key = SaleKey::of(&enrollment.event, &enrollment.object);
    }
    let name = other.id;
    kept.enqueue(other).await.expect("an answer");
    let there = kept.hold(name).await;
    kept.begin(&there, "invoice", &[]).await;
    kept.end(&there, Status::Succeeded).await;
    let quote = held(&kept, "quote:2", 2).await;
    assert_eq!(objects(&joined(&kept, &quote, &["deal:1"]).await.1), [""; 0]);
}

async fn families_that_meet_become_one(kept: Kept) {
    invoiced(&kept, "deal:1", 1).await;
    invoiced(&kept, "payment:7", 2).await;
    let (first, second) = (held(&kept, "quote:2", 3).await, held(&kept, "quote:8", 4).await);
    joined(&kept, &first, &["deal:1"]).await;
    assert_eq!(objects(&joined(&kept, &second, &["payment:7"]).await.1), ["payment:7"]);
    assert_eq!(objects(&joined(&kept, &second, &["quote:2"]).await.1), ["deal:1", "payment:7"]);
    let deal = held(&kept, "deal:1", 5).await;
    assert_eq!(deal.sale.as_ref().map(objects), Some(vec!["deal:1".to_owned(), "payment:7".to_owned()]));
}

async fn a_joined_sale_has_one_lock(kept: Kept) {
    let (deal, quote) = (held(&kept, "deal:1", 1).await, held(&kept, "quote:2", 2).await);
    let (quote, _) = joined(&kept, &quote, &["deal:1"]).await;
    assert_eq!(kept.begin(&quote, "invoice", &[]).await, Begun::Yes);
    assert_eq!(kept.begin(&deal, "invoice", &[]).await, Begun::SaleHeld(quote.fence.run));
    kept.wait(&deal, Pause::Sale(quote.fence.run)).await;
    kept.answer(&quote, 0, true).await;
    kept.end(&quote, Status::Succeeded).await;
    assert_eq!(kept.due(10, 10).await, [deal.fence.run]);
}

async fn a_family_that_has_grown_is_noticed(kept: Kept) {
    let deal = held(&kept, "deal:1", 1).await;
    let quote = held(&kept, "quote:2", 2).await;
    joined(&kept, &quote, &["deal:1"]).await;
    kept.end(&quote, Status::Refused).await;
    assert_eq!(kept.begin(&deal, "invoice", &[]).await, Begun::SaleChanged);
    kept.wait(&deal, Pause::Run(seconds(0))).await;
    let again = kept.hold(deal.fence.run).await;
    assert_eq!(kept.begin(&again, "invoice", &[]).await, Begun::Yes);
}

/// The attempt ends, and the next one sees the family as it is then.
async fn looked_again(kept: &Kept, claim: &Claim) -> Claim {
    kept.wait(claim, Pause::Run(seconds(0))).await;
    kept.hold(claim.fence.run).await
}

/// A holder that had written its customer alone wrote its invoice into a family that was billed meanwhile.
async fn a_holder_whose_family_has_grown_looks_again_before_it_writes(kept: Kept) {
    invoiced(&kept, "payment:3", 1).await;
    let deal = held(&kept, "deal:1", 2).await;
    assert_eq!(kept.begin(&deal, "customer", &[]).await, Begun::Yes);
    kept.answer(&deal, 0, true).await;
    joined(&kept, &held(&kept, "quote:2", 3).await, &["deal:1", "payment:3"]).await;
    assert_eq!(kept.begin(&deal, "invoice", &[]).await, Begun::SaleChanged);
    let deal = looked_again(&kept, &deal).await;
    assert_eq!(deal.sale.as_ref().map(objects), Some(vec!["payment:3".to_owned()]));
    assert_eq!(kept.begin(&deal, "invoice", &[]).await, Begun::Yes);
}

async fn the_holder_of_a_part_holds_the_family(kept: Kept) {
    let deal = held(&kept, "deal:1", 1).await;
    kept.begin(&deal, "invoice", &[]).await;
    let (quote, _) = joined(&kept, &held(&kept, "quote:2", 2).await, &["deal:1"]).await;
    assert_eq!(kept.begin(&quote, "invoice", &[]).await, Begun::SaleHeld(deal.fence.run));
    kept.answer(&deal, 0, true).await;
    let deal = looked_again(&kept, &deal).await;
    assert_eq!(kept.begin(&deal, "payment", &[]).await, Begun::Yes);
    kept.answer(&deal, 1, true).await;
    kept.end(&deal, Status::Succeeded).await;
    assert_eq!(kept.begin(&quote, "invoice", &[]).await, Begun::SaleChanged);
}

/// A run that holds its own part and joins again has forgotten what it had on record.
async fn a_run_that_joins_gives_way_to_one_that_writes(kept: Kept) {
    let (deal, quote) = (held(&kept, "deal:1", 1).await, held(&kept, "quote:2", 2).await);
    kept.begin(&deal, "invoice", &[]).await;
    kept.begin(&quote, "invoice", &[]).await;
    let (quote, _) = joined(&kept, &quote, &["deal:1"]).await;
    assert_eq!(kept.begin(&quote, "another", &[]).await, Begun::SaleHeld(deal.fence.run));
    let deal = looked_again(&kept, &deal).await;
    assert_eq!(kept.begin(&deal, "payment", &[]).await, Begun::Yes);
}

async fn two_holders_are_not_joined_before_one_has_ended(kept: Kept) {
    let (deal, quote) = (held(&kept, "deal:1", 1).await, held(&kept, "quote:2", 2).await);
    kept.begin(&quote, "invoice", &[]).await;
    kept.begin(&deal, "invoice", &[]).await;
    let payment = held(&kept, "payment:3", 3).await;
    assert_eq!(join(&kept, &payment, &["deal:1", "quote:2"]).await, Joined::Held(deal.fence.run));
    kept.answer(&deal, 0, true).await;
    kept.end(&deal, Status::Succeeded).await;
    let (payment, sale) = joined(&kept, &payment, &["deal:1", "quote:2"]).await;
    assert_eq!(objects(&sale), ["deal:1"]);
    assert_eq!(kept.begin(&payment, "receipt", &[]).await, Begun::SaleHeld(quote.fence.run));
}

async fn a_lost_fence_joins_nothing(kept: Kept) {
    let quote = held(&kept, "quote:2", 2).await;
    assert_eq!(kept.end(&quote, Status::Refused).await, Fenced::No);
    assert_eq!(join(&kept, &quote, &["deal:1"]).await, Joined::Fenced);
    invoiced(&kept, "deal:1", 1).await;
    assert_eq!(held(&kept, "quote:2", 3).await.sale.as_ref().map(objects), Some(Vec::new()));
}

async fn a_run_without_a_sale_joins_nothing(kept: Kept) {
    let mut preview = run(&kept, "quote:2", 2);
    preview.sale = None;
    let name = preview.id;
    kept.enqueue(preview).await.expect("an answer");
    let preview = kept.hold(name).await;
    assert_eq!(join(&kept, &preview, &["deal:1"]).await, Joined::Yes(None));
}

async fn each_reference_is_told(kept: Kept) {
    let mut first = run(&kept, "deal:1", 1);
    Arc::make_mut(&mut first.enrollment).reference = Some("first".into());
    let name = first.id;
    kept.enqueue(first).await.expect("an answer");
    let claim = kept.hold(name).await;
    kept.begin(&claim, "invoice", &[]).await;
    kept.end(&claim, Status::Succeeded).await;
    let sale = held(&kept, "deal:1", 2).await.sale.expect("a sale");
    assert_eq!(sale.made[0].reference.as_deref(), Some("first"));
}

async fn only_the_same_action_and_reference_is_joined_when_accepted(kept: Kept) {
    let first = run(&kept, "deal:1", 1);
    let name = first.id;
    kept.enqueue(first).await.expect("an answer");
    let mut next = 2;
    let mut asked = |action: &str, reference: Option<&str>| {
        let mut run = run(&kept, "deal:1", next);
        next += 1;
        let enrollment = Arc::make_mut(&mut run.enrollment);
        enrollment.event.action = action.into();
        enrollment.reference = reference.map(str::to_owned);
        run.id = RunId::of(&enrollment.event);
        run.join = true;
        kept.enqueue(run)
    };
    assert_eq!(asked("create-invoice", None).await.expect("an answer"), Enqueued::Joined(name));
    assert_eq!(asked("create-estimate", None).await.expect("an answer"), Enqueued::New);
    assert_eq!(asked("create-invoice", Some("second")).await.expect("an answer"), Enqueued::New);
}
