//! The data-sync filter, in HubSpot's own shape: groups of which one must be met, each of
//! filters that must all be met. The operator copies it once from the sync's settings.

use serde::Deserialize;

use crate::{CrmObject, Problem, codes};

/// A filter over contacts.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SyncFilter {
    filter_groups: Vec<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    filters: Vec<Filter>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Filter {
    property_name: String,
    operator: Operator,
    #[serde(default)]
    value: String,
    #[serde(default)]
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
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

impl SyncFilter {
    /// Reads a filter that names no other properties than the known ones.
    pub(super) fn parse(text: &str, known: &[&str]) -> Result<Self, Problem> {
        let filter: Self =
            serde_json::from_str(text).map_err(|cause| invalid(&format!("it cannot be read: {cause}")))?;
        let filters = filter.filter_groups.iter().flat_map(|group| &group.filters);
        for one in filters {
            if !known.contains(&one.property_name.as_str()) {
                return Err(invalid(&format!("this action does not read the contact property {}", one.property_name)));
            }
        }
        Ok(filter)
    }

    /// Whether a contact meets it. A filter without groups lets every contact through.
    pub(super) fn is_met_by(&self, contact: &CrmObject) -> bool {
        let met = |group: &Group| group.filters.iter().all(|filter| filter.is_met_by(contact));
        self.filter_groups.is_empty() || self.filter_groups.iter().any(met)
    }
}

impl Filter {
    fn is_met_by(&self, contact: &CrmObject) -> bool {
        let actual = contact.text(&self.property_name);
        let equals = |wanted: &str| actual.is_some_and(|actual| actual.to_lowercase() == wanted.to_lowercase());
        match self.operator {
            Operator::Eq => equals(&self.value),
            // An empty property is not equal to anything, so it meets the negations.
            Operator::Neq => !equals(&self.value),
            Operator::In => self.values.iter().any(|wanted| equals(wanted)),
            Operator::NotIn => !self.values.iter().any(|wanted| equals(wanted)),
            Operator::HasProperty => actual.is_some(),
            Operator::NotHasProperty => actual.is_none(),
            Operator::ContainsToken => actual.is_some_and(|actual| contains_token(actual, &self.value)),
        }
    }
}

/// Whether a text holds a token: a whole word of it, or with `*` for any characters.
fn contains_token(text: &str, token: &str) -> bool {
    let (text, token) = (text.to_lowercase(), token.to_lowercase());
    let separates = |one: char| !one.is_alphanumeric();
    matches_pattern(&text, &token)
        || text.split_whitespace().any(|word| matches_pattern(word, &token))
        || text.split(separates).any(|word| matches_pattern(word, &token))
}

/// Matches the pieces between the stars in order, the first and the last at the ends.
fn matches_pattern(text: &str, pattern: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return text == pattern;
    };
    let Some(mut rest) = text.strip_prefix(head) else {
        return false;
    };
    let mut pieces: Vec<&str> = tail.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn invalid(why: &str) -> Problem {
    Problem::new(codes::SYNC_FILTER_INVALID, format!("The filter of the data sync cannot be applied: {why}."))
        .about("sync_filter")
        .remedy("Correct the filter in the defaults of the connection.")
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["email", "lifecyclestage"];

    fn meets(filter: &str, properties: &[(&str, &str)]) -> bool {
        let owned = properties.iter().map(|&(name, value)| (name.into(), value.into())).collect();
        SyncFilter::parse(filter, KNOWN).unwrap().is_met_by(&CrmObject::new("contact", "1", owned))
    }

    fn one(filter: &str, properties: &[(&str, &str)]) -> bool {
        meets(&format!(r#"{{"filterGroups":[{{"filters":[{filter}]}}]}}"#), properties)
    }

    #[test]
    fn one_group_of_several_is_enough_and_all_its_filters_count() {
        let filter = r#"{"filterGroups":[
            {"filters":[{"propertyName":"lifecyclestage","operator":"EQ","value":"customer"},
                        {"propertyName":"email","operator":"HAS_PROPERTY"}]},
            {"filters":[{"propertyName":"lifecyclestage","operator":"EQ","value":"partner"}]}]}"#;
        assert!(meets(filter, &[("lifecyclestage", "partner")]));
        assert!(meets(filter, &[("lifecyclestage", "Customer"), ("email", "a@x.com")]));
        assert!(!meets(filter, &[("lifecyclestage", "customer")]));
    }

    #[test]
    fn an_empty_property_meets_negations_only() {
        assert!(one(r#"{"propertyName":"lifecyclestage","operator":"NEQ","value":"lead"}"#, &[]));
        assert!(one(r#"{"propertyName":"lifecyclestage","operator":"NOT_IN","values":["lead"]}"#, &[]));
        assert!(one(r#"{"propertyName":"lifecyclestage","operator":"NOT_HAS_PROPERTY"}"#, &[]));
        assert!(!one(r#"{"propertyName":"lifecyclestage","operator":"IN","values":["lead"]}"#, &[]));
    }

    #[test]
    fn a_token_is_a_whole_word_unless_it_has_a_star() {
        let email = &[("email", "Jane.Doe@Mail.Example.com")];
        let token = |value: &str| {
            one(&format!(r#"{{"propertyName":"email","operator":"CONTAINS_TOKEN","value":"{value}"}}"#), email)
        };
        assert!(token("doe"));
        assert!(token("*@mail.example.com"));
        assert!(token("jane*example*"));
        assert!(!token("do"));
        assert!(!token("*@example.com"));
    }

    #[test]
    fn a_filter_on_a_property_that_is_not_read_is_invalid() {
        let filter = r#"{"filterGroups":[{"filters":[{"propertyName":"fax","operator":"HAS_PROPERTY"}]}]}"#;
        assert_eq!(SyncFilter::parse(filter, KNOWN).unwrap_err().code, codes::SYNC_FILTER_INVALID);
    }

    #[test]
    fn an_operator_that_is_not_known_is_invalid_instead_of_ignored() {
        let filter = r#"{"filterGroups":[{"filters":[{"propertyName":"email","operator":"GT","value":"1"}]}]}"#;
        assert_eq!(SyncFilter::parse(filter, KNOWN).unwrap_err().code, codes::SYNC_FILTER_INVALID);
    }
}
