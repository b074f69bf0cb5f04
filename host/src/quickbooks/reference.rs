//! Answers about a company's own settings and lists, kept for five minutes. They change rarely,
//! are asked for by every run, and each read of them is metered by QuickBooks.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::action::Verb;
use crate::clock::Clock;
use crate::runs::history::Call;

/// How long an answer is believed.
const KEPT: Duration = Duration::from_secs(300);

/// Different statements kept for one company; actions ask perhaps ten.
const STATEMENTS_MAX: usize = 256;

const ENTITIES: [&str; 5] = ["account", "companyinfo", "preferences", "taxcode", "term"];

/// The kept answers of one company.
#[derive(Debug)]
pub(super) struct Reference {
    clock: Clock,
    kept: Mutex<BTreeMap<String, (Duration, String)>>,
}

impl Reference {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    /// The answer to `call`, if it is known and fresh.
    pub(super) fn get(&self, call: &Call) -> Option<String> {
        if !is_reference(call) {
            return None;
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.elapsed();
        kept.get(&call.text).filter(|(since, _)| now - *since < KEPT).map(|(_, answer)| answer.clone())
    }

    /// Keeps the answer to `call`, if it is of the kind that is kept.
    pub(super) fn keep(&self, call: &Call, answer: &str) {
        if !is_reference(call) {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.elapsed();
        if kept.len() >= STATEMENTS_MAX {
            kept.retain(|_, (since, _)| now - *since < KEPT);
        }
        if kept.len() < STATEMENTS_MAX {
            kept.insert(call.text.clone(), (now, answer.to_owned()));
        }
    }
}

fn is_reference(call: &Call) -> bool {
    call.verb == Verb::Query && ENTITIES.iter().any(|entity| entity.eq_ignore_ascii_case(&call.entity))
}
