//! What a service asks of the store in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::kept::{Kept, Outgoing};
use super::{MemoryStore, State};
use crate::ids::{Digest, RunId};
use crate::runs::record::Status;
use crate::runs::service_store::{
    CLAIMED_AT_ONCE_MAX, Changed, Counts, Due, MESSAGE_LEASE, MESSAGES_TAKEN_OVER, Message, MessageLine, Phase, Query,
    RunLine, ServiceStore, Settled, Stored,
};
use crate::runs::store::{CALLBACK, Fence, LEASE, Unavailable};

#[async_trait]
impl ServiceStore for MemoryStore {
    async fn claim(&self, most: usize, company_max: usize) -> Result<Due, Unavailable> {
        let now = self.clock.elapsed();
        let mut state = self.lock();
        let mut claims = Vec::new();
        for run in state.due(now, most, company_max) {
            claims.extend(self.hold(&mut state, run));
        }
        Ok(Due { claims, next: state.next_due(now) })
    }

    async fn take_over(&self, polled: &[RunId]) -> Result<(), Unavailable> {
        let (now, at) = (self.clock.elapsed(), self.clock.now());
        let mut state = self.lock();
        for (run, kept) in state.runs.iter_mut().filter(|(_, kept)| kept.phase == Phase::Running) {
            let polled = polled.contains(run);
            kept.phase = Phase::Queued;
            kept.due = now;
            kept.host_deaths += u32::from(polled);
            kept.happened(at, "taken_over", if polled { "its code was running when the host died" } else { "" });
        }
        for message in state.messages.values_mut().filter(|message| message.is_due_ever()) {
            message.due = now + MESSAGES_TAKEN_OVER;
        }
        Ok(())
    }

    async fn renew(&self, fences: &[Fence]) -> Result<(), Unavailable> {
        let until = self.clock.elapsed() + LEASE;
        for fence in fences {
            let mut state = self.lock();
            if state.holds(*fence)
                && let Some(kept) = state.runs.get_mut(&fence.run)
            {
                kept.lease = until;
            }
        }
        Ok(())
    }

    async fn run(&self, run: RunId) -> Result<Option<Stored>, Unavailable> {
        let (now, at) = (self.clock.elapsed(), self.clock.now());
        let state = self.lock();
        Ok(state.runs.get(&run).map(|kept| Stored {
            phase: kept.phase,
            epoch: kept.epoch,
            digest: kept.digest,
            enrollment: Arc::clone(&kept.enrollment),
            sale: kept.sale.as_ref().map(|sale| sale.key.clone()),
            record: kept.record.clone(),
            history: kept.history.clone(),
            due: (kept.phase == Phase::Queued).then(|| due_at(kept, now, at)),
            timeline: kept.timeline.clone(),
            messages: state.message_lines(run),
        }))
    }

    async fn runs(&self, query: &Query) -> Result<Vec<RunLine>, Unavailable> {
        let state = self.lock();
        let before = match query.before {
            Some(run) => state.runs.get(&run).map_or(0, |kept| kept.number),
            None => u64::MAX,
        };
        let mut found: Vec<_> =
            state.runs.iter().filter(|(_, kept)| kept.number < before && matches(kept, query)).collect();
        found.sort_by_key(|(_, kept)| std::cmp::Reverse(kept.number));
        Ok(found.into_iter().take(query.most).map(|(run, kept)| line(*run, kept)).collect())
    }

    async fn counts(&self) -> Result<Counts, Unavailable> {
        Ok(self.lock().counts())
    }

    async fn resume(&self, run: RunId, digest: Option<Digest>, by: &str) -> Result<Changed, Unavailable> {
        let (now, at) = (self.clock.elapsed(), self.clock.now());
        Ok(self.lock().change(run, |kept, status| {
            if status != Status::Held {
                return Changed::Ended(status);
            }
            kept.forget_unaccepted();
            kept.digest = digest.unwrap_or(kept.digest);
            kept.revive(now);
            kept.happened(at, "resumed", by);
            Changed::Yes
        }))
    }

    async fn restart(&self, run: RunId, epoch: u64, digest: Digest, by: &str) -> Result<Changed, Unavailable> {
        let (now, at) = (self.clock.elapsed(), self.clock.now());
        let mut state = self.lock();
        let changed = state.change(run, |kept, status| {
            if status == Status::Previewed {
                return Changed::Ended(status);
            }
            if kept.epoch != epoch {
                return Changed::NotEnded;
            }
            kept.forget_all();
            kept.made.clear();
            kept.digest = digest;
            kept.revive(now);
            kept.happened(at, "restarted", by);
            Changed::Yes
        });
        if changed == Changed::Yes {
            let is_kept =
                |of: &RunId, kind: &str, message: &Outgoing| *of != run || kind == CALLBACK || !message.is_due_ever();
            state.messages.retain(|(of, kind), message| is_kept(of, kind, message));
        }
        Ok(changed)
    }

    async fn cancel(&self, run: RunId, by: &str) -> Result<Changed, Unavailable> {
        let (now, at) = (self.clock.elapsed(), self.clock.now());
        let mut state = self.lock();
        let Some(kept) = state.runs.get_mut(&run) else { return Ok(Changed::Unknown) };
        if let (Phase::Ended, Some(record)) = (kept.phase, &kept.record) {
            return Ok(Changed::Ended(record.status));
        }
        kept.cancelled = true;
        kept.due = now;
        kept.waits_for = None;
        kept.happened(at, "cancelled", by);
        Ok(Changed::Yes)
    }

    async fn put_component(&self, digest: Digest, wasm: Arc<[u8]>) -> Result<(), Unavailable> {
        self.lock().components.insert(digest, wasm);
        Ok(())
    }

    async fn component(&self, digest: Digest) -> Result<Option<Arc<[u8]>>, Unavailable> {
        Ok(self.lock().components.get(&digest).cloned())
    }

    async fn components_needed(&self) -> Result<BTreeSet<Digest>, Unavailable> {
        Ok(self.lock().components_needed())
    }

    async fn forget_components(&self, active: &BTreeSet<Digest>) -> Result<(), Unavailable> {
        let mut state = self.lock();
        let needed = state.components_needed();
        state.components.retain(|digest, _| active.contains(digest) || needed.contains(digest));
        Ok(())
    }

    async fn messages(&self, most: usize) -> Result<Vec<Message>, Unavailable> {
        let now = self.clock.elapsed();
        let mut state = self.lock();
        let State { messages, runs, .. } = &mut *state;
        let mut due: Vec<_> =
            messages.iter_mut().filter(|(_, message)| message.is_due_ever() && message.due <= now).collect();
        // None waits behind one that came later.
        due.sort_by_key(|((run, kind), message)| (message.due, runs.get(run).map(|kept| kept.number), kind.clone()));
        Ok(due
            .into_iter()
            .take(most)
            .filter_map(|((run, kind), message)| {
                message.due = now + MESSAGE_LEASE;
                let event = &runs.get(run)?.enrollment.event;
                Some(Message {
                    run: *run,
                    kind: kind.clone(),
                    body: message.body.clone(),
                    portal: event.portal.clone(),
                    company: event.company.clone(),
                    failures: message.failures,
                    lent: message.lent(),
                })
            })
            .collect())
    }

    async fn settle_message(&self, message: &Message, settled: Settled) -> Result<(), Unavailable> {
        let (now, lent) = (self.clock.elapsed(), message.lent);
        let of_run = (message.run, message.kind.clone());
        if let Some(message) = self.lock().messages.get_mut(&of_run).filter(|message| message.lent() == lent) {
            match settled {
                Settled::Taken | Settled::Refused { .. } => message.settled = settled.kept(),
                Settled::Again(pause) => {
                    message.failures += 1;
                    message.due = now + pause;
                }
            }
        }
        Ok(())
    }
}

impl State {
    /// The runs to be taken, company by company.
    fn due(&self, now: Duration, most: usize, company_max: usize) -> Vec<RunId> {
        /// How many runs of a company are held, and which are due: by when, then as accepted.
        type Turn = (usize, Vec<(Duration, u64, RunId)>);
        let mut companies: BTreeMap<&str, Turn> = BTreeMap::new();
        for (run, kept) in &self.runs {
            let (held, due) = companies.entry(&kept.enrollment.event.company).or_default();
            match kept.phase {
                Phase::Running if kept.lease > now => *held += 1,
                Phase::Running => due.push((kept.due, kept.number, *run)),
                Phase::Queued if kept.due <= now && kept.waits_for.is_none() => {
                    due.push((kept.due, kept.number, *run));
                }
                Phase::Queued | Phase::Ended => {}
            }
        }
        let mut turns: Vec<_> = companies
            .into_iter()
            .filter_map(|(name, (held, mut due))| {
                let (blocked_until, failures, served) =
                    self.companies.get(name).map_or((Duration::ZERO, 0, 0), |company| {
                        (company.blocked_until, company.failures, company.served)
                    });
                if blocked_until > now {
                    return None;
                }
                let room = if failures > 0 { 1 } else { company_max };
                let room = room.saturating_sub(held).min(CLAIMED_AT_ONCE_MAX);
                due.sort_unstable();
                due.truncate(room);
                (!due.is_empty()).then_some((served, name, due))
            })
            .collect();
        turns.sort_unstable();
        turns.into_iter().flat_map(|(_, _, due)| due).map(|(_, _, run)| run).take(most).collect()
    }

    /// In how long something that waits for its time may be due.
    fn next_due(&self, now: Duration) -> Option<Duration> {
        let of_runs = self.runs.values().filter_map(|kept| match kept.phase {
            Phase::Queued if kept.waits_for.is_none() => Some(kept.due),
            Phase::Running => Some(kept.lease),
            Phase::Queued | Phase::Ended => None,
        });
        let of_companies = self.companies.values().map(|company| company.blocked_until);
        of_runs.chain(of_companies).filter(|due| *due > now).min().map(|due| due - now)
    }

    fn change(&mut self, run: RunId, change: impl FnOnce(&mut Kept, Status) -> Changed) -> Changed {
        let Some(kept) = self.runs.get_mut(&run) else { return Changed::Unknown };
        match (kept.phase, kept.record.as_ref().map(|record| record.status)) {
            (Phase::Ended, Some(status)) => change(kept, status),
            (Phase::Queued | Phase::Running | Phase::Ended, _) => Changed::NotEnded,
        }
    }

    fn message_lines(&self, run: RunId) -> Vec<MessageLine> {
        let of_run = self.messages.iter().filter(|((of, _), _)| *of == run);
        let lines = of_run
            .map(|((_, kind), message)| MessageLine::new(kind.clone(), message.settled.as_deref(), message.failures));
        lines.collect()
    }
}

fn due_at(kept: &Kept, now: Duration, at: Timestamp) -> Timestamp {
    let due = match kept.due.checked_sub(now) {
        Some(wait) => at.checked_add(wait),
        None => at.checked_sub(now.saturating_sub(kept.due)),
    };
    due.unwrap_or(at)
}

fn matches(kept: &Kept, query: &Query) -> bool {
    let event = &kept.enrollment.event;
    let is = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|wanted| wanted == is);
    is(&query.company, &event.company)
        && is(&query.action, &event.action)
        && is(&query.event, &event.id)
        && is(&query.object, &kept.enrollment.object.to_string())
        && query.status.is_none_or(|wanted| kept.record.as_ref().is_some_and(|record| record.status == wanted))
}

fn line(run: RunId, kept: &Kept) -> RunLine {
    let event = &kept.enrollment.event;
    RunLine {
        run_id: run,
        phase: kept.phase,
        status: kept.record.as_ref().map(|record| record.status),
        code: kept.record.as_ref().map(|record| record.code.clone()).unwrap_or_default(),
        message: kept.record.as_ref().map(|record| record.message.clone()).unwrap_or_default(),
        event: event.id.clone(),
        portal: event.portal.clone(),
        company: event.company.clone(),
        action: event.action.clone(),
        object: kept.enrollment.object.to_string(),
        accepted_at: kept.enrollment.accepted_at,
        attempts: kept.attempts,
    }
}
