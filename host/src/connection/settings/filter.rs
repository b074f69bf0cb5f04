//! The filter of the data sync, as far as it can be wrong before anybody is enrolled. What it means
//! for a contact is the action's to say.

use serde::Deserialize;

use crate::action::Definition;

/// The input that holds it, in every action that has one.
pub(super) const INPUT: &str = "sync_filter";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SyncFilter {
    filter_groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    filters: Vec<Filter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Filter {
    property_name: String,
    operator: Operator,
    value: Option<String>,
    values: Option<Vec<String>>,
}

/// What the actions understand of HubSpot's operators.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Operator {
    Eq,
    Neq,
    In,
    NotIn,
    HasProperty,
    NotHasProperty,
    ContainsToken,
}

/// Whether a filter has HubSpot's shape, and asks for nothing that the action does not read.
pub(super) fn check(text: &str, definition: &Definition) -> Result<(), String> {
    let filter: SyncFilter = serde_json::from_str(text).map_err(|error| error.to_string())?;
    for Filter { property_name, operator, value, values } in
        filter.filter_groups.iter().flat_map(|group| &group.filters)
    {
        if !reads(definition, property_name) {
            return Err(format!("it does not read the contact property {property_name}"));
        }
        let (needs, is_there) = match operator {
            Operator::Eq | Operator::Neq | Operator::ContainsToken => ("value", value.is_some()),
            Operator::In | Operator::NotIn => ("values", values.is_some()),
            Operator::HasProperty | Operator::NotHasProperty => ("nothing", true),
        };
        if !is_there {
            return Err(format!("the filter on {property_name} has no {needs}"));
        }
    }
    Ok(())
}

fn reads(definition: &Definition, property: &str) -> bool {
    let associated = definition.reads.iter().flat_map(|reads| &reads.associated);
    let mut contacts = associated.filter(|associated| associated.kind == "contact");
    contacts.any(|contact| contact.properties.iter().any(|read| read == property))
}
