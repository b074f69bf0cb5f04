//! What one simulated company holds: its tables, its counters and its status.
//!
//! It stores and finds rows; whether a row may be stored is for `write` and the modules below it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::Value;

use super::entity::{Entity, Family};
use super::fault::Fault;
use super::pacific;
use super::postings::Accounts;
use super::row::{Row, default, is_active, part, parts, reference, text};
use super::webhooks::{Change, ChangeVerb};

/// The stored state of one company.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    pub(crate) realm: String,
    tables: BTreeMap<Entity, Table>,
    /// What is gone, with the time it went, oldest first.
    deleted: Vec<(Entity, String, String)>,
    names: u64,
    transactions: u64,
    addresses: u64,
    /// The last number of invoices, sales receipts and refund receipts, which share a sequence.
    pub(crate) sales_number: u64,
    pub(crate) estimate_number: u64,
    /// Its subscription has ended: everything is refused with 6190.
    pub(crate) suspended: bool,
    /// Writing into closed books answers 6210 instead of 6200.
    pub(crate) closed_with_password: bool,
    /// Home currency units for one unit of a foreign currency.
    pub(crate) exchange_rates: BTreeMap<String, Decimal>,
    /// What stands in its accounts.
    pub(crate) accounts: Accounts,
    /// Changes that no webhook has told yet.
    pub(crate) untold: Vec<Change>,
}

#[derive(Clone, Debug, Default)]
struct Table {
    /// In the order of creation; a deleted row leaves a hole.
    rows: Vec<Option<Row>>,
    places: BTreeMap<String, usize>,
}

impl Books {
    pub(crate) fn new(realm: &str) -> Self {
        Self {
            realm: realm.to_owned(),
            tables: BTreeMap::new(),
            deleted: Vec::new(),
            names: 0,
            transactions: 0,
            addresses: 0,
            sales_number: 1000,
            estimate_number: 1000,
            suspended: false,
            closed_with_password: false,
            exchange_rates: BTreeMap::new(),
            accounts: Accounts::new(),
            untold: Vec::new(),
        }
    }

    /// All rows of a table in the order of creation.
    pub(crate) fn rows(&self, entity: Entity) -> impl Iterator<Item = &Row> {
        self.tables.get(&entity).into_iter().flat_map(|table| table.rows.iter().flatten())
    }

    pub(crate) fn row(&self, entity: Entity, id: &str) -> Option<&Row> {
        let table = self.tables.get(&entity)?;
        table.rows.get(*table.places.get(id)?)?.as_ref()
    }

    pub(crate) fn row_mut(&mut self, entity: Entity, id: &str) -> Option<&mut Row> {
        let table = self.tables.get_mut(&entity)?;
        table.rows.get_mut(*table.places.get(id)?)?.as_mut()
    }

    /// Stores a row under its `Id`, and moves the counters past it.
    pub(crate) fn put(&mut self, entity: Entity, row: Row) {
        let id = text(&row, "Id").unwrap_or_default().to_owned();
        self.note_ids(entity, &row);
        let table = self.tables.entry(entity).or_default();
        match table.places.get(&id).copied() {
            Some(place) => table.rows[place] = Some(row),
            None => {
                table.places.insert(id, table.rows.len());
                table.rows.push(Some(row));
            }
        }
    }

    /// Removes a row, and notes when.
    pub(crate) fn remove(&mut self, entity: Entity, id: &str, at: String) {
        self.deleted.push((entity, id.to_owned(), at));
        if let Some(table) = self.tables.get_mut(&entity)
            && let Some(&place) = table.places.get(id)
        {
            table.rows[place] = None;
        }
    }

    /// Notes a change for webhooks.
    pub(crate) fn note_change(&mut self, entity: Entity, id: &str, verb: ChangeVerb, at: &str) {
        let at = at.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let (realm, id) = (self.realm.clone(), id.to_owned());
        self.untold.push(Change { realm, entity, id, verb, at });
    }

    /// What was removed: entity, id and time.
    pub(crate) fn deleted(&self) -> impl Iterator<Item = (Entity, &str, &str)> {
        self.deleted.iter().map(|(entity, id, at)| (*entity, id.as_str(), at.as_str()))
    }

    /// The id that the next row of this entity gets.
    pub(crate) fn next_id(&self, entity: Entity) -> String {
        let last = match entity.family() {
            Family::Name(_) => self.names,
            Family::Sale(_) | Family::Payment | Family::Purchase => self.transactions,
            Family::Generic(generic) if generic.is_transaction() => self.transactions,
            Family::List(_) | Family::Singleton | Family::Tax | Family::Generic(_) => {
                let places = self.tables.get(&entity).map(|table| &table.places);
                places.into_iter().flatten().filter_map(|(id, _)| id.parse().ok()).max().unwrap_or(0)
            }
        };
        (last + 1).to_string()
    }

    /// Gives every address of the row that has no id one of its own.
    pub(crate) fn number_addresses(&mut self, row: &mut Row) {
        for member in ["BillAddr", "ShipAddr", "OtherAddr", "PrimaryAddr"] {
            if let Some(Value::Object(address)) = row.get_mut(member)
                && !address.contains_key("Id")
            {
                self.addresses += 1;
                let members = std::mem::take(address);
                default(address, "Id", self.addresses.to_string());
                address.extend(members);
            }
        }
    }

    fn note_ids(&mut self, entity: Entity, row: &Row) {
        let id = text(row, "Id").and_then(|id| id.parse().ok()).unwrap_or(0);
        match entity.family() {
            Family::Name(_) => self.names = self.names.max(id),
            Family::Sale(_) | Family::Payment | Family::Purchase => self.transactions = self.transactions.max(id),
            Family::Generic(generic) if generic.is_transaction() => self.transactions = self.transactions.max(id),
            Family::List(_) | Family::Singleton | Family::Tax | Family::Generic(_) => {}
        }
        for member in ["BillAddr", "ShipAddr", "OtherAddr", "PrimaryAddr"] {
            let address = part(row, member).and_then(|address| text(address, "Id")?.parse().ok());
            self.addresses = self.addresses.max(address.unwrap_or(0));
        }
    }

    /// Moves the counters on, as if so much had happened before.
    pub(crate) fn skip_ids(&mut self, names: u64, transactions: u64, addresses: u64) {
        self.names = self.names.max(names);
        self.transactions = self.transactions.max(transactions);
        self.addresses = self.addresses.max(addresses);
    }

    /// The row a reference points at; missing and inactive ones are fault 2500.
    pub(crate) fn referred(&self, entity: Entity, id: &str) -> Result<&Row, Fault> {
        let row = self.row(entity, id).filter(|row| is_active(row));
        row.ok_or_else(|| Fault::reference(entity.list_name(), id))
    }

    /// Checks a reference to an active row, if there is one, and writes its full name beside the id.
    pub(crate) fn name_reference(&self, row: &mut Row, member: &str, entity: Entity) -> Result<(), Fault> {
        let Some(id) = reference(row, member).map(str::to_owned) else { return Ok(()) };
        let name = full_name(self.referred(entity, &id)?);
        row.insert(member.to_owned(), super::row::named(&id, name));
        Ok(())
    }

    /// One group of the company's preferences.
    pub(crate) fn preference(&self, group: &str) -> Option<&Row> {
        part(self.row(Entity::Preferences, "1")?, group)
    }

    /// A preference that is `true`.
    pub(crate) fn prefers(&self, group: &str, member: &str) -> bool {
        self.preference(group).is_some_and(|group| super::row::is_true(group, member))
    }

    pub(crate) fn home_currency(&self) -> &str {
        self.preference("CurrencyPrefs").and_then(|group| reference(group, "HomeCurrency")).unwrap_or("USD")
    }

    /// Two letters in some answers, three in newer ones; US rules hold for both.
    pub(crate) fn is_us(&self) -> bool {
        let company = self.row(Entity::CompanyInfo, "1");
        matches!(company.and_then(|company| text(company, "Country")), Some("US" | "USA"))
    }

    /// The enabled custom fields of sales forms: definition id and name.
    pub(crate) fn custom_fields(&self) -> Vec<(String, String)> {
        let Some(sales) = self.preference("SalesFormsPrefs") else { return Vec::new() };
        let fields: Vec<&Row> = parts(sales, "CustomField").flat_map(|group| parts(group, "CustomField")).collect();
        let field = |name: &str| fields.iter().find(|field| text(field, "Name") == Some(name));
        let enabled = |id: &u32| {
            let name = format!("SalesFormsPrefs.UseSalesCustom{id}");
            field(&name).is_some_and(|field| super::row::is_true(field, "BooleanValue"))
        };
        let named = |id: u32| {
            let field = field(&format!("SalesFormsPrefs.SalesCustomName{id}"))?;
            Some((id.to_string(), text(field, "StringValue")?.to_owned()))
        };
        (1..=3).filter(enabled).filter_map(named).collect()
    }
}

/// A name as references show it.
pub(crate) fn full_name(row: &Row) -> &str {
    let name = text(row, "FullyQualifiedName").or_else(|| text(row, "DisplayName"));
    name.or_else(|| text(row, "Name")).unwrap_or_default()
}

/// A time as QuickBooks stores it: whole seconds, Pacific offset.
pub(crate) fn stored_time(at: Timestamp) -> String {
    at.to_zoned(pacific()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}

/// A time as envelopes show it: milliseconds, Pacific offset.
pub(crate) fn envelope_time(at: Timestamp) -> String {
    at.to_zoned(pacific()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}
