//! What the demo plays, in order: one story through all actions, and one refusal of each.
//!
//! Objects are those of the simulated portal's seed. Knows no run and no connection.

/// One action for one object.
pub(super) struct Scene {
    pub(super) action: &'static str,
    pub(super) object: &'static str,
    /// What happened in HubSpot.
    pub(super) title: &'static str,
    /// What happens in HubSpot before it.
    pub(super) before: Option<Change>,
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
    Scene { action, object, title, before: None }
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
    scene("create-invoice", "deal:1004", "deal 1004, four mistakes"),
    scene("create-estimate", "quote:2009", "quote 2009 adds up otherwise"),
    scene("create-sales-receipt", "payment:3005", "payment 3005 is still processing"),
    scene("create-paid-invoice", "payment:3008", "payment 3008 has a taxed line"),
    scene("create-expense", "payment:3010", "payment 3010, unclear fees"),
    scene("create-refund-receipt", "payment:3004", "payment 3004, refunded in part"),
];
