//! What a portal stores: objects with their properties, and associations between them.
//!
//! It knows no HTTP and no JSON. Every change carries its time, so that search can lag behind.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::association_types::{AssociationType, Category, between, unlabelled};
use super::kind::Kind;
use super::object::{Object, ObjectId};

/// The first id of an object that nobody numbered. It needs more than 32 bits, as HubSpot's do.
const OWN_ID_FIRST: u64 = 90_000_000_001;

/// The first type id of a portal's own label, as HubSpot's samples have it.
const LABEL_ID_FIRST: u64 = 28;

/// One end of an association, seen from the other.
#[derive(Clone, Debug)]
pub(super) struct Associated {
    pub(super) to: ObjectId,
    pub(super) types: Vec<AssociationType>,
}

#[derive(Debug)]
pub(super) struct Portal {
    objects: BTreeMap<ObjectId, Object>,
    /// In the order in which they were made: HubSpot promises none, and this one is rarely sorted.
    associations: BTreeMap<ObjectId, Vec<Associated>>,
    custom_properties: BTreeSet<(Kind, String)>,
    /// The portal's own labels. Each takes two type ids, one for each direction.
    labels: Vec<(Kind, Kind, String)>,
    id_next: u64,
}

impl Portal {
    pub(super) fn new() -> Self {
        Self {
            objects: BTreeMap::new(),
            associations: BTreeMap::new(),
            custom_properties: BTreeSet::new(),
            labels: Vec::new(),
            id_next: OWN_ID_FIRST,
        }
    }

    /// An object that is not archived.
    pub(super) fn object(&self, object: ObjectId) -> Option<&Object> {
        self.objects.get(&object).filter(|found| !found.now().archived)
    }

    pub(super) fn archived(&self, object: ObjectId) -> Option<&Object> {
        self.objects.get(&object).filter(|found| found.now().archived)
    }

    /// Every object of a type, archived ones too, by id.
    pub(super) fn objects(&self, kind: Kind) -> impl Iterator<Item = (ObjectId, &Object)> {
        let of_kind = ObjectId { kind, id: 0 }..=ObjectId { kind, id: u64::MAX };
        self.objects.range(of_kind).map(|(id, object)| (*id, object))
    }

    pub(super) fn id_unused(&mut self) -> u64 {
        let id = self.id_next;
        self.id_next += 1;
        id
    }

    /// Creates or changes an object, archived or not. An empty value clears a property. A property
    /// that HubSpot does not ship becomes a custom one of the type.
    pub(super) fn put(&mut self, at: Timestamp, object: ObjectId, properties: &[(String, String)]) {
        let unshipped = properties.iter().filter(|(name, _)| !object.kind.ships(name));
        self.custom_properties.extend(unshipped.map(|(name, _)| (object.kind, name.clone())));
        match self.objects.get_mut(&object) {
            Some(known) => known.write(at, properties),
            None => {
                let new = Object::new(at, object.kind, properties);
                self.objects.insert(object, new);
            }
        }
    }

    pub(super) fn archive(&mut self, at: Timestamp, object: ObjectId) {
        if let Some(known) = self.objects.get_mut(&object) {
            known.archive(at);
        }
    }

    pub(super) fn define(&mut self, kind: Kind, property: &str) {
        self.custom_properties.insert((kind, property.to_owned()));
    }

    /// Whether the type has the property at all.
    pub(super) fn defines(&self, kind: Kind, property: &str) -> bool {
        kind.shipped_properties().any(|shipped| shipped == property)
            || self.custom_properties.contains(&(kind, property.to_owned()))
    }

    /// Every property of the type, HubSpot's own first.
    pub(super) fn properties(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let custom = self.custom_properties.iter().filter(move |(of, _)| *of == kind).map(|(_, name)| name.as_str());
        kind.shipped_properties().map(|name| -> &str { name }).chain(custom)
    }

    /// The objects of a type that are associated with `from` and not archived.
    pub(super) fn associated(&self, from: ObjectId, to: Kind) -> impl Iterator<Item = &Associated> {
        let all = self.associations.get(&from).into_iter().flatten();
        all.filter(move |other| other.to.kind == to && self.object(other.to).is_some())
    }

    /// Associates two objects in both directions. Doing it again adds the label or changes nothing.
    pub(super) fn associate(
        &mut self,
        from: ObjectId,
        to: ObjectId,
        label: Option<&str>,
    ) -> Result<(), AssociationError> {
        let not_associable = AssociationError::Types { from: from.kind.singular(), to: to.kind.singular() };
        let mut there = vec![unlabelled(from.kind, to.kind).ok_or(not_associable.clone())?];
        let mut back = vec![unlabelled(to.kind, from.kind).ok_or(not_associable)?];
        for (line_item, parent) in [(from, to), (to, from)] {
            self.check_only_parent(line_item, parent)?;
        }
        if let Some(label) = label {
            there.push(self.labelled(from.kind, to.kind, label));
            back.push(self.labelled(to.kind, from.kind, label));
        }
        self.join(from, to, there);
        self.join(to, from, back);
        Ok(())
    }

    /// Every association that two types can have, HubSpot's own first.
    pub(super) fn association_types(&self, from: Kind, to: Kind) -> Vec<AssociationType> {
        let mut all: Vec<_> = between(from, to).collect();
        let own = self.labels.iter().zip((LABEL_ID_FIRST..).step_by(2));
        all.extend(own.filter_map(|((one, other, label), there)| {
            let id = match (*one, *other) {
                ends if ends == (from, to) => there,
                ends if ends == (to, from) => there + 1,
                _ => return None,
            };
            Some(own_label(id, label))
        }));
        all
    }

    /// What a type id means when it starts at `from`: the other type, and the label if it has one.
    pub(super) fn association_type(&self, from: Kind, id: u64) -> Option<(Kind, Option<String>)> {
        Kind::ALL.into_iter().find_map(|to| {
            let types = self.association_types(from, to);
            let found = types.into_iter().find(|found| found.id == id)?;
            Some((to, found.label))
        })
    }

    /// A line item belongs to one parent; HubSpot copies it rather than share it.
    fn check_only_parent(&self, line_item: ObjectId, parent: ObjectId) -> Result<(), AssociationError> {
        let parents = self.associations.get(&line_item).into_iter().flatten();
        match parents.map(|other| other.to).find(|other| *other != parent) {
            Some(other) if line_item.kind == Kind::LineItem => {
                Err(AssociationError::SecondParent { line_item: line_item.id, parent: other.to_string() })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn labelled(&mut self, from: Kind, to: Kind, label: &str) -> AssociationType {
        let types = self.association_types(from, to);
        let known = types.into_iter().find(|found| found.label.as_deref() == Some(label));
        known.unwrap_or_else(|| {
            let id = LABEL_ID_FIRST + 2 * self.labels.len() as u64;
            self.labels.push((from, to, label.to_owned()));
            own_label(id, label)
        })
    }

    fn join(&mut self, from: ObjectId, to: ObjectId, types: Vec<AssociationType>) {
        let others = self.associations.entry(from).or_default();
        match others.iter_mut().find(|other| other.to == to) {
            Some(known) => {
                for joined in types {
                    if !known.types.contains(&joined) {
                        known.types.push(joined);
                    }
                }
            }
            None => others.push(Associated { to, types }),
        }
    }
}

fn own_label(id: u64, label: &str) -> AssociationType {
    AssociationType { category: Category::UserDefined, id, label: Some(label.to_owned()) }
}

/// Why two objects cannot be associated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssociationError {
    #[error("HubSpot associates no {from} with a {to}")]
    Types { from: &'static str, to: &'static str },
    #[error("line item {line_item} already belongs to {parent}, and a line item has one parent")]
    SecondParent { line_item: u64, parent: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEAL: ObjectId = ObjectId { kind: Kind::Deal, id: 1 };
    const CONTACT: ObjectId = ObjectId { kind: Kind::Contact, id: 2 };
    const LINE_ITEM: ObjectId = ObjectId { kind: Kind::LineItem, id: 3 };
    const QUOTE: ObjectId = ObjectId { kind: Kind::Quote, id: 4 };
    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn portal() -> Portal {
        let mut portal = Portal::new();
        for object in [DEAL, CONTACT, LINE_ITEM, QUOTE] {
            portal.put(START, object, &[]);
        }
        portal
    }

    #[test]
    fn an_association_is_seen_from_both_ends_and_made_once() {
        let mut portal = portal();
        portal.associate(DEAL, CONTACT, None).unwrap();
        portal.associate(CONTACT, DEAL, Some("Billing contact")).unwrap();
        let there: Vec<_> = portal.associated(DEAL, Kind::Contact).collect();
        let ids: Vec<u64> = there[0].types.iter().map(|found| found.id).collect();
        assert_eq!((there.len(), ids), (1, vec![3, 29]));
        assert_eq!(portal.association_type(Kind::Contact, 28), Some((Kind::Deal, Some("Billing contact".into()))));
    }

    #[test]
    fn a_line_item_has_one_parent() {
        let mut portal = portal();
        portal.associate(DEAL, LINE_ITEM, None).unwrap();
        let second = portal.associate(QUOTE, LINE_ITEM, None);
        assert_eq!(second, Err(AssociationError::SecondParent { line_item: 3, parent: "deal 1".into() }));
        assert_eq!(portal.associate(DEAL, LINE_ITEM, None), Ok(()));
    }

    #[test]
    fn an_archived_object_leaves_the_associations_of_others() {
        let mut portal = portal();
        portal.associate(DEAL, CONTACT, None).unwrap();
        portal.archive(START, CONTACT);
        assert_eq!(portal.associated(DEAL, Kind::Contact).count(), 0);
        assert!(portal.object(CONTACT).is_none() && portal.archived(CONTACT).is_some());
    }
}
