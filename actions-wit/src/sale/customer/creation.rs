//! Creating a customer. Display names are unique over customers, vendors and employees (error
//! 6240), so a name is looked for that nobody has, and whoever has it is looked at first.

use serde_json::Value;

use super::{CustomerPlan, inactive, reference};
use crate::fault::{DUPLICATE_NAME, NOT_QUERYABLE};
use crate::keys;
use crate::quickbooks::{Customer, Reference};
use crate::sale::names::{DISPLAY_NAME_MAX, check_name};
use crate::sale::party::Party;
use crate::{Company, Fault, Problem, Problems, Refusal, codes};

/// Settles under which name the customer is created. All of it is asked before any write, so that
/// a refusal never follows one.
pub(super) fn plan<'e>(
    company: &Company<'_>,
    party: Party<'e>,
    currency: Option<String>,
    about: &str,
    problems: &mut Problems,
) -> Result<Option<CustomerPlan<'e>>, Fault> {
    let named = |problem: Problem| problem.about(about.to_owned());
    let names = party.display_names();
    for name in &names {
        problems.note(check_name(name, DISPLAY_NAME_MAX, "display name").map_err(named));
    }
    let namesakes = namesakes(company, &names)?;
    // Of this very name and e-mail address: the same customer, whose first and last name were
    // never filled in.
    if let Some(same) = namesakes.iter().find(|row| party.has_email_of(row)) {
        let active = if same.active == Some(false) { Err(inactive(same)) } else { Ok(same) };
        return Ok(problems.note(active.map_err(named)).map(|same| CustomerPlan::Existing(Box::new(same.clone()))));
    }
    let mut taken: Vec<String> = namesakes.into_iter().filter_map(|row| row.display_name).collect();
    for entity in ["Vendor", "Employee"] {
        taken.append(&mut names_in(company, entity, &names)?);
    }
    let is_free = |name: &&String| !taken.iter().any(|taken| taken.to_lowercase() == name.to_lowercase());
    let free = names.iter().find(is_free).ok_or_else(|| name_taken(&names));
    Ok(problems.note(free.map_err(named)).map(|name| CustomerPlan::New { party, display_name: name.clone(), currency }))
}

/// Creates the customer. Another run may have created this very one since the checks; only if
/// not is the longer name tried.
pub(super) fn write(
    company: &Company<'_>,
    party: &Party<'_>,
    display_name: &str,
    currency: Option<&str>,
) -> Result<Reference, Refusal> {
    match company.create(&party.key(), &party.draft(display_name, currency)) {
        Ok(customer) => return Ok(reference(&customer)),
        Err(fault) if fault.is(DUPLICATE_NAME) => {}
        Err(fault) => return Err(named(&fault, display_name)),
    }
    let names = party.display_names();
    let same = |row: &&Customer| party.has_email_of(row) && row.active != Some(false);
    if let Some(customer) = namesakes(company, &names)?.iter().find(same) {
        return Ok(reference(customer));
    }
    let [_, longer] = &names;
    // Another body is another write, so it has a key of its own.
    let created = company.create(&keys::customer(longer), &party.draft(longer, currency));
    created.map(|customer| reference(&customer)).map_err(|fault| named(&fault, longer))
}

fn named(fault: &Fault, display_name: &str) -> Refusal {
    fault.problem().about(format!("customer {display_name}")).into()
}

fn namesakes(company: &Company<'_>, names: &[String; 2]) -> Result<Vec<Customer>, Fault> {
    company.query(&by_display_name("Customer"), &[&names[0], &names[1]])
}

/// The names that another list holds. Without a look at it QuickBooks itself says no, and then
/// the longer name is tried.
fn names_in(company: &Company<'_>, entity: &str, names: &[String; 2]) -> Result<Vec<String>, Fault> {
    let rows = match company.untyped(entity).query(&by_display_name(entity), &[&names[0], &names[1]]) {
        Ok(rows) => rows,
        Err(fault) if fault.is_denied() || fault.is(NOT_QUERYABLE) => Vec::new(),
        Err(fault) => return Err(fault),
    };
    let name_of = |row: &Value| row["DisplayName"].as_str().map(str::to_owned);
    Ok(rows.iter().filter_map(name_of).collect())
}

fn by_display_name(entity: &str) -> String {
    format!("SELECT * FROM {entity} WHERE DisplayName IN (?, ?) AND Active IN (true, false)")
}

fn name_taken(names: &[String; 2]) -> Problem {
    let [short, long] = names;
    Problem::new(
        codes::NAME_TAKEN,
        format!("“{short}” and “{long}” are both used by other customers, vendors or employees."),
    )
    .remedy("Rename one of them in QuickBooks, or choose the customer in the step.")
}
