//! Chance, many times over: whatever a seed lets happen, the auditor finds nothing; and it would.

use qbo_tests::world::Broken;
use qbo_tests::world::seeded::{Played, all, played, setting};

#[test]
fn nothing_is_lost_and_nothing_is_made_twice_whatever_befalls_processes_store_and_services() {
    for played in all(0..100, Broken::Nothing) {
        let Played { seed, trace, violations, .. } = played;
        assert!(violations.is_empty(), "seed {seed}, trace {trace:016x}: {violations:#?}");
    }
}

#[test]
fn one_seed_twice_is_one_play() {
    let setting = setting(Broken::Nothing);
    for seed in 0..5 {
        assert_eq!(played(&setting, seed), played(&setting, seed));
    }
}

#[test]
fn the_auditor_notices_a_guard_that_is_missing() {
    for broken in [Broken::Fence, Broken::RequestId, Broken::Intent, Broken::Family] {
        let noticed = all(0..20, broken).iter().filter(|played| !played.violations.is_empty()).count();
        println!("{broken:?}: noticed in {noticed} of 20 seeds");
        assert!(noticed > 0, "{broken:?}");
    }
}
