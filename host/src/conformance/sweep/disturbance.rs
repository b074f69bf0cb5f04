//! What befalls a play of a case: one thing at one place. Knows what there is to suffer, and not how
//! it is brought about.

use std::fmt;

use serde::Serialize;

use crate::action::{Capability, Definition};
use crate::runs::record::CallLine;

/// What befalls a play, and where. Requests to QuickBooks and writes are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Disturbance {
    /// Nothing.
    None,
    /// The host dies there, and another one takes its store over.
    Dies(Moment),
    /// The host dies there, its store is lost, and the event is delivered again.
    StoreLost(Moment),
    /// QuickBooks says that it was asked too much.
    Throttled(usize),
    /// QuickBooks fails before it does anything.
    ServerError(usize),
    /// QuickBooks does what it was asked, and the connection closes before it can say so.
    AnswerLost(usize),
    /// A capability that the run can do without is not granted.
    Denied(Capability),
    /// The event comes again when it has ended.
    Again,
    /// The event comes twice at once.
    AtOnce,
    /// Two events of the same object come at once.
    TwoEvents,
}

/// When a host dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moment {
    /// A request was carried out, and its answer is on the way.
    Sent(usize),
    /// The intent of a write is on record, and nothing was sent.
    Intended(usize),
    /// The answer of a write is on record.
    Recorded(usize),
    /// The end is on record, and nobody was told.
    Finished,
}

/// The kinds of disturbance, as a report counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SweepKind {
    /// Nothing befell it; what the case states is what came of it.
    Undisturbed,
    /// The host died.
    Crash,
    /// The host died and its store was lost.
    StoreLost,
    /// QuickBooks answered 429.
    Throttled,
    /// QuickBooks answered 500.
    ServerError,
    /// QuickBooks' answer was lost after it had done its work.
    AnswerLost,
    /// An optional capability was not granted.
    Denied,
    /// The event came twice, one after the other.
    Again,
    /// The event came twice at once.
    AtOnce,
    /// Two events of one object came at once.
    TwoEvents,
}

/// What an undisturbed play gives to sweep over.
pub(super) struct Course<'c> {
    /// Requests to QuickBooks, and which of them were writes.
    pub(super) requests: &'c [Request],
    /// Whether the run came to an end. One that waits has none at which a host could die.
    pub(super) has_ended: bool,
    /// Calls as the run's record tells them.
    pub(super) calls: &'c [CallLine],
    /// The action's definition.
    pub(super) definition: &'c Definition,
}

/// One request to QuickBooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    /// What it asked for, in short.
    pub(super) what: String,
    /// Whether it carried a `requestid`.
    pub(super) is_write: bool,
}

/// Everything that is worth trying on a run of this course.
pub(super) fn all(course: &Course<'_>) -> Vec<Disturbance> {
    use Disturbance::{Again, AnswerLost, AtOnce, Denied, Dies, ServerError, StoreLost, Throttled, TwoEvents};
    let mut all = vec![Again, AtOnce];
    all.extend(course.has_ended.then_some(Dies(Moment::Finished)));
    // Without a kind of sale two events are two documents.
    all.extend(course.definition.sale.is_some().then_some(TwoEvents));
    let mut writes = 0;
    for (position, request) in course.requests.iter().enumerate() {
        all.extend([Throttled(position), ServerError(position), AnswerLost(position), Dies(Moment::Sent(position))]);
        if request.is_write {
            let moments = [Moment::Intended(writes), Moment::Recorded(writes)];
            all.extend(moments.map(Dies));
            all.extend([StoreLost(Moment::Sent(position)), StoreLost(Moment::Recorded(writes))]);
            writes += 1;
        }
    }
    let used = |capability: &Capability| {
        let of_capability =
            |call: &CallLine| call.verb == capability.verb && call.entity.eq_ignore_ascii_case(&capability.entity);
        course.calls.iter().any(|call| of_capability(call) && call.result == "ok")
    };
    let optional = course.definition.capabilities.iter().filter(|asked| !asked.required && used(&asked.capability));
    all.extend(optional.map(|asked| Denied(asked.capability.clone())));
    all
}

impl Disturbance {
    /// Its kind.
    pub(super) fn kind(&self) -> SweepKind {
        match self {
            Self::None => SweepKind::Undisturbed,
            Self::Dies(_) => SweepKind::Crash,
            Self::StoreLost(_) => SweepKind::StoreLost,
            Self::Throttled(_) => SweepKind::Throttled,
            Self::ServerError(_) => SweepKind::ServerError,
            Self::AnswerLost(_) => SweepKind::AnswerLost,
            Self::Denied(_) => SweepKind::Denied,
            Self::Again => SweepKind::Again,
            Self::AtOnce => SweepKind::AtOnce,
            Self::TwoEvents => SweepKind::TwoEvents,
        }
    }

    /// In words, with what `requests` asked for.
    pub(super) fn told(&self, requests: &[Request]) -> String {
        let request = |position: &usize| {
            let what = requests.get(*position).map_or("nothing", |request| request.what.as_str());
            format!("request {} ({what})", position + 1)
        };
        match self {
            Self::None => "undisturbed".into(),
            Self::Dies(Moment::Sent(position)) => format!("the host dies before the answer to {}", request(position)),
            Self::Dies(moment) => format!("the host dies when {moment}"),
            Self::StoreLost(Moment::Sent(position)) => {
                format!("the store is lost before the answer to {}", request(position))
            }
            Self::StoreLost(moment) => format!("the store is lost when {moment}"),
            Self::Throttled(position) => format!("429 at {}", request(position)),
            Self::ServerError(position) => format!("500 at {}", request(position)),
            Self::AnswerLost(position) => format!("the answer to {} is lost", request(position)),
            Self::Denied(capability) => format!("{capability} is denied"),
            Self::Again => "the event comes again".into(),
            Self::AtOnce => "the event comes twice at once".into(),
            Self::TwoEvents => "two events of the object come at once".into(),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent(position) => write!(f, "request {} was carried out", position + 1),
            Self::Intended(write) => write!(f, "the intent of write {} is on record", write + 1),
            Self::Recorded(write) => write!(f, "the answer of write {} is on record", write + 1),
            Self::Finished => f.write_str("the end is on record"),
        }
    }
}

impl SweepKind {
    /// Every kind, in the order of reports.
    pub const ALL: [Self; 10] = [
        Self::Undisturbed,
        Self::Crash,
        Self::StoreLost,
        Self::Throttled,
        Self::ServerError,
        Self::AnswerLost,
        Self::Denied,
        Self::Again,
        Self::AtOnce,
        Self::TwoEvents,
    ];

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Undisturbed => "undisturbed",
            Self::Crash => "crash",
            Self::StoreLost => "store lost",
            Self::Throttled => "429",
            Self::ServerError => "500",
            Self::AnswerLost => "answer lost",
            Self::Denied => "denied",
            Self::Again => "event again",
            Self::AtOnce => "twice at once",
            Self::TwoEvents => "two events",
        }
    }
}
