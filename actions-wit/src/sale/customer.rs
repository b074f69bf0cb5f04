//! The customer of a sale: chosen in the step, found in QuickBooks, or to be created. Makes the
//! calls; who fits whom is decided in `party`.

mod creation;

use super::company::Books;
use super::contact::{self, Contact};
use super::listed;
use super::names::{SHORT_NAME_MAX, check_name};
use super::party::{Found, Matching, Party};
use super::sync_filter::SyncFilter;
use crate::fault::NOT_QUERYABLE;
use crate::quickbooks::{Customer, Reference};
use crate::{Company, Enrollment, Fault, Problem, Problems, Refusal, codes};

/// The customer, as far as it is settled before anything is written.
pub(super) enum CustomerPlan<'e> {
    Existing(Box<Customer>),
    New { party: Party<'e>, display_name: String, currency: Option<String> },
}

/// Finds the customer, or everything that is needed to create it: the one that the step names, or else
/// the `known` one, or else the contact's.
pub(super) fn plan<'e>(
    enrollment: &'e Enrollment,
    company: &Company<'_>,
    (known, contact): (Option<&str>, Option<Contact<'e>>),
    books: &Books,
    problems: &mut Problems,
) -> Result<Option<CustomerPlan<'e>>, Refusal> {
    if let Some(id) = enrollment.chosen("customer").or(known) {
        return Ok(chosen(company, id, problems)?.map(CustomerPlan::Existing));
    }
    let Some(party) = party(enrollment, contact, problems) else {
        return Ok(None);
    };
    let found = party.pick(candidates(company, &party)?);
    let about = contact.map(|contact| contact.record.describe()).unwrap_or_default();
    match found {
        Found::One(customer) => Ok(Some(CustomerPlan::Existing(customer))),
        Found::Several(customers) => {
            problems.add(ambiguous(&customers).about(about));
            Ok(None)
        }
        Found::Inactive(customer) => {
            problems.add(inactive(&customer).about(about));
            Ok(None)
        }
        Found::None if left_to_data_sync(enrollment, &party, problems) => {
            problems.wait(not_synced_yet().about(about));
            Ok(None)
        }
        Found::None => {
            let currency = books.multi_currency.then(|| super::currency::of(enrollment, books).to_owned());
            Ok(creation::plan(company, party, currency, &about, problems)?)
        }
    }
}

impl CustomerPlan<'_> {
    /// The customer's currency, which a document must share.
    pub(super) fn currency<'p>(&'p self, books: &'p Books) -> &'p str {
        let stated = match self {
            Self::Existing(customer) => customer.currency_ref.as_ref().map(|own| own.value.as_str()),
            Self::New { currency, .. } => currency.as_deref(),
        };
        stated.unwrap_or(&books.home_currency)
    }

    /// The customer's id, created if need be.
    pub(super) fn write(&self, company: &Company<'_>) -> Result<Reference, Refusal> {
        match self {
            Self::Existing(customer) => Ok(reference(customer)),
            Self::New { party, display_name, currency } => {
                creation::write(company, party, display_name, currency.as_deref())
            }
        }
    }
}

fn reference(customer: &Customer) -> Reference {
    Reference { value: customer.id.clone().unwrap_or_default(), name: customer.display_name.clone() }
}

fn chosen(company: &Company<'_>, id: &str, problems: &mut Problems) -> Result<Option<Box<Customer>>, Fault> {
    Ok(problems.note(match listed::by_id::<Customer>(company, id)? {
        Some(customer) if customer.active == Some(false) => Err(inactive(&customer).about("customer")),
        Some(customer) => Ok(Box::new(customer)),
        None => Err(Problem::new(codes::CHOICE_NOT_FOUND, format!("QuickBooks has no customer with the id {id}."))
            .about("customer")
            .remedy("Choose another customer in the step.")),
    }))
}

/// Who is to be the customer, by the settings and the contact.
fn party<'e>(enrollment: &'e Enrollment, contact: Option<Contact<'e>>, problems: &mut Problems) -> Option<Party<'e>> {
    let modes = [("legacy", Matching::Legacy), ("synced", Matching::Synced)];
    let matching = problems.note(enrollment.choice("customer_matching", &modes))?;
    let matching = matching.unwrap_or(Matching::Legacy);
    let business = problems.note(enrollment.choice("customer_is", &[("contact", false), ("company", true)]))?;
    let Some(contact) = contact else {
        problems.add(
            Problem::new(codes::CONTACT_MISSING, "No contact is associated, so there is no customer.")
                .about(enrollment.object.describe())
                .remedy("Associate a contact in HubSpot, or choose the customer in the step."),
        );
        return None;
    };
    if matching == Matching::Synced && !is_eligible(enrollment, contact, problems) {
        return None;
    }
    if business != Some(true) {
        return contact.person(problems).map(|person| Party::Person(person, matching));
    }
    let email = contact.required_email(problems);
    let name = problems.note(business_name(enrollment));
    Some(Party::Business { name: name?, email: email?, matching })
}

fn business_name(enrollment: &Enrollment) -> Result<&str, Problem> {
    let company = contact::first(enrollment, "company", "Primary").ok_or_else(|| {
        Problem::new(
            codes::COMPANY_MISSING,
            "No company is associated, and the settings make the company the customer.",
        )
        .about(enrollment.object.describe())
        .remedy("Associate a company in HubSpot, or set the input customer_is to contact.")
    })?;
    let name = company.require_text("name")?;
    check_name(name, SHORT_NAME_MAX, "company name").map_err(|problem| problem.about(company.describe()))?;
    Ok(name)
}

fn is_eligible(enrollment: &Enrollment, contact: Contact<'_>, problems: &mut Problems) -> bool {
    let Some(text) = enrollment.input("sync_filter") else {
        return true;
    };
    let Some(filter) = problems.note(SyncFilter::parse(text, contact::FILTERABLE)) else {
        return false;
    };
    let eligible = filter.is_met_by(contact.record);
    if !eligible {
        problems.add(
            Problem::new(
                codes::CONTACT_NOT_ELIGIBLE,
                "The contact does not meet the filter of the data sync, so it is not a customer.",
            )
            .about(contact.record.describe())
            .remedy("Change the contact so that it is synced, or change the filter."),
        );
    }
    eligible
}

/// Whether a missing customer is the data sync's to bring.
fn left_to_data_sync(enrollment: &Enrollment, party: &Party<'_>, problems: &mut Problems) -> bool {
    let words = [("host", false), ("hubspot", true)];
    let by_hubspot = problems.note(enrollment.choice("customer_creation", &words)).flatten();
    party.matching() == Matching::Synced && by_hubspot == Some(true)
}

/// The rows among which the customer is, inactive ones included.
///
/// The legacy match asks by name: QuickBooks may not let e-mail addresses be asked for, and an
/// address that stands second in the text would not be found. A company is asked for by both of its
/// names, since the query language knows no `OR`.
fn candidates(company: &Company<'_>, party: &Party<'_>) -> Result<Vec<Customer>, Fault> {
    const BY_NAME: &str = "SELECT * FROM Customer \
        WHERE GivenName = ? AND FamilyName = ? AND Active IN (true, false)";
    const BY_EMAIL: &str = "SELECT * FROM Customer \
        WHERE PrimaryEmailAddr LIKE ? AND Active IN (true, false)";
    const BY_COMPANY: &str = "SELECT * FROM Customer \
        WHERE CompanyName = ? AND Active IN (true, false)";
    const BY_DISPLAY_NAME: &str = "SELECT * FROM Customer \
        WHERE DisplayName = ? AND Active IN (true, false)";
    match party {
        Party::Person(person, Matching::Legacy) => company.query(BY_NAME, &[person.first, person.last]),
        Party::Person(person, Matching::Synced) => {
            let found = company.query(BY_EMAIL, &[&format!("%{}%", person.email)]);
            match found {
                Err(fault) if fault.is(NOT_QUERYABLE) => company.query(BY_NAME, &[person.first, person.last]),
                other => other,
            }
        }
        Party::Business { name, .. } => {
            let mut rows: Vec<Customer> = company.query(BY_DISPLAY_NAME, &[name])?;
            let by_company: Vec<Customer> = company.query(BY_COMPANY, &[name])?;
            let new = |row: &Customer| !rows.iter().any(|known| known.id == row.id);
            let mut others: Vec<Customer> = by_company.into_iter().filter(new).collect();
            rows.append(&mut others);
            Ok(rows)
        }
    }
}

fn ambiguous(customers: &[Customer]) -> Problem {
    let list: Vec<String> = customers.iter().map(named).collect();
    let list = list.join(", ");
    let message = match customers {
        [_] => format!("{list} has the company's name, but may be one person of it: its e-mail address differs."),
        _ => format!("Several customers match: {list}."),
    };
    Problem::new(codes::CUSTOMER_AMBIGUOUS, message)
        .remedy("Merge or correct them in QuickBooks, or choose the customer in the step.")
}

fn inactive(customer: &Customer) -> Problem {
    Problem::new(codes::CUSTOMER_INACTIVE, format!("The matching customer {} has been made inactive.", named(customer)))
        .remedy("Make the customer active again in QuickBooks, or choose another one in the step.")
}

fn not_synced_yet() -> Problem {
    Problem::new(codes::CUSTOMER_NOT_SYNCED_YET, "The data sync has not brought the customer to QuickBooks yet.")
        .remedy("Wait for the sync, or look at its errors in HubSpot.")
}

fn named(customer: &Customer) -> String {
    let name = customer.display_name.as_deref().unwrap_or_default();
    let id = customer.id.as_deref().unwrap_or_default();
    format!("“{name}” (id {id})")
}
