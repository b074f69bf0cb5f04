//! A deal, its quotes and its payments are one sale, whichever of them is enrolled, by how many
//! workflows, and in which order.

use std::sync::Arc;
use std::time::Duration;

use qbo_host::enrollment::IfExists;
use qbo_host::runs::{RunRecord, Status};
use qbo_simulator::faults::{Effect, Fault};
use qbo_tests::COMPANY;
use qbo_tests::world::{World, billing};

use super::{alone, assert_ended, end, ended, resumed};

/// Runs the action of `kind` for `object`, and tells how that ended.
async fn billed(world: &World, kind: &str, object: &str, event: &str) -> Arc<RunRecord> {
    ended(world, &world.billed(kind, COMPANY, object, event)).await
}

/// Nothing was made, since this document stands.
fn assert_stopped(record: &Arc<RunRecord>, code: &str, by: &RunRecord) {
    assert_ended(record, Status::Refused, code);
    let named = |record: &RunRecord| -> Vec<_> {
        record.documents.iter().map(|document| (document.entity.clone(), document.id.clone())).collect()
    };
    assert_eq!(named(record), named(by));
    assert_eq!(record.problems.len(), 1);
}

fn report(record: &RunRecord) -> &str {
    record.outputs.iter().find(|(name, _)| name == "report").map_or("", |(_, report)| report)
}

#[test]
fn a_quote_that_was_signed_twice_makes_one_invoice() {
    alone(&billing::setting(), async |world| {
        let signed = world.billed("invoice", COMPANY, "quote:101", "first signer");
        let again = world.billed("invoice", COMPANY, "quote:101", "second signer");
        let (first, second) = tokio::join!(ended(&world, &signed), ended(&world, &again));
        let (made, told) = if first.status == Status::Succeeded { (first, second) } else { (second, first) };
        assert_ended(&made, Status::Succeeded, "created");
        assert_stopped(&told, "already_exists", &made);
        assert_stopped(&billed(&world, "invoice", "quote:101", "later").await, "already_exists", &made);
        assert_eq!(world.bills(COMPANY).len(), 1);
    });
}

#[test]
fn a_deal_and_its_quote_in_either_order_make_one_invoice() {
    for [first, second] in [["deal:100", "quote:101"], ["quote:101", "deal:100"], ["quote:101", "quote:102"]] {
        alone(&billing::setting(), async move |world| {
            let made = billed(&world, "invoice", first, "first").await;
            assert_ended(&made, Status::Succeeded, "created");
            assert_stopped(&billed(&world, "invoice", second, "second").await, "already_invoiced", &made);
            assert_eq!(world.bills(COMPANY).len(), 1, "{first}, then {second}");
        });
    }
}

#[test]
fn a_deal_and_its_quote_at_once_make_one_invoice() {
    alone(&billing::setting(), async |world| {
        let deal = world.billed("invoice", COMPANY, "deal:100", "deal");
        let quote = world.billed("invoice", COMPANY, "quote:101", "quote");
        let (deal, quote) = tokio::join!(ended(&world, &deal), ended(&world, &quote));
        let (made, told) = if deal.status == Status::Succeeded { (deal, quote) } else { (quote, deal) };
        assert_ended(&made, Status::Succeeded, "created");
        assert_stopped(&told, "already_invoiced", &made);
        assert_eq!(world.bills(COMPANY).len(), 1);
    });
}

#[test]
fn a_deal_that_was_invoiced_is_not_billed_again_when_it_is_paid_by_link() {
    alone(&billing::setting(), async |world| {
        let made = billed(&world, "invoice", "deal:100", "deal").await;
        for kind in ["sales-receipt", "invoice"] {
            assert_stopped(&billed(&world, kind, "payment:103", kind).await, "already_invoiced", &made);
        }
        assert_stopped(&billed(&world, "sales-receipt", "deal:100", "deal").await, "already_invoiced", &made);
    });
}

#[test]
fn two_payments_of_one_deal_get_a_receipt_each() {
    alone(&billing::setting(), async |world| {
        let first = world.billed("sales-receipt", COMPANY, "payment:103", "one");
        let second = world.billed("sales-receipt", COMPANY, "payment:104", "two");
        let (first, second) = tokio::join!(ended(&world, &first), ended(&world, &second));
        assert_ended(&first, Status::Succeeded, "created");
        assert_ended(&second, Status::Succeeded, "created");
        assert_eq!(world.bills(COMPANY).len(), 2);
        // What was received bills the deal.
        let told = billed(&world, "invoice", "deal:100", "deal").await;
        assert_ended(&told, Status::Refused, "already_invoiced");
        assert_eq!(told.documents.len(), 2);
    });
}

/// One payment for two deals made them one sale: the second one was skipped.
#[test]
fn two_deals_that_share_a_payment_get_an_invoice_each() {
    alone(&billing::setting(), async |world| {
        world.portal.put("deal", "200", &[("dealname", "Paid together with another deal")]);
        world.portal.associate(("payment", "103"), ("deal", "200"), None);
        for deal in ["deal:100", "deal:200"] {
            assert_ended(&billed(&world, "invoice", deal, deal).await, Status::Succeeded, "created");
            assert_ended(&billed(&world, "invoice", deal, "again").await, Status::Refused, "already_exists");
        }
        assert_eq!(world.bills(COMPANY).len(), 2);
    });
}

#[test]
fn an_invoice_of_a_deal_that_was_deleted_is_made_again_for_its_quote() {
    alone(&billing::setting(), async |world| {
        let made = billed(&world, "invoice", "deal:100", "deal").await;
        let deleted = world.books.delete(COMPANY, "Invoice", &made.documents[0].id);
        assert!(deleted.is_ok(), "{deleted:?}");
        let again = billed(&world, "invoice", "quote:101", "quote").await;
        assert_ended(&again, Status::Succeeded, "created");
        assert_eq!(report(&again), "");
        assert_eq!(world.bills(COMPANY).len(), 1);
    });
}

#[test]
fn a_deal_of_one_portal_is_no_sale_of_another_portal_s_quote() {
    alone(&billing::setting(), async |world| {
        let mut there = world.billed("invoice", COMPANY, "deal:100", "deal");
        Arc::make_mut(&mut there).event.portal = "7".into();
        assert_ended(&ended(&world, &there).await, Status::Succeeded, "created");
        assert_ended(&billed(&world, "invoice", "quote:101", "quote").await, Status::Succeeded, "created");
        assert_eq!(world.bills(COMPANY).len(), 2);
    });
}

#[test]
fn an_invoice_for_a_quote_is_shown_the_estimate_of_its_deal() {
    alone(&billing::setting(), async |world| {
        let estimate = billed(&world, "estimate", "deal:100", "estimate").await;
        assert_ended(&estimate, Status::Succeeded, "created");
        let made = billed(&world, "invoice", "quote:101", "invoice").await;
        assert_eq!(report(&made), "Estimate of deal:100 pending");
    });
}

/// The run's invoice stands, and it does not know yet, when another run finds that the deal was paid
/// before. It ended without asking, and once resumed it ended refused beside its own invoice.
#[test]
fn a_run_whose_invoice_is_unanswered_tells_it_when_its_family_turns_out_to_be_billed() {
    alone(&billing::setting(), async |world| {
        world.portal.put("payment", "105", &[]);
        assert_ended(&billed(&world, "sales-receipt", "payment:105", "paid").await, Status::Succeeded, "created");
        let arm = |times, effect| {
            world.books.faults().inject(Fault { matches: "/invoice?".into(), skip: 0, times, effect });
        };
        arm(1, Effect::AnswerLost);
        arm(u32::MAX, Effect::Fault { code: "1010".into() });
        let deal = world.deliver(&world.billed("invoice", COMPANY, "deal:100", "deal")).await.run;
        world.clock.sleep(Duration::from_secs(5)).await;
        world.portal.associate(("payment", "105"), ("quote", "101"), None);
        world.deliver(&world.billed("estimate", COMPANY, "quote:101", "quote")).await;
        world.clock.sleep(Duration::from_secs(60)).await;
        assert!(world.end(deal, Duration::ZERO).await.is_none(), "it waits for the answer to its invoice");
        world.books.faults().clear();
        let held = end(&world, deal).await;
        assert_ended(&held, Status::Held, "sale_changed");
        let told: Vec<_> = held.documents.iter().map(|document| document.entity.as_str()).collect();
        assert_eq!((told, world.bills(COMPANY).len()), (vec!["Invoice"], 2));
        let receipt = &world.books.documents(COMPANY, "SalesReceipt")[0]["Id"];
        let deleted = world.books.delete(COMPANY, "SalesReceipt", receipt.as_str().expect("an id"));
        assert!(deleted.is_ok(), "{deleted:?}");
        assert_ended(&resumed(&world, deal).await, Status::Succeeded, "created");
        assert_eq!(world.bills(COMPANY).len(), 1);
    });
}

/// An invoiced deal was previewed as if it could be invoiced again, and an estimate was not shown.
#[test]
fn a_preview_decides_from_what_stands_as_its_run_would_and_joins_nothing() {
    alone(&billing::setting(), async |world| {
        let previewed = |kind: &str, object: &str, event: &str| {
            let mut enrollment = world.billed(kind, COMPANY, object, event);
            Arc::make_mut(&mut enrollment).preview = true;
            enrollment
        };
        let preview = async |kind: &str, object: &str, event: &str| {
            let run = world.deliver(&previewed(kind, object, event)).await.run;
            end(&world, run).await
        };
        let first = preview("invoice", "deal:100", "before").await;
        assert_ended(&first, Status::Previewed, "previewed");
        assert_ended(&billed(&world, "estimate", "deal:100", "estimate").await, Status::Succeeded, "created");
        let estimated = preview("invoice", "quote:101", "estimated").await;
        assert_eq!(report(&estimated), "Estimate of deal:100 pending");
        let made = billed(&world, "invoice", "deal:100", "invoice").await;
        // What was previewed only is nobody's document.
        assert_ended(&made, Status::Succeeded, "created");
        assert_stopped(&preview("invoice", "deal:100", "after").await, "already_exists", &made);
        assert_stopped(&preview("invoice", "quote:101", "after").await, "already_invoiced", &made);
        assert_eq!(world.bills(COMPANY).len(), 1);
    });
}

#[test]
fn a_run_joins_no_preview_that_is_under_way() {
    alone(&billing::setting(), async |world| {
        let away = Fault { matches: "/crm/".into(), skip: 0, times: u32::MAX, effect: Effect::HtmlError };
        world.portal.faults().inject(away);
        let mut preview = world.billed("invoice", COMPANY, "deal:100", "preview");
        Arc::make_mut(&mut preview).preview = true;
        let preview = world.deliver(&preview).await.run;
        let run = world.deliver_joining(&world.billed("invoice", COMPANY, "deal:100", "run"), true).await.run;
        assert_ne!(run, preview);
        world.portal.faults().clear();
        assert_ended(&end(&world, run).await, Status::Succeeded, "created");
    });
}

#[test]
fn each_reference_of_a_deal_gets_an_invoice_once() {
    alone(&billing::setting(), async |world| {
        let instalment = |event: &str, reference: &str| {
            let mut enrollment = world.billed("invoice", COMPANY, "deal:100", event);
            Arc::make_mut(&mut enrollment).reference = Some(reference.into());
            enrollment
        };
        let first = ended(&world, &instalment("one", "1 of 2")).await;
        assert_ended(&first, Status::Succeeded, "created");
        let second = ended(&world, &instalment("two", "2 of 2")).await;
        assert_ended(&second, Status::Succeeded, "created");
        assert_eq!(report(&second), "Invoice of deal:100 open");
        assert_stopped(&ended(&world, &instalment("three", "1 of 2")).await, "already_exists", &first);
        // A quote that names no part stands for all of it.
        let quote = billed(&world, "invoice", "quote:101", "quote").await;
        assert_ended(&quote, Status::Refused, "already_invoiced");
        assert_eq!(world.bills(COMPANY).len(), 2);
    });
}

#[test]
fn a_person_decides_about_a_second_invoice_where_a_run_asks_for_that() {
    alone(&billing::setting(), async |world| {
        billed(&world, "invoice", "deal:100", "deal").await;
        let asking = |event: &str, if_exists| {
            let mut enrollment = world.billed("invoice", COMPANY, "quote:101", event);
            Arc::make_mut(&mut enrollment).if_exists = if_exists;
            enrollment
        };
        let held = ended(&world, &asking("hold", IfExists::Hold)).await;
        assert_ended(&held, Status::Held, "already_invoiced");
        let another = ended(&world, &asking("another", IfExists::Another)).await;
        assert_ended(&another, Status::Succeeded, "created");
        assert_eq!(report(&another), "Invoice of deal:100 open");
        assert_eq!(world.bills(COMPANY).len(), 2);
    });
}
