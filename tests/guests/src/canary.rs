//! Looks through fresh memory for what an earlier run left there, then leaves it there itself.

use std::hint::black_box;

use crate::{Attack, End, refusal};
use qbo_actions::bindings::qbo::actions::quickbooks::Company;
use qbo_actions::bindings::qbo::actions::types::Enrollment;

pub(crate) const ATTACKS: &[(&str, Attack)] = &[("canary", canary), ("canary_of_its_own", canary_of_its_own)];

/// More than stays resident in a slot of the pool, so that both ways of cleaning are seen.
const WORDS: usize = (1 << 20) / size_of::<u64>();

/// The canary never stands in code or data as itself, only this half of it.
const MASK: u64 = 0x5bd1_e995_9e37_79b9;
const MASKED: u64 = 0x0123_4567_89ab_cdef;

fn canary(_: &Enrollment, _: &Company) -> End {
    let found = found();
    leave();
    tell(found)
}

/// What this run left is found by the same search, which shows that the search works.
fn canary_of_its_own(_: &Enrollment, _: &Company) -> End {
    leave();
    tell(found())
}

fn tell(found: bool) -> End {
    refusal(if found { "canary_found" } else { "canary_absent" })
}

/// Fills the stack, and what the allocator gives: the first pages after the data and new ones.
fn leave() {
    let canary = black_box(MASKED) ^ black_box(MASK);
    black_box(vec![canary; WORDS]);
    black_box([canary; 4_096]);
}

/// Reads all memory there is, and as much again as this run is about to be given.
#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "the attack reads memory that it never wrote")]
fn found() -> bool {
    const PAGE: usize = 64 << 10;
    let grown = core::arch::wasm32::memory_grow::<0>(WORDS * size_of::<u64>() / PAGE);
    assert_ne!(grown, usize::MAX, "the memory that the scan needs is within the limits");
    let end = core::arch::wasm32::memory_size::<0>() * PAGE;
    let mut address = size_of::<u64>();
    let mut found = false;
    while address < end {
        // SAFETY: `address` is a multiple of eight within the linear memory, and every bit pattern
        // is an integer. The read is volatile, since to the compiler this memory is not there.
        let word = unsafe { core::ptr::with_exposed_provenance::<u64>(address).read_volatile() };
        found |= word ^ black_box(MASK) == black_box(MASKED);
        address += size_of::<u64>();
    }
    found
}

/// The crate also compiles natively, for editors and lints.
#[cfg(not(target_arch = "wasm32"))]
fn found() -> bool {
    false
}
