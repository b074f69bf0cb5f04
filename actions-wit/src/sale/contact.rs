//! The person on HubSpot's side: which of the associated contacts counts, and what it says.
//! Knows nothing of QuickBooks' customers.

use super::names::{SHORT_NAME_MAX, check_length, check_name, is_usable_email};
use crate::quickbooks::Address;
use crate::{Associated, CrmObject, Enrollment, Problem, Problems, codes};

/// The contact properties that a data-sync filter may name. The definition's `reads` asks for
/// exactly these; a filter on another property would see it empty, and decide wrongly.
pub const FILTERABLE: &[&str] = &[
    "email",
    "firstname",
    "lastname",
    "phone",
    "company",
    "address",
    "city",
    "state",
    "zip",
    "country",
    "lifecyclestage",
    "hs_lead_status",
    "hubspot_owner_id",
    "hs_object_source",
    "createdate",
];

const BILLING_CONTACT: &str = "Billing contact";

/// The parts of a postal address, and how many characters of each QuickBooks takes.
const ADDRESS_PARTS: [(&str, usize); 5] =
    [("address", 500), ("city", 255), ("state", 255), ("zip", 30), ("country", 255)];

/// One contact of the enrolled object.
#[derive(Clone, Copy)]
pub(super) struct Contact<'e> {
    pub(super) record: &'e CrmObject,
}

/// The trio by which the legacy integration knows a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Person<'e> {
    pub(super) first: &'e str,
    pub(super) last: &'e str,
    pub(super) email: &'e str,
}

impl<'e> Contact<'e> {
    /// The contact that counts: of a payment the one with the e-mail address of the checkout; else
    /// the one labelled “Billing contact”, else the one with the lowest id.
    pub(super) fn of(enrollment: &'e Enrollment) -> Option<Self> {
        if let Some(record) = at_checkout(enrollment) {
            return Some(Self { record });
        }
        first(enrollment, "contact", BILLING_CONTACT).map(|record| Self { record })
    }

    /// Warns where nobody is associated who has the e-mail address of the checkout: this contact need
    /// not be the one who paid.
    pub(super) fn check_payer(self, enrollment: &Enrollment, problems: &mut Problems) {
        let email = enrollment.object.text("hs_customer_email");
        if let Some(email) = email.filter(|email| !has_email(self.record, email)) {
            problems.warn(
                Problem::new(
                    codes::PAYER_NOT_ASSOCIATED,
                    format!(
                        "No associated contact has the e-mail address of the checkout, “{email}”; this one is used."
                    ),
                )
                .about(self.record.describe())
                .remedy("Compare the customer with who paid, and associate the contact who did in HubSpot."),
            );
        }
    }

    /// The trio, if it is complete and QuickBooks takes it.
    pub(super) fn person(self, problems: &mut Problems) -> Option<Person<'e>> {
        let first = self.trio_member("firstname", "first name", problems);
        let last = self.trio_member("lastname", "last name", problems);
        let email = self.required_email(problems);
        Some(Person { first: first?, last: last?, email: email? })
    }

    /// The e-mail address of the customer, whoever that is: it must be there, and QuickBooks must
    /// take it.
    pub(super) fn required_email(self, problems: &mut Problems) -> Option<&'e str> {
        let email = self.require("email", "e-mail address", problems);
        email.filter(|address| self.check_email(address, problems))
    }

    /// The e-mail address, if mail can reach it.
    pub(super) fn email(self) -> Option<&'e str> {
        self.record.text("email").filter(|address| is_usable_email(address))
    }

    /// The postal address, if a letter with it would arrive. QuickBooks takes a country alone for
    /// the whole address, and the document would lose the good one that the customer has.
    pub(super) fn address(self) -> Option<Address> {
        let part = |property| self.record.text(property).map(str::to_owned);
        let (line1, city, postal_code) = (part("address"), part("city"), part("zip"));
        let arrives = line1.is_some() && (city.is_some() || postal_code.is_some());
        arrives.then(|| Address {
            line1,
            city,
            country_sub_division_code: part("state"),
            postal_code,
            country: part("country"),
            ..Address::default()
        })
    }

    /// Checks the e-mail and postal address as a document carries them.
    pub(super) fn check_addresses(self, problems: &mut Problems) {
        for (property, chars_max) in ADDRESS_PARTS {
            let part = self.record.text(property).unwrap_or_default();
            let checked = check_length(part, chars_max, property);
            problems.note(checked.map_err(|problem| problem.about(self.record.describe())));
        }
        // Where the contact is the customer, the address is refused; here it is only not used.
        if self.email().is_none()
            && let Some(address) = self.record.text("email")
        {
            problems.warn(self.unusable(address));
        }
    }

    fn trio_member(self, property: &str, what: &str, problems: &mut Problems) -> Option<&'e str> {
        let name = self.require(property, what, problems)?;
        let checked = check_name(name, SHORT_NAME_MAX, what);
        problems.note(checked.map_err(|problem| problem.about(self.record.describe()))).map(|()| name)
    }

    fn require(self, property: &str, what: &str, problems: &mut Problems) -> Option<&'e str> {
        let value = self.record.text(property);
        if value.is_none() {
            problems.add(
                Problem::new(
                    codes::CONTACT_INCOMPLETE,
                    format!("The contact has no {what} (property {property}), by which customers are matched."),
                )
                .about(self.record.describe())
                .remedy("Complete the contact in HubSpot, or choose the customer in the step."),
            );
        }
        value
    }

    fn check_email(self, address: &str, problems: &mut Problems) -> bool {
        let usable = is_usable_email(address);
        if !usable {
            problems.add(self.unusable(address));
        }
        usable
    }

    fn unusable(self, address: &str) -> Problem {
        Problem::new(codes::EMAIL_UNUSABLE, format!("“{address}” is not one e-mail address that QuickBooks takes."))
            .about(self.record.describe())
            .remedy("Correct the e-mail address of the contact in HubSpot.")
    }
}

/// Who paid: nobody but a payment has an e-mail address of a checkout.
fn at_checkout(enrollment: &Enrollment) -> Option<&CrmObject> {
    let email = enrollment.object.text("hs_customer_email")?;
    enrollment.associated("contact").map(|one| &one.object).find(|contact| has_email(contact, email))
}

fn has_email(contact: &CrmObject, email: &str) -> bool {
    contact.text("email").is_some_and(|own| own.eq_ignore_ascii_case(email))
}

/// The first associated record of a kind: one with the label, else the lowest id. The host orders
/// records by id, so the first of either is the lowest.
pub(super) fn first<'e>(enrollment: &'e Enrollment, kind: &'static str, label: &str) -> Option<&'e CrmObject> {
    let labelled = |one: &&Associated| one.labels.iter().any(|known| known.eq_ignore_ascii_case(label));
    enrollment.associated(kind).find(labelled).or_else(|| enrollment.associated(kind).next()).map(|one| &one.object)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(properties: &[(&str, &str)]) -> CrmObject {
        let owned = properties.iter().map(|&(name, value)| (name.into(), value.into())).collect();
        CrmObject::new("contact", "301", owned)
    }

    #[test]
    fn every_missing_part_of_the_trio_is_its_own_problem() {
        let record = contact(&[("lastname", "Doe")]);
        let mut problems = Problems::new();
        assert_eq!(Contact { record: &record }.person(&mut problems), None);
        let codes: Vec<_> = problems.settle().unwrap_err().problems.iter().map(|one| one.code).collect();
        assert_eq!(codes, [codes::CONTACT_INCOMPLETE, codes::CONTACT_INCOMPLETE]);
    }

    #[test]
    fn an_address_that_mail_cannot_reach_is_told_apart_from_a_missing_one() {
        let record = contact(&[("firstname", "Jane"), ("lastname", "Doe"), ("email", "jane@x")]);
        let mut problems = Problems::new();
        Contact { record: &record }.person(&mut problems);
        assert_eq!(problems.settle().unwrap_err().problems[0].code, codes::EMAIL_UNUSABLE);
    }

    #[test]
    fn a_postal_address_is_a_street_with_a_city_or_a_zip_code() {
        let city_of = |properties: &[(&str, &str)]| {
            let record = contact(properties);
            Contact { record: &record }.address().map(|address| address.city)
        };
        for partial in
            [&[][..], &[("country", "US")], &[("city", "Bayshore"), ("state", "CA")], &[("address", "1 Elm")]]
        {
            assert_eq!(city_of(partial), None, "{partial:?}");
        }
        assert_eq!(city_of(&[("address", "1 Elm"), ("city", "Bayshore")]), Some(Some("Bayshore".to_owned())));
        assert_eq!(city_of(&[("address", "1 Elm"), ("zip", "94326")]), Some(None));
    }
}
