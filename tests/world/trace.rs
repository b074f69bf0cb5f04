//! What happened in a world, as a number: two plays of one seed must come to the same.

use std::sync::{Arc, Mutex, PoisonError};

use qbo_host::clock::Clock;

/// The hash of everything that was noted, in order; copies share it.
#[derive(Clone)]
pub struct Trace {
    clock: Clock,
    hash: Arc<Mutex<u64>>,
}

impl Trace {
    pub(crate) fn new(clock: &Clock) -> Self {
        Self { clock: clock.clone(), hash: Arc::new(Mutex::new(OFFSET)) }
    }

    /// Notes that something happened now.
    pub(crate) fn note(&self, process: u32, what: &str, detail: &[u8]) {
        let now = self.clock.elapsed().as_nanos().to_le_bytes();
        let mut hash = self.hash.lock().unwrap_or_else(PoisonError::into_inner);
        for part in [&now[..], &process.to_le_bytes(), what.as_bytes(), detail] {
            for byte in part {
                *hash = (*hash ^ u64::from(*byte)).wrapping_mul(PRIME);
            }
        }
    }

    /// The hash so far.
    pub fn hash(&self) -> u64 {
        *self.hash.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// FNV-1a, of 64 bits: it finds differences, and nobody attacks it.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;
