//! What goes wrong between a process and the world by chance: at which commit, at which request, and
//! until when.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use qbo_host::clock::Clock;
use qbo_host::runs::store::Unavailable;
use qbo_simulator::faults::Effect;

use super::chance::Chance;

/// The troubles of one process; copies share them. There are none by default.
#[derive(Clone, Default)]
pub struct Troubles(Option<Arc<Chances>>);

struct Chances {
    clock: Clock,
    until: Duration,
    /// HubSpot does not answer in this time.
    away: (Duration, Duration),
    chance: Mutex<Chance>,
}

/// Of a thousand commits, so many are refused, and as many are made without an answer.
const COMMITS: u64 = 15;
/// Of a thousand requests, so many suffer something.
const REQUESTS: u64 = 120;
/// Of a thousand requests, so many are sent twice at once.
const TWICE: u64 = 15;

impl Troubles {
    /// Troubles that end at `until`; HubSpot is away between the two times of `away`.
    pub fn of(chance: Chance, clock: &Clock, until: Duration, away: (Duration, Duration)) -> Self {
        Self(Some(Arc::new(Chances { clock: clock.clone(), until, away, chance: Mutex::new(chance) })))
    }

    fn drawn<T>(&self, draw: impl FnOnce(&mut Chance) -> Option<T>) -> Option<T> {
        let chances = self.0.as_ref()?;
        if chances.clock.elapsed() >= chances.until {
            return None;
        }
        draw(&mut chances.chance())
    }

    /// The store refuses a commit.
    pub(crate) fn refused(&self) -> Result<(), Unavailable> {
        match self.drawn(|chance| chance.happens(COMMITS).then_some(())) {
            Some(()) => Err(Unavailable("refused".into())),
            None => Ok(()),
        }
    }

    /// The store's answer to a commit is lost.
    pub(crate) fn lost(&self) -> Result<(), Unavailable> {
        match self.drawn(|chance| chance.happens(COMMITS).then_some(())) {
            Some(()) => Err(Unavailable("lost".into())),
            None => Ok(()),
        }
    }

    /// What a request to QuickBooks suffers.
    pub(crate) fn effect(&self) -> Option<Effect> {
        self.drawn(|chance| {
            if !chance.happens(REQUESTS) {
                return None;
            }
            Some(match chance.below(10) {
                0 => Effect::Throttled,
                1 => Effect::ServerError { status: 500 },
                2 => Effect::ServerError { status: 504 },
                3 => Effect::HtmlError,
                4 => Effect::NotCommitted,
                5 => Effect::MalformedAnswer,
                6 => Effect::ExpiredToken,
                7 => Effect::Slow { by_ms: chance.below(40_000) },
                8 => Effect::LateCommit { after_ms: chance.below(45_000) },
                _ => Effect::AnswerLost,
            })
        })
    }

    /// A request to QuickBooks is sent twice at once.
    pub(crate) fn twice(&self) -> bool {
        self.drawn(|chance| chance.happens(TWICE).then_some(())).is_some()
    }

    /// HubSpot does not answer.
    pub(crate) fn is_hubspot_away(&self) -> bool {
        let now = |chances: &Chances| chances.clock.elapsed();
        self.0.as_ref().is_some_and(|chances| chances.away.0 <= now(chances) && now(chances) < chances.away.1)
    }

    /// How long a request is on its way.
    pub(crate) fn latency(&self) -> Duration {
        self.drawn(|chance| Some(chance.within(Duration::from_millis(60)))).unwrap_or(Duration::from_millis(5))
    }
}

impl Chances {
    fn chance(&self) -> MutexGuard<'_, Chance> {
        self.chance.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
