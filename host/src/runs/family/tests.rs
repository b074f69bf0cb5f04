use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::enrollment::{Event, IfExists, ObjectRef};
use crate::ids::{RunId, SaleKey};
use crate::runs::history::Document;

/// What is made or asked for: `invoice deal:1`, with `#reference` behind the object.
fn read(text: &str) -> (String, ObjectRef, Option<String>) {
    let (kind, object) = text.split_once(' ').unwrap();
    let (object, reference) = match object.split_once('#') {
        Some((object, reference)) => (object, Some(reference.to_owned())),
        None => (object, None),
    };
    (kind.to_owned(), object.parse().unwrap(), reference)
}

/// The code of what stands between the two.
fn conflict(made: &str, asked: &str) -> &'static str {
    let event = Event {
        source: "test".into(),
        portal: "7".into(),
        company: "8".into(),
        action: "any".into(),
        id: "event".into(),
    };
    let (kind, object, reference) = read(made);
    let document = Document {
        entity: "Invoice".into(),
        id: "130".into(),
        doc_number: None,
        total: None,
        date: None,
        currency: None,
        name: None,
        set_by_quickbooks: Vec::new(),
    };
    let made = Made { run: RunId::of(&event), event: "other".into(), object, kind, reference, document };
    let (kind, object, reference) = read(asked);
    let sale = Sale { key: SaleKey::of(&event, &object), kind, taken: 0, made: Vec::new() };
    let enrollment = Enrollment {
        event,
        object,
        inputs: BTreeMap::new(),
        accepted_at: Timestamp::UNIX_EPOCH,
        zone: TimeZone::UTC,
        preview: false,
        if_exists: IfExists::default(),
        reference,
        callback: None,
    };
    Conflict::between(&sale, &enrollment, &made).map_or("none", Conflict::code)
}

#[test]
fn the_same_kind_for_the_same_object_exists_already() {
    for kind in ["invoice", "estimate", "expense", "refund-receipt", "credit-memo"] {
        assert_eq!(conflict(&format!("{kind} deal:1"), &format!("{kind} deal:1")), "already_exists", "{kind}");
    }
}

#[test]
fn what_bills_a_sale_bills_it_across_its_family() {
    for (made, asked) in [
        ("invoice deal:1", "invoice quote:2"),
        ("invoice quote:2", "invoice deal:1"),
        ("invoice deal:1", "sales-receipt deal:1"),
        ("invoice deal:1", "sales-receipt payment:3"),
        ("sales-receipt payment:3", "invoice deal:1"),
        ("invoice quote:2", "invoice quote:4"),
    ] {
        assert_eq!(conflict(made, asked), "already_invoiced", "{made}, then {asked}");
    }
}

#[test]
fn each_payment_is_money_of_its_own() {
    assert_eq!(conflict("sales-receipt payment:3", "sales-receipt payment:4"), "none");
    assert_eq!(conflict("sales-receipt payment:3", "invoice payment:4"), "none");
    assert_eq!(conflict("sales-receipt payment:3", "invoice payment:3"), "already_invoiced");
}

/// A deal was skipped for ever, with success, because it shared a payment with an invoiced one.
#[test]
fn each_deal_is_a_sale_of_its_own_also_where_two_share_a_payment() {
    assert_eq!(conflict("invoice deal:1", "invoice deal:2"), "none");
    assert_eq!(conflict("sales-receipt deal:1", "invoice deal:2"), "none");
}

#[test]
fn what_bills_nothing_stands_beside_what_does() {
    for (made, asked) in [
        ("estimate deal:1", "invoice deal:1"),
        ("estimate deal:1", "estimate quote:2"),
        ("invoice payment:3", "expense payment:3"),
        ("sales-receipt payment:3", "refund-receipt payment:3"),
        ("refund-receipt payment:3", "refund-receipt payment:4"),
    ] {
        assert_eq!(conflict(made, asked), "none", "{made}, then {asked}");
    }
}

#[test]
fn each_reference_of_an_object_is_billed_once() {
    assert_eq!(conflict("invoice deal:1#first", "invoice deal:1#first"), "already_exists");
    assert_eq!(conflict("invoice deal:1#first", "sales-receipt deal:1#first"), "already_invoiced");
    for (made, asked) in [
        ("invoice deal:1#first", "invoice deal:1#second"),
        ("invoice deal:1", "invoice deal:1#second"),
        ("invoice deal:1#first", "invoice deal:1"),
        ("invoice deal:1#first", "sales-receipt deal:1#second"),
        ("invoice deal:1#first", "invoice quote:2#second"),
    ] {
        assert_eq!(conflict(made, asked), "none", "{made}, then {asked}");
    }
}

#[test]
fn what_bills_all_of_a_sale_bills_each_part_of_it() {
    assert_eq!(conflict("invoice deal:1", "invoice quote:2#first"), "already_invoiced");
    assert_eq!(conflict("invoice quote:2#first", "invoice deal:1"), "already_invoiced");
}
