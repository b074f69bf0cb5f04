//! Runs that end, or are ended, without the guest: what is missing, unknown, too large or there already,
//! and what a person cancelled.

use super::Told;
use super::verdict::{SALE_CHANGED, Verdict, names, standing_document, stands};
use crate::action::Capability;
use crate::enrollment::{IfExists, StandingDocument};
use crate::runs::family::{Conflict, Obstacle};
use crate::runs::history::History;
use crate::runs::record::{Problem, RefusalKind, RunRecord, Status};

/// Deaths of the host in the middle of a guest's code after which the guest is no longer tried. One
/// or two may be chance; a third one hardly is.
const HOST_DEATHS_MAX: u32 = 3;

impl Told<'_> {
    /// A required capability isn't granted; no guest code ran.
    pub(in crate::runs) fn missing(&self, missing: &[&Capability]) -> RunRecord {
        let names: Vec<_> = missing.iter().map(ToString::to_string).collect();
        let message = format!(
            "{} needs {}, which is not granted; approve it for this action, then resume the run",
            self.claim.enrollment.event.action,
            names.join(", ")
        );
        let verdict = Verdict::new(Status::Held, "capability_missing", message);
        self.record(verdict, &self.claim.history, Vec::new(), None)
    }

    /// HubSpot doesn't know the enrolled object.
    pub(in crate::runs) fn unknown_object(&self, object: &str) -> RunRecord {
        let problem = Problem {
            code: "object_not_found".into(),
            message: format!("HubSpot has no {object} that this connection may read"),
            about: object.into(),
            remedy: "check the id, and that the record is not in the recycle bin".into(),
        };
        let mut verdict = Verdict::new(Status::Refused, "object_not_found", problem.message.clone());
        verdict.refusal = Some(RefusalKind::Fix);
        verdict.problems.push(problem);
        self.record(verdict, &self.claim.history, Vec::new(), None)
    }

    /// Whether the host died too often while it ran this guest's code.
    pub(in crate::runs) fn is_deadly(&self) -> bool {
        self.claim.host_deaths >= HOST_DEATHS_MAX
    }

    /// The end of a run whose guest is not run any more; everything that was sent is answered.
    pub(in crate::runs) fn without_guest(&self, history: &History) -> RunRecord {
        if self.claim.cancelled {
            return self.cancelled(history);
        }
        let standing = history.standing();
        let message = |why: &str| stands(format!("{why}; another version of the action can resume the run"), &standing);
        let verdict = if self.is_deadly() {
            let why = format!("the host died {} times while it ran this action's code", self.claim.host_deaths);
            Verdict::new(Status::Held, "host_died", message(&why))
        } else {
            let why = "the component that this run began with is not installed";
            Verdict::new(Status::Held, "not_installed", message(why))
        };
        self.record(verdict, history, standing, None)
    }

    /// Another run made a document for the sale of this one, since it looked; everything that was sent is
    /// answered.
    pub(in crate::runs) fn sale_changed(&self, made: &StandingDocument, history: &History) -> RunRecord {
        let standing = history.standing();
        let made = names(std::iter::once(&standing_document(made)));
        let message = format!(
            "{SALE_CHANGED} and made {made}; compare it with what this run made, delete one of them in QuickBooks, then resume the run"
        );
        let verdict = Verdict::new(Status::Held, "sale_changed", stands(message, &standing));
        self.record(verdict, history, standing, None)
    }

    /// Documents that stand are in the run's way, and no other is wanted.
    pub(in crate::runs) fn stopped(&self, obstacles: &[Obstacle]) -> RunRecord {
        let standing: Vec<_> = obstacles.iter().map(|obstacle| standing_document(&obstacle.document)).collect();
        let conflict = obstacles.iter().map(|obstacle| obstacle.conflict).min().unwrap_or(Conflict::AlreadyExists);
        let (code, object) = (conflict.code(), &self.claim.enrollment.object);
        let message = match conflict {
            Conflict::AlreadyExists => format!("{} stands for this {} already", names(standing.iter()), object.kind),
            Conflict::AlreadyInvoiced => {
                let bills: Vec<_> = obstacles.iter().map(found_at).collect();
                format!("{} bills the sale of this {} already", bills.join(", "), object.kind)
            }
        };
        let mut verdict = match self.claim.enrollment.if_exists {
            IfExists::Hold => Verdict::new(Status::Held, code, message.clone()),
            IfExists::Return | IfExists::Another => {
                Verdict { refusal: Some(RefusalKind::Skip), ..Verdict::new(Status::Refused, code, message.clone()) }
            }
        };
        verdict.problems.push(Problem {
            code: code.into(),
            message,
            about: object.to_string(),
            remedy: "delete or void it in QuickBooks if it is wrong, or ask for another".into(),
        });
        let mut record = self.record(verdict, &self.claim.history, Vec::new(), None);
        // A held run's documents count as its own.
        if record.status == Status::Refused {
            record.documents = standing;
        }
        record
    }

    /// A person wanted the run to end, and everything that was sent is answered.
    pub(in crate::runs) fn cancelled(&self, history: &History) -> RunRecord {
        let standing = history.standing();
        let message = "a person cancelled the run".to_owned();
        let status = if history.wrote() { Status::Held } else { Status::Cancelled };
        let verdict = Verdict::new(status, "cancelled", stands(message, &standing));
        self.record(verdict, history, standing, None)
    }

    /// The enrolled object is larger than a run may keep.
    pub(in crate::runs) fn object_too_large(&self, bytes: usize, bytes_max: usize) -> RunRecord {
        let object = self.claim.enrollment.object.to_string();
        let problem = Problem {
            code: "object_too_large".into(),
            message: format!("{object} has {bytes} bytes with all that the action reads of it, more than {bytes_max}"),
            about: object,
            remedy: "split it, or shorten its longest properties".into(),
        };
        let mut verdict = Verdict::new(Status::Refused, "object_too_large", problem.message.clone());
        verdict.refusal = Some(RefusalKind::Fix);
        verdict.problems.push(problem);
        self.record(verdict, &self.claim.history, Vec::new(), None)
    }
}

/// A document with the object that it was made for, and where a person finds it.
fn found_at(Obstacle { document, link, .. }: &Obstacle) -> String {
    let name = names(std::iter::once(&standing_document(document)));
    match link {
        Some(link) => format!("{name} for {} ({link})", document.object),
        None => format!("{name} for {}", document.object),
    }
}
