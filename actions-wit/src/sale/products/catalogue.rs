//! The items of QuickBooks that the lines of one sale may mean, and which one a line means: by
//! QuickBooks' id where HubSpot holds it, else by SKU, else by name.

use std::collections::{BTreeMap, BTreeSet};

use super::LineRecord;
use crate::quickbooks::Item;
use crate::sale::names::SHORT_NAME_MAX;
use crate::{Company, Fault};

/// QuickBooks adds this to the name of an item that is made inactive.
const INACTIVE_SUFFIX: &str = " (deleted)";

/// What the items of QuickBooks amount to for one line.
#[derive(Debug, PartialEq)]
pub(super) enum Match<'c> {
    One(&'c Item),
    Several(Vec<&'c Item>),
    Inactive(&'c Item),
    NotSellable(&'c Item),
    /// The line names an id that does not exist: a slip, and no reason to look further.
    UnknownId(&'c str),
    Missing,
    /// Missing, and not to be created either: a product with another SKU has the name.
    NameTaken(&'c Item),
}

impl Match<'_> {
    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing | Self::NameTaken(_))
    }
}

/// The items, by everything a line can name.
#[derive(Default)]
pub(super) struct Catalogue<'p> {
    items: BTreeMap<String, Item>,
    ids_by_sku: BTreeMap<String, BTreeSet<String>>,
    ids_by_name: BTreeMap<String, BTreeSet<String>>,
    id_property: Option<&'p str>,
}

impl<'p> Catalogue<'p> {
    /// Asks for all items at once: three lists at most, so 300 lines take eight calls at most.
    pub(super) fn read(
        company: &Company<'_>,
        lines: &[LineRecord<'_>],
        id_property: Option<&'p str>,
    ) -> Result<Self, Fault> {
        let mut catalogue = Self { id_property, ..Self::default() };
        let ids = lines.iter().filter_map(|&line| catalogue.id_of(line)).filter(|id| fits(id));
        catalogue.fetch(company, "Id", &ids.collect())?;

        let unidentified = |line: &LineRecord<'_>| id_property.and_then(|property| line.0.text(property)).is_none();
        let skus = lines.iter().copied().filter(unidentified).filter_map(LineRecord::sku);
        catalogue.fetch(company, "Sku", &skus.filter(|sku| fits(sku)).collect())?;

        let unmatched =
            |line: &LineRecord<'_>| !line.sku().is_some_and(|sku| catalogue.ids_by_sku.contains_key(&folded(sku)));
        let named = lines.iter().copied().filter(unidentified).filter(unmatched).filter_map(LineRecord::name);
        let leaves: BTreeSet<&str> = named.map(leaf).filter(|name| fits(name)).collect();
        let retired: Vec<String> = leaves.iter().map(|name| format!("{name}{INACTIVE_SUFFIX}")).collect();
        let names = leaves.into_iter().chain(retired.iter().map(String::as_str)).collect();
        catalogue.fetch(company, "Name", &names)?;
        Ok(catalogue)
    }

    /// The item that a line means.
    pub(super) fn find<'c>(&'c self, line: LineRecord<'c>) -> Match<'c> {
        if let Some(id) = self.id_of(line) {
            return match self.items.get(id) {
                Some(item) => usable([item].into_iter()),
                None => Match::UnknownId(id),
            };
        }
        let by_sku = line.sku().and_then(|sku| self.ids_by_sku.get(&folded(sku)));
        if let Some(ids) = by_sku {
            return usable(self.items_of(ids));
        }
        let Some(name) = line.name() else {
            return Match::Missing;
        };
        let Some(ids) = self.ids_by_name.get(&folded(leaf(name))) else {
            return Match::Missing;
        };
        self.find_by_name(name, line.sku(), ids)
    }

    /// Of items that share a name, the one at the top is meant before those under a parent, and a
    /// path means the one item at its end. An item with another SKU than the line's is not meant.
    fn find_by_name<'c>(&'c self, name: &str, sku: Option<&str>, ids: &'c BTreeSet<String>) -> Match<'c> {
        let path = folded(name);
        let is_at_path = |item: &&Item| {
            let known = item.fully_qualified_name.as_deref();
            known.is_some_and(|known| folded(known.strip_suffix(INACTIVE_SUFFIX).unwrap_or(known)) == path)
        };
        let fitting = || self.items_of(ids).filter(|item| !contradicts(item, sku));
        let at_path = usable(fitting().filter(is_at_path));
        let found = if name.contains(':') || matches!(at_path, Match::One(_)) { at_path } else { usable(fitting()) };
        let holder = || self.items_of(ids).filter(is_at_path).find(|item| is_active(item));
        if found.is_missing() { holder().map_or(Match::Missing, Match::NameTaken) } else { found }
    }

    fn fetch(&mut self, company: &Company<'_>, member: &str, values: &BTreeSet<&str>) -> Result<(), Fault> {
        let statement = format!("SELECT * FROM Item WHERE {member} IN ? AND Active IN (true, false)");
        let values: Vec<&str> = values.iter().copied().collect();
        for item in company.query_in::<Item>(&statement, &values)? {
            self.add(item);
        }
        Ok(())
    }

    fn add(&mut self, item: Item) {
        let Some(id) = item.id.clone() else {
            return;
        };
        if let Some(sku) = item.sku.as_deref().filter(|sku| !sku.is_empty()) {
            self.ids_by_sku.entry(folded(sku)).or_default().insert(id.clone());
        }
        if let Some(name) = &item.name {
            let name = name.strip_suffix(INACTIVE_SUFFIX).unwrap_or(name);
            self.ids_by_name.entry(folded(name)).or_default().insert(id.clone());
        }
        self.items.insert(id, item);
    }

    fn id_of<'l>(&self, line: LineRecord<'l>) -> Option<&'l str> {
        line.0.text(self.id_property?)
    }

    fn items_of<'c>(&'c self, ids: &'c BTreeSet<String>) -> impl Iterator<Item = &'c Item> {
        ids.iter().filter_map(|id| self.items.get(id))
    }
}

/// The one item that can be sold; an item that cannot does not compete with one that can.
pub(super) fn usable<'c>(candidates: impl Iterator<Item = &'c Item>) -> Match<'c> {
    let (active, inactive): (Vec<&Item>, Vec<&Item>) = candidates.partition(|item| is_active(item));
    let (sellable, other): (Vec<&Item>, Vec<&Item>) = active.into_iter().partition(|item| is_sellable(item));
    match (sellable.as_slice(), other.first(), inactive.first()) {
        (&[one], _, _) => Match::One(one),
        (&[_, _, ..], _, _) => Match::Several(sellable),
        (&[], Some(other), _) => Match::NotSellable(other),
        (&[], None, Some(inactive)) => Match::Inactive(inactive),
        (&[], None, None) => Match::Missing,
    }
}

/// Whether an item of the right name has another SKU than the line: then it is another product.
pub(super) fn contradicts(item: &Item, sku: Option<&str>) -> bool {
    let known = item.sku.as_deref().filter(|known| !known.is_empty());
    known.zip(sku).is_some_and(|(known, sku)| folded(known) != folded(sku))
}

fn is_active(item: &Item) -> bool {
    item.active != Some(false)
}

/// A category is no product (error 2500), and a bundle needs a line of another type.
fn is_sellable(item: &Item) -> bool {
    !matches!(item.kind.as_deref(), Some("Category" | "Group"))
}

/// QuickBooks compares texts without regard to case.
fn folded(text: &str) -> String {
    text.to_lowercase()
}

/// The last part of `Parent:Child`; QuickBooks lets only that be asked for.
fn leaf(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name).trim()
}

/// Whether QuickBooks can have the text at all; asking for another one would be a fault.
fn fits(text: &str) -> bool {
    text.chars().count() <= SHORT_NAME_MAX && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CrmObject, Problems};

    fn item(id: &str, name: &str, sku: &str) -> Item {
        Item {
            id: Some(id.to_owned()),
            name: Some(name.to_owned()),
            fully_qualified_name: Some(name.to_owned()),
            sku: Some(sku.to_owned()),
            kind: Some("Service".to_owned()),
            ..Item::default()
        }
    }

    fn found(items: Vec<Item>, properties: &[(&str, &str)]) -> String {
        let owned = properties.iter().map(|&(name, value)| (name.into(), value.into())).collect();
        let enrollment = crate::sale::tests::enrollment(vec![CrmObject::new("line_item", "1", owned)], &[]);
        let lines = crate::sale::lines::records(&enrollment, &mut Problems::new());
        let mut catalogue = Catalogue { id_property: Some("qbo_id"), ..Catalogue::default() };
        items.into_iter().for_each(|item| catalogue.add(item));
        match catalogue.find(lines[0]) {
            Match::One(item) => item.id.clone().unwrap(),
            Match::Several(items) => format!("several {}", items.len()),
            Match::Inactive(_) => "inactive".to_owned(),
            Match::NotSellable(_) => "not sellable".to_owned(),
            Match::UnknownId(_) => "unknown id".to_owned(),
            Match::Missing => "missing".to_owned(),
            Match::NameTaken(_) => "name taken".to_owned(),
        }
    }

    #[test]
    fn the_id_comes_before_the_sku_and_the_sku_before_the_name() {
        let items = || vec![item("1", "Seat", "S-1"), item("2", "Desk", "D-1"), item("3", "Lamp", "L-1")];
        let line = [("name", "Lamp"), ("hs_sku", "d-1"), ("qbo_id", "1")];
        assert_eq!(found(items(), &line), "1");
        assert_eq!(found(items(), &line[..2]), "2");
        assert_eq!(found(items(), &line[..1]), "3");
    }

    #[test]
    fn an_id_that_does_not_exist_is_not_replaced_by_a_name() {
        let line = [("name", "Seat"), ("qbo_id", "99")];
        assert_eq!(found(vec![item("1", "Seat", "")], &line), "unknown id");
    }

    #[test]
    fn two_items_of_one_sku_are_several() {
        let items = vec![item("1", "Seat", "S-1"), item("2", "Desk", "s-1")];
        assert_eq!(found(items, &[("hs_sku", "S-1")]), "several 2");
    }

    #[test]
    fn an_item_that_was_found_twice_counts_once() {
        let items = vec![item("1", "Seat", "S-1"), item("1", "Seat", "S-1")];
        assert_eq!(found(items, &[("hs_sku", "S-1")]), "1");
    }

    #[test]
    fn an_inactive_item_is_known_by_the_name_it_had() {
        let retired = Item { active: Some(false), ..item("1", "Seat (deleted)", "") };
        assert_eq!(found(vec![retired.clone()], &[("name", "Seat")]), "inactive");
        assert_eq!(found(vec![retired, item("2", "Seat", "")], &[("name", "Seat")]), "2");
    }

    #[test]
    fn a_category_and_a_bundle_cannot_be_sold() {
        for kind in ["Category", "Group"] {
            let unsellable = Item { kind: Some(kind.to_owned()), ..item("1", "Seat", "") };
            assert_eq!(found(vec![unsellable], &[("name", "Seat")]), "not sellable");
        }
    }

    #[test]
    fn a_path_means_the_item_under_that_parent() {
        let under =
            |id, parent: &str| Item { fully_qualified_name: Some(format!("{parent}:Seat")), ..item(id, "Seat", "") };
        let items = || vec![under("1", "Office"), under("2", "Garden")];
        assert_eq!(found(items(), &[("name", "garden:seat")]), "2");
        assert_eq!(found(items(), &[("name", "Seat")]), "several 2");
        assert_eq!(found(items(), &[("name", "Cellar:Seat")]), "missing");
    }

    #[test]
    fn the_item_at_the_top_comes_before_its_namesakes_under_a_parent() {
        let under = Item { fully_qualified_name: Some("Office:Seat".to_owned()), ..item("1", "Seat", "") };
        let items = |top| vec![under.clone(), top];
        assert_eq!(found(items(item("2", "Seat", "")), &[("name", "seat")]), "2");
        let retired = Item { active: Some(false), ..item("2", "Seat (deleted)", "") };
        assert_eq!(found(items(retired), &[("name", "Seat")]), "1");
    }

    #[test]
    fn a_name_does_not_match_against_the_sku() {
        let line = [("name", "Seat"), ("hs_sku", "S-2")];
        assert_eq!(found(vec![item("1", "Seat", "S-1")], &line), "name taken");
        assert_eq!(found(vec![item("1", "Seat", "")], &line), "1");
        let under = Item { fully_qualified_name: Some("Office:Seat".to_owned()), ..item("1", "Seat", "S-1") };
        assert_eq!(found(vec![under], &line), "missing");
    }
}
