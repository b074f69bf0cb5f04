//! A process that dies or stands still at every point at which it touches the store or QuickBooks, and
//! its successor at a fixed choice of the points after that. All pairs are in the long form.

use qbo_tests::world::crash_points::{
    FIVE_CALLS, Fate, PAID_INVOICE, Story, TWO_WRITES, every_pair, every_point, forgotten_everywhere,
};

/// Of so many pairs one is played: a number that shares no divisor with the numbers of points, so that
/// every point comes first and second in turn.
const STRIDE: usize = 7;

#[test]
fn a_run_of_five_calls_survives_the_death_of_its_host_anywhere_and_of_its_successor() {
    assert_eq!(every_point(FIVE_CALLS, Fate::Dies), 27);
    assert_eq!(every_pair(FIVE_CALLS, Fate::Dies, STRIDE), 105);
}

#[test]
fn a_run_of_two_writes_survives_the_death_of_its_host_anywhere_and_of_its_successor() {
    assert_eq!(every_point(TWO_WRITES, Fate::Dies), 43);
    assert_eq!(every_pair(TWO_WRITES, Fate::Dies, STRIDE), 265);
}

#[test]
fn an_invoice_and_the_payment_that_settles_it_are_finished_and_not_repeated_after_a_death_anywhere() {
    assert_eq!(every_point(PAID_INVOICE, Fate::Dies), 53);
    assert_eq!(every_point(PAID_INVOICE, Fate::Wakes), 53);
    assert_eq!(forgotten_everywhere(PAID_INVOICE), 53);
}

#[test]
fn a_host_that_stood_still_in_a_run_of_five_calls_wakes_up_anywhere_and_does_no_harm() {
    assert_eq!(every_point(FIVE_CALLS, Fate::Wakes), 27);
    assert_eq!(every_pair(FIVE_CALLS, Fate::Wakes, STRIDE), 105);
}

#[test]
fn a_host_that_stood_still_in_a_run_of_two_writes_wakes_up_anywhere_and_does_no_harm() {
    assert_eq!(every_point(TWO_WRITES, Fate::Wakes), 43);
    assert_eq!(every_pair(TWO_WRITES, Fate::Wakes, STRIDE), 265);
}

#[test]
fn a_deal_and_its_quote_are_billed_once_wherever_their_host_dies_or_stands_still() {
    for fate in [Fate::Dies, Fate::Wakes] {
        assert_eq!((every_point(Story::Family, fate), every_pair(Story::Family, fate, STRIDE)), (31, 138), "{fate:?}");
    }
}

#[test]
fn a_store_and_request_ids_that_are_forgotten_anywhere_make_nothing_twice() {
    assert_eq!(forgotten_everywhere(FIVE_CALLS), 27);
    assert_eq!(forgotten_everywhere(TWO_WRITES), 43);
}
