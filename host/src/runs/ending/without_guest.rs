//! Runs that end, or are ended, without the guest: what is missing, unknown, too large or there already,
//! and what a person cancelled.

use super::Told;
use super::verdict::{Verdict, names, standing_document, stands};
use crate::action::Capability;
use crate::effects::Door;
use crate::enrollment::{IfExists, StandingDocument};
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

    /// The host died too often while it ran this guest's code.
    pub(in crate::runs) fn deadly(&self) -> Option<RunRecord> {
        let deaths = self.claim.host_deaths;
        (deaths >= HOST_DEATHS_MAX).then(|| {
            let standing = self.claim.history.standing();
            let message = format!(
                "the host died {deaths} times while it ran this action's code; a mended version of it can resume the run"
            );
            let verdict = Verdict::new(Status::Held, "host_died", stands(message, &standing));
            self.record(verdict, &self.claim.history, standing, None)
        })
    }

    /// Documents of the same sale stand, and no other is wanted.
    pub(in crate::runs) fn already_exists(&self, documents: &[StandingDocument]) -> RunRecord {
        let standing: Vec<_> = documents.iter().map(standing_document).collect();
        let message =
            format!("{} stands for this {} already", names(standing.iter()), self.claim.enrollment.object.kind);
        let mut verdict = match self.claim.enrollment.if_exists {
            IfExists::Hold => Verdict::new(Status::Held, "already_exists", message.clone()),
            IfExists::Return | IfExists::Another => Verdict {
                refusal: Some(RefusalKind::Skip),
                ..Verdict::new(Status::Refused, "already_exists", message.clone())
            },
        };
        verdict.problems.push(Problem {
            code: "already_exists".into(),
            message,
            about: self.claim.enrollment.object.to_string(),
            remedy: "delete or void it in QuickBooks if it is wrong, or ask for another".into(),
        });
        let mut record = self.record(verdict, &self.claim.history, Vec::new(), None);
        record.documents = standing;
        record
    }

    /// A person wanted the run to end, and everything that was sent is answered.
    pub(in crate::runs) fn cancelled(&self, door: &Door) -> RunRecord {
        let standing = door.history().standing();
        let message = "a person cancelled the run".to_owned();
        let status = if door.history().wrote() { Status::Held } else { Status::Cancelled };
        let verdict = Verdict::new(status, "cancelled", stands(message, &standing));
        self.record(verdict, door.history(), standing, None)
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
