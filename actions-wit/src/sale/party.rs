//! Who the customer is to be, and which of QuickBooks' customers are the same. Decides only;
//! the calls are made by `customer`.

use super::contact::Person;
use crate::keys;
use crate::quickbooks::{Customer, EmailAddress, Reference};

/// QuickBooks adds this to the display name of a customer that is made inactive.
const INACTIVE_SUFFIX: &str = " (deleted)";

/// How a person of HubSpot is known among QuickBooks' customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matching {
    /// First name, last name and e-mail, as the legacy integration does it.
    Legacy,
    /// E-mail alone, as the data sync does it.
    Synced,
}

/// The customer that is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Party<'e> {
    /// The contact itself.
    Person(Person<'e>, Matching),
    /// The contact's company, with the contact's e-mail address.
    Business { name: &'e str, email: &'e str, matching: Matching },
}

/// What the customers that QuickBooks has amount to.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    One(Box<Customer>),
    None,
    /// Nobody can tell which one is meant; a single one is not sure to be.
    Several(Vec<Customer>),
    Inactive(Box<Customer>),
}

impl<'e> Party<'e> {
    /// Picks the one customer that is meant out of the rows of a query.
    pub(super) fn pick(&self, rows: Vec<Customer>) -> Found {
        let fitting = rows.into_iter().filter(|row| self.fits(row));
        let (mut active, inactive): (Vec<_>, Vec<_>) = fitting.partition(|row| row.active != Some(false));
        // Projects of a customer repeat its name and e-mail; the customer itself is meant.
        if active.iter().any(|row| row.job != Some(true)) {
            active.retain(|row| row.job != Some(true));
        }
        // Several people share one address, and people share their company's name: then the
        // customer's own name decides, where it can.
        if active.iter().any(|row| self.is_namesake(row)) {
            active.retain(|row| self.is_namesake(row));
        }
        let surely = |row: &Customer| self.is_surely(row);
        match (active.len(), active.pop(), inactive.into_iter().find(surely)) {
            (1, Some(one), _) if surely(&one) => Found::One(Box::new(one)),
            (_, Some(last), _) => {
                active.push(last);
                Found::Several(active)
            }
            (_, None, Some(inactive)) => Found::Inactive(Box::new(inactive)),
            (_, None, None) => Found::None,
        }
    }

    /// By what the contact is known, whoever is the customer.
    pub(super) fn matching(&self) -> Matching {
        match self {
            Self::Person(_, matching) | Self::Business { matching, .. } => *matching,
        }
    }

    /// The display names to try in turn: they are unique over customers, vendors and employees.
    pub(super) fn display_names(&self) -> [String; 2] {
        let name = match self {
            Self::Person(person, _) => format!("{} {}", person.first, person.last),
            Self::Business { name, .. } => (*name).to_owned(),
        };
        let with_email = format!("{name} ({})", self.email());
        [name, with_email]
    }

    /// The key of the write that creates the customer under its first name to try.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Person(person, _) => keys::customer(person.email),
            Self::Business { name, .. } => keys::customer(name),
        }
    }

    /// The customer as it is to be created.
    pub(super) fn draft(&self, display_name: &str, currency: Option<&str>) -> Customer {
        let (given, family, company) = match self {
            Self::Person(person, _) => (Some(person.first), Some(person.last), None),
            Self::Business { name, .. } => (None, None, Some(*name)),
        };
        Customer {
            display_name: Some(display_name.to_owned()),
            given_name: given.map(str::to_owned),
            family_name: family.map(str::to_owned),
            company_name: company.map(str::to_owned),
            primary_email_addr: Some(EmailAddress::of(self.email())),
            currency_ref: currency.map(Reference::to),
            ..Customer::default()
        }
    }

    /// Whether a customer that was found otherwise has the e-mail address of this one.
    pub(super) fn has_email_of(&self, row: &Customer) -> bool {
        has_email(row, self.email())
    }

    fn fits(&self, row: &Customer) -> bool {
        match self {
            Self::Person(person, Matching::Legacy) => self.is_namesake(row) && has_email(row, person.email),
            Self::Person(person, Matching::Synced) => has_email(row, person.email),
            Self::Business { name, .. } => self.is_namesake(row) || same(row.company_name.as_deref(), name),
        }
    }

    /// Whether a customer that fits is meant even where nobody else fits. People who work for a
    /// company carry its name too: without the display name, the e-mail address has to agree.
    fn is_surely(&self, row: &Customer) -> bool {
        match self {
            Self::Person(..) => true,
            Self::Business { .. } => self.is_namesake(row) || self.has_email_of(row),
        }
    }

    fn is_namesake(&self, row: &Customer) -> bool {
        match self {
            Self::Person(person, _) => {
                same(row.given_name.as_deref(), person.first) && same(row.family_name.as_deref(), person.last)
            }
            Self::Business { name, .. } => {
                let known = row.display_name.as_deref();
                same(known.map(|known| known.strip_suffix(INACTIVE_SUFFIX).unwrap_or(known)), name)
            }
        }
    }

    fn email(&self) -> &'e str {
        match self {
            Self::Person(person, _) => person.email,
            Self::Business { email, .. } => email,
        }
    }
}

fn same(stored: Option<&str>, wanted: &str) -> bool {
    stored.is_some_and(|stored| stored.trim().to_lowercase() == wanted.to_lowercase())
}

/// QuickBooks lets a customer have several addresses in one text: they are compared as a set.
fn has_email(row: &Customer, wanted: &str) -> bool {
    let addresses = row.primary_email_addr.as_ref().and_then(|email| email.address.as_deref());
    addresses
        .is_some_and(|addresses| addresses.split([',', ';', ' ']).any(|address| address.eq_ignore_ascii_case(wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const JANE: Person<'static> = Person { first: "Jane", last: "Doe", email: "jane@x.com" };
    const LEGACY: Party<'static> = Party::Person(JANE, Matching::Legacy);
    const SYNCED: Party<'static> = Party::Person(JANE, Matching::Synced);
    const BUSINESS: Party<'static> = Party::Business { name: "Acme", email: "jane@x.com", matching: Matching::Legacy };

    fn customer(id: &str, first: &str, email: &str) -> Customer {
        Customer {
            id: Some(id.to_owned()),
            given_name: Some(first.to_owned()),
            family_name: Some("Doe".to_owned()),
            primary_email_addr: Some(EmailAddress::of(email)),
            ..Customer::default()
        }
    }

    fn id_of(found: &Found) -> Option<&str> {
        match found {
            Found::One(customer) => customer.id.as_deref(),
            Found::None | Found::Several(_) | Found::Inactive(_) => None,
        }
    }

    #[test]
    fn one_of_several_addresses_is_enough_whatever_its_case() {
        let found = LEGACY.pick(vec![customer("1", "JANE", "info@x.com, Jane@X.com")]);
        assert_eq!(id_of(&found), Some("1"));
    }

    #[test]
    fn a_part_of_an_address_is_not_the_address() {
        assert_eq!(LEGACY.pick(vec![customer("1", "Jane", "mary-jane@x.com")]), Found::None);
    }

    #[test]
    fn the_legacy_match_needs_the_name_and_the_synced_one_does_not() {
        let row = customer("1", "Janet", "jane@x.com");
        assert_eq!(LEGACY.pick(vec![row.clone()]), Found::None);
        assert_eq!(id_of(&SYNCED.pick(vec![row])), Some("1"));
    }

    #[test]
    fn people_who_share_an_address_are_told_apart_by_name() {
        let rows = vec![customer("1", "John", "jane@x.com"), customer("2", "Jane", "jane@x.com")];
        assert_eq!(id_of(&SYNCED.pick(rows)), Some("2"));
    }

    #[test]
    fn two_customers_of_one_trio_are_several() {
        let rows = vec![customer("1", "Jane", "jane@x.com"), customer("2", "Jane", "jane@x.com")];
        match LEGACY.pick(rows) {
            Found::Several(rows) => assert_eq!(rows.len(), 2),
            other @ (Found::One(_) | Found::None | Found::Inactive(_)) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_project_does_not_compete_with_its_customer() {
        let project = Customer { job: Some(true), ..customer("2", "Jane", "jane@x.com") };
        let found = LEGACY.pick(vec![customer("1", "Jane", "jane@x.com"), project]);
        assert_eq!(id_of(&found), Some("1"));
    }

    #[test]
    fn an_inactive_match_counts_only_where_no_active_one_is() {
        let inactive = Customer { active: Some(false), ..customer("1", "Jane", "jane@x.com") };
        assert!(matches!(LEGACY.pick(vec![inactive.clone()]), Found::Inactive(_)));
        let found = LEGACY.pick(vec![inactive, customer("2", "Jane", "jane@x.com")]);
        assert_eq!(id_of(&found), Some("2"));
    }

    fn of_company(id: &str, display_name: &str, email: &str) -> Customer {
        Customer {
            display_name: Some(display_name.to_owned()),
            company_name: Some("Acme".to_owned()),
            ..customer(id, "Jane", email)
        }
    }

    #[test]
    fn a_company_comes_before_the_people_who_carry_its_name() {
        let rows = vec![of_company("1", "Jane Doe", "jane@x.com"), of_company("2", "Acme", "office@x.com")];
        assert_eq!(id_of(&BUSINESS.pick(rows)), Some("2"));
    }

    #[test]
    fn a_customer_with_the_company_s_name_alone_needs_its_address_too() {
        assert_eq!(id_of(&BUSINESS.pick(vec![of_company("1", "Acme West", "Jane@x.com")])), Some("1"));
        let other = || of_company("1", "Acme West", "office@x.com");
        assert!(matches!(BUSINESS.pick(vec![other()]), Found::Several(_)));
        assert!(matches!(BUSINESS.pick(vec![other(), of_company("2", "Acme East", "jane@x.com")]), Found::Several(_)));
    }

    #[test]
    fn an_inactive_company_is_known_by_the_name_it_had() {
        let inactive = |display_name| Customer { active: Some(false), ..of_company("1", display_name, "office@x.com") };
        assert!(matches!(BUSINESS.pick(vec![inactive("Acme (deleted)")]), Found::Inactive(_)));
        assert_eq!(BUSINESS.pick(vec![inactive("Jane Doe (deleted)")]), Found::None);
    }

    #[test]
    fn the_second_name_to_try_carries_the_address() {
        assert_eq!(LEGACY.display_names(), ["Jane Doe", "Jane Doe (jane@x.com)"]);
    }
}
