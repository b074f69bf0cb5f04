//! How two object types may be associated: HubSpot's own type ids, and the portal's labels.
//!
//! HubSpot numbers both directions of an association apart. It knows types, never objects.

use super::kind::Kind;

/// One way in which two objects are associated, as HubSpot's answers list it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AssociationType {
    pub(super) category: Category,
    pub(super) id: u64,
    pub(super) label: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    HubSpotDefined,
    UserDefined,
}

impl Category {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::HubSpotDefined => "HUBSPOT_DEFINED",
            Self::UserDefined => "USER_DEFINED",
        }
    }
}

/// The ids of the unlabelled association of two types: there, and back. Ids from 9001 are this
/// portal's own, for pairs whose ids HubSpot does not publish.
const UNLABELLED: [(Kind, Kind, u64, u64); 31] = [
    (Kind::Contact, Kind::Company, 279, 280),
    (Kind::Contact, Kind::Deal, 4, 3),
    (Kind::Contact, Kind::Quote, 70, 69),
    (Kind::Contact, Kind::Invoice, 178, 177),
    (Kind::Contact, Kind::Payment, 388, 387),
    (Kind::Contact, Kind::Note, 201, 202),
    (Kind::Company, Kind::Deal, 342, 341),
    (Kind::Company, Kind::Quote, 72, 71),
    (Kind::Company, Kind::Invoice, 180, 179),
    (Kind::Company, Kind::Payment, 390, 389),
    (Kind::Company, Kind::Note, 189, 190),
    (Kind::Deal, Kind::LineItem, 19, 20),
    (Kind::Deal, Kind::Quote, 63, 64),
    (Kind::Deal, Kind::Invoice, 176, 175),
    (Kind::Deal, Kind::Payment, 392, 391),
    (Kind::Deal, Kind::Note, 213, 214),
    (Kind::Quote, Kind::LineItem, 67, 68),
    (Kind::Quote, Kind::Discount, 362, 363),
    (Kind::Quote, Kind::Fee, 364, 365),
    (Kind::Quote, Kind::Tax, 366, 367),
    (Kind::Quote, Kind::Invoice, 408, 407),
    (Kind::Quote, Kind::Payment, 398, 397),
    (Kind::Quote, Kind::Note, 9_001, 9_002),
    (Kind::Invoice, Kind::LineItem, 409, 410),
    (Kind::Invoice, Kind::Payment, 541, 542),
    (Kind::Invoice, Kind::Note, 9_003, 9_004),
    (Kind::Payment, Kind::LineItem, 395, 396),
    (Kind::Payment, Kind::Discount, 428, 429),
    (Kind::Payment, Kind::Fee, 9_005, 9_006),
    (Kind::Payment, Kind::Tax, 9_007, 9_008),
    (Kind::Payment, Kind::Note, 9_009, 9_010),
];

/// Labels that HubSpot itself defines: from, to, label, id there, id back.
const LABELLED: [(Kind, Kind, &str, u64, u64); 3] = [
    (Kind::Contact, Kind::Company, "Primary", 1, 2),
    (Kind::Company, Kind::Deal, "Primary", 6, 5),
    (Kind::Contact, Kind::Quote, "Signer", 703, 702),
];

/// The unlabelled association between two types, or nothing where HubSpot knows none.
pub(super) fn unlabelled(from: Kind, to: Kind) -> Option<AssociationType> {
    let mut all = UNLABELLED.iter();
    let id = all.find_map(|&(one, other, there, back)| directed((from, to), (one, other), there, back))?;
    Some(AssociationType { category: Category::HubSpotDefined, id, label: None })
}

/// Every association that HubSpot itself defines between two types, the unlabelled one first.
pub(super) fn between(from: Kind, to: Kind) -> impl Iterator<Item = AssociationType> {
    let labelled = LABELLED.iter().filter_map(move |&(one, other, label, there, back)| {
        let id = directed((from, to), (one, other), there, back)?;
        Some(AssociationType { category: Category::HubSpotDefined, id, label: Some(label.to_owned()) })
    });
    unlabelled(from, to).into_iter().chain(labelled)
}

fn directed(way: (Kind, Kind), ends: (Kind, Kind), there: u64, back: u64) -> Option<u64> {
    if way == ends {
        Some(there)
    } else if way == (ends.1, ends.0) {
        Some(back)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_direction_has_its_own_id() {
        let ids = |from, to| between(from, to).map(|found| found.id).collect::<Vec<_>>();
        assert_eq!(ids(Kind::Deal, Kind::Contact), [3]);
        assert_eq!(ids(Kind::Contact, Kind::Deal), [4]);
        assert_eq!(ids(Kind::Deal, Kind::Company), [341, 5]);
    }

    #[test]
    fn no_two_associations_that_start_at_one_type_share_an_id() {
        for from in Kind::ALL {
            let all = Kind::ALL.into_iter().flat_map(|to| between(from, to));
            let mut ids: Vec<u64> = all.map(|found| found.id).collect();
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "{from:?}");
        }
    }
}
