//! What the demo plays, in order: one story through all actions, and one refusal of each.
//!
//! Objects are those of the simulated portal's seed. Knows how each scene ends, and not how it is played.

use crate::runs::{RunRecord, Status};

/// One action for one object.
pub(super) struct Scene {
    pub(super) action: &'static str,
    pub(super) object: &'static str,
    /// What happened in HubSpot.
    pub(super) title: &'static str,
    /// What happens in HubSpot before it.
    pub(super) before: Option<Change>,
    /// How it ends.
    status: Status,
    code: &'static str,
}

/// A change of an object in HubSpot.
pub(super) struct Change {
    pub(super) kind: &'static str,
    pub(super) id: &'static str,
    pub(super) properties: &'static [(&'static str, &'static str)],
}

/// What the connection says for all actions: where HubSpot's payments go, and where their fees.
pub(super) const SETTINGS: [(&str, &str); 3] =
    [("clearing_account", CLEARING_ACCOUNT), ("expense_account", "90"), ("vendor", "58")];

/// The sample company's account for payments that HubSpot has not paid out yet.
pub(super) const CLEARING_ACCOUNT: &str = "91";

/// The payments of the story.
pub(super) const PAYMENTS: [&str; 2] = ["3401", "3402"];

const fn scene(action: &'static str, object: &'static str, title: &'static str) -> Scene {
    Scene { action, object, title, before: None, status: Status::Succeeded, code: "created" }
}

const fn refused(action: &'static str, object: &'static str, title: &'static str, code: &'static str) -> Scene {
    Scene { action, object, title, before: None, status: Status::Refused, code }
}

impl Scene {
    /// Whether the run came to the scene's end.
    pub(super) fn is_told_by(&self, record: &RunRecord) -> bool {
        (record.status, record.code.as_str()) == (self.status, self.code)
    }
}

/// A deal is proposed and won; a payment comes in; another one comes in and is given back.
pub(super) const STORY: [Scene; 7] = [
    scene("create-estimate", "deal:1401", "deal 1401 is proposed"),
    scene("create-invoice", "deal:1401", "deal 1401 is won"),
    scene("create-paid-invoice", "payment:3401", "payment 3401 comes in"),
    scene("create-expense", "payment:3401", "payment 3401 has cost fees"),
    scene("create-sales-receipt", "payment:3402", "payment 3402, with tax"),
    scene("create-expense", "payment:3402", "payment 3402 has cost fees"),
    Scene {
        before: Some(Change {
            kind: "payment",
            id: "3402",
            properties: &[("hs_latest_status", "refunded"), ("hs_refunds_amount", "297.00")],
        }),
        ..scene("create-refund-receipt", "payment:3402", "payment 3402 is given back")
    },
];

/// One refusal of each action.
pub(super) const REFUSED: [Scene; 6] = [
    refused("create-invoice", "deal:1004", "deal 1004, four mistakes", "contact_incomplete"),
    refused("create-estimate", "quote:2009", "quote 2009 adds up otherwise", "totals_differ"),
    refused("create-sales-receipt", "payment:3005", "payment 3005 is still processing", "payment_processing"),
    refused("create-paid-invoice", "payment:3008", "payment 3008 has a taxed line", "taxable_line"),
    refused("create-expense", "payment:3010", "payment 3010, unclear fees", "fees_unclear"),
    refused("create-refund-receipt", "payment:3004", "payment 3004, refunded in part", "partial_refund"),
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_for_another_reason_is_not_the_scenes_end() {
        let record = |status: &str, code: &str| -> RunRecord {
            let record = json!({
                "run_id": "0".repeat(32), "event": "e", "action": "a", "version": "1.0.0", "digest": "0".repeat(64),
                "object": "deal:1004", "status": status, "code": code, "message": "", "problems": [], "warnings": [],
                "documents": [], "outputs": [], "calls": [], "attempts": 1, "limits": null,
            });
            serde_json::from_value(record).unwrap()
        };
        assert!(REFUSED[0].is_told_by(&record("refused", "contact_incomplete")));
        assert!(!REFUSED[0].is_told_by(&record("refused", "property_missing")));
        assert!(!STORY[0].is_told_by(&record("refused", "created")));
    }
}
