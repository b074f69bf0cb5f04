//! QuickBooks is away for six hours. The long form lets 2,000 runs wait.

use qbo_tests::world::outage::{COMPANIES, six_hours};

const DEALS: u32 = 120;

#[test]
fn six_hours_without_quickbooks_hold_no_run_and_move_no_date() {
    assert_eq!(COMPANIES * DEALS, 600);
    println!("drained in {:?}", six_hours(DEALS));
}
