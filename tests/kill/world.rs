//! The outside world: companies, a portal full of deals, what is expected of each event, and trouble.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use qbo_simulator::faults::{Effect, Fault};
use qbo_simulator::hubspot::HubSpot;
use qbo_simulator::quickbooks::QuickBooks;
use qbo_simulator::server::Server;
use serde_json::{Value, json};

use super::Plan;
use crate::world::chance::Chance;

/// The name of the one item on every deal: a service that is not taxed, at 75.
const ITEM: (&str, u64) = ("DESIGN-HR", 75);

/// Deals that share a contact whom QuickBooks doesn't know yet.
const DEALS_OF_A_CONTACT: usize = 3;

/// Every so many deals one is in a currency that its company doesn't have: it must be refused.
const POISON_EVERY: usize = 50;

/// Every so many deals one is enrolled by two workflows: it must get one invoice all the same.
const TWICE_EVERY: usize = 20;

/// Both services, and what is asked of them.
pub(super) struct World {
    pub(super) books: QuickBooks,
    pub(super) portal: HubSpot,
    pub(super) quickbooks: Server,
    pub(super) hubspot: Server,
    pub(super) companies: Vec<String>,
    pub(super) deals: Vec<Deal>,
    /// In the order in which they are asked for.
    pub(super) events: Vec<Event>,
    faults: Arc<AtomicUsize>,
}

/// A deal and what must come of it.
#[derive(Debug)]
pub(super) struct Deal {
    pub(super) id: String,
    pub(super) company: usize,
    pub(super) customer: String,
    pub(super) total: u64,
    pub(super) refused: bool,
}

/// One workflow's wish for one deal.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) id: String,
    pub(super) deal: usize,
}

impl World {
    pub(super) fn new(plan: &Plan) -> Self {
        let (books, portal) = (QuickBooks::seeded(), HubSpot::seeded());
        let companies: Vec<_> = (0..plan.companies).map(|number| format!("46208163650001{number:05}")).collect();
        companies.iter().for_each(|realm| books.add_sample(realm));
        let twice = plan.runs / TWICE_EVERY;
        let deals: Vec<_> = (0..plan.runs - twice).map(|number| Deal::new(number, plan.companies)).collect();
        let fixture: Vec<_> = deals.iter().enumerate().map(|(number, deal)| deal.described(number)).collect();
        portal.load(&json!({ "deals": fixture })).expect("the deals are HubSpot's");
        let once = deals.iter().enumerate().map(|(deal, _)| Event { id: format!("deal-{deal}"), deal });
        let again = (0..twice).map(|number| Event { id: format!("again-{number}"), deal: number * (TWICE_EVERY - 1) });
        let mut events: Vec<_> = once.chain(again).collect();
        shuffle(&mut events, &mut Chance::new(plan.seed));
        if plan.forgets() {
            books.set_request_id_memory(Duration::ZERO);
        }
        let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            quickbooks: books.serve(any).expect("a free port"),
            hubspot: portal.serve(any).expect("a free port"),
            books,
            portal,
            companies,
            deals,
            events,
            faults: Arc::default(),
        }
    }

    /// Makes QuickBooks and HubSpot suffer, until the task is aborted.
    pub(super) fn make_trouble(&self, plan: &Plan) -> tokio::task::JoinHandle<()> {
        let (books, portal, count) = (self.books.clone(), self.portal.clone(), Arc::clone(&self.faults));
        let (mut chance, forgets) = (Chance::new(plan.seed ^ 0x7472_6f75), plan.forgets());
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(40)).await;
                let effect = effect(chance.below(9), forgets);
                let matches = *chance.one_of(&["/invoice?", "/customer?", "/query", "/v3/company/"]);
                books.faults().inject(Fault { matches: matches.into(), skip: 0, times: 1, effect });
                if chance.below(10) == 0 {
                    let effect = Effect::ServerError { status: 502 };
                    portal.faults().inject(Fault { matches: "/crm/".into(), skip: 0, times: 1, effect });
                }
                if chance.below(10) == 0 {
                    let matches = "POST /crm/v3/objects/notes ".into();
                    portal.faults().inject(Fault { matches, skip: 0, times: 1, effect: Effect::AnswerLost });
                }
                count.fetch_add(1, Ordering::Relaxed);
            }
        })
    }

    /// Disarms what has met no request yet, and tells how many faults were armed.
    pub(super) fn end_trouble(&self) -> usize {
        self.books.faults().clear();
        self.portal.faults().clear();
        self.faults.load(Ordering::Relaxed)
    }

    /// What stands in the books because of a deal.
    pub(super) fn invoices(&self, deal: &Deal) -> Vec<Value> {
        let marker = format!("HubSpot deal {} ·", deal.id);
        let marked = |invoice: &Value| invoice["PrivateNote"].as_str().is_some_and(|note| note.contains(&marker));
        self.books.documents(&self.companies[deal.company], "Invoice").into_iter().filter(marked).collect()
    }

    /// The texts of the notes on a deal.
    pub(super) fn notes(&self, deal: &Deal) -> Vec<String> {
        let notes = self.portal.associated(("deal", &deal.id), "note").into_iter();
        notes.filter_map(|note| self.portal.property("note", &note, "hs_note_body")).collect()
    }

    pub(super) fn requests(&self) -> usize {
        self.companies.iter().map(|realm| self.books.pace(realm).requests).sum()
    }
}

fn shuffle<T>(list: &mut [T], chance: &mut Chance) {
    for last in (1..list.len()).rev() {
        let other = chance.below(last as u64 + 1);
        list.swap(last, usize::try_from(other).unwrap_or_default());
    }
}

/// A QuickBooks that remembers no request id can't tell a request that comes late from a new one, and a
/// host that asks meanwhile finds nothing: it must send again, and what was late makes a second
/// document. No host can prevent that, so such a QuickBooks loses answers but carries nothing out late.
/// A slow request is late as well when the host is killed while it is under way.
fn effect(number: u64, forgets: bool) -> Effect {
    match number {
        0..=2 => Effect::AnswerLost,
        3 if forgets => Effect::AnswerLost,
        8 if forgets => Effect::Throttled,
        // After the host has given up on the answer.
        3 => Effect::LateCommit { after_ms: 1_500 },
        4 => Effect::Throttled,
        5 => Effect::ServerError { status: 500 },
        6 => Effect::ServerError { status: 504 },
        7 => Effect::NotCommitted,
        _ => Effect::Slow { by_ms: 200 },
    }
}

impl Deal {
    fn new(number: usize, companies: usize) -> Self {
        let hours = 1 + number as u64 % 9;
        Self {
            id: (7_000_000 + number).to_string(),
            company: number / DEALS_OF_A_CONTACT % companies,
            customer: format!("Kim{} Example", number / DEALS_OF_A_CONTACT),
            total: hours * ITEM.1,
            refused: number % POISON_EVERY == POISON_EVERY - 1,
        }
    }

    fn described(&self, number: usize) -> Value {
        let contact = number / DEALS_OF_A_CONTACT;
        let currency = if self.refused { "EUR" } else { "USD" };
        json!({
            "id": self.id,
            "properties": {
                "dealname": format!("Deal {number}"), "amount": self.total.to_string(),
                "deal_currency_code": currency,
            },
            "contacts": [{
                "id": (8_000_000 + contact).to_string(),
                "properties": {
                    "firstname": format!("Kim{contact}"), "lastname": "Example",
                    "email": format!("kim{contact}@example.com"),
                },
            }],
            "line_items": [{
                "properties": {
                    "name": "Design", "hs_sku": ITEM.0, "price": ITEM.1.to_string(),
                    "quantity": (self.total / ITEM.1).to_string(),
                },
            }],
        })
    }
}
