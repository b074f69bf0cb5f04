//! One sale, one document; and what is another sale.

use std::sync::Arc;

use qbo_host::ids::RunId;
use qbo_host::runs::Status;
use qbo_simulator::faults::{Effect, Fault};
use qbo_tests::COMPANY;
use qbo_tests::world::Setting;
use qbo_tests::world::portal::REFUSED;

use super::{alone, assert_ended, ended};

#[test]
fn two_workflows_on_one_deal_make_one_invoice_and_the_second_is_told_which() {
    alone(&Setting::of_one_company(), async |world| {
        let (first, second) = (world.enrollment(COMPANY, "2", "one"), world.enrollment(COMPANY, "2", "two"));
        let (first, second) = tokio::join!(ended(&world, &first), ended(&world, &second));
        let (made, told) = if first.status == Status::Succeeded { (first, second) } else { (second, first) };
        assert_ended(&made, Status::Succeeded, "created");
        assert_ended(&told, Status::Refused, "already_exists");
        let invoices = world.invoices(COMPANY, "2");
        assert_eq!(invoices.len(), 1);
        assert_eq!(invoices[0]["Id"], *told.documents[0].id);
    });
}

/// The answer is lost and the request forgotten: the repeat is told that the number is taken, by what
/// the first request made. The run ended refused beside its own invoice.
#[test]
fn a_number_that_the_run_s_own_invoice_has_is_no_refusal() {
    alone(&Setting::of_one_company(), async |world| {
        for effect in [Effect::AnswerLost, Effect::Fault { code: "6140".into() }] {
            world.books.faults().inject(Fault { matches: "/invoice?".into(), skip: 0, times: 1, effect });
        }
        let record = ended(&world, &world.enrollment(COMPANY, "2", "event")).await;
        assert_ended(&record, Status::Succeeded, "created");
        let invoices = world.invoices(COMPANY, "2");
        assert_eq!(invoices.len(), 1);
        assert!(record.documents.iter().any(|document| invoices[0]["Id"] == *document.id));
    });
}

/// Somebody else's document has the number.
#[test]
fn a_number_that_another_document_has_is_a_refusal_also_of_a_repeated_request() {
    alone(&Setting::of_one_company(), async |world| {
        for effect in [Effect::NotCommitted, Effect::Fault { code: "6140".into() }] {
            world.books.faults().inject(Fault { matches: "/invoice?".into(), skip: 0, times: 1, effect });
        }
        let record = ended(&world, &world.enrollment(COMPANY, "1", "event")).await;
        assert!(matches!(record.status, Status::Refused | Status::Held), "{}", record.message);
        assert_eq!(record.calls.last().map(|call| call.result.as_str()), Some("6140"));
        assert!(world.invoices(COMPANY, "1").is_empty());
    });
}

#[test]
fn an_invoice_that_was_deleted_in_quickbooks_is_made_again_for_another_event() {
    alone(&Setting::of_one_company(), async |world| {
        let first = ended(&world, &world.enrollment(COMPANY, "2", "one")).await;
        let invoice = first.documents.iter().find(|document| document.entity == "Invoice").expect("an invoice");
        let deleted = world.books.delete(COMPANY, "Invoice", &invoice.id);
        assert!(deleted.is_ok(), "{deleted:?}");
        // The same event is the same run, whatever became of its invoice.
        let again = ended(&world, &world.enrollment(COMPANY, "2", "one")).await;
        assert_eq!(again.documents, first.documents);
        assert!(world.invoices(COMPANY, "2").is_empty());
        let second = ended(&world, &world.enrollment(COMPANY, "2", "two")).await;
        assert_ended(&second, Status::Succeeded, "created");
        assert_eq!(world.invoices(COMPANY, "2").len(), 1);
    });
}

#[test]
fn a_refused_deal_that_was_mended_is_invoiced_for_another_event() {
    alone(&Setting::of_one_company(), async |world| {
        let refused = ended(&world, &world.enrollment(COMPANY, REFUSED, "one")).await;
        assert_eq!(refused.status, Status::Refused);
        mend(&world.portal);
        let same = ended(&world, &world.enrollment(COMPANY, REFUSED, "one")).await;
        assert_eq!(same.status, Status::Refused);
        let mended = ended(&world, &world.enrollment(COMPANY, REFUSED, "two")).await;
        assert_ended(&mended, Status::Succeeded, "created");
        assert_eq!(world.invoices(COMPANY, REFUSED).len(), 1);
    });
}

#[test]
fn a_wrong_sku_that_was_mended_in_hubspot_is_invoiced_by_the_same_run_once_restarted() {
    alone(&Setting::of_one_company(), async |world| {
        let enrollment = world.enrollment(COMPANY, REFUSED, "one");
        let refused = ended(&world, &enrollment).await;
        assert_eq!(refused.status, Status::Refused);
        mend(&world.portal);
        let (run, digest) = (RunId::of(&enrollment.event), world.version(0).digest);
        let epoch = world.store().run(run).await.expect("the store answers").expect("a run").epoch;
        world.store().restart(run, epoch, digest, "a person").await.expect("the store answers");
        assert_ended(&super::end(&world, run).await, Status::Succeeded, "created");
        assert_eq!(world.invoices(COMPANY, REFUSED).len(), 1);
    });
}

#[test]
fn the_same_deal_id_from_two_portals_are_two_sales() {
    alone(&Setting::of_one_company(), async |world| {
        let here = world.enrollment(COMPANY, "2", "event");
        let mut there = world.enrollment(COMPANY, "2", "event");
        Arc::make_mut(&mut there).event.portal = "7".into();
        assert_ended(&ended(&world, &here).await, Status::Succeeded, "created");
        assert_ended(&ended(&world, &there).await, Status::Succeeded, "created");
        assert_eq!(world.invoices(COMPANY, "2").len(), 2);
    });
}

/// The line's SKU is one that QuickBooks has.
fn mend(portal: &qbo_simulator::hubspot::HubSpot) {
    let line = portal.associated(("deal", REFUSED), "line_item").remove(0);
    portal.put("line_item", &line, &[("hs_sku", "DESIGN-HR")]);
}
