//! The sales of the store in memory: which of them are one family, and who holds a family's lock.

use std::collections::{BTreeMap, BTreeSet};

use super::State;
use super::kept::Kept;
use crate::ids::{RunId, SaleKey};
use crate::runs::service_store::Phase;
use crate::runs::store::{Begun, Made, NewRun, Sale};

/// Families of sales.
#[derive(Debug, Default)]
pub(super) struct Sales {
    /// The family's root, for every key that was joined to another. A root names no other.
    roots: BTreeMap<SaleKey, SaleKey>,
    /// The lock of each root.
    locks: BTreeMap<SaleKey, Lock>,
}

/// Who took a family's lock last, and how often something happened that whoever looked has to see.
#[derive(Debug, Clone, Copy, Default)]
struct Lock {
    by: Option<RunId>,
    times: u64,
}

impl Sales {
    fn root<'k>(&'k self, key: &'k SaleKey) -> &'k SaleKey {
        self.roots.get(key).unwrap_or(key)
    }

    fn lock(&self, key: &SaleKey) -> Lock {
        self.locks.get(self.root(key)).copied().unwrap_or_default()
    }

    fn set_lock(&mut self, key: &SaleKey, lock: Lock) {
        let root = self.root(key).clone();
        self.locks.insert(root, lock);
    }

    /// Makes one family of several, with one lock.
    fn join(&mut self, parts: &BTreeSet<SaleKey>, by: Option<RunId>) {
        let Some(first) = parts.first() else { return };
        let times: u64 = parts.iter().filter_map(|part| self.locks.remove(part)).map(|lock| lock.times).sum();
        for root in self.roots.values_mut().filter(|root| parts.contains(*root)) {
            root.clone_from(first);
        }
        self.roots.extend(parts.iter().skip(1).map(|part| (part.clone(), first.clone())));
        // More than any of the parts had: whoever looked at one of them has to look again.
        self.locks.insert(first.clone(), Lock { by, times: times + 1 });
    }
}

impl State {
    /// The run's sale with its family.
    pub(super) fn sale(&self, run: RunId) -> Option<Sale> {
        let own = self.runs.get(&run)?.sale.as_ref()?;
        let made = self.made_for(std::slice::from_ref(&own.key), Some(run));
        let taken = self.sales.lock(&own.key).times;
        Some(Sale { key: own.key.clone(), kind: own.kind.clone(), taken, made })
    }

    /// What runs made for the families of these sales, oldest first, but for one run.
    pub(super) fn made_for(&self, sales: &[SaleKey], but: Option<RunId>) -> Vec<Made> {
        let roots: BTreeSet<&SaleKey> = sales.iter().map(|key| self.sales.root(key)).collect();
        let mut makers: Vec<(&RunId, &Kept, &str)> = Vec::new();
        for (id, kept) in self.runs.iter().filter(|(id, kept)| Some(**id) != but && !kept.made.is_empty()) {
            let sale = kept.sale.as_ref().filter(|sale| roots.contains(self.sales.root(&sale.key)));
            makers.extend(sale.map(|sale| (id, kept, sale.kind.as_str())));
        }
        makers.sort_by_key(|(_, kept, _)| kept.number);
        let made = makers.into_iter().flat_map(|(id, kept, kind)| {
            kept.made.iter().map(move |document| Made {
                run: *id,
                event: kept.enrollment.event.id.clone(),
                object: kept.enrollment.object.clone(),
                kind: kind.to_owned(),
                reference: kept.enrollment.reference.clone(),
                document: document.clone(),
            })
        });
        made.collect()
    }

    /// A run that does the same as a new one, and has not ended.
    pub(super) fn same_live(&self, run: &NewRun) -> Option<RunId> {
        let key = &run.sale.as_ref()?.key;
        let (event, reference) = (&run.enrollment.event, &run.enrollment.reference);
        let same = |(_, kept): &(&RunId, &Kept)| {
            kept.phase != Phase::Ended
                && kept.sale.as_ref().is_some_and(|sale| sale.key == *key)
                && kept.enrollment.event.action == event.action
                && kept.enrollment.reference == *reference
        };
        self.runs.iter().find(same).map(|(id, _)| *id)
    }

    /// Makes one family of the run's sale and others, unless more than one other live run holds a part
    /// of it: then gives the first of these.
    pub(super) fn join_sales(&mut self, run: RunId, others: &[SaleKey]) -> Option<RunId> {
        let own = self.runs.get(&run)?.sale.as_ref()?;
        let parts: BTreeSet<SaleKey> =
            others.iter().chain([&own.key]).map(|key| self.sales.root(key).clone()).collect();
        if parts.len() == 1 {
            return None;
        }
        let holders: BTreeSet<RunId> = parts.iter().filter_map(|part| self.sales.lock(part).by).collect();
        let live = |by: &RunId| *by != run && self.is_live(*by);
        let mut live: Vec<_> = holders.iter().copied().filter(live).collect();
        live.sort_by_key(|by| self.runs.get(by).map(|kept| kept.number));
        let by = match live.as_slice() {
            [] => holders.get(&run).copied(),
            // A run that joins has no write on record: it gives way to one that has.
            [only] => Some(*only),
            [first, ..] => return Some(*first),
        };
        self.sales.join(&parts, by);
        None
    }

    /// Takes the lock of the run's family, unless another run took it first.
    pub(super) fn take_sale(&mut self, run: RunId, seen: u64) -> Begun {
        let Some(key) = self.runs.get(&run).and_then(|kept| kept.sale.as_ref()).map(|sale| sale.key.clone()) else {
            return Begun::Yes;
        };
        let Lock { by, times } = self.sales.lock(&key);
        match by {
            Some(by) if by != run && self.is_live(by) => return Begun::SaleHeld(by),
            // The holder too: what was joined to the family since it looked may have been billed.
            Some(_) | None if times != seen => return Begun::SaleChanged,
            Some(_) | None => {}
        }
        self.sales.set_lock(&key, Lock { by: Some(run), times });
        Begun::Yes
    }

    /// Whoever looked at the family while this run held its lock has to look again.
    pub(super) fn give_sale_back(&mut self, run: RunId) {
        let Some(key) = self.runs.get(&run).and_then(|kept| kept.sale.as_ref()).map(|sale| sale.key.clone()) else {
            return;
        };
        let Lock { by, times } = self.sales.lock(&key);
        if by == Some(run) {
            self.sales.set_lock(&key, Lock { by, times: times + 1 });
        }
    }
}
