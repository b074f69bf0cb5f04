//! Verdicts in words: what an attempt's ending means for the run, with what stands in QuickBooks told
//! wherever the run did not come to its end.

use crate::effects::{Door, Overlay, Stop};
use crate::enrollment::{Event, StandingDocument};
use crate::quickbooks::fault::{self, explain};
use crate::runs::history::{Document, History, Standing};
use crate::runs::record::{Problem, RefusalKind, Status};
use crate::sandbox::{self, Ending, Outcome, Refusal, printable};

/// A verdict in words, before the history is added.
pub(super) struct Verdict {
    pub(super) status: Status,
    pub(super) refusal: Option<RefusalKind>,
    pub(super) code: String,
    pub(super) message: String,
    pub(super) problems: Vec<Problem>,
    pub(super) warnings: Vec<Problem>,
    pub(super) outputs: Vec<(String, String)>,
}

impl Verdict {
    pub(super) fn new(status: Status, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            refusal: None,
            code: code.into(),
            message: message.into(),
            problems: Vec::new(),
            warnings: Vec::new(),
            outputs: Vec::new(),
        }
    }

    /// The verdict on the run's last attempt.
    pub(super) fn of(ending: Ending, door: &Door, standing: &[Standing]) -> Self {
        let held = |code: &str, message: String| Verdict::new(Status::Held, code, stands(message, standing));
        match ending {
            Ending::Outcome(_) | Ending::Refusal(_) if !door.replayed_all() => held(
                "diverged",
                "the action made fewer calls than in an earlier attempt; restart the run, or resume it with the version it began with".into(),
            ),
            Ending::Outcome(outcome) => succeeded(outcome, door, standing),
            Ending::Refusal(refusal) => refused(refusal, door.history(), standing),
            Ending::Exhausted(exhausted) => held(
                exhausted.code(),
                format!("{}; a mended version of it can resume the run", exhausted.sentence()),
            ),
            Ending::Trapped(trap) => held(
                "trapped",
                format!("the action failed ({}); a mended version of it can resume the run", first_line(&trap)),
            ),
            Ending::Stopped(Stop::Diverged { position }) => held(
                "diverged",
                format!("call {} differs from an earlier attempt, so it was not sent; restart the run", position + 1),
            ),
            Ending::Stopped(Stop::Unclear { position }) => held(
                "unclear",
                format!(
                    "the answer to call {} was lost, and whether QuickBooks carried it out is not known; look there",
                    position + 1
                ),
            ),
            // These were answered before.
            Ending::Stopped(Stop::Wait(_) | Stop::Fenced | Stop::Parked | Stop::SaleHeld(_) | Stop::SaleChanged) | Ending::TimedOut | Ending::NoInstance(_) => {
                held("internal", "the attempt ended without an end".into())
            }
        }
    }

    /// Tells what sets the inputs that the action lacks, which does not know the connection it runs for.
    pub(super) fn naming_what_sets(mut self, event: &Event) -> Self {
        let is_input =
            |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || b"_0123456789".contains(&byte));
        for problem in &mut self.problems {
            let Problem { code, about, remedy, .. } = problem;
            if code == "input_missing" && !about.is_empty() && is_input(about) {
                let Event { portal, company, .. } = event;
                let command = format!("qbo-host connection set {portal}/{company} {about}=…");
                *remedy = format!("{remedy} For every run: {command}").trim_start().to_owned();
            }
        }
        self
    }
}

/// Another run took the sale's key between this run's claim and its first write.
pub(super) const SALE_CHANGED: &str = "another run has worked on the same sale meanwhile";

/// A success is one only when QuickBooks accepted a write.
fn succeeded(outcome: Outcome, door: &Door, standing: &[Standing]) -> Verdict {
    let mut verdict = match door.previewed().map(Overlay::documents) {
        Some(documents) if !documents.is_empty() => {
            let message = format!("would create {}; nothing was sent", names(documents.iter()));
            Verdict::new(Status::Previewed, "previewed", message)
        }
        None if !standing.is_empty() => {
            let message = format!("created {}", names(standing.iter().map(|standing| &standing.document)));
            Verdict::new(Status::Succeeded, "created", message)
        }
        None if door.history().wrote() => {
            Verdict::new(Status::Succeeded, "done", "what stood in QuickBooks was changed")
        }
        Some(_) | None => Verdict::new(
            Status::Held,
            "no_effect",
            "the action reports success, but QuickBooks accepted no write from it; its author must mend it",
        ),
    };
    verdict.warnings = outcome.warnings.into_iter().map(problem).chain(standing.iter().filter_map(differs)).collect();
    verdict.outputs = outcome.outputs.iter().map(|(name, value)| (printable(name), printable(value))).collect();
    verdict
}

/// A refusal after an accepted write is never *refused*: something stands. Nor is one over a fault that
/// nobody mends in the enrolled object: a new event would meet it again, and this run can be resumed.
fn refused(refusal: Refusal, history: &History, standing: &[Standing]) -> Verdict {
    let wrote = history.wrote();
    let problems: Vec<Problem> = refusal.problems.into_iter().map(problem).collect();
    let kind = match refusal.kind.as_str() {
        "skip" => Some(RefusalKind::Skip),
        "fix" | "wait" => Some(RefusalKind::Fix),
        _ => None,
    };
    let Some(first) = problems.first().filter(|_| kind.is_some()) else {
        let message = "the action refused without saying why, or how; its author must mend it".into();
        return Verdict::new(Status::Held, "bad_refusal", stands(message, standing));
    };
    let said = match problems.len() {
        1 => first.message.clone(),
        count => format!("{count} problems, the first: {}", first.message),
    };
    let mut verdict = if refusal.kind == "wait" && !wrote {
        // It has waited for as long as it may.
        Verdict::new(Status::Held, &first.code, format!("the action waited in vain: {said}"))
    } else if wrote {
        let message = format!("the action stopped half-way: {said}");
        Verdict::new(Status::Held, "partly_written", stands(message, standing))
    } else if let (Some(RefusalKind::Fix), Some(message)) = (kind, mended_elsewhere(history)) {
        Verdict::new(Status::Held, "quickbooks_refuses", message)
    } else {
        Verdict { refusal: kind, ..Verdict::new(Status::Refused, &first.code, said) }
    };
    verdict.problems = problems;
    verdict
}

/// What a person mends in the company, the settings or the action, if QuickBooks refused a call over it.
fn mended_elsewhere(history: &History) -> Option<String> {
    history.records.iter().find_map(|record| {
        let Some(Err(fault)) = &record.reply else { return None };
        let known = explain(&fault.code).filter(|known| known.ending == fault::Ending::Held)?;
        let (call, said) = (&record.call, printable(&fault.message));
        let [sentence, remedy] = [known.sentence, known.remedy];
        let entity = printable(&call.entity);
        Some(format!("{sentence} {remedy} The answer to {} {entity} was ({}): {said}", call.verb, fault.code))
    })
}

/// Adds what stands in QuickBooks to a sentence about a run that did not come to its end.
pub(super) fn stands(message: String, standing: &[Standing]) -> String {
    if standing.is_empty() {
        return message;
    }
    format!("{message}; in QuickBooks stands: {}", names(standing.iter().map(|standing| &standing.document)))
}

pub(super) fn standing_document(document: &StandingDocument) -> Document {
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    Document {
        entity: document.entity.clone(),
        id: document.id.clone(),
        doc_number: some(&document.number),
        total: some(&document.total),
        date: None,
        currency: None,
        name: None,
        set_by_quickbooks: Vec::new(),
    }
}

fn name_of(document: &Document) -> String {
    let name = document.doc_number.as_ref().or(document.name.as_ref());
    let mut text = format!("{} {}", document.entity, name.unwrap_or(&document.id));
    if let Some(total) = &document.total {
        text.push_str(&format!(" over {total}"));
    }
    text
}

pub(super) fn names<'a>(documents: impl Iterator<Item = &'a Document>) -> String {
    documents.map(name_of).collect::<Vec<_>>().join(", ")
}

fn differs(standing: &Standing) -> Option<Problem> {
    standing.differs.then(|| Problem {
        code: "answer_differs".into(),
        message: "what QuickBooks made differs in its note or total from what was sent".into(),
        about: name_of(&standing.document),
        remedy: "compare it with the enrolled object".into(),
    })
}

fn problem(problem: sandbox::Problem) -> Problem {
    let sandbox::Problem { code, message, about, remedy } = problem;
    let [code, message, about, remedy] = [code, message, about, remedy].map(|text| printable(&text));
    Problem { code, message, about, remedy }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
