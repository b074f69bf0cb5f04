//! Answers about a company's own settings and lists, kept for five minutes. They change rarely,
//! are asked for by every run, and each read of them is metered by QuickBooks.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::action::Verb;
use crate::runs::history::Call;

/// How long an answer is believed.
const KEPT: Duration = Duration::from_secs(300);

/// Different statements kept for one company; actions ask perhaps ten.
const STATEMENTS_MAX: usize = 256;

const ENTITIES: [&str; 5] = ["account", "companyinfo", "preferences", "taxcode", "term"];

/// The kept answers of one company.
#[derive(Debug, Default)]
pub(super) struct Reference(Mutex<BTreeMap<String, (Instant, String)>>);

impl Reference {
    /// The answer to `call`, if it is known and fresh.
    pub(super) fn get(&self, call: &Call) -> Option<String> {
        if !is_reference(call) {
            return None;
        }
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&call.text).filter(|(since, _)| since.elapsed() < KEPT).map(|(_, answer)| answer.clone())
    }

    /// Keeps the answer to `call`, if it is of the kind that is kept.
    pub(super) fn keep(&self, call: &Call, answer: &str) {
        if !is_reference(call) {
            return;
        }
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= STATEMENTS_MAX {
            kept.retain(|_, (since, _)| since.elapsed() < KEPT);
        }
        if kept.len() < STATEMENTS_MAX {
            kept.insert(call.text.clone(), (Instant::now(), answer.to_owned()));
        }
    }
}

fn is_reference(call: &Call) -> bool {
    call.verb == Verb::Query && ENTITIES.iter().any(|entity| entity.eq_ignore_ascii_case(&call.entity))
}
